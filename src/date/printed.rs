//! Dates as sites print them, for people: «16 января 2024, 14:05», "Jan. 16, 2024", 2024年1月16日, ۲۶ دی ۱۴۰۲.
//!
//! No language is asked for: the words say it. A date without a year is the last such day before now.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::date::calendar::{self, Printed};
use crate::date::clock::{self, Clock, Item};
use crate::date::fold::{self, Placed, Token};
use crate::date::words::{Calendar, Unit};

/// Words of no table that a date may stand among: a name, a city, a label. More are a sentence, and its date another's.
const UNKNOWN_MAX: usize = 3;

/// The same where no year is printed, and a number beside a month's name may be anything.
const UNKNOWN_WITHOUT_YEAR_MAX: usize = 1;

/// How far from a month's name its day and year may stand, signs and small words counted.
const REACH: usize = 4;

/// A day as it is printed: its month, and its year if one stands there.
#[derive(Debug, Clone, Copy)]
struct PrintedDay {
    calendar: Calendar,
    year: Option<(i32, usize)>,
    month: i32,
    of_month: i32,
    /// Behind the last item it takes.
    end: usize,
}

/// Now, on the clock of the source's zone, and the script, which tells whose short years are meant.
struct Context {
    today: Date,
    is_thai: bool,
}

/// Reads a printed date.
pub(super) fn read(tokens: &[Placed], zone: &TimeZone, now: Timestamp) -> Option<Printed> {
    let is_thai =
        tokens.iter().any(|placed| matches!(&placed.token, Token::Word(word) if word.starts_with(is_thai_letter)));
    let context = Context { today: zone.to_datetime(now).date(), is_thai };
    let items = clock::items(tokens);
    let unknown = items.iter().filter(|item| matches!(item, Item::Unknown)).count();
    if unknown > UNKNOWN_MAX {
        return None;
    }
    let found = clock::find(&items);
    let free = free_items(&items, found.as_ref());
    let Some(day) = marked(&free).or_else(|| named(&free)).or_else(|| numeric(&free, &context)) else {
        return time_alone(&items, found?, &context, unknown);
    };
    if day.year.is_none() && unknown > UNKNOWN_WITHOUT_YEAR_MAX {
        return None;
    }
    let clock = found.or_else(|| clock::find_dotted(&items, day.end));
    let date = resolve(day, &context)?;
    Some(put_together(date, clock))
}

/// The time in a relative date: «вчера, 14:05»; and how many of its words, the phrase's own apart, nobody knows.
pub(super) fn time_and_unknown(tokens: &[Placed]) -> (Option<Time>, usize) {
    let items = clock::items(tokens);
    let time = clock::find(&items).or_else(|| clock::find_dotted(&items, 0)).map(|clock| clock.time);
    (time, items.iter().filter(|item| matches!(item, Item::Unknown)).count())
}

fn is_thai_letter(character: char) -> bool {
    fold::is_unspaced(character) && ('\u{e00}'..='\u{e7f}').contains(&character)
}

fn put_together(date: Date, clock: Option<Clock>) -> Printed {
    let Some(clock) = clock else {
        return Printed { at: date.to_datetime(Time::midnight()), offset: None };
    };
    let date = if clock.is_next_day { date.tomorrow().unwrap_or(date) } else { date };
    Printed { at: date.to_datetime(clock.time), offset: clock.offset }
}

/// The items with those of the time blotted out, so that its numbers are no days.
fn free_items(items: &[Item], clock: Option<&Clock>) -> Vec<Item> {
    let taken = clock.map_or(0..0, |clock| clock.start..clock.end);
    items.iter().enumerate().map(|(at, item)| if taken.contains(&at) { Item::Sign(' ') } else { *item }).collect()
}

/// «14:05»: today.
fn time_alone(items: &[Item], clock: Clock, context: &Context, unknown: usize) -> Option<Printed> {
    let others =
        items.iter().enumerate().any(|(at, item)| !(clock.start..clock.end).contains(&at) && item.number().is_some());
    let is_alone = unknown == 0 && !others && items.iter().filter_map(Item::meaning).all(|word| word.month.is_none());
    is_alone.then(|| put_together(context.today, Some(clock)))
}

