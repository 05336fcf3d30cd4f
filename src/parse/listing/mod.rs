//! A page that lists articles: by the operator's selectors, else by its shape; and the feeds and next page it names.

mod by_rule;
mod by_shape;
mod card;
mod discover;
mod headline;
mod linked_data;
mod outside;
pub(super) mod page;
pub mod suggest;

use crate::html::dom;
use crate::html::plain;
use crate::model::entry::{Entries, Entry, Head};
use crate::model::source::{ListingRule, SourceKind};
use page::Page;

/// Selectors that find these entries of a page, if any do.
pub(super) fn suggest(html: &str, entries: &[Entry], page: Page<'_>, depth: usize) -> Option<suggest::Suggested> {
    let (tree, _) = dom::parse_bounded(html, depth);
    let root = tree.root_element();
    let base = discover::base(root, page.url);
    suggest::selectors(root, entries, outside::Here { url: page.url, base: &base }, page)
}

/// Reads a page; entries and feeds may both be none.
pub(super) fn read(html: &str, rule: Option<&ListingRule>, page: Page<'_>, depth: usize) -> Entries {
    let (tree, is_flattened) = dom::parse_bounded(html, depth);
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
    let reached = is_flattened.then(|| format!("depth {depth}")).into_iter().collect();
    Entries { kind: SourceKind::Page, head, entries, more, feeds: discover::feeds(root, here), reached }
}
