//! The headlines of a page: links whose words are a headline's, wherever the list may be; and the days between them.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use scraper::ElementRef;

use crate::html::dom::NodeId;
use crate::model::url::PageUrl;
use crate::parse::listing::card;
use crate::parse::listing::outside::{self, Here};

/// A link with a headline.
#[derive(Debug, Clone)]
pub(super) struct Headline<'a> {
    /// The link.
    pub(super) anchor: ElementRef<'a>,
    /// Where it leads.
    pub(super) url: PageUrl,
    /// What makes it the same as another.
    pub(super) key: String,
    /// Its words.
    pub(super) title: String,
    /// Whether they stand in a heading.
    pub(super) is_heading: bool,
}

/// The day that a heading names for what stands below it.
#[derive(Debug, Clone)]
pub(super) struct DayHeading<'a> {
    /// The heading.
    pub(super) element: ElementRef<'a>,
    /// How many headlines stand above it.
    pub(super) above: usize,
    /// Its words.
    pub(super) text: String,
}

/// What a page's list may be made of.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// In page order.
    pub(super) headlines: Vec<Headline<'a>>,
    /// In page order.
    pub(super) days: Vec<DayHeading<'a>>,
}

/// Headlines that are looked at; a front page has two hundred.
const HEADLINES_MAX: usize = 2_000;

/// Letters of a headline that stands in a heading.
const HEADING_CHARS_MIN: usize = 8;

/// Letters of a headline that is only a link: names, sections and buttons are shorter.
const LINK_CHARS_MIN: usize = 20;

/// Words of a headline that is only a link.
const LINK_WORDS_MIN: usize = 4;

/// Letters of East Asia's scripts say as much as this many of others.
const DENSE_LETTERS: usize = 3;

/// Different pages to which the same words lead, if the words are a button's.
const BUTTON_PAGES_MIN: usize = 3;

/// Different pages below an address, if it is a section's.
const SECTION_PAGES_MIN: usize = 2;

/// Parts of an address that are looked at.
const PATH_PARTS_MAX: usize = 16;

/// How far above a link its heading may stand.
const HEADING_REACH: usize = 3;

/// Collects the headlines of a page; `strict` leaves out what class names call outside the list.
pub(super) fn find<'a>(root: ElementRef<'a>, here: Here<'_>, strict: bool, clock: (&TimeZone, Timestamp)) -> Found<'a> {
    let mut found = Found::default();
    let mut open = vec![root];
    let mut seen_days: HashSet<NodeId> = HashSet::new();
    while let Some(element) = open.pop() {
        if is_skipped(element, strict) || found.headlines.len() >= HEADLINES_MAX {
            continue;
        }
        if element.value().name() == "a"
            && let Some(headline) = headline(element, here)
        {
            found.headlines.push(headline);
        }
        if let Some(text) = card::day_heading(element, clock.0, clock.1).filter(|_| seen_days.insert(element.id())) {
            found.days.push(DayHeading { element, above: found.headlines.len(), text });
        }
        let children: Vec<ElementRef<'a>> = element.child_elements().collect();
        open.extend(children.into_iter().rev());
    }
    without_buttons(&mut found.headlines);
    without_sections(&mut found.headlines);
    found
}

fn is_skipped(element: ElementRef<'_>, strict: bool) -> bool {
    let value = element.value();
    let is_page_header = value.name() == "header"
        && element
            .parent()
            .and_then(ElementRef::wrap)
            .is_some_and(|parent| matches!(parent.value().name(), "body" | "div") && is_near_top(parent));
    is_page_header
        || matches!(value.name(), "nav" | "footer" | "script" | "style" | "template" | "noscript")
        || strict && outside::is_outside(element)
}

/// Whether an element is the body or one of the wrappers right in it.
fn is_near_top(element: ElementRef<'_>) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).take_while(|above| above.value().name() != "body").count() <= 2
        && !element
            .ancestors()
            .filter_map(ElementRef::wrap)
            .any(|above| matches!(above.value().name(), "main" | "article" | "section" | "li"))
}

fn headline<'a>(anchor: ElementRef<'a>, here: Here<'_>) -> Option<Headline<'a>> {
    let url = outside::article_address(anchor, here)?;
    let title = card::headline(anchor);
    let above = anchor.ancestors().filter_map(ElementRef::wrap).take(HEADING_REACH).any(card::is_heading);
    let is_heading = above || card::is_heading(anchor) || anchor.descendent_elements().any(card::is_heading);
    let (chars, words) = weight(&title);
    let is_long =
        if is_heading { chars >= HEADING_CHARS_MIN } else { chars >= LINK_CHARS_MIN && words >= LINK_WORDS_MIN };
    (is_long && !is_count(&title)).then(|| Headline { anchor, key: outside::key(&url), url, title, is_heading })
}

/// Letters and words of a text, as a script with spaces would have them.
fn weight(text: &str) -> (usize, usize) {
    let dense = text.chars().filter(|c| matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')).count();
    let chars = text.chars().count() + dense * (DENSE_LETTERS - 1);
    (chars, text.split_whitespace().count() + dense / 2)
}

/// «12 комментариев», "16 January 2024": begins with a number and has no more than two words beside it.
fn is_count(text: &str) -> bool {
    let letters = text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    text.starts_with(|c: char| c.is_ascii_digit()) && letters <= 1 && text.split_whitespace().count() <= 4
}

/// Takes out words that lead to many pages: «Читать полностью».
fn without_buttons(headlines: &mut Vec<Headline<'_>>) {
    let mut pages: HashMap<&str, HashSet<&str>> = HashMap::new();
    for headline in headlines.iter() {
        pages.entry(&headline.title).or_default().insert(&headline.key);
    }
    let buttons: HashSet<String> = pages
        .into_iter()
        .filter(|(_, pages)| pages.len() >= BUTTON_PAGES_MIN)
        .map(|(title, _)| title.to_owned())
        .collect();
    headlines.retain(|headline| !buttons.contains(&headline.title));
}

/// Takes out pages below which others stand: `/politics` beside `/politics/2024/a` and `/politics/2024/b` is their section.
fn without_sections(headlines: &mut Vec<Headline<'_>>) {
    let mut below: HashMap<&str, HashSet<&str>> = HashMap::new();
    for headline in headlines.iter() {
        let key = headline.key.as_str();
        for (at, _) in key.match_indices('/').take(PATH_PARTS_MAX) {
            below.entry(&key[..at]).or_default().insert(key);
        }
    }
    let sections: HashSet<String> = below
        .into_iter()
        .filter(|(_, pages)| pages.len() >= SECTION_PAGES_MIN)
        .map(|(key, _)| key.to_owned())
        .collect();
    headlines.retain(|headline| !sections.contains(&headline.key));
}
