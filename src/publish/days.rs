//! How many articles of a land were new on each of the last thirty days, and that as a small drawing.
//!
//! Days are of UTC, and the last one is handed in: pages change with it at midnight, not with the clock.

use std::fmt::Write;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

/// Days that are told of, today included.
pub const SPAN: usize = 30;
/// Days that are summed up as a week, today included.
const WEEK: usize = 7;
/// From one stroke to the next, in units of the drawing.
const STEP: usize = 3;
/// The highest stroke.
const HEIGHT: u64 = 16;

/// What was new on each of the last thirty days.
///
/// ```
/// use feedatlas::publish::days::Days;
/// let today = "2024-02-01".parse().unwrap();
/// let days = Days::of(&["2024-02-01T05:00:00Z".parse().unwrap(), "2024-01-31T23:59:59Z".parse().unwrap()], today);
/// assert_eq!((days.today(), days.week(), days.sum()), (1, 2, 2));
/// assert_eq!(Days::of(&["2024-01-02T00:00:00Z".parse().unwrap()], today).sum(), 0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// The oldest first; the last is today.
    counts: [u64; SPAN],
}

/// The day of UTC in which an instant lies.
#[must_use]
pub fn date(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}

/// The first instant of the span that ends with this day.
#[must_use]
pub fn from(today: Date) -> Timestamp {
    let days = i64::try_from(SPAN - 1).unwrap_or(0);
    let first = today.checked_sub(days.days()).map(|first| first.at(0, 0, 0, 0));
    first.and_then(|first| Offset::UTC.to_timestamp(first)).unwrap_or(Timestamp::MIN)
}

impl Days {
    /// From when each article was first seen, in any order; those of other days do not count.
    #[must_use]
    pub fn of(first_sights: &[Timestamp], today: Date) -> Self {
        const DAY_SECONDS: i64 = 24 * 3600;
        let from = from(today).as_second();
        let mut counts = [0; SPAN];
        for seen in first_sights {
            let day = (seen.as_second() - from).div_euclid(DAY_SECONDS);
            if let Some(count) = usize::try_from(day).ok().and_then(|day| counts.get_mut(day)) {
                *count += 1;
            }
        }
        Self { counts }
    }

    /// New today.
    #[must_use]
    pub fn today(&self) -> u64 {
        self.counts[SPAN - 1]
    }

    /// New in the last seven days.
    #[must_use]
    pub fn week(&self) -> u64 {
        self.counts[SPAN - WEEK..].iter().sum()
    }

    /// New in all thirty days.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Most in a day.
    #[must_use]
    pub fn most(&self) -> u64 {
        self.counts.iter().copied().max().unwrap_or(0)
    }

    /// A stroke for each day that had something new: the `d` of a path in a field of 89 by 16, each stroke 2 wide.
    ///
    /// From the foot of one stroke to that of the next, which is the shortest way to write it: home has 51 of them.
    #[must_use]
    pub fn bars(&self) -> String {
        let most = self.most().max(1);
        let mut path = format!("M1 {HEIGHT}");
        let (mut at, mut last) = (0, 0);
        for (day, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let height = (count * HEIGHT).div_ceil(most);
            // Writing into a String cannot fail.
            let _ = write!(path, "m{} {last}v-{height}", (day - at) * STEP);
            (at, last) = (day, height);
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stroke_stands_where_its_day_does() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let seen =
            ["2024-01-03T01:00:00Z", "2024-01-05T00:00:00Z", "2024-01-05T23:59:59Z", "2024-02-01T12:00:00Z"].map(at);
        let days = Days::of(&seen, "2024-02-01".parse().unwrap());
        assert_eq!(days.bars(), "M1 16m0 0v-8m6 8v-16m81 16v-8");
        assert_eq!((days.today(), days.week(), days.sum(), days.most()), (1, 1, 4, 2));
    }
}
