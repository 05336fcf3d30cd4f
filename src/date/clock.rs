//! The time and the offset in a printed date: `14:05:30`, `2 PM`, 下午3点20分, `14h05`, `14.05 WIB`, `(UTC+3)`.

use jiff::civil::Time;
use jiff::tz::Offset;

use crate::date::fold::{self, Placed, Token};
use crate::date::machine;
use crate::date::words::{self, Meaning, Unit};

/// A piece of a printed date with what it can mean.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item {
    /// A number, the count of its digits, and whether it touches what stands before.
    Number(i32, usize, bool),
    /// A sign.
    Sign(char),
    /// A word of the tables.
    Word(&'static Meaning),
    /// A word of none.
    Unknown,
}

/// A time found among items.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// The time.
    pub(super) time: Time,
    /// Whether it is the end of the day, 24:00.
    pub(super) is_next_day: bool,
    /// The offset beside it.
    pub(super) offset: Option<Offset>,
    /// The items it takes, its halves of the day and its offset among them.
    pub(super) start: usize,
    /// Behind its last item.
    pub(super) end: usize,
}

/// Hours, minutes, seconds, nanoseconds, and the items they take.
struct Hands(i32, i32, i32, i32, std::ops::Range<usize>);

impl Item {
    /// Its number.
    pub(super) fn number(&self) -> Option<(i32, usize)> {
        match self {
            Self::Number(value, digits, _) => Some((*value, *digits)),
            _ => None,
        }
    }

    /// Its word's meaning.
    pub(super) fn meaning(&self) -> Option<&'static Meaning> {
        match self {
            Self::Word(meaning) => Some(meaning),
            _ => None,
        }
    }

    /// Whether it is one of these signs.
    pub(super) fn is_sign(&self, signs: &str) -> bool {
        matches!(self, Self::Sign(sign) if signs.contains(*sign))
    }
}

/// Tokens with their meanings; runs of scripts without spaces are cut into known words.
pub(super) fn items(tokens: &[Placed]) -> Vec<Item> {
    let plain: Vec<Token> = tokens.iter().map(|placed| placed.token.clone()).collect();
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        match &plain[at] {
            Token::Number { value, digits } => {
                out.push(Item::Number(i32::try_from(*value).unwrap_or(i32::MAX), *digits, tokens[at].glued));
            }
            Token::Sign(sign) => out.push(Item::Sign(*sign)),
            Token::Word(word) => match words::words().longest(&plain[at..]) {
                Some((meaning, count)) => {
                    out.push(Item::Word(meaning));
                    at += count - 1;
                }
                None if word.chars().any(fold::is_unspaced) => {
                    let segments = words::words().segments(word);
                    out.extend(segments.into_iter().map(|known| known.map_or(Item::Unknown, Item::Word)));
                }
                None => out.push(Item::Unknown),
            },
        }
        at += 1;
    }
    out
}

/// The first time among items.
pub(super) fn find(items: &[Item]) -> Option<Clock> {
    let hands =
        (0..items.len()).find_map(|at| colons(items, at)).or_else(|| (0..items.len()).find_map(|at| marked(items, at)));
    hands.and_then(|hands| finish(items, hands))
}

/// The first time written with a dot, `14.05`: only where the date is already known, `from` behind it.
pub(super) fn find_dotted(items: &[Item], from: usize) -> Option<Clock> {
    (from..items.len()).find_map(|at| {
        let (hour, hour_digits) = items[at].number()?;
        let (Item::Sign('.'), Item::Number(minute, 2, true)) = (items.get(at + 1)?, items.get(at + 2)?) else {
            return None;
        };
        if hour_digits > 2 || hour >= 24 || *minute >= 60 {
            return None;
        }
        if let (Some(Item::Sign('.')), Some(Item::Number(second @ 0..=60, 2, true))) =
            (items.get(at + 3), items.get(at + 4))
        {
            // `14.05.30`, and no date of three numbers.
            let is_done = !items.get(at + 5).is_some_and(|next| next.is_sign("."));
            return is_done.then(|| finish(items, Hands(hour, *minute, *second, 0, at..at + 5))).flatten();
        }
        let is_done = !items.get(at + 3).is_some_and(|next| next.is_sign("."));
        is_done.then(|| finish(items, Hands(hour, *minute, 0, 0, at..at + 3))).flatten()
    })
}

/// `14:05`, `14:05:30.123`.
fn colons(items: &[Item], at: usize) -> Option<Hands> {
    let (hour, hour_digits) = items[at].number()?;
    let (Item::Sign(':'), Item::Number(minute, 2, _)) = (items.get(at + 1)?, items.get(at + 2)?) else { return None };
    if hour_digits > 2 || hour > 24 || *minute > 59 {
        return None;
    }
    let mut hands = Hands(hour, *minute, 0, 0, at..at + 3);
    if let (Some(Item::Sign(':')), Some(Item::Number(second, 1..=2, _))) = (items.get(at + 3), items.get(at + 4)) {
        hands.2 = *second;
        hands.4.end = at + 5;
        if let (Some(Item::Sign('.' | ',')), Some(Item::Number(value, digits, true))) =
            (items.get(at + 5), items.get(at + 6))
        {
            hands.3 = machine::fraction(&format!("{value:0digits$}"));
            hands.4.end = at + 7;
        }
    }
    Some(hands)
}

