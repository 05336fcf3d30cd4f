//! What a pass did, one event at a time. `run --report json` writes them as they are; the shapes are a contract.

use serde::Serialize;

use crate::model::country::Country;
use crate::model::fault::Fault;

/// How an article was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StoredKind {
    /// Not known before.
    New,
    /// Known, changed by its source.
    Update,
    /// The text of another article.
    Copy,
}

/// What became of one source in a pass.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SourceReport {
    /// Its name.
    pub name: String,
    /// Its address in feeds.toml.
    pub url: String,
    /// Whether it was due and asked.
    pub asked: bool,
    /// The class of the failure, if it failed.
    pub error: Option<Fault>,
    /// The failure in words.
    pub message: Option<String>,
    /// The limit that was reached.
    pub limit: Option<String>,
    /// Entries in its answer.
    pub entries: u64,
    /// Articles not known before.
    pub new: u64,
    /// Articles changed.
    pub updated: u64,
    /// Articles that are copies.
    pub copies: u64,
    /// Pages that were refused.
    pub failed: u64,
    /// Whether it answered that nothing changed.
    pub not_modified: bool,
}

/// The sums of a pass.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PassReport {
    /// Sources in feeds.toml.
    pub sources: u64,
    /// Sources that were due and asked.
    pub asked: u64,
    /// Sources that failed.
    pub failed_sources: u64,
    /// Entries in all answers.
    pub entries: u64,
    /// Articles not known before.
    pub new: u64,
    /// Articles changed.
    pub updated: u64,
    /// Articles that are copies.
    pub copies: u64,
    /// Pages that were refused.
    pub failed: u64,
    /// Sources that answered that nothing changed.
    pub not_modified: u64,
    /// Files that changed.
    pub published: u64,
    /// How long the pass took.
    pub seconds: f64,
    /// Limits that were reached: `pass`, `entries 500` …
    pub reached: Vec<String>,
}

/// Something that happened in a pass.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    /// One source is done.
    Source(SourceReport),
    /// A page was refused; the entry's own summary is published.
    Article {
        /// Whose it is.
        source: String,
        /// The page.
        link: String,
        /// Why, by class.
        error: Fault,
        /// Why, in words.
        message: String,
        /// The limit that was reached.
        limit: Option<String>,
    },
    /// An article is in the store, flushed.
    Stored {
        /// As what.
        kind: StoredKind,
        /// Its page.
        link: String,
        /// Its name in feeds.
        guid: String,
        /// Its countries, best first.
        countries: Vec<Country>,
    },
    /// A published file changed.
    Published {
        /// Below the published folder.
        path: String,
        /// Items in it.
        items: u64,
    },
    /// The pass is over.
    Pass(PassReport),
}