/// 2024年1月16日, 2024년 1월 16일, ngày 16 tháng 1 năm 2024, 令和6年1月16日, 2024 оны 1-р сарын 16.
fn marked(items: &[Item]) -> Option<PrintedDay> {
    let find = |unit: Unit| (0..items.len()).find_map(|at| counted(items, at, unit));
    let (month, month_at) = find(Unit::Month).filter(|(month, _)| month.0 <= 12)?;
    let year = find(Unit::Year).filter(|(year, at)| *at != month_at && (year.1 >= 4 || *at < month_at));
    let day = find(Unit::Day)
        .filter(|(day, at)| day.0 <= 31 && *at != month_at)
        .or_else(|| neighbour(items, month_at, year.map(|(_, at)| at)))?;
    let era = year.and_then(|(_, at)| at.checked_sub(1)).and_then(|at| items[at].meaning()).and_then(|word| word.era);
    let year = year.map(|((year, digits), _)| match era {
        Some(ahead) => (year + ahead, 4),
        None => (year, digits),
    });
    let end = day.1.max(month_at) + 1;
    Some(PrintedDay { calendar: Calendar::Gregorian, year, month: month.0, of_month: day.0.0, end })
}

/// The number at `at`, if a word beside it says that it counts `unit`.
fn counted(items: &[Item], at: usize, unit: Unit) -> Option<((i32, usize), usize)> {
    let number = items[at].number().filter(|(_, digits)| *digits <= 4)?;
    // «1-р сарын»: the mark may stand behind a dash.
    let after = items.get(at + 1).filter(|item| !item.is_sign("-")).or_else(|| items.get(at + 2));
    let is_marked = after.and_then(Item::meaning).is_some_and(|word| word.mark == Some(unit));
    let is_led =
        at.checked_sub(1).and_then(|before| items[before].meaning()).is_some_and(|word| word.before == Some(unit));
    (is_marked || is_led).then_some((number, at))
}

/// A number of a day that nothing marks, after the month's or before it.
fn neighbour(items: &[Item], month_at: usize, year_at: Option<usize>) -> Option<((i32, usize), usize)> {
    let is_day = |at: &usize| {
        Some(*at) != year_at && items[*at].number().is_some_and(|(day, digits)| digits <= 2 && (1..=31).contains(&day))
    };
    let after = (month_at + 1..items.len().min(month_at + 1 + REACH)).find(is_day);
    let at = after.or_else(|| (month_at.saturating_sub(REACH)..month_at).rev().find(is_day))?;
    Some((items[at].number()?, at))
}

/// «16 января 2024», "January 16, 2024", "2024 Jan 16", «16 янв.».
fn named(items: &[Item]) -> Option<PrintedDay> {
    let mut items = items.to_vec();
    without_hijri(&mut items);
    let months: Vec<usize> =
        (0..items.len()).filter(|at| items[*at].meaning().is_some_and(|word| word.month.is_some())).collect();
    // «mar. 16 janv.»: what may be a day of the week is one, if another month stands there.
    let at = *months.iter().find(|at| !items[**at].meaning().is_some_and(|word| word.weekday)).or(months.first())?;
    let (calendar, month) = items[at].meaning()?.month?;
    let before: Vec<(usize, i32, usize)> = numbers(&items, (at.saturating_sub(REACH)..at).rev());
    let after: Vec<(usize, i32, usize)> = numbers(&items, at + 1..items.len());
    let is_day = |(_, value, digits): &&(usize, i32, usize)| *digits <= 2 && (1..=31).contains(value);
    let is_long = |(_, _, digits): &&(usize, i32, usize)| *digits == 4;
    let near = |(index, ..): &&(usize, i32, usize)| *index <= at + REACH;
    let day_before =
        before.first().filter(is_day).or_else(|| before.get(1).filter(is_day).filter(|_| before[0].2 == 4));
    let day = day_before.or_else(|| after.first().filter(is_day).filter(near))?;
    let year = after.iter().chain(&before).find(is_long).map(|(index, year, digits)| (*index, *year, *digits));
    let short = || {
        after
            .iter()
            .find(|number| number.0 != day.0)
            .filter(|(index, _, digits)| *digits == 2 && is_short_year(&items, day.0.max(at), *index))
    };
    let year = year.or_else(|| short().copied());
    let end = [Some(at), Some(day.0), year.map(|year| year.0)].into_iter().flatten().max()? + 1;
    Some(PrintedDay { calendar, year: year.map(|(_, year, digits)| (year, digits)), month, of_month: day.1, end })
}

