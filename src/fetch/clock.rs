//! The time of day, as it was handed in, carried on by the machine's steady clock.
//!
//! Reads no calendar of its own: until a time is handed in there is none.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// How far behind a time may be that is merely told again: a pass tells the time of its beginning to each of its sources.
/// Beyond that the clock was wrong before.
const TOLD_AGAIN_MAX: Duration = Duration::from_hours(24);

/// What time it is, if it was told.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// Guards one pair, for as long as it takes to copy it.
    told: Mutex<Option<(Timestamp, Instant)>>,
}

impl Clock {
    /// Takes up a time. One that is a little behind is that of an earlier moment, told again: it sets nothing back.
    pub(super) fn set(&self, now: Timestamp) {
        let ahead = self.now().and_then(|ours| Duration::try_from(ours.duration_since(now)).ok());
        if ahead.is_none_or(|ahead| ahead > TOLD_AGAIN_MAX) {
            *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Instant::now()));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_told_again_sets_nothing_back_and_a_wrong_clock_is_set_right() {
        let (clock, noon) = (Clock::default(), "2024-01-16T12:00:00Z".parse::<Timestamp>().unwrap());
        assert_eq!(clock.now(), None);
        clock.set(noon);
        assert!(clock.now().unwrap() >= noon);
        let later = noon + SignedDuration::from_hours(1);
        clock.set(later);
        clock.set(noon);
        assert!(clock.now().unwrap() >= later);
        let long_ago = noon - SignedDuration::from_hours(48);
        clock.set(long_ago);
        assert!(clock.now().unwrap() < noon);
    }
}
