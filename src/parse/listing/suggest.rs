//! Selectors for a list that was found by its shape: what an operator would write after looking at the page.
//!
//! Each is tried on the page before it is suggested; the one that finds the same articles, and no others, is taken.

use std::collections::{HashMap, HashSet};

use scraper::ElementRef;

use crate::html::selector::Selector;
use crate::model::entry::Entry;
use crate::model::source::ListingRule;
use crate::parse::listing::by_rule;
use crate::parse::listing::card;
use crate::parse::listing::outside::{self, Here};
use crate::parse::listing::page::Page;

/// Selectors of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    /// One entry.
    pub item: String,
    /// Its link, where it is not the first in the item.
    pub link: Option<String>,
    /// Its title, where it is not that of the link.
    pub title: Option<String>,
    /// Its date, where it is not found by itself.
    pub date: Option<String>,
    /// How many of the entries that were found by shape these find.
    pub finds: usize,
    /// Of how many.
    pub of: usize,
}

/// How far above a link its item is looked for.
const LEVELS_MAX: usize = 8;
/// Candidates that are tried: the commonest.
const TRIED_MAX: usize = 60;
/// How well the articles must agree, 0 to 1: both what is missed and what is too much counts.
const AGREEMENT_MIN: f64 = 0.8;
/// Classes of an element that are tried.
const CLASSES_MAX: usize = 4;

/// Links, titles and dates that lists have, tried in this order; the first is what is found without a word.
const LINKS: [Option<&str>; 4] = [None, Some("h2 a@href"), Some("h3 a@href"), Some(".title a@href")];
const TITLES: [&str; 6] = ["h2", "h3", "h4", ".title", "a", ".headline"];
const DATES: [&str; 4] = ["time@datetime", "time", ".date", ".time"];

/// Selectors that find these entries, if any do.
pub(super) fn selectors(root: ElementRef<'_>, entries: &[Entry], here: Here<'_>, page: Page<'_>) -> Option<Suggested> {
    let wanted: HashMap<&str, &Entry> = entries.iter().map(|entry| (entry.id.as_str(), entry)).collect();
    let mut best: Option<(f64, Suggested, ListingRule)> = None;
    for item in candidates(root, &wanted, here) {
        for link in LINKS {
            let Some(rule) = rule(&item, link) else { continue };
            let agreement = agreement(&by_rule::entries(root, &rule, here, page), &wanted);
            let is_better = best.as_ref().is_none_or(|(best, ..)| agreement > *best + f64::EPSILON);
            if is_better {
                let link = link.map(str::to_owned);
                let suggested =
                    Suggested { item: item.clone(), link, title: None, date: None, finds: 0, of: entries.len() };
                best = Some((agreement, suggested, rule));
            }
        }
    }
    let (_, mut suggested, mut rule) = best.filter(|(agreement, ..)| *agreement >= AGREEMENT_MIN)?;
    suggested.title = title(root, &mut rule, &wanted, (here, page));
    suggested.date = date(root, &mut rule, (here, page));
    suggested.finds =
        by_rule::entries(root, &rule, here, page).iter().filter(|e| wanted.contains_key(e.id.as_str())).count();
    Some(suggested)
}

fn rule(item: &str, link: Option<&str>) -> Option<ListingRule> {
    let link = link.map(Selector::parse).transpose().ok()?;
    Some(ListingRule { item: Selector::parse(item).ok()?, title: None, link, date: None, next: None })
}

/// Both what is missed and what is too much counts: the harmonic mean of precision and recall.
fn agreement(found: &[Entry], wanted: &HashMap<&str, &Entry>) -> f64 {
    let both = found.iter().filter(|entry| wanted.contains_key(entry.id.as_str())).count();
    #[expect(clippy::cast_precision_loss, reason = "a page has thousands of links, no more")]
    let share = 2.0 * both as f64 / (found.len() + wanted.len()).max(1) as f64;
    share
}

