//! A month of UTC, and the parts that its archive is cut into.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

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

/// A part of the archive of a month: `2024-01` is its first, `2024-01-2` its second. Written once, each bounded in size.
///
/// ```
/// use feedatlas::publish::month::Part;
/// let first: Part = "2024-01".parse().unwrap();
/// assert_eq!(first.after(first.month).to_string(), "2024-01-2");
/// assert_eq!(first.after(first.month.next()).to_string(), "2024-02");
/// assert!("2024-13".parse::<Part>().is_err() && "2024-01-1".parse::<Part>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Part {
    /// The month.
    pub month: Month,
    /// From 1.
    pub number: u32,
}

impl Part {
    /// The first of a month.
    #[must_use]
    pub fn first(month: Month) -> Self {
        Self { month, number: 1 }
    }

    /// The one that follows and holds articles of a month; a month that has passed is not opened again.
    #[must_use]
    pub fn after(self, month: Month) -> Self {
        if month > self.month { Self::first(month) } else { Self { number: self.number + 1, ..self } }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            1 => write!(f, "{}", self.month),
            number => write!(f, "{}-{number}", self.month),
        }
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut numbers = text.split('-').map(str::parse);
        let read: Option<(u32, u32, Result<u32, _>)> =
            match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
                (Some(Ok(year)), Some(Ok(month)), number, None) => Some((year, month, number.unwrap_or(Ok(1)))),
                _ => None,
            };
        let part = read.and_then(|(year, month, number)| {
            let month = i8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
            Some(Self { month: Month { year: i16::try_from(year).ok()?, month }, number: number.ok()? })
        });
        // Only what we write ourselves: these are names of files.
        part.filter(|part| part.to_string() == text).ok_or_else(|| format!("`{text}` is no part of an archive"))
    }
}

impl From<Part> for String {
    fn from(part: Part) -> Self {
        part.to_string()
    }
}

impl TryFrom<String> for Part {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}
