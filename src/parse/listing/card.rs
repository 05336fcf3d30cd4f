//! One entry of a list as it stands on the page: its headline, its date, its text.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use scraper::{ElementRef, Node};

use crate::date::{self, Moment};
use crate::html::plain;
use crate::parse::listing::outside;

/// A date of a card.
#[derive(Debug, Clone)]
pub(super) struct CardDate {
    /// The moment.
    pub(super) moment: Moment,
    /// The text, where only a time of the day is printed: its day stands in a heading above.
    pub(super) time_alone: Option<String>,
}

/// Letters of a text that may be a date; longer ones are sentences.
const DATE_CHARS_MAX: usize = 60;

/// The links of an element, itself one perhaps, in page order.
pub(super) fn anchors(element: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    let own = Some(element).into_iter();
    own.chain(element.descendent_elements().filter(move |inner| inner.id() != element.id()))
        .filter(|inner| inner.value().name() == "a")
}

/// The text of an element in one line, scripts and hidden parts left out.
pub(super) fn text(element: ElementRef<'_>) -> String {
    let mut out = String::new();
    for node in element.descendants() {
        if let Node::Text(text) = node.value() {
            let is_code = node
                .parent()
                .and_then(ElementRef::wrap)
                .is_some_and(|parent| matches!(parent.value().name(), "script" | "style" | "noscript" | "template"));
            if !is_code {
                out.push_str(text);
                out.push(' ');
            }
        }
    }
    plain::collapse(&out)
}

/// Whether an element is a heading, by its name or by its class.
pub(super) fn is_heading(element: ElementRef<'_>) -> bool {
    let value = element.value();
    if matches!(value.name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
        return true;
    }
    matches!(value.name(), "a" | "div" | "span" | "p" | "strong" | "b")
        && value.attr("class").is_some_and(|class| {
            class.split_whitespace().any(|name| {
                outside::words(name)
                    .any(|word| matches!(word.as_str(), "title" | "headline" | "heading" | "tit" | "subject"))
            })
        })
}

/// The headline of a link: the heading in it, else all its words that are no date.
pub(super) fn headline(anchor: ElementRef<'_>) -> String {
    let heading =
        anchor.descendent_elements().filter(|inner| inner.id() != anchor.id()).find(|inner| is_heading(*inner));
    if let Some(heading) = heading {
        return text(heading);
    }
    let parts: Vec<ElementRef<'_>> = anchor.child_elements().collect();
    let has_blocks =
        parts.iter().any(|part| matches!(part.value().name(), "div" | "p" | "time" | "span") && looks_like_date(*part));
    if !has_blocks {
        return text(anchor);
    }
    // A whole card in a link: the longest part that is no date and comes first is the headline.
    parts
        .into_iter()
        .filter(|part| !looks_like_date(*part))
        .map(text)
        .find(|text| !text.is_empty())
        .unwrap_or_else(|| text(anchor))
}

fn looks_like_date(element: ElementRef<'_>) -> bool {
    let value = element.value();
    value.name() == "time" || value.attr("datetime").is_some() || value.attr("class").is_some_and(names_date)
}

fn names_date(class: &str) -> bool {
    class.split_whitespace().any(|name| {
        outside::words(name).any(|word| {
            matches!(
                word.as_str(),
                "date" | "time" | "datetime" | "published" | "pubdate" | "timestamp" | "day" | "created" | "posted"
            )
        })
    })
}

/// The date of a card: what machines are told, what is marked as one, else the first short text that reads as one.
pub(super) fn date(card: ElementRef<'_>, zone: &TimeZone, now: Timestamp) -> Option<CardDate> {
    let read = |text: &str| date::read(text, zone, now).ok();
    let told = card.descendent_elements().find_map(|element| {
        let value = element.value();
        let content =
            value.attr("itemprop").filter(|name| *name == "datePublished").and_then(|_| value.attr("content"));
        value
            .attr("datetime")
            .or(content)
            .or_else(|| value.attr("data-date"))
            .or_else(|| value.attr("data-timestamp"))
            .and_then(read)
    });
    if let Some(moment) = told {
        return Some(CardDate { moment, time_alone: None });
    }
    let short = |element: ElementRef<'_>| {
        Some(text(element)).filter(|text| !text.is_empty() && text.chars().count() <= DATE_CHARS_MAX)
    };
    let marked = card
        .descendent_elements()
        .filter(|element| looks_like_date(*element))
        .filter_map(short)
        .find_map(|text| of_text(&text, &read));
    marked.or_else(|| printed(card, &read))
}

/// The date that an element is, all of it.
pub(super) fn own_date(element: ElementRef<'_>, zone: &TimeZone, now: Timestamp) -> Option<CardDate> {
    let read = |text: &str| date::read(text, zone, now).ok();
    element
        .value()
        .attr("datetime")
        .and_then(read)
        .map(|moment| CardDate { moment, time_alone: None })
        .or_else(|| of_text(&text(element), &read))
}

/// The first short text without markup in it that reads as a date, links and headings left out.
fn printed(card: ElementRef<'_>, read: &impl Fn(&str) -> Option<Moment>) -> Option<CardDate> {
    card.descendants().find_map(|node| {
        let Node::Text(text) = node.value() else { return None };
        let parent = node.parent().and_then(ElementRef::wrap)?;
        let text = plain::collapse(text);
        let has_digit_or_is_word = text.chars().count() <= DATE_CHARS_MAX && text.chars().count() >= 3;
        (has_digit_or_is_word && !is_heading(parent))
            .then(|| of_text(text.trim_matches(['|', '·', '•', '—', ',', ' ']), read))
            .flatten()
    })
}

fn of_text(text: &str, read: &impl Fn(&str) -> Option<Moment>) -> Option<CardDate> {
    let moment = read(text)?;
    let is_time = text.len() <= 5 && text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || c == ':');
    Some(CardDate { moment, time_alone: is_time.then(|| text.to_owned()) })
}

/// The day that a heading between cards names: «16 января».
pub(super) fn day_heading(element: ElementRef<'_>, zone: &TimeZone, now: Timestamp) -> Option<String> {
    let is_candidate = matches!(element.value().name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" | "th" | "time")
        || looks_like_date(element);
    let text =
        Some(text(element)).filter(|text| is_candidate && (3..=DATE_CHARS_MAX).contains(&text.chars().count()))?;
    let has_time = text.contains(':');
    (!has_time && date::read(&text, zone, now).is_ok()).then_some(text)
}
