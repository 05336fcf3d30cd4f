//! The tables of `feedatlas status`: as many columns as the terminal has room for; where it has room for none, lines.

use comfy_table::{Cell, CellAlignment, Color, Table};
use jiff::{SignedDuration, Timestamp};

use crate::cli::terminal;
use crate::model::learned::Refused;
use crate::publish::status::{CountryStatus, HubPhase, HubStatus, SourceStatus, State, StatusFile};

/// Columns from which on a source has a row, and below which it has lines of its own.
const ROWS_MIN: u16 = 60;

/// Columns from which on every column is shown.
const ALL_MIN: u16 = 100;

/// The states in the order in which people look for them, with their words and colours.
const STATES: [(State, &str, Color); 4] = [
    (State::Failing, "failing", Color::Red),
    (State::Gone, "gone", Color::Red),
    (State::Waiting, "waiting", Color::Yellow),
    (State::Well, "well", Color::Green),
];

/// How many sources are in each state: `2 failing · 1 gone · 3 waiting · 40 well, 1 of them quiet`.
pub(crate) fn counts(sources: &[SourceStatus]) -> String {
    let count = |state| sources.iter().filter(|source| source.state == state).count();
    let told = STATES.iter().map(|(state, word, _)| (count(*state), *word)).filter(|(count, _)| *count > 0);
    let mut words: Vec<String> = told.map(|(count, word)| format!("{count} {word}")).collect();
    let uneasy = sources.iter().filter(|source| source.state == State::Well && !source.alarms.is_empty()).count();
    if uneasy > 0 {
        words.push(format!("{uneasy} unlike their habit"));
    }
    let hubs = sources.iter().filter(|source| source.hub.as_ref().is_some_and(|hub| hub.phase == HubPhase::Tells));
    match hubs.count() {
        0 => {}
        1 => words.push("1 hub tells".to_owned()),
        hubs => words.push(format!("{hubs} hubs tell")),
    }
    words.join(" · ")
}

/// Those that shared the store when this was published, and how late what was most overdue was asked.
pub(crate) fn workers(status: &StatusFile) -> String {
    let seconds = |seconds| span(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)));
    let mut words = String::new();
    for worker in &status.workers {
        let line = format!(
            "worker {}: {} leases, at work for {}, seen {} before that",
            worker.name,
            worker.leases,
            seconds(worker.at_work_seconds),
            seconds(worker.seen_seconds)
        );
        words.push_str(&(terminal::wrapped(&line) + "\n"));
    }
    words.extend(status.lag_seconds.map(|lag| format!("lag: {lag} s\n")));
    words
}

/// The sources; the failing ones first: they are why people look.
pub(crate) fn sources(sources: &[SourceStatus], now: Timestamp, width: u16) -> String {
    let mut ordered: Vec<&SourceStatus> = sources.iter().collect();
    ordered.sort_by_key(|source| (source.state, source.alarms.is_empty()));
    if width < ROWS_MIN {
        return ordered.into_iter().map(|source| lines(source, now)).collect();
    }
    let has_hubs = sources.iter().any(|source| source.hub.is_some());
    let is_wide = width >= ALL_MIN;
    let mut table = terminal::table(width);
    let mut head = vec!["source", "state", "since"];
    head.extend(is_wide.then_some(["entries", "new"]).into_iter().flatten());
    head.push("next");
    head.extend((is_wide && has_hubs).then_some("hub"));
    head.push("wrong");
    table.set_header(head);
    for source in ordered {
        let (word, colour) = state(source);
        let mut row = vec![
            Cell::new(&source.name),
            Cell::new(word).fg(colour),
            Cell::new(source.since.map(|at| ago(at, now)).unwrap_or_default()),
        ];
        if is_wide {
            row.push(Cell::new(source.entries).set_alignment(CellAlignment::Right));
            row.push(Cell::new(source.last_new.map(|at| ago(at, now)).unwrap_or_default()));
        }
        row.push(Cell::new(next(source, now)));
        if is_wide && has_hubs {
            row.push(Cell::new(source.hub.as_ref().map(|told| hub(told, now)).unwrap_or_default()));
        }
        row.push(Cell::new(wrong(source).unwrap_or_default()));
        table.add_row(row);
    }
    format!("{table}\n")
}

