//! A document in, its entries out: feeds of every kind, sitemaps, pages that list articles.
//!
//! Plain functions of their arguments: no network, no store, the clock handed in.

mod address;
mod bounds;
mod construct;
mod controls;
mod entities;
mod entry;
pub mod error;
mod feed;
mod hints;
mod identity;
mod json_feed;
mod json_mend;
mod lexer;
mod library;
pub mod listing;
mod markup;
mod media;
mod names;
pub mod opml;
mod person;
mod reader;
mod sitemap;
mod sniff;
mod tree;

use jiff::Timestamp;
use url::Url;

use crate::charset;
use crate::model::document::Document;
use crate::model::entry::{Entries, Entry};
use crate::model::source::{Source, SourceKind};
use controls::without_controls;
use error::ParseError;
use listing::suggest::Suggested;
use reader::Reader;
use sniff::Looks;
use tree::TreeError;

/// The entries of a document, whatever kind it is of.
///
/// `source.kind` and `source.select` are believed; without them the bytes decide. `depth` bounds nesting.
pub fn entries(source: &Source, document: &Document, depth: usize, now: Timestamp) -> Result<Entries, ParseError> {
    let form = sniff::form(&document.body, document.media_type());
    let (text, _) = charset::decode(&document.body, document.charset(), form);
    let text = without_controls(&text);
    let not_a_feed = || ParseError::NotAFeed { url: document.url.clone() };
    let looks = if source.select.is_some() { Looks::Html } else { sniff::looks(&text) };
    let mut found = match looks {
        Looks::Empty => return Err(ParseError::Empty { url: document.url.clone() }),
        Looks::Neither => return Err(not_a_feed()),
        Looks::Json => json(source, document, &text, now)?,
        Looks::Xml => xml(source, document, &text, depth, now)?,
        Looks::Html if matches!(source.kind, Some(SourceKind::Feed | SourceKind::Sitemap)) => return Err(not_a_feed()),
        Looks::Html => page(source, document, &text, depth, now)?,
    };
    if bounds::trim(&mut found.entries) {
        found.reached.push(format!("entries {}", bounds::ENTRIES_MAX));
    }
    identity::settle(&mut found.entries);
    Ok(found)
}

fn reader(source: &Source, now: Timestamp) -> Reader<'_> {
    Reader { zone: &source.zone, now, is_atom: false, is_based: false }
}

fn json(source: &Source, document: &Document, text: &str, now: Timestamp) -> Result<Entries, ParseError> {
    let url = || document.url.clone();
    let (values, deepest) = bounds::shape_of_json(text);
    if deepest > bounds::JSON_DEPTH_MAX {
        return Err(ParseError::TooDeep { url: url(), depth_max: bounds::JSON_DEPTH_MAX });
    }
    if values > bounds::VALUES_MAX {
        return Err(ParseError::TooMany { url: url(), values_max: bounds::VALUES_MAX });
    }
    let text = text.trim_start_matches('\u{feff}');
    let value = match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) => value,
        // Cut off, like XML: a document in which an item is whole is a feed.
        Err(source) => json_mend::mended(text)
            .and_then(|mended| serde_json::from_str(&mended).ok())
            .filter(|value: &serde_json::Value| value["items"].as_array().is_some_and(|items| !items.is_empty()))
            .ok_or_else(|| ParseError::Json { url: url(), source })?,
    };
    let base = Url::parse(document.url.as_str()).ok();
    json_feed::read(text, &value, &reader(source, now), base.as_ref())
        .ok_or_else(|| ParseError::NotAFeed { url: url() })
}

fn xml(source: &Source, document: &Document, text: &str, depth: usize, now: Timestamp) -> Result<Entries, ParseError> {
    let url = || document.url.clone();
    let (tree, is_beyond) = tree::read(text, depth).map_err(|error| match error {
        TreeError::TooDeep => ParseError::TooDeep { url: url(), depth_max: depth },
        TreeError::Bomb => ParseError::Dtd { url: url() },
    })?;
    let base = Url::parse(document.url.as_str()).ok();
    let reader = reader(source, now);
    let told = |mut found: Entries| {
        found.reached.extend(is_beyond.then(|| format!("elements {}", bounds::ELEMENTS_MAX)));
        found
    };
    if let Some(found) = sitemap::read(&tree, &reader, base.as_ref()) {
        return Ok(told(found));
    }
    let own = feed::root(&tree).map(|root| {
        let reader = Reader { is_atom: feed::is_atom(root), ..reader };
        feed::read(root, &reader, base.as_ref())
    });
    if own.as_ref().is_some_and(|found| !found.entries.is_empty()) {
        return own.map(told).ok_or_else(|| ParseError::NotAFeed { url: url() });
    }
    // A feed without entries is rare; a second opinion costs little then.
    let is_small = text.len() <= bounds::SECOND_LOOK_BYTES_MAX;
    let second = is_small.then(|| library::read(text, Some(document.url.as_str()))).flatten();
    let second = second.filter(|found| !found.entries.is_empty());
    second.or(own).map(told).ok_or_else(|| ParseError::NotAFeed { url: url() })
}

/// A page that lists articles, or names a feed that does. One that does neither is an error page, or is for people alone.
fn page(source: &Source, document: &Document, text: &str, depth: usize, now: Timestamp) -> Result<Entries, ParseError> {
    let page = listing::page::Page { url: &document.url, zone: &source.zone, now };
    let found = listing::read(text, source.select.as_ref(), page, depth);
    let is_of_use = !found.entries.is_empty() || source.kind.is_none() && !found.feeds.is_empty();
    let url = || document.url.clone();
    match found.reached.is_empty() {
        _ if is_of_use => Ok(found),
        true => Err(ParseError::NotAFeed { url: url() }),
        // The limit before the form: what was flattened may have been a list.
        false => Err(ParseError::TooDeep { url: url(), depth_max: depth }),
    }
}

/// Selectors for the entries that a page's shape gave: for whoever writes feeds.toml. With the depth that is followed, and now.
#[must_use]
pub fn suggest(
    source: &Source,
    document: &Document,
    entries: &[Entry],
    (depth, now): (usize, Timestamp),
) -> Option<Suggested> {
    let (text, _) =
        charset::decode(&document.body, document.charset(), sniff::form(&document.body, document.media_type()));
    let page = listing::page::Page { url: &document.url, zone: &source.zone, now };
    listing::suggest(&without_controls(&text), entries, page, depth)
}