/// Whether a number of two digits behind a day and a month is a year: nothing but signs between, and no `14.05`.
fn is_short_year(items: &[Item], from: usize, at: usize) -> bool {
    let is_near = items[from + 1..at].iter().all(|item| item.is_sign(".-/,"));
    let is_time = items.get(at + 1).is_some_and(|next| next.is_sign("."))
        && items.get(at + 2).is_some_and(|next| next.number().is_some());
    is_near && !is_time
}

fn numbers(items: &[Item], range: impl Iterator<Item = usize>) -> Vec<(usize, i32, usize)> {
    range.filter_map(|at| items[at].number().map(|(value, digits)| (at, value, digits))).collect()
}

/// Takes out «4 رجب 1445 هـ»: the same day in the moon's calendar, beside ours.
fn without_hijri(items: &mut [Item]) {
    let is_hijri = |item: &Item| item.meaning().is_some_and(|word| matches!(word.month, Some((Calendar::Hijri, _))));
    let Some(at) = items.iter().position(is_hijri) else { return };
    items[at] = Item::Sign(' ');
    if let Some(before) = at.checked_sub(1).filter(|before| items[*before].number().is_some()) {
        items[before] = Item::Sign(' ');
    }
    for near in items.iter_mut().skip(at).take(REACH) {
        if matches!(near, Item::Number(1300..=1500, 4, _)) {
            *near = Item::Sign(' ');
        }
    }
}

/// `16.01.2024`, `2024/01/16`, `01-16-2024`, `16.01.24`; `16.01` beside a time.
fn numeric(items: &[Item], context: &Context) -> Option<PrintedDay> {
    let triple = (0..items.len()).find_map(|at| Some((three(items, at)?, at + 5)));
    if let Some(((parts, sign), end)) = triple {
        let day = order_of_three(parts, sign, context)?;
        return Some(PrintedDay { end, ..day });
    }
    let pair = (0..items.len()).find_map(|at| Some((two(items, at)?, at + 3)));
    let ((first, second, sign), end) = pair?;
    let mut orders = [(first, second), (second, first)];
    if sign == '-' {
        orders.swap(0, 1);
    }
    let (day, month) = best(&orders, |(day, month)| last_such_day(*month, *day, context.today), context.today)?;
    Some(PrintedDay { calendar: Calendar::Gregorian, year: None, month, of_month: day, end })
}

type Part = (i32, usize);

/// Three numbers with the same sign between them.
fn three(items: &[Item], at: usize) -> Option<([Part; 3], char)> {
    let five = items.get(at..at + 5)?;
    let (Item::Sign(first @ ('-' | '/' | '.')), Item::Sign(second)) = (five[1], five[3]) else { return None };
    let parts = [five[0].number()?, five[2].number()?, five[4].number()?];
    (first == second && parts[1].1 <= 2).then_some((parts, first))
}

/// Two numbers of two digits with a sign between them, and no third: only where nothing but a time stands beside.
fn two(items: &[Item], at: usize) -> Option<(i32, i32, char)> {
    let three = items.get(at..at + 3)?;
    let Item::Sign(sign @ ('-' | '/' | '.')) = three[1] else { return None };
    let ((first, digits), (second, second_digits)) = (three[0].number()?, three[2].number()?);
    let is_alone = items.iter().filter(|item| item.number().is_some() || matches!(item, Item::Unknown)).count() == 2;
    let is_day = digits <= 2 && second_digits == 2 && first > 0 && second > 0;
    (is_alone && is_day).then_some((first, second, sign))
}

