//! A document in, its entries out: feeds of every kind, sitemaps, pages that list articles.
//!
//! Plain functions of their arguments: no network, no store, the clock handed in.

pub mod error;

use jiff::Timestamp;

use crate::model::document::Document;
use crate::model::entry::Entries;
use crate::model::source::Source;
use error::ParseError;

/// The entries of a document, whatever kind it is of.
///
/// `source.kind` and `source.select` are believed; without them the bytes decide. `depth` bounds nesting.
pub fn entries(source: &Source, document: &Document, depth: usize, now: Timestamp) -> Result<Entries, ParseError> {
    let _ = (source, depth, now);
    Err(ParseError::NotAFeed { url: document.url.clone() })
}
