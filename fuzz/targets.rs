//! What is fuzzed, and what must hold of any bytes: no panic, no endless time, and the promises of each reader.
//!
//! Used by cargo-fuzz (`fuzz_targets/`, nightly) and by `tests/fuzz.rs`, which mutates the same corpora on stable.

#![allow(dead_code, unreachable_pub, reason = "a module of several binaries; a fuzz target uses one of its functions")]

use std::path::Path;
use std::time::Duration;

use feedatlas::config;
use feedatlas::date;
use feedatlas::dedup::canonical::canonical;
use feedatlas::extract;
use feedatlas::fetch::robots::Rules;
use feedatlas::model::document::{Caching, Document};
use feedatlas::model::source::{ArticleRule, Source};
use feedatlas::model::url::PageUrl;
use feedatlas::parse;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `[limits] depth`.
const DEPTH: usize = 256;

/// A reader of bytes, by its name.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 6] =
    [("feed", feed), ("page", page), ("date", date), ("address", address), ("robots", robots), ("config", config)];

fn now() -> Timestamp {
    Timestamp::from_second(1_707_037_200).expect("February 2024")
}

fn url() -> PageUrl {
    PageUrl::parse("https://example.org/news/feed").expect("an address")
}

/// A document of a source: what is read twice is the same, its ids are no blanks, its titles no markup that runs.
pub fn feed(bytes: &[u8]) {
    let document = Document {
        url: url(),
        content_type: None,
        body: bytes.to_vec(),
        caching: Caching::default(),
        links: Vec::new(),
    };
    let source = Source::bare(url(), Duration::ZERO);
    let read = || parse::entries(&source, &document, DEPTH, now());
    let Ok(found) = read() else { return };
    for entry in &found.entries {
        assert!(!entry.id.trim().is_empty(), "an entry without an id");
        let texts = entry.summary.iter().chain(&entry.content).chain(&entry.title_markup);
        for text in texts {
            assert!(!runs(text), "runs: {text}");
        }
    }
    assert_eq!(read().ok().as_ref(), Some(&found), "read twice, and not the same");
}

/// Whether a tag that loads or runs stands in a text; `<scriptorium>` is none.
fn runs(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let is_tag = |name: &str| {
        text.match_indices(&format!("<{name}")).any(|(at, found)| {
            let after = text[at + found.len()..].chars().next();
            !after.is_some_and(|c| c.is_alphanumeric() || "-_:.".contains(c))
        })
    };
    ["script", "iframe", "object", "embed", "frame", "applet"].into_iter().any(is_tag)
}

/// A page of an article, and the same page as a list.
pub fn page(bytes: &[u8]) {
    let html = String::from_utf8_lossy(bytes);
    let (url, zone, rule) = (url(), TimeZone::UTC, ArticleRule::default());
    let page = extract::reading::Page {
        url: &url,
        html: &html,
        rule: &rule,
        entry: None,
        language: None,
        zone: &zone,
        depth: DEPTH,
        now: now(),
    };
    if let Ok(reading) = extract::read(&page) {
        assert!(!runs(&reading.html), "runs: {}", reading.html);
    }
    let listing = [b"<!doctype html><html>".as_slice(), bytes].concat();
    feed(&listing);
}

/// A date, and the moment it was read as written again.
pub fn date(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for zone in ["UTC", "Asia/Tehran", "America/St_Johns"] {
        let zone = TimeZone::get(zone).expect("a zone");
        if let Ok(moment) = date::read(&text, &zone, now()) {
            assert_eq!(moment.to_string().parse(), Ok(moment), "written and read again: {text:?}");
        }
    }
}

/// An address: canonical is canonical already; a page's address is absolute and names no user.
pub fn address(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let once = canonical(&text);
    assert_eq!(canonical(&once), once, "canonical twice: {text:?}");
    if let Ok(page) = PageUrl::parse(&text) {
        assert!(page.as_str().starts_with("http://") || page.as_str().starts_with("https://"), "{page}");
        assert!(!page.origin().contains('@'), "{page}");
        assert_eq!(PageUrl::parse(page.as_str()).ok().as_ref(), Some(&page), "read again: {page}");
    }
}

/// A robots.txt, whatever stands in it.
pub fn robots(bytes: &[u8]) {
    let rules = Rules::read(bytes);
    assert!(rules.allows("/robots.txt"));
    let path: String = String::from_utf8_lossy(bytes).chars().filter(char::is_ascii_graphic).take(60).collect();
    let _ = (rules.allows("/"), rules.allows(&format!("/{path}")), rules.crawl_delay());
}

/// A feeds.toml: mistakes are told with their place.
pub fn config(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(error) = config::read(&text, Path::new("feeds.toml"), &|_| None) {
        assert!(error.count() > 0 && !error.to_string().is_empty());
    }
}
