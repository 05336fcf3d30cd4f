//! An entry and its page in, an article out: title, date, authors, body, photos with their credits, language.
//!
//! One DOM a page. Plain functions of their arguments: no network, no store, the clock handed in.

pub mod credit;
mod credit_label;
mod credit_name;
mod credit_owner;
mod credit_tail;
mod credit_text;
mod credit_words;
pub mod error;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::date::Moment;
use crate::model::article::{Article, Origin, Photo};
use crate::model::entry::Entry;
use crate::model::source::{ArticleRule, Source};
use crate::model::url::PageUrl;
use error::ExtractError;

/// A page to be read, with what helps to read it.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Its address, against which links are made whole.
    pub url: &'a PageUrl,
    /// Its text, decoded.
    pub html: &'a str,
    /// What the operator said of the site; `&ArticleRule::default()` where nothing.
    pub rule: &'a ArticleRule,
    /// What the source said of this article, if a source did.
    pub entry: Option<&'a Entry>,
    /// The language, where the page does not say.
    pub language: Option<&'a str>,
    /// The zone of dates printed without one.
    pub zone: &'a TimeZone,
    /// The depth to which elements may nest.
    pub depth: usize,
    /// Now, for relative dates.
    pub now: Timestamp,
}

/// What a page alone says: the answer of the `extract` filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The headline, without the site's name.
    pub title: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// When it was first published.
    pub published: Option<Moment>,
    /// When it was last changed.
    pub updated: Option<Moment>,
    /// Its language, BCP 47.
    pub language: Option<String>,
    /// A few plain sentences.
    pub summary: String,
    /// The body, paragraphs apart by one blank line.
    pub text: String,
    /// The body, safe HTML, photos with their credits in `figcaption`.
    pub html: String,
    /// Its pictures in page order.
    pub photos: Vec<Photo>,
    /// Which of them leads.
    pub lead: Option<usize>,
    /// Sections and tags.
    pub tags: Vec<String>,
}

/// Reads a page.
pub fn read(page: &Page<'_>) -> Result<Reading, ExtractError> {
    Err(ExtractError::NoContent { url: page.url.clone() })
}

/// The article of an entry whose page was read: the page's word on the body, the source's on what it knows better.
#[must_use]
pub fn article(entry: Entry, link: PageUrl, reading: Reading, source: &Source) -> Article {
    Article {
        source: source.name.clone(),
        entry_id: entry.id,
        link,
        title: reading.title,
        authors: reading.authors,
        published: entry.published.or(reading.published),
        updated: entry.updated,
        language: reading.language,
        summary: reading.summary,
        text: reading.text,
        html: reading.html,
        photos: reading.photos,
        lead: reading.lead,
        tags: entry.tags,
        enclosures: Vec::new(),
        origin: Origin::Page,
    }
}

/// The article of an entry whose page could not be read: the feed's own text, else its summary.
#[must_use]
pub fn from_entry(entry: Entry, link: PageUrl, source: &Source) -> Article {
    let reading = Reading {
        title: entry.title.clone().unwrap_or_default(),
        authors: Vec::new(),
        published: None,
        updated: None,
        language: source.language.clone(),
        summary: String::new(),
        text: String::new(),
        html: String::new(),
        photos: Vec::new(),
        lead: None,
        tags: Vec::new(),
    };
    Article { origin: Origin::Summary, ..article(entry, link, reading, source) }
}
