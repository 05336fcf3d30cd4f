//! Dates as machines write them: RFC 3339 and its ISO cousins, RFC 822 as it should be, seconds since 1970.
//!
//! The quick way: no table is asked. What is not exactly of these forms is left to `printed`.

use jiff::civil::{Date, DateTime, ISOWeekDate, Time, Weekday};
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use crate::date::calendar::{self, Printed};
use crate::date::fold::Token;
use crate::date::words;

/// The abbreviations of RFC 822, which the whole names begin with.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Years of which digits in a row are a date: others are a number.
const YEAR_MIN: i16 = 1970;
const YEAR_MAX: i16 = 2099;

/// Reads a machine's date.
pub(super) fn read(text: &str) -> Option<Printed> {
    match text.as_bytes().first()? {
        // Unix's `date +@%s`, and what .NET wrote into JSON.
        b'@' => epoch(&text[1..]),
        b'/' => epoch(text.strip_prefix("/Date(")?.strip_suffix(")/")?),
        b'0'..=b'9' => epoch(text).or_else(|| digits_alone(text)).or_else(|| iso(text)).or_else(|| rfc822(text)),
        _ if text.is_ascii() => rfc822(text),
        _ => None,
    }
}

/// Seconds since 1970 in 9 or 10 digits, milliseconds in 13, microseconds in 16; a fraction is left out.
fn epoch(text: &str) -> Option<Printed> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: i64 = whole.parse().ok()?;
    let seconds = match whole.len() {
        9 | 10 => value,
        13 => value / 1_000,
        16 => value / 1_000_000,
        _ => return None,
    };
    let at = Offset::UTC.to_datetime(Timestamp::from_second(seconds).ok()?);
    Some(Printed { at, offset: Some(Offset::UTC) })
}

/// `20240116140500`, `202401161405`: the numbers of a date and a time in a row.
fn digits_alone(text: &str) -> Option<Printed> {
    if !matches!(text.len(), 12 | 14) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (day, time) = text.split_at(8);
    let date = iso_day(&mut Cursor { rest: day }).filter(|date| (YEAR_MIN..=YEAR_MAX).contains(&date.year()))?;
    let (clock, is_next_day) = iso_time(&mut Cursor { rest: time })?;
    let date = if is_next_day { date.tomorrow().ok()? } else { date };
    Some(Printed { at: date.to_datetime(clock), offset: None })
}

/// `2024-01-16T14:05:00+03:00` and its shorter forms: W3CDTF's, the basic format, ordinal days, weeks, a space for `T`.
fn iso(text: &str) -> Option<Printed> {
    let mut cursor = Cursor { rest: text };
    let date = iso_day(&mut cursor)?;
    if cursor.rest.is_empty() {
        return Some(Printed { at: date.to_datetime(Time::midnight()), offset: None });
    }
    let before = cursor.rest;
    if let Some(offset) = before.starts_with(['+', '-']).then(|| offset(before)).flatten() {
        // A day with its offset, as XML Schema has it.
        return Some(Printed { at: date.to_datetime(Time::midnight()), offset: Some(offset) });
    }
    cursor.rest = cursor.rest.trim_start_matches([' ', 'T', 't', '_', '\u{a0}']);
    if cursor.rest.len() == before.len() {
        return None;
    }
    let (clock, is_next_day) = iso_time(&mut cursor)?;
    let date = if is_next_day { date.tomorrow().ok()? } else { date };
    let zone = cursor.rest.trim();
    let offset = if zone.is_empty() { None } else { Some(offset(zone)?) };
    Some(Printed { at: date.to_datetime(clock), offset })
}

fn iso_day(cursor: &mut Cursor<'_>) -> Option<Date> {
    let (year, digits) = cursor.number()?;
    match digits {
        4 if cursor.eat('-') => {
            if cursor.eat('W') {
                return iso_week(year, cursor);
            }
            let (month, digits) = cursor.number()?;
            if digits == 3 {
                return ordinal(year, month);
            }
            let day = if cursor.eat('-') { cursor.number()?.0 } else { 1 };
            calendar::day(year, 4, month, day)
        }
        // Four digits more may be a time (`2024 14:05`): only a year alone is one.
        4 if cursor.rest.is_empty() => calendar::gregorian(year, 1, 1),
        4 if cursor.eat('W') => iso_week(year, cursor),
        6 => calendar::day(year / 10_000, 2, year / 100 % 100, year % 100)
            .or_else(|| calendar::gregorian(year / 100, year % 100, 1)),
        7 => ordinal(year / 1000, year % 1000),
        8 => calendar::day(year / 10_000, 4, year / 100 % 100, year % 100),
        _ => None,
    }
}

fn ordinal(year: i32, day: i32) -> Option<Date> {
    let first = calendar::gregorian(year, 1, 1)?;
    let date = first.checked_add(Span::new().try_days(day - 1).ok()?).ok()?;
    (date.year() == first.year()).then_some(date)
}

fn iso_week(year: i32, cursor: &mut Cursor<'_>) -> Option<Date> {
    let (week, digits) = cursor.number()?;
    let (week, day) = match digits {
        3 => (week / 10, week % 10),
        _ if cursor.eat('-') => (week, cursor.number()?.0),
        _ => (week, 1),
    };
    let weekday = Weekday::from_monday_one_offset(i8::try_from(day).ok()?).ok()?;
    Some(ISOWeekDate::new(i16::try_from(year).ok()?, i8::try_from(week).ok()?, weekday).ok()?.date())
}

