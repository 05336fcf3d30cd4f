//! Moments as formats and people read them.
//!
//! No clock is read: every moment is content.

use jiff::{Timestamp, ZonedDateTime};

use crate::date::Moment;
use crate::model::language::Language;

/// Months as English dates name them.
const MONTHS_ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Months as Russian dates name them.
const MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// RFC 822 with a four-digit year, in the offset that was printed.
///
/// ```
/// use feedatlas::publish::times::rfc822;
/// assert_eq!(rfc822("2024-01-16T14:05:00+03:00".parse().unwrap()), "Tue, 16 Jan 2024 14:05:00 +0300");
/// ```
#[must_use]
pub fn rfc822(moment: Moment) -> String {
    let at = zoned(moment);
    at.strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

/// RFC 3339 to the second: fractions are no news, and some readers stumble over them.
#[must_use]
pub fn rfc3339(moment: Moment) -> String {
    let at = zoned(moment);
    let text = at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    text.strip_suffix("+00:00").map_or(text.clone(), |head| format!("{head}Z"))
}

/// RFC 3339 of an instant, in UTC.
#[must_use]
pub fn rfc3339_utc(at: Timestamp) -> String {
    rfc3339(Moment::utc(at))
}

/// «16 января 2024», “16 January 2024”.
#[must_use]
pub fn day(moment: Moment, language: Language) -> String {
    let at = zoned(moment);
    let months = language.say(MONTHS, MONTHS_ENGLISH);
    let month = months[usize::try_from(at.month() - 1).unwrap_or(0)];
    format!("{} {month} {}", at.day(), at.year())
}

/// «14:05».
#[must_use]
pub fn clock(moment: Moment) -> String {
    zoned(moment).strftime("%H:%M").to_string()
}

fn zoned(moment: Moment) -> ZonedDateTime {
    moment.timestamp().to_zoned_datetime(moment.offset().to_time_zone())
}
