//! Entries where the operator says they stand: `select = { item, title, link, date, next }`.

use std::collections::HashSet;

use scraper::ElementRef;

use crate::html::plain;
use crate::html::selector::Selector;
use crate::model::entry::Entry;
use crate::model::source::ListingRule;
use crate::model::url::PageUrl;
use crate::parse::listing::card::{self, CardDate};
use crate::parse::listing::outside::{self, Here};
use crate::parse::listing::page::{self, Page};

/// The entries of a page.
pub(super) fn entries(root: ElementRef<'_>, rule: &ListingRule, here: Here<'_>, page: Page<'_>) -> Vec<Entry> {
    let mut seen = HashSet::new();
    let mut found: Vec<(PageUrl, String, Option<CardDate>)> = Vec::new();
    for item in rule.item.elements(root) {
        let Some(url) = address(item, rule.link.as_ref(), here) else { continue };
        let Some(title) = title(item, rule, here) else { continue };
        if seen.insert(outside::key(&url)) {
            found.push((url, title, published(item, rule.date.as_ref(), page)));
        }
    }
    let mut dates: Vec<Option<&mut CardDate>> = found.iter_mut().map(|(.., date)| date.as_mut()).collect();
    card::settle_years(&mut dates, page.zone, page.now);
    found.into_iter().map(|(url, title, date)| page::entry(url, title, date.map(|date| date.moment))).collect()
}

/// The next page, where the rule names it.
pub(super) fn next(root: ElementRef<'_>, rule: &ListingRule, here: Here<'_>) -> Option<PageUrl> {
    let href = value(root, rule.next.as_ref()?, "href")?;
    here.base.join(&href).ok()
}

fn address(item: ElementRef<'_>, link: Option<&Selector>, here: Here<'_>) -> Option<PageUrl> {
    let href = match link {
        Some(link) => value(item, link, "href")?,
        None => card::anchors(item).find_map(|anchor| anchor.value().attr("href").map(str::to_owned))?,
    };
    Some(here.base.join(&href).ok()?.without_fragment())
}

fn title(item: ElementRef<'_>, rule: &ListingRule, here: Here<'_>) -> Option<String> {
    let text = match &rule.title {
        Some(title) => title.texts(item).into_iter().map(|text| plain::plain(&text)).find(|text| !text.is_empty()),
        None => None,
    };
    let anchor = || {
        card::anchors(item)
            .filter(|anchor| outside::article_address(*anchor, here).is_some())
            .map(card::text)
            .max_by_key(String::len)
    };
    text.or_else(anchor).filter(|text| !text.is_empty())
}

fn published(item: ElementRef<'_>, date: Option<&Selector>, page: Page<'_>) -> Option<CardDate> {
    let Some(selector) = date else { return card::date(item, page.zone, page.now) };
    let mut texts: Vec<String> = selector
        .elements(item)
        .iter()
        .filter_map(|element| element.value().attr("datetime").map(str::to_owned))
        .collect();
    texts.splice(0..0, selector.texts(item));
    texts.iter().find_map(|text| card::date_of_text(&plain::collapse(text), page.zone, page.now))
}

/// The value of a selector that names an address: its attribute where it says one, else `attribute` of its element, or
/// of the first link inside it.
fn value(root: ElementRef<'_>, selector: &Selector, attribute: &str) -> Option<String> {
    let element = selector.elements(root).into_iter().next();
    let own = element.and_then(|element| {
        element
            .value()
            .attr(attribute)
            .or_else(|| card::anchors(element).find_map(|inner| inner.value().attr(attribute)))
    });
    let text = || selector.texts(root).into_iter().map(|text| text.trim().to_owned()).find(|text| !text.is_empty());
    if selector.as_str().contains('@') { text() } else { own.map(str::to_owned).or_else(text) }
}
