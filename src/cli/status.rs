//! `feedatlas status`: sources and countries as tables, read from the published status.json. Opens no store.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use clap::Args;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, Color, ContentArrangement, Table};
use jiff::{SignedDuration, Timestamp};

use crate::cli::exit::Exit;
use crate::cli::load;
use crate::model::cure::cure;
use crate::model::learned::Refused;
use crate::publish::status::{PATH, SourceStatus, State, StatusFile};

/// Columns where standard output is no terminal.
const WIDTH_ELSEWHERE: u16 = 120;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file as it is.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(config: &Path, arguments: &Arguments) -> Exit {
    show(config, arguments).err().unwrap_or(Exit::Done)
}

fn show(config: &Path, arguments: &Arguments) -> Result<(), Exit> {
    let path = load::settings(config)?.publish.to.join(PATH);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        eprintln!("feedatlas: {}: {error}; `feedatlas run` writes it", path.display());
        Exit::Unusable
    })?;
    let words = if arguments.json {
        text
    } else {
        let status: StatusFile = serde_json::from_str(&text).map_err(|error| {
            eprintln!("feedatlas: {}: {error}; the next `feedatlas run` writes it anew", path.display());
            Exit::Unusable
        })?;
        tables(&status, Timestamp::now())
    };
    // Whoever closed the stream (`| head`) has read enough.
    let _ = io::stdout().write_all(words.as_bytes());
    Ok(())
}

fn tables(status: &StatusFile, now: Timestamp) -> String {
    let passed = status.passed.map_or_else(|| "no pass yet".to_owned(), |at| format!("last pass {} ago", ago(at, now)));
    let bad = status.sources.iter().filter(|source| matches!(source.state, State::Failing | State::Gone)).count();
    let mut words =
        format!("{} articles · {} sources, {bad} failing · {passed}\n", status.articles, status.sources.len());
    words.push_str(&workers(status));
    words.push_str(&sources(&status.sources, now).to_string());
    words.push('\n');
    words.push_str(&troubles(&status.sources, now));
    words.push_str(&countries(status, now).to_string());
    words.push('\n');
    words
}

/// Those that shared the store when this was published.
fn workers(status: &StatusFile) -> String {
    let mut words = String::new();
    for worker in &status.workers {
        let seconds = |seconds| span(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)));
        words.push_str(&format!(
            "worker {}: {} leases, at work for {}, seen {} before that\n",
            worker.name,
            worker.leases,
            seconds(worker.at_work_seconds),
            seconds(worker.seen_seconds)
        ));
    }
    if let Some(lag) = status.lag_seconds {
        words.push_str(&format!("lag: {lag} s\n"));
    }
    words
}

/// The failing ones first: they are why people look.
fn sources(sources: &[SourceStatus], now: Timestamp) -> Table {
    let mut table = table(&["source", "state", "since", "entries", "new", "next", "wrong"]);
    let mut ordered: Vec<&SourceStatus> = sources.iter().collect();
    ordered.sort_by_key(|source| source.state);
    for source in ordered {
        let (word, colour) = match source.state {
            State::Failing => ("failing", Color::Red),
            State::Gone => ("gone", Color::Red),
            State::Waiting => ("waiting", Color::Yellow),
            State::Well => ("well", Color::Green),
        };
        let wrong = source.last_error.as_ref().map(|error| error.class.to_string());
        let wrong = wrong.or_else(|| source.refused.map(pages));
        let wrong = wrong.or_else(|| source.note.clone());
        table.add_row(vec![
            Cell::new(&source.name),
            Cell::new(word).fg(colour),
            Cell::new(source.since.map(|at| ago(at, now)).unwrap_or_default()),
            Cell::new(source.entries).set_alignment(CellAlignment::Right),
            Cell::new(source.last_new.map(|at| ago(at, now)).unwrap_or_default()),
            Cell::new(source.next.map_or_else(|| "never".to_owned(), |at| ahead(at, now))),
            Cell::new(wrong.unwrap_or_default()),
        ]);
    }
    table
}

/// Each source that fails: what is wrong, since when, what will be done about it, and what helps.
fn troubles(sources: &[SourceStatus], now: Timestamp) -> String {
    let mut words = String::new();
    for source in sources {
        if let Some(refused) = source.refused {
            let since = ago(refused.since, now);
            words.push_str(&format!("{}: {} for {since}\n", source.name, pages(refused)));
            words.push_str(&format!("    their summaries are published instead\n    {}\n", cure(refused.class)));
        }
        let Some(error) = &source.last_error else { continue };
        let since = source.since.map_or_else(String::new, |at| format!(" for {}", ago(at, now)));
        let times =
            if source.failures == 1 { "once".to_owned() } else { format!("{} times in a row", source.failures) };
        words.push_str(&format!("{}: {}{since}, {times}\n    {}\n", source.name, error.class, error.message));
        // A file of an earlier version says neither.
        if !error.will.is_empty() {
            let next = source.next.map_or_else(String::new, |at| format!("next {}: ", ahead(at, now)));
            words.push_str(&format!("    {next}{}\n    {}\n", error.will, error.cure));
        }
    }
    words
}

/// `paywall on 3 of 5 pages`.
fn pages(refused: Refused) -> String {
    format!("{} on {} of {} pages", refused.class, refused.pages, refused.of)
}

fn countries(status: &StatusFile, now: Timestamp) -> Table {
    let mut table = table(&["country", "feed", "articles", "newest"]);
    for country in status.countries.iter().filter(|country| country.articles > 0) {
        table.add_row(vec![
            Cell::new(format!("{} {}", country.code, country.name)),
            Cell::new(format!("feeds/{}.xml", country.slug)),
            Cell::new(country.articles).set_alignment(CellAlignment::Right),
            Cell::new(country.newest.map(|at| ago(at, now)).unwrap_or_default()),
        ]);
    }
    table
}

fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(head.to_vec());
    if !io::stdout().is_terminal() {
        table.set_width(WIDTH_ELSEWHERE);
    }
    if std::env::var_os("NO_COLOR").is_some() {
        table.force_no_tty();
    }
    table
}

/// `3 h`, `12 d`: how long ago.
fn ago(at: Timestamp, now: Timestamp) -> String {
    span(now.duration_since(at))
}

/// `in 20 min`, `now`.
fn ahead(at: Timestamp, now: Timestamp) -> String {
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