/// `14時05分30秒`, `14h05`, `2 PM`.
fn marked(items: &[Item], at: usize) -> Option<Hands> {
    let (hour, digits) = items[at].number().filter(|(hour, digits)| *digits <= 2 && *hour <= 24)?;
    let mark =
        |index: usize, unit: Unit| items.get(index).and_then(Item::meaning).is_some_and(|word| word.mark == Some(unit));
    let is_half = |index: Option<usize>| {
        index
            .and_then(|index| items.get(index))
            .and_then(Item::meaning)
            .is_some_and(|word| word.is_pm.is_some() && word.month.is_none())
    };
    if !mark(at + 1, Unit::Hour) {
        let is_time = hour <= 12 && digits <= 2 && is_half(Some(at + 1));
        return is_time.then_some(Hands(hour, 0, 0, 0, at..at + 1));
    }
    let mut hands = Hands(hour, 0, 0, 0, at..at + 2);
    if let Some((minute, 1..=2)) = items.get(at + 2).and_then(Item::number).filter(|(minute, _)| *minute < 60) {
        hands.1 = minute;
        hands.4.end = at + 3;
        if mark(at + 3, Unit::Minute) {
            hands.4.end = at + 4;
            if let Some((second, _)) = items.get(at + 4).and_then(Item::number).filter(|_| mark(at + 5, Unit::Second)) {
                hands.2 = second;
                hands.4.end = at + 6;
            }
        }
    }
    Some(hands)
}

/// The half of the day and the offset that stand beside the hands.
fn finish(items: &[Item], hands: Hands) -> Option<Clock> {
    let Hands(mut hour, minute, second, nanosecond, range) = hands;
    let (mut start, mut end) = (range.start, range.end);
    let half = |index: Option<usize>| {
        index.and_then(|index| items.get(index)).and_then(Item::meaning).and_then(|word| word.is_pm)
    };
    if let Some(is_pm) = half(Some(end)) {
        hour = of_half(hour, is_pm);
        end += 1;
    } else if let Some(is_pm) = half(start.checked_sub(1)) {
        hour = of_half(hour, is_pm);
        start -= 1;
    }
    let (time, is_next_day) = machine::clock(hour, minute, second, nanosecond)?;
    let (offset, end) = offset(items, end);
    Some(Clock { time, is_next_day, offset, start, end })
}

fn of_half(hour: i32, is_pm: bool) -> i32 {
    match (hour, is_pm) {
        (12, false) => 0,
        (1..=11, true) => hour + 12,
        _ => hour,
    }
}

/// The offset behind a time, and where it ends.
fn offset(items: &[Item], from: usize) -> (Option<Offset>, usize) {
    let mut at = from;
    while items.get(at).is_some_and(|item| {
        item.is_sign("(),.|[") || item.meaning().is_some_and(|word| word.zone.is_none() && (word.noise || word.weekday))
    }) {
        at += 1;
    }
    let named = items.get(at).and_then(Item::meaning).and_then(|word| word.zone);
    let number_at = if named.is_some() { at + 1 } else { at };
    if let Some((seconds, end)) = signed(items, number_at, named.is_some()) {
        return (Offset::from_seconds(seconds).ok(), end);
    }
    match named {
        Some(minutes) => (Offset::from_seconds(minutes * 60).ok(), at + 1),
        None => (None, from),
    }
}

/// `+0300`, `-05:00`, `+3`, in seconds.
fn signed(items: &[Item], at: usize, is_named: bool) -> Option<(i32, usize)> {
    /// No clock is further from Greenwich.
    const MINUTES_MAX: i32 = 14 * 60;
    let Item::Sign(sign @ ('+' | '-')) = items.get(at)? else { return None };
    let Item::Number(value, digits, true) = *items.get(at + 1)? else { return None };
    let (minutes, end) = match (digits, items.get(at + 2), items.get(at + 3)) {
        (4, ..) => (value / 100 * 60 + value % 100, at + 2),
        (1 | 2, Some(Item::Sign(':')), Some(Item::Number(minute, 2, true))) => (value * 60 + minute, at + 4),
        // A dash before a number of one or two digits is more often a dash: «14:05 -16 января».
        (1 | 2, ..) if is_named || *sign == '+' => (value * 60, at + 2),
        _ => return None,
    };
    let seconds = if *sign == '-' { -minutes * 60 } else { minutes * 60 };
    (minutes <= MINUTES_MAX).then_some((seconds, end))
}
