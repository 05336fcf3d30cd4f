//! «3 часа назад», «вчера, 14:05», "just now": dates that count back from now.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::date::calendar::Printed;
use crate::date::fold::{Placed, Token};
use crate::date::printed;
use crate::date::words::{self, Ago, Unit};

/// Most tokens of a relative date, with the label before it: «Опубликовано 3 часа назад, обновлено …» and no headline.
const TOKENS_MAX: usize = 14;

/// Words that say nothing of when, beside a phrase that does. "Today" alone is also the name of newspapers.
const UNKNOWN_MAX: usize = 3;

/// More than this of any unit is no "ago" of a site.
const COUNT_MAX: i64 = 1000;

/// Reads a date that counts back from now.
pub(super) fn read(tokens: &[Placed], zone: &TimeZone, now: Timestamp) -> Option<Printed> {
    if tokens.len() > TOKENS_MAX {
        return None;
    }
    let plain: Vec<Token> = tokens.iter().map(|placed| placed.token.clone()).collect();
    let text = words::phrase(&plain);
    let (ago, range) = words::words().ago(&text)?;
    let numbers_before = text[..range.start].matches('#').count();
    let count = match ago.count {
        Some(count) => count,
        None => plain.iter().filter_map(number).nth(numbers_before).filter(|count| *count <= COUNT_MAX)?,
    };
    let offset = zone.to_offset(now);
    let then = back(zone.to_datetime(now), Ago { count: Some(count), ..ago })?;
    let is_day_alone = ago.unit == Unit::Day && ago.count.is_some();
    let (time, unknown) = printed::time_and_unknown(tokens);
    if unknown > if is_day_alone && time.is_none() { 0 } else { UNKNOWN_MAX } {
        return None;
    }
    if is_day_alone {
        // «вчера, 14:05»; without a time the day's midnight, as for every day alone.
        return Some(Printed { at: then.date().to_datetime(time.unwrap_or_default()), offset: None });
    }
    Some(Printed { at: then, offset: Some(offset) })
}

fn number(token: &Token) -> Option<i64> {
    match token {
        Token::Number { value, .. } => Some(*value),
        _ => None,
    }
}

fn back(now: DateTime, ago: Ago) -> Option<DateTime> {
    let count = ago.count?;
    let span = Span::new();
    let span = match ago.unit {
        Unit::Second => span.try_seconds(count),
        Unit::Minute => span.try_minutes(count),
        Unit::Hour => span.try_hours(count),
        Unit::Day => span.try_days(count),
        Unit::Week => span.try_weeks(count),
        Unit::Month => span.try_months(count),
        Unit::Year => span.try_years(count),
    };
    now.checked_sub(span.ok()?).ok()
}
