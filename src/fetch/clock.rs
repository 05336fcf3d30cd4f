//! The time of day, as it was handed in, carried on by the machine's steady clock.
//!
//! Reads no calendar of its own: until a time is handed in there is none.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// What time it is, if it was told.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// Guards one pair, for as long as it takes to copy it.
    told: Mutex<Option<(Timestamp, Instant)>>,
}

impl Clock {
    pub(super) fn set(&self, now: Timestamp) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Instant::now()));
    }

    pub(super) fn now(&self) -> Option<Timestamp> {
        let (told, at) = (*self.told.lock().unwrap_or_else(PoisonError::into_inner))?;
        later(told, at.elapsed())
    }

    /// That much later than now.
    pub(super) fn after(&self, wait: Duration) -> Option<Timestamp> {
        later(self.now()?, wait)
    }
}

fn later(at: Timestamp, by: Duration) -> Option<Timestamp> {
    at.checked_add(SignedDuration::try_from(by).ok()?).ok()
}
