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
    /// Nothing but white space came.
    #[error("{url}: the answer is empty")]
    Empty {
        /// Where.
        url: PageUrl,
    },
    /// JSON that ends early or is none.
    #[error("{url}: the JSON cannot be read")]
    Json {
        /// Where.
        url: PageUrl,
        /// Where in it, and what.
        source: serde_json::Error,
    },
    /// Entities of a DOCTYPE that grow beyond what any feed needs, or name themselves.
    #[error("{url}: its DOCTYPE's entities grow without bound")]
    Dtd {
        /// Where.
        url: PageUrl,
    },
    /// A JSON of more values than are taken up.
    #[error("{url}: more than {values_max} values")]
    TooMany {
        /// Where.
        url: PageUrl,
        /// The limit.
        values_max: usize,
    },
    /// Elements in elements in elements.
    #[error("{url}: elements nest deeper than {depth_max}")]
    TooDeep {
        /// Where.
        url: PageUrl,
        /// The limit.
        depth_max: usize,
    },
}

impl ParseError {
    /// The limit that was reached, where one was.
    #[must_use]
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Self::TooMany { .. } => Some("values"),
            Self::TooDeep { .. } => Some("depth"),
            _ => None,
        }
    }

    /// Its class in reports.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::NotAFeed { .. } => Fault::NotAFeed,
            Self::Empty { .. } => Fault::EmptyBody,
            Self::Json { .. } => Fault::MalformedJson,
            Self::Dtd { .. } => Fault::DtdRefused,
            Self::TooMany { .. } => Fault::TooLarge,
            Self::TooDeep { .. } => Fault::TooDeep,
        }
    }
}
