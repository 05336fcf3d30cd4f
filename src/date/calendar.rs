//! Days of other calendars and of years that are not written whole. Numbers in, a civil day out.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// A date as it was printed: a civil time, and the offset if one stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Printed {
    /// Day and time of the clock.
    pub(super) at: DateTime,
    /// The offset printed with it.
    pub(super) offset: Option<Offset>,
}

/// Years of Thailand's calendar are ahead of ours by this many.
pub(super) const BUDDHIST_AHEAD: i32 = 543;

/// From here on a year is Thailand's: 2400 of it is 1857.
const BUDDHIST_YEAR_MIN: i32 = 2400;

/// Years from here to `PERSIAN_YEAR_MAX` are Iran's when nothing else is said: 1300 is 1921, 1499 is 2120.
const PERSIAN_YEAR_MIN: i32 = 1300;
const PERSIAN_YEAR_MAX: i32 = 1499;

/// Two-digit years below this are of this century, as RFC 2822 says (section 4.3), with two decades more: feeds are young.
const SHORT_YEAR_PIVOT: i32 = 70;

/// The day of a date written with Gregorian months, its year as written: two digits, Thailand's, or Iran's.
pub(super) fn day(year: i32, digits: usize, month: i32, day: i32) -> Option<Date> {
    if (PERSIAN_YEAR_MIN..=PERSIAN_YEAR_MAX).contains(&year) && digits == 4 {
        return persian(year, month, day);
    }
    gregorian(whole_year(year, digits), month, day)
}

/// A year of two or three digits, or of Thailand's calendar, as ours.
pub(super) fn whole_year(year: i32, digits: usize) -> i32 {
    match digits {
        ..=2 if year < SHORT_YEAR_PIVOT => 2000 + year,
        // RFC 2822: three digits are of programs that counted from 1900 and did not stop at 99.
        ..=3 => 1900 + year,
        _ if year >= BUDDHIST_YEAR_MIN => year - BUDDHIST_AHEAD,
        _ => year,
    }
}

/// A day that exists.
pub(super) fn gregorian(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A day of Iran's calendar.
///
/// The arithmetic rule of 33 years, which agrees with the observed calendar from 1178 to 1633 (1799 to 2254).
pub(super) fn persian(year: i32, month: i32, day: i32) -> Option<Date> {
    /// Days from 1 January of year 1 to the day before 1 Farvardin of year 1.
    const EPOCH_DAYS: i64 = 226_894;
    const DAYS_OF_33_YEARS: i64 = 33 * 365 + 8;
    let longest = if month <= 6 { 31 } else { 30 };
    if !(1..=12).contains(&month) || !(1..=longest).contains(&day) {
        return None;
    }
    let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
    let (cycles, of_cycle) = ((year - 1).div_euclid(33), (year - 1).rem_euclid(33));
    // In a cycle the years 1, 5, 9, 13, 17, 22, 26, 30 are long: that many are over before this one.
    let leaps = [1, 5, 9, 13, 17, 22, 26, 30].iter().filter(|leap| **leap <= of_cycle).count();
    let of_year = if month <= 7 { (month - 1) * 31 } else { 6 * 31 + (month - 7) * 30 } + day - 1;
    let days = EPOCH_DAYS + cycles * DAYS_OF_33_YEARS + of_cycle * 365 + i64::try_from(leaps).ok()? + of_year;
    Date::constant(1, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persian_days_are_found() {
        for ((year, month, day), ours) in [
            ((1402, 10, 26), "2024-01-16"),
            ((1403, 1, 1), "2024-03-20"),
            ((1399, 12, 30), "2021-03-20"),
            ((1400, 1, 1), "2021-03-21"),
            ((1404, 1, 1), "2025-03-21"),
            ((1357, 11, 22), "1979-02-11"),
        ] {
            assert_eq!(persian(year, month, day).unwrap().to_string(), ours);
        }
        assert!(persian(1402, 7, 31).is_none());
    }

    #[test]
    fn years_are_made_whole() {
        assert_eq!(whole_year(24, 2), 2024);
        assert_eq!(whole_year(99, 2), 1999);
        assert_eq!(whole_year(2567, 4), 2024);
        assert_eq!(whole_year(104, 3), 2004);
    }
}
