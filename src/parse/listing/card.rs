//! One entry of a list as it stands on the page: its headline, its date, its text.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
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
    /// The text, where people are told.
    text: Option<String>,
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

impl CardDate {
    /// A date of which nothing is left to find out.
    pub(super) fn whole(moment: Moment) -> Self {
        Self { moment, time_alone: None, text: None }
    }

    /// The moment, if another year is meant where none is printed: the last such day before `then` instead of now.
    fn before(&self, then: Timestamp, zone: &TimeZone, now: Timestamp) -> Option<Moment> {
        let text = self.text.as_deref()?;
        let read = |now: Timestamp| date::read(text, zone, now).ok();
        // A date that moves with the day is relative («вчера»); one that moves with the year alone has none printed.
        let a_day_ago = now.checked_sub(SignedDuration::from_hours(24)).ok()?;
        (read(a_day_ago)? == self.moment).then(|| read(then)).flatten()
    }
}

/// Sets the years of dates that print none by those that do: an old page was not written this year.
pub(super) fn settle_years(dates: &mut [Option<&mut CardDate>], zone: &TimeZone, now: Timestamp) {
    /// How much later than the latest whole date one without a year may be.
    const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 180);
    // Two years back every date without a year is another.
    let Ok(long_ago) = now.checked_sub(AHEAD * 4) else { return };
    let with_year = dates
        .iter()
        .flatten()
        .filter(|date| date.text.is_none() || date.before(long_ago, zone, now) == Some(date.moment));
    let Some(latest) = with_year.map(|date| date.moment.timestamp()).max() else { return };
    let Ok(then) = latest.checked_add(AHEAD) else { return };
    if then < now {
        for date in dates.iter_mut().flatten() {
            date.moment = date.before(then, zone, now).unwrap_or(date.moment);
        }
    }
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
        return Some(CardDate::whole(moment));
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
    element.value().attr("datetime").and_then(read).map(CardDate::whole).or_else(|| of_text(&text(element), &read))
}

/// The date that a text is.
pub(super) fn date_of_text(text: &str, zone: &TimeZone, now: Timestamp) -> Option<CardDate> {
    of_text(text, &|text: &str| date::read(text, zone, now).ok())
}

/// The first short text without markup in it that reads as a date, links and headings left out.
fn printed(card: ElementRef<'_>, read: &impl Fn(&str) -> Option<Moment>) -> Option<CardDate> {
    card.descendants().find_map(|node| {
        let Node::Text(text) = node.value() else { return None };
        let parent = node.parent().and_then(ElementRef::wrap)?;
        let text = plain::collapse(text);
        let has_digit_or_is_word = text.chars().count() <= DATE_CHARS_MAX && text.chars().count() >= 3;
        if !has_digit_or_is_word || is_heading(parent) {
            return None;
        }
        let date = of_text(text.trim_matches(['|', '·', '•', '—', ',', ' ']), read)?;
        // A day, a line break, a time.
        let rest = node.next_siblings().filter_map(|node| match node.value() {
            Node::Text(text) => Some(plain::collapse(text)),
            _ => None,
        });
        let time = rest.into_iter().find(|text| !text.is_empty()).filter(|text| is_time(text));
        time.filter(|_| date.time_alone.is_none() && !text.contains(':'))
            .and_then(|time| of_text(&format!("{text} {time}"), read))
            .or(Some(date))
    })
}

fn is_time(text: &str) -> bool {
    text.len() <= 5 && text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || c == ':')
}

fn of_text(text: &str, read: &impl Fn(&str) -> Option<Moment>) -> Option<CardDate> {
    let moment = read(text)?;
    let time_alone = is_time(text).then(|| text.to_owned());
    Some(CardDate { moment, time_alone, text: Some(text.to_owned()) })
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
