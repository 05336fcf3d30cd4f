//! Entries of a page of which nothing is known: what repeats, with headlines, links and dates.
//!
//! A link with a headline stands in a card: the largest element that has no other headline in it. Cards that stand the
//! same way form a group; groups with dates are lists of articles, and what has addresses like theirs belongs to them.

use std::collections::{HashMap, HashSet};

use scraper::ElementRef;

use crate::html::dom::NodeId;
use crate::model::entry::Entry;
use crate::model::url::PageUrl;
use crate::parse::listing::card::{self, CardDate};
use crate::parse::listing::headline::{self, DayHeading, Found, Headline};
use crate::parse::listing::linked_data::{self, Told};
use crate::parse::listing::outside::{self, Here};
use crate::parse::listing::page::{self, Page};

/// Cards that make a list.
const GROUP_MIN: usize = 3;

/// What is shorter than this is not told from a longer headline.
const TITLE_CHARS_ENOUGH: usize = 60;

/// How far above the heading of a day the column stands that it speaks for: in it, or around its wrapper.
const COLUMN_REACH: usize = 2;

/// A group without dates is a list too, if it weighs this part of the heaviest.
const WEIGHT_SHARE: usize = 3;

/// One entry of a list.
#[derive(Debug)]
struct Card<'a> {
    element: ElementRef<'a>,
    /// The index of its first headline.
    at: usize,
    url: PageUrl,
    key: String,
    title: String,
    date: Option<CardDate>,
    shape: String,
}

/// The entries of a page.
pub(super) fn entries(root: ElementRef<'_>, here: Here<'_>, page: Page<'_>) -> Vec<Entry> {
    let clock = (page.zone, page.now);
    let told = linked_data::articles(root, here, page.zone, page.now);
    let mut entries = Vec::new();
    // A site that calls its whole page "sidebar-layout" is read once more, its class names left out.
    for strict in [true, false] {
        let found = headline::find(root, here, strict, clock);
        entries = chosen(&found, here, page, &told);
        if !entries.is_empty() {
            break;
        }
    }
    add_told(&mut entries, told);
    entries
}

fn chosen(found: &Found<'_>, here: Here<'_>, page: Page<'_>, told: &[Told]) -> Vec<Entry> {
    let mut cards = cards(&found.headlines, page);
    let groups = groups(&cards);
    let outer = outer_days(&found.days, &cards);
    for group in groups.values() {
        date_beside(group, &mut cards, page);
    }
    for card in &mut cards {
        date_above(card, &outer, page);
    }
    let mut dates: Vec<Option<&mut CardDate>> = cards.iter_mut().map(|card| card.date.as_mut()).collect();
    card::settle_years(&mut dates, page.zone, page.now);
    let accepted = accepted(&groups, &cards, here);
    let told: HashMap<String, &Told> = told.iter().map(|told| (outside::key(&told.url), told)).collect();
    let mut seen = HashSet::new();
    cards
        .into_iter()
        .enumerate()
        .filter(|(index, card)| accepted.contains(index) || told.contains_key(&card.key))
        .filter(|(_, card)| seen.insert(card.key.clone()))
        .map(|(_, card)| {
            let published = told.get(&card.key).and_then(|told| told.published).or(card.date.map(|date| date.moment));
            page::entry(card.url, card.title, published)
        })
        .collect()
}

/// What machines are told of and the page does not show, where it is a list.
fn add_told(entries: &mut Vec<Entry>, told: Vec<Told>) {
    if told.len() < GROUP_MIN {
        return;
    }
    let mut seen: HashSet<String> = entries.iter().map(|entry| entry.id.clone()).collect();
    for told in told {
        let Some(title) = told.title else { continue };
        if seen.insert(outside::key(&told.url)) {
            entries.push(page::entry(told.url, title, told.published));
        }
    }
}

