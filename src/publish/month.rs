//! A month of UTC: what an archive holds.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// A month of UTC, by which archives are cut: 2024-01.
///
/// ```
/// use feedatlas::publish::month::Month;
/// let month = Month::of("2024-01-31T23:59:59Z".parse().unwrap());
/// assert_eq!(month.to_string(), "2024-01");
/// assert_eq!(month.previous().to_string(), "2023-12");
/// assert_eq!(month.until(), "2024-02-01T00:00:00Z".parse().unwrap());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The month in which an instant lies.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        let date = Offset::UTC.to_datetime(at);
        Self { year: date.year(), month: date.month() }
    }

    /// The month before.
    #[must_use]
    pub fn previous(self) -> Self {
        match self.month {
            1 => Self { year: self.year - 1, month: 12 },
            month => Self { month: month - 1, ..self },
        }
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        match self.month {
            12 => Self { year: self.year + 1, month: 1 },
            month => Self { month: month + 1, ..self },
        }
    }

    /// Its first instant.
    #[must_use]
    pub fn from(self) -> Timestamp {
        let first = Date::new(self.year, self.month, 1).map(|date| date.at(0, 0, 0, 0));
        first.and_then(|first| Offset::UTC.to_timestamp(first)).unwrap_or(Timestamp::MIN)
    }

    /// The first instant that is no more in it.
    #[must_use]
    pub fn until(self) -> Timestamp {
        self.next().from()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}
