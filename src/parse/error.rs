//! Why a document gave no entries.

use crate::model::fault::Fault;
use crate::model::url::PageUrl;

/// Why a document gave no entries.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// Neither feed, nor sitemap, nor a page of entries.
    #[error("{url}: neither a feed, nor a sitemap, nor a page of entries")]
    NotAFeed {
        /// Where.
        url: PageUrl,
    },
}

impl ParseError {
    /// Its class in reports.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::NotAFeed { .. } => Fault::NotAFeed,
        }
    }
}
