//! Dates as machines and as sites print them, in every language of the lands.
//!
//! Knows nothing of feeds and pages: text in, a moment out. A clock is handed in where a text is relative.

mod calendar;
mod clock;
mod fold;
mod machine;
mod printed;
mod relative;
mod words;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

/// A moment with the offset in which it was printed.
///
/// ```
/// use feedatlas::date::Moment;
/// let moment: Moment = "2024-01-16T14:05:00+03:00".parse().unwrap();
/// assert_eq!(moment.to_string(), "2024-01-16T14:05:00+03:00");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment {
    at: Timestamp,
    offset_seconds: i32,
}

/// A text is no date in any form that is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a date")]
pub struct DateError {
    /// The text, cut to a printable length.
    pub text: String,
}

impl Moment {
    /// A moment as printed with this offset.
    #[must_use]
    ///
    /// Whole minutes: before 1950 clocks went by the sun (Tehran: +03:25:44), which RFC 3339 has no form for.
    pub fn new(at: Timestamp, offset: Offset) -> Self {
        Self { at, offset_seconds: offset.seconds() / 60 * 60 }
    }

    /// A moment in UTC.
    #[must_use]
    pub fn utc(at: Timestamp) -> Self {
        Self { at, offset_seconds: 0 }
    }

    /// The instant.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.at
    }

    /// The offset in which it was printed.
    #[must_use]
    pub fn offset(self) -> Offset {
        Offset::from_seconds(self.offset_seconds).unwrap_or(Offset::UTC)
    }
}

impl fmt::Display for Moment {
    /// RFC 3339 with the offset that was printed; `Z` for UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.offset_seconds == 0 {
            return write!(f, "{}", self.at);
        }
        write!(f, "{}", self.at.display_with_offset(self.offset()))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Moment {
    type Err = DateError;
    /// Reads RFC 3339 alone; `read` reads everything else.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let failed = || DateError { text: text.chars().take(80).collect() };
        let pieces = jiff::fmt::temporal::DateTimeParser::new().parse_timestamp(text).map_err(|_| failed())?;
        let offset =
            text.rfind(['+', '-']).filter(|at| *at > 10).and_then(|at| offset_of(&text[at..])).unwrap_or(Offset::UTC);
        Ok(Self::new(pieces, offset))
    }
}

/// `+03:00`, `-0730`.
fn offset_of(text: &str) -> Option<Offset> {
    let digits: String = text[1..].chars().filter(char::is_ascii_digit).collect();
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..4).unwrap_or("0").parse().ok()?;
    let seconds = hours * 3600 + minutes * 60;
    Offset::from_seconds(if text.starts_with('-') { -seconds } else { seconds }).ok()
}

impl TryFrom<String> for Moment {
    type Error = DateError;
    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

/// Characters of a text that are looked at; a date with its label is shorter, a paragraph is no date.
const TEXT_CHARS_MAX: usize = 160;

/// Reads a date as machines and sites print it.
///
/// A date without a zone is in `zone`; a day alone is its midnight; a relative one («3 часа назад») counts from `now`;
/// one without a year is the last such day. Of «3/2/2024» the first number is the day, unless only the other order is
/// of the last weeks. Two-digit years are 1970 to 2069; Thailand's, Iran's and Japan's years are known by their size and
/// words. The moon's calendar is not read.
///
/// ```
/// use feedatlas::date::read;
/// use jiff::{Timestamp, tz::TimeZone};
/// let zone = TimeZone::get("Europe/Moscow")?;
/// let now: Timestamp = "2024-02-04T09:00:00Z".parse()?;
/// assert_eq!(read("16 января 2024, 14:05", &zone, now)?.to_string(), "2024-01-16T14:05:00+03:00");
/// assert_eq!(read("Tue, 16 Jan 2024 14:05:00 +0900", &zone, now)?.to_string(), "2024-01-16T14:05:00+09:00");
/// assert_eq!(read("вчера, 18:40", &zone, now)?.to_string(), "2024-02-03T18:40:00+03:00");
/// assert!(read("Новости", &zone, now).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Moment, DateError> {
    let text = text.trim();
    let failed = || DateError { text: text.chars().take(80).collect() };
    if let Some(printed) = machine::read(text) {
        return moment(printed, zone).ok_or_else(failed);
    }
    if text.is_empty() || text.chars().nth(TEXT_CHARS_MAX).is_some() {
        return Err(failed());
    }
    let tokens = fold::tokens(&fold::counted(&fold::fold(text)));
    let found = relative::read(&tokens, zone, now).or_else(|| printed::read(&tokens, zone, now));
    found.and_then(|printed| moment(printed, zone)).ok_or_else(failed)
}

fn moment(printed: calendar::Printed, zone: &TimeZone) -> Option<Moment> {
    if let Some(offset) = printed.offset {
        return Some(Moment::new(offset.to_timestamp(printed.at).ok()?, offset));
    }
    let at = zone.to_timestamp(printed.at).ok()?;
    Some(Moment::new(at, zone.to_offset(at)))
}
