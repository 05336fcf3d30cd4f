//! Why a page gave no article.

use crate::model::fault::Fault;
use crate::model::url::PageUrl;

/// Why a page gave no article.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// A page without an article.
    #[error("{url}: no article on this page")]
    NoContent {
        /// Where.
        url: PageUrl,
    },
    /// A page of which subscribers alone see more than a line.
    #[error("{url}: for subscribers only")]
    Paywall {
        /// Where.
        url: PageUrl,
    },
    /// A page that asks for consent to cookies before it shows anything.
    #[error("{url}: asks for consent to cookies instead of showing its article")]
    Consent {
        /// Where.
        url: PageUrl,
    },
    /// An error page, answered with success.
    #[error("{url}: says that there is no such page, though it was answered with success")]
    Soft404 {
        /// Where.
        url: PageUrl,
    },
    /// A PDF, JSON, a feed, plain text.
    #[error("{url}: not HTML")]
    NotHtml {
        /// Where.
        url: PageUrl,
    },
    /// A gate that lets browsers through alone.
    #[error("{url}: asks for a browser's proof instead of showing its article")]
    Challenge {
        /// Where.
        url: PageUrl,
    },
}

impl ExtractError {
    /// Its class in reports.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::NoContent { .. } | Self::Consent { .. } => Fault::NoContent,
            Self::Paywall { .. } => Fault::Paywall,
            Self::Soft404 { .. } => Fault::Soft404,
            Self::NotHtml { .. } => Fault::NotHtml,
            Self::Challenge { .. } => Fault::Challenge,
        }
    }
}