fn order_of_three(parts: [Part; 3], sign: char, context: &Context) -> Option<PrintedDay> {
    let [first, second, third] = parts;
    let of = |year: Part, month: Part, day: Part| PrintedDay {
        calendar: Calendar::Gregorian,
        year: Some(year),
        month: month.0,
        of_month: day.0,
        end: 0,
    };
    let exists = |day: &PrintedDay| resolve(*day, context);
    if first.1 >= 4 {
        return best(&[of(first, second, third), of(first, third, second)][..1], exists, context.today)
            .or_else(|| Some(of(first, third, second)).filter(|day| exists(day).is_some()));
    }
    let (day_first, month_first, year_first) =
        (of(third, second, first), of(third, first, second), of(first, second, third));
    if third.1 >= 4 {
        return best(&[day_first, month_first], exists, context.today);
    }
    if sign == '.' {
        return best(&[day_first], exists, context.today).or_else(|| best(&[year_first], exists, context.today));
    }
    // Two digits each: `24/01/16` is East Asia's, `16/01/24` the rest's; the later day that is not to come is likelier.
    [day_first, year_first, month_first]
        .into_iter()
        .filter_map(|day| Some((exists(&day).filter(|date| *date <= tomorrow(context.today))?, day)))
        .max_by_key(|(date, _)| *date)
        .map(|(_, day)| day)
}

/// The first of the readings that exists; a later one if it alone is of the last weeks, as news are.
fn best<T: Copy>(readings: &[T], date: impl Fn(&T) -> Option<Date>, today: Date) -> Option<T> {
    /// News on a front page are younger.
    const FRESH_DAYS: i64 = 45;
    let existing: Vec<(T, Date)> = readings.iter().filter_map(|reading| Some((*reading, date(reading)?))).collect();
    let oldest = today.checked_sub(Span::new().days(FRESH_DAYS)).unwrap_or(today);
    let fresh = |date: Date| (oldest..=tomorrow(today)).contains(&date);
    let first = existing.first()?;
    let only_fresh = existing.iter().find(|(_, date)| fresh(*date)).filter(|_| !fresh(first.1));
    Some(only_fresh.unwrap_or(first).0)
}

fn tomorrow(today: Date) -> Date {
    today.tomorrow().unwrap_or(today)
}

fn resolve(day: PrintedDay, context: &Context) -> Option<Date> {
    if day.calendar == Calendar::Hijri {
        return None;
    }
    let Some((year, digits)) = day.year else {
        let days = |date: Date| date <= tomorrow(context.today);
        return match day.calendar {
            // Iran's year began in March of ours, 621 or 622 years back.
            Calendar::Persian => (i32::from(context.today.year()) - 622..=i32::from(context.today.year()) - 621)
                .rev()
                .find_map(|year| calendar::persian(year, day.month, day.of_month).filter(|date| days(*date))),
            _ => last_such_day(day.month, day.of_month, context.today),
        };
    };
    match day.calendar {
        Calendar::Persian if digits == 4 && year > 1700 => None,
        Calendar::Persian => calendar::persian(
            if digits == 2 { year + if year < 50 { 1400 } else { 1300 } } else { year },
            day.month,
            day.of_month,
        ),
        _ if context.is_thai && digits == 2 => {
            let thai = calendar::gregorian(2500 + year - calendar::BUDDHIST_AHEAD, day.month, day.of_month)?;
            let ours = calendar::gregorian(2000 + year, day.month, day.of_month);
            Some(ours.filter(|ours| *ours <= tomorrow(context.today)).unwrap_or(thai))
        }
        _ => calendar::day(year, digits, day.month, day.of_month),
    }
}

/// The last day of this month and day that is not after tomorrow: clocks of other zones are ahead.
fn last_such_day(month: i32, day: i32, today: Date) -> Option<Date> {
    /// 29 February comes back after eight years at the latest.
    const YEARS_MAX: i32 = 8;
    let year = i32::from(today.year());
    (year - YEARS_MAX..=year)
        .rev()
        .find_map(|year| calendar::gregorian(year, month, day).filter(|date| *date <= tomorrow(today)))
}