/// Selectors of what stands around the links, the commonest first, of these the shortest.
fn candidates(root: ElementRef<'_>, wanted: &HashMap<&str, &Entry>, here: Here<'_>) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for anchor in card::anchors(root) {
        let url = anchor.value().attr("href").and_then(|href| here.base.join(href).ok());
        let Some(key) = url.map(|url| outside::key(&url.without_fragment())) else { continue };
        if !wanted.contains_key(key.as_str()) {
            continue;
        }
        let around = std::iter::once(anchor).chain(anchor.ancestors().filter_map(ElementRef::wrap)).take(LEVELS_MAX);
        let names: HashSet<String> = around.flat_map(names).collect();
        for name in names {
            *counts.entry(name).or_default() += 1;
        }
    }
    let mut counted: Vec<(String, usize)> = counts.into_iter().filter(|(_, count)| *count > 1).collect();
    counted.sort_by(|(a, one), (b, other)| other.cmp(one).then(a.len().cmp(&b.len())).then(a.cmp(b)));
    counted.into_iter().take(TRIED_MAX).map(|(name, _)| name).collect()
}

/// Ways to name an element: by its classes, by its tag, and by its parent's class.
fn names(element: ElementRef<'_>) -> Vec<String> {
    let tag = element.value().name();
    if matches!(tag, "html" | "body") {
        return Vec::new();
    }
    let parent = element.parent().and_then(ElementRef::wrap);
    let around = parent.into_iter().flat_map(|parent| {
        let outer = parent.value().name().to_owned();
        classes(parent).into_iter().map(move |class| format!("{outer}.{class} > {tag}"))
    });
    let own = classes(element).into_iter().map(|class| format!("{tag}.{class}"));
    let bare = matches!(tag, "article" | "li" | "tr" | "dt" | "a").then(|| tag.to_owned());
    own.chain(around).chain(bare).collect()
}

/// Classes that look as if a person had named them: no figures that change with each edition.
fn classes(element: ElementRef<'_>) -> Vec<&str> {
    let is_name = |class: &&str| {
        class.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_')) && !class.starts_with('-')
    };
    element.value().classes().filter(is_name).take(CLASSES_MAX).collect()
}

/// A selector of titles, where those of the links are others than those found by shape.
fn title(
    root: ElementRef<'_>,
    rule: &mut ListingRule,
    wanted: &HashMap<&str, &Entry>,
    (here, page): (Here<'_>, Page<'_>),
) -> Option<String> {
    let same = |rule: &ListingRule| {
        let found = by_rule::entries(root, rule, here, page);
        found
            .iter()
            .filter(|entry| wanted.get(entry.id.as_str()).is_some_and(|other| other.title == entry.title))
            .count()
    };
    let (mut most, mut best) = (same(rule), None);
    for title in TITLES {
        let Ok(selector) = Selector::parse(title) else { continue };
        let tried = ListingRule { title: Some(selector.clone()), ..rule.clone() };
        let count = same(&tried);
        if count > most {
            (most, best) = (count, Some((title, selector)));
        }
    }
    let (title, selector) = best?;
    rule.title = Some(selector);
    Some(title.to_owned())
}

/// A selector of dates, where they are not found without one.
fn date(root: ElementRef<'_>, rule: &mut ListingRule, (here, page): (Here<'_>, Page<'_>)) -> Option<String> {
    let dated = |rule: &ListingRule| {
        by_rule::entries(root, rule, here, page).iter().filter(|entry| entry.published.is_some()).count()
    };
    let (mut most, mut best) = (dated(rule), None);
    for date in DATES {
        let Ok(selector) = Selector::parse(date) else { continue };
        let count = dated(&ListingRule { date: Some(selector.clone()), ..rule.clone() });
        if count > most {
            (most, best) = (count, Some((date, selector)));
        }
    }
    let (date, selector) = best?;
    rule.date = Some(selector);
    Some(date.to_owned())
}
