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
}

impl ExtractError {
    /// Its class in reports.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::NoContent { .. } => Fault::NoContent,
        }
    }
}