/// The largest elements with one headline each, in page order.
fn cards<'a>(headlines: &[Headline<'a>], page: Page<'_>) -> Vec<Card<'a>> {
    let mut ranges: HashMap<NodeId, (usize, usize)> = HashMap::new();
    for (index, headline) in headlines.iter().enumerate() {
        for above in headline.anchor.ancestors() {
            ranges.entry(above.id()).and_modify(|range| range.1 = index).or_insert((index, index));
        }
    }
    // How often the page led to changes, up to each headline: a range without change has one page.
    let changes: Vec<usize> = headlines
        .iter()
        .enumerate()
        .scan(0, |count, (index, headline)| {
            *count += usize::from(index > 0 && headlines[index - 1].key != headline.key);
            Some(*count)
        })
        .collect();
    let has_one = |element: &ElementRef<'_>| {
        ranges.get(&element.id()).is_none_or(|(first, last)| changes[*first] == changes[*last])
    };
    let mut seen = HashSet::new();
    let mut cards = Vec::new();
    for (index, headline) in headlines.iter().enumerate() {
        let grown = headline
            .anchor
            .ancestors()
            .filter_map(ElementRef::wrap)
            .take_while(|above| {
                has_one(above)
                    && !matches!(above.value().name(), "body" | "main" | "html" | "ul" | "ol" | "table" | "tbody")
            })
            .last();
        let element = grown.unwrap_or(headline.anchor);
        if !seen.insert(element.id()) {
            continue;
        }
        let same = headlines[index..].iter().take_while(|other| other.key == headline.key);
        let best = same.max_by_key(|other| (other.is_heading, other.title.chars().count())).unwrap_or(headline);
        let date = card::date(element, page.zone, page.now);
        cards.push(Card {
            element,
            at: index,
            url: headline.url.clone(),
            key: headline.key.clone(),
            title: best.title.clone(),
            date,
            shape: shape(&headline.url),
        });
    }
    cards
}

/// Cards that stand the same way: by the names of the elements around them.
fn groups(cards: &[Card<'_>]) -> HashMap<String, Vec<usize>> {
    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, card) in cards.iter().enumerate() {
        let names: Vec<&str> =
            card.element.ancestors().filter_map(ElementRef::wrap).map(|above| above.value().name()).collect();
        groups.entry(format!("{}<{}", card.element.value().name(), names.join("<"))).or_default().push(index);
    }
    groups
}

/// Headings of days that stand between cards and not in them.
fn outer_days<'d, 'a>(days: &'d [DayHeading<'a>], cards: &[Card<'_>]) -> Vec<&'d DayHeading<'a>> {
    let inside: HashSet<NodeId> = cards.iter().map(|card| card.element.id()).collect();
    let is_outer = |day: &&DayHeading<'_>| {
        !inside.contains(&day.element.id()) && !day.element.ancestors().any(|above| inside.contains(&above.id()))
    };
    days.iter().filter(is_outer).collect()
}

/// Gives cards without a date the one beside them: `<dt>` before `<dd>`, or a line after a link.
fn date_beside(group: &[usize], cards: &mut [Card<'_>], page: Page<'_>) {
    let of = |element: Option<ElementRef<'_>>| {
        element.filter(|element| card::text(*element).chars().count() <= TITLE_CHARS_ENOUGH).and_then(|element| {
            card::date(element, page.zone, page.now).or_else(|| card::own_date(element, page.zone, page.now))
        })
    };
    let before = |card: &Card<'_>| of(card.element.prev_siblings().find_map(ElementRef::wrap));
    let after = |card: &Card<'_>| of(card.element.next_siblings().find_map(ElementRef::wrap));
    let Some(first) = group.first().map(|index| &cards[*index]).filter(|card| card.date.is_none()) else { return };
    let is_before = before(first).is_some();
    for index in group {
        let card = &mut cards[*index];
        if card.date.is_none() {
            card.date = if is_before { before(card) } else { after(card) };
        }
    }
}

