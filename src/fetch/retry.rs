//! When one more try is made: for a connection that could not be made or was cut before anything was answered.
//!
//! Whoever was slow, wrong or unwilling is not asked again in this pass.

use std::time::Duration;

use crate::fetch::budget::Budget;
use crate::fetch::error::FetchError;

/// Pause before the second try. No address is ever asked twice within two seconds (CITIZEN, 21).
pub(super) const PAUSE: Duration = Duration::from_millis(2100);

/// Whether another try is worth it, and still to be had.
pub(super) fn worthwhile(error: &FetchError, tries: u32, budget: &Budget) -> bool {
    let unanswered = matches!(error, FetchError::Connect { .. } | FetchError::Reset { answering: false, .. });
    tries == 1 && unanswered && !budget.exhausted() && budget.take_retry()
}
