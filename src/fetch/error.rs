//! Why a request gave no document: one variant a cause, each with its class and whether another try may help.

use std::time::Duration;

use crate::model::fault::Fault;
use crate::model::url::PageUrl;

/// Why a request gave no document.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Skeleton.
    #[error("{url}: not yet built")]
    NotYet {
        /// Where.
        url: PageUrl,
    },
}

impl FetchError {
    /// Its class in reports.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::Connect
    }

    /// The name of the limit that was reached, as feeds.toml has it: `body`, `request` …
    #[must_use]
    pub fn limit(&self) -> Option<&'static str> {
        None
    }

    /// Whether another try, later, may give a document.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        true
    }

    /// How long the server asked us to wait (Retry-After), if it did.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        None
    }
}
