//! Whom a host's pace is shared with: other workers, that must not ask it at the same time.
//!
//! Knows no store: `pipeline` hands a gate in where there are other workers.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

/// Lets one worker at a time ask a host.
#[async_trait]
pub trait Gate: Debug + Send + Sync {
    /// Waits until this worker alone may ask a host. `Err`: others were at it for too long; how long it is to be left alone.
    ///
    /// `delay` is the time that the next worker leaves between our last request and its first.
    async fn enter(&self, authority: &str, delay: Duration) -> Result<Box<dyn Pass>, Duration>;
}

/// Leave to ask a host, together with the others of this worker that have it; ends when dropped.
pub trait Pass: Debug + Send + Sync {
    /// Whether it still holds, and long enough for a request.
    fn holds(&self) -> bool;
}
