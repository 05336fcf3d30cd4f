//! A page that lists articles: by the operator's selectors, else by its shape; and the feeds and next page it names.

mod by_rule;
mod by_shape;
mod card;
mod discover;
mod headline;
mod linked_data;
mod outside;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::date::Moment;
use crate::html::dom;
use crate::html::plain;
use crate::model::entry::{Entries, Entry, Head, Link};
use crate::model::source::{ListingRule, SourceKind};
use crate::model::url::PageUrl;

/// A page to be read, with what its dates are read against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'a> {
    /// Its address.
    pub(super) url: &'a PageUrl,
    /// The zone of dates printed without one.
    pub(super) zone: &'a TimeZone,
    /// Now, for dates that count from it.
    pub(super) now: Timestamp,
}

/// Reads a page; entries and feeds may both be none.
pub(super) fn read(html: &str, rule: Option<&ListingRule>, page: Page<'_>, depth: usize) -> Entries {
    let tree = dom::parse(html, depth);
    let root = tree.root_element();
    let base = discover::base(root, page.url);
    let here = outside::Here { url: page.url, base: &base };
    let entries = match rule {
        Some(rule) => by_rule::entries(root, rule, here, page),
        None => by_shape::entries(root, here, page),
    };
    let next = rule.and_then(|rule| by_rule::next(root, rule, here));
    let more = next.or_else(|| discover::next(root, here)).into_iter().filter(|next| next != page.url).collect();
    let head = Head {
        title: discover::title(root).map(|title| plain::plain(&title)),
        link: Some(page.url.to_string()),
        language: root.value().attr("lang").map(str::to_owned).filter(|language| !language.is_empty()),
        ..Head::default()
    };
    Entries { kind: SourceKind::Page, head, entries, more, feeds: discover::feeds(root, here) }
}

/// An entry of a listing.
fn entry(url: PageUrl, title: String, published: Option<Moment>) -> Entry {
    let link = Link {
        href: url.to_string(),
        rel: Some(String::from("alternate")),
        media_type: Some(String::from("text/html")),
    };
    Entry {
        id: outside::key(&url),
        title: Some(title),
        links: vec![link],
        link: Some(url),
        published,
        ..Entry::default()
    }
}