/// Gives a card that prints a time alone, or nothing, the day of the heading above it.
///
/// A heading speaks for its own column: what stands outside of it, as a footer does, is of no day.
fn date_above(card: &mut Card<'_>, days: &[&DayHeading<'_>], page: Page<'_>) {
    let Some(day) = days.iter().rfind(|day| day.above <= card.at) else { return };
    let of_page = |above: &ElementRef<'_>| matches!(above.value().name(), "body" | "html");
    let mut around = day.element.ancestors().filter_map(ElementRef::wrap).enumerate().take(COLUMN_REACH);
    let is_beside = around.any(|(height, above)| {
        (height == 0 || !of_page(&above)) && card.element.ancestors().any(|node| node.id() == above.id())
    });
    if !is_beside {
        return;
    }
    let text = match &card.date {
        None => day.text.clone(),
        Some(CardDate { time_alone: Some(time), .. }) => format!("{}, {time}", day.text),
        Some(_) => return,
    };
    if let Some(date) = card::date_of_text(&text, page.zone, page.now) {
        card.date = Some(date);
    }
}

/// The cards that are entries.
fn accepted(groups: &HashMap<String, Vec<usize>>, cards: &[Card<'_>], here: Here<'_>) -> HashSet<usize> {
    let is_dated =
        |group: &&Vec<usize>| group.iter().filter(|index| cards[**index].date.is_some()).count() * 2 >= group.len();
    let weight = |group: &Vec<usize>| {
        group.iter().map(|index| cards[*index].title.chars().count().min(TITLE_CHARS_ENOUGH)).sum::<usize>()
    };
    let mut accepted: HashSet<usize> = groups.values().filter(is_dated).flatten().copied().collect();
    if accepted.len() < GROUP_MIN {
        let large = || groups.values().filter(|group| group.len() >= GROUP_MIN);
        let heaviest = large().map(weight).max().unwrap_or(0);
        accepted.extend(large().filter(|group| weight(group) * WEIGHT_SHARE >= heaviest).flatten().copied());
    }
    if accepted.len() < GROUP_MIN && !accepted.iter().any(|index| cards[*index].date.is_some()) {
        return HashSet::new();
    }
    let ranked: HashSet<usize> = groups.values().filter(|group| is_ranked(group, cards)).flatten().copied().collect();
    accepted.retain(|index| !ranked.contains(index) || cards[*index].date.is_some());
    // A lead story, or a short column, stands in another way; its address is like the others'.
    let shapes: HashSet<&str> =
        accepted.iter().map(|index| cards[*index].shape.as_str()).filter(|shape| is_telling(shape)).collect();
    let alike = cards
        .iter()
        .enumerate()
        .filter(|(_, card)| card.url.host() == here.url.host() && shapes.contains(card.shape.as_str()));
    let alike: Vec<usize> = alike.map(|(index, _)| index).filter(|index| !ranked.contains(index)).collect();
    accepted.extend(alike);
    accepted
}

/// Whether cards are numbered 1, 2, 3: what is most read, and no list of what is new.
fn is_ranked(group: &[usize], cards: &[Card<'_>]) -> bool {
    let is_number = |(rank, index): (usize, &usize)| {
        let text = card::text(cards[*index].element);
        let first = text.split_whitespace().next().unwrap_or_default();
        first.trim_end_matches(['.', ')']).parse() == Ok(rank + 1)
    };
    group.len() >= GROUP_MIN && group.iter().enumerate().all(is_number)
}

/// The shape of an address: what kind of word each part of its path is.
fn shape(url: &PageUrl) -> String {
    let parts = url.path().split('/').filter(|part| !part.is_empty()).map(|part| {
        let digits = part.chars().filter(char::is_ascii_digit).count();
        match part {
            _ if digits == part.len() => "d",
            _ if part.matches(['-', '_']).count() >= 2
                || part.len() >= TITLE_CHARS_ENOUGH
                || digits >= 4
                || part.contains('%') =>
            {
                "s"
            }
            _ => "w",
        }
    });
    let Some(query) = url.query().filter(|query| query.contains(|c: char| c.is_ascii_digit())) else {
        return parts.collect::<Vec<_>>().join("/");
    };
    // `news.php?id=7` and `index.php?category=7` differ in nothing but their names.
    let names: Vec<&str> = query.split('&').map(|part| part.split('=').next().unwrap_or_default()).collect();
    format!("{}?{}=d", url.path(), names.join("&"))
}

/// Whether a shape tells an article from a section.
fn is_telling(shape: &str) -> bool {
    shape.contains(['d', 's'])
}