/// Two lines for a source, where a row has no room.
fn lines(source: &SourceStatus, now: Timestamp) -> String {
    let since = source.since.map(|at| format!(" for {}", ago(at, now))).unwrap_or_default();
    let wrong = wrong(source).map(|wrong| format!(": {wrong}")).unwrap_or_default();
    let told = format!("  {}{since}, next {}{wrong}", state(source).0, next(source, now));
    format!("{}\n{}\n", terminal::wrapped(&source.name), terminal::wrapped(&told))
}

fn state(source: &SourceStatus) -> (&'static str, Color) {
    let known = STATES.iter().find(|(state, ..)| *state == source.state);
    let (_, word, colour) = known.copied().unwrap_or(STATES[0]);
    // It answers, and is not as it was.
    if source.state == State::Well && !source.alarms.is_empty() { (word, Color::Yellow) } else { (word, colour) }
}

fn next(source: &SourceStatus, now: Timestamp) -> String {
    source.next.map_or_else(|| "never".to_owned(), |at| ahead(at, now))
}

/// What is wrong with a source, in a word or two.
fn wrong(source: &SourceStatus) -> Option<String> {
    let failed = source.last_error.as_ref().map(|error| error.class.to_string());
    let failed = failed.or_else(|| source.refused.map(pages));
    let failed = failed.or_else(|| {
        let kinds: Vec<&str> = source.alarms.iter().map(|alarm| alarm.kind.as_str()).collect();
        (!kinds.is_empty()).then(|| kinds.join(", "))
    });
    failed.or_else(|| source.note.clone())
}

/// `paywall on 3 of 5 pages`.
pub(crate) fn pages(refused: Refused) -> String {
    format!("{} on {} of {} pages", refused.class, refused.pages, refused.of)
}

/// `tells, 9 d left`.
fn hub(hub: &HubStatus, now: Timestamp) -> String {
    let tries = if hub.tries > 1 { format!(" {} times", hub.tries) } else { String::new() };
    match hub.phase {
        HubPhase::Named => "named".to_owned(),
        HubPhase::Asked => format!("asked{tries}"),
        HubPhase::Leaving => "leaving".to_owned(),
        HubPhase::Tells => match hub.until {
            Some(until) => format!("tells, {} left", span(until.duration_since(now))),
            None => "tells".to_owned(),
        },
    }
}

/// The lands that have articles.
pub(crate) fn countries(countries: &[CountryStatus], now: Timestamp, width: u16) -> Table {
    let mut table = terminal::table(width);
    let has_feed = width >= ROWS_MIN;
    let mut head = vec!["country"];
    head.extend(has_feed.then_some("feed"));
    head.extend(["articles", "newest"]);
    table.set_header(head);
    for country in countries.iter().filter(|country| country.articles > 0) {
        let mut row = vec![Cell::new(format!("{} {}", country.code, country.name))];
        if has_feed {
            row.push(Cell::new(format!("feeds/{}.xml", country.slug)));
        }
        row.push(Cell::new(country.articles).set_alignment(CellAlignment::Right));
        row.push(Cell::new(country.newest.map(|at| ago(at, now)).unwrap_or_default()));
        table.add_row(row);
    }
    table
}

/// `3 h`, `12 d`: how long ago.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    span(now.duration_since(at))
}

/// `in 20 min`, `now`.
pub(crate) fn ahead(at: Timestamp, now: Timestamp) -> String {
    let wait = at.duration_since(now);
    if wait.is_positive() { format!("in {}", span(wait)) } else { "now".to_owned() }
}

/// The largest unit of which there are at least two, so that `90 min` is not told as `1 h`.
fn span(duration: SignedDuration) -> String {
    const UNITS: [(i64, &str); 3] = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let seconds = duration.as_secs().max(0);
    let unit = UNITS.iter().find(|(length, _)| seconds >= 2 * length);
    unit.map_or_else(|| format!("{seconds} s"), |(length, name)| format!("{} {name}", seconds / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_the_largest_unit_of_which_there_are_two() {
        let told = |seconds| span(SignedDuration::from_secs(seconds));
        assert_eq!(
            [told(-5), told(90), told(7_199), told(7_200), told(172_800)],
            ["0 s", "90 s", "119 min", "2 h", "2 d"]
        );
    }
}
