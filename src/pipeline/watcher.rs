//! Whoever watches a pass. Implemented by `cli`: a report, a progress bar.

use crate::model::report::Event;

/// Whoever watches a pass: a report, a progress bar.
pub trait Watcher: Send + Sync {
    /// So many sources are due.
    fn due(&self, sources: usize);
    /// Something happened.
    fn event(&self, event: &Event);
}