/// `14:05`, `14:05:00.123`, `1405`, `24:00`; whether it is midnight of the next day.
fn iso_time(cursor: &mut Cursor<'_>) -> Option<(Time, bool)> {
    let (first, digits) = cursor.number()?;
    let (hour, minute, second) = match digits {
        1 | 2 if cursor.eat(':') => {
            let minute = cursor.number()?.0;
            (first, minute, if cursor.eat(':') { cursor.number()?.0 } else { 0 })
        }
        1 | 2 => (first, 0, 0),
        4 => (first / 100, first % 100, 0),
        6 => (first / 10_000, first / 100 % 100, first % 100),
        _ => return None,
    };
    let mut nanosecond = 0;
    if cursor.eat('.') || cursor.eat(',') {
        nanosecond = fraction(cursor.digits());
    }
    clock(hour, minute, second, nanosecond)
}

/// A time of the clock; 24:00 is the next day's, a leap second is its neighbour.
pub(super) fn clock(hour: i32, minute: i32, second: i32, nanosecond: i32) -> Option<(Time, bool)> {
    let is_next_day = (hour, minute, second) == (24, 0, 0);
    let hour = if is_next_day { 0 } else { hour };
    let second = if second == 60 { 59 } else { second };
    let part = |value: i32| i8::try_from(value).ok();
    Time::new(part(hour)?, part(minute)?, part(second)?, nanosecond).ok().map(|time| (time, is_next_day))
}

/// Digits after the point as nanoseconds.
pub(super) fn fraction(digits: &str) -> i32 {
    let nine: String = digits.chars().chain(std::iter::repeat('0')).take(9).collect();
    nine.parse().unwrap_or(0)
}

/// `Tue, 16 Jan 2024 14:05:00 +0300`, with or without its day of the week, seconds and zone.
fn rfc822(text: &str) -> Option<Printed> {
    let mut words = text.split([' ', ',', '\t', '\n', '\r']).filter(|word| !word.is_empty());
    let mut word = words.next()?;
    if word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.') {
        word = words.next()?;
    }
    let (day, digits) = Cursor { rest: word }.number().filter(|(_, digits)| *digits == word.len())?;
    if digits > 2 {
        return None;
    }
    let month = month(words.next()?)?;
    let year = words.next()?;
    let year_digits = year.len();
    let year = Cursor { rest: year }.number().filter(|(_, digits)| *digits == year_digits)?.0;
    let date = calendar::gregorian(calendar::whole_year(year, year_digits), month, day)?;
    let Some(time) = words.next() else {
        return Some(Printed { at: date.to_datetime(Time::midnight()), offset: None });
    };
    let mut cursor = Cursor { rest: time };
    let (clock, is_next_day) = iso_time(&mut cursor).filter(|_| time.contains(':'))?;
    let date = if is_next_day { date.tomorrow().ok()? } else { date };
    let zone = if cursor.rest.is_empty() { words.next() } else { Some(cursor.rest) };
    let offset = match zone {
        Some(zone) => Some(offset(zone)?),
        None => None,
    };
    // What stands after a zone is a comment in brackets, or a second zone: left to the slow way.
    let is_done = words.next().is_none_or(|word| word.starts_with('('));
    is_done.then(|| Printed { at: DateTime::from_parts(date, clock), offset })
}

fn month(word: &str) -> Option<i32> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let index = MONTHS.iter().position(|month| word.len() >= 3 && month.starts_with(word.as_str()))?;
    i32::try_from(index + 1).ok()
}

/// An offset as it is printed: `Z`, `+03:00`, `+0300`, `+3`, `GMT`, `GMT+3`, `MSK`.
pub(super) fn offset(text: &str) -> Option<Offset> {
    let text = text.trim_matches(['(', ')', '[', ']', ' ']);
    if matches!(text, "Z" | "z" | "GMT" | "UTC" | "UT") {
        return Some(Offset::UTC);
    }
    let sign_at = text.find(['+', '-']);
    let (name, number) = sign_at.map_or((text, ""), |at| text.split_at(at));
    let named = match name.trim() {
        "" => 0,
        name => zone(name)?,
    };
    if number.is_empty() {
        return Offset::from_seconds(named * 60).ok();
    }
    let mut cursor = Cursor { rest: &number[1..] };
    let (first, digits) = cursor.number()?;
    let minutes = match digits {
        1 | 2 if cursor.eat(':') => first * 60 + cursor.number().filter(|(_, digits)| *digits == 2)?.0,
        1 | 2 => first * 60,
        3 | 4 => first / 100 * 60 + first % 100,
        _ => return None,
    };
    let signed = if number.starts_with('-') { -minutes } else { minutes };
    // A name beside a number only says what the number is relative to: GMT, UTC.
    cursor.rest.is_empty().then(|| Offset::from_seconds(signed * 60).ok()).flatten()
}

fn zone(name: &str) -> Option<i32> {
    words::words().longest(&[Token::Word(name.to_ascii_lowercase())])?.0.zone
}

/// What is still to be read.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn digits(&mut self) -> &'a str {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits
    }

    fn number(&mut self) -> Option<(i32, usize)> {
        let digits = self.digits();
        Some((digits.parse().ok()?, digits.len()))
    }

    fn eat(&mut self, sign: char) -> bool {
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}
