//! `feedatlas status`: how each source and land is doing, read from the published status.json. Opens no store, asks nobody.
//!
//! With `--check` it is a dead-man's switch: a word for each thing that is wrong, and an exit code for whoever watches. The tables
//! are `status_table`'s.

use std::io::{self, Write};
use std::path::Path;

use clap::Args;
use jiff::Timestamp;

use crate::cli::alert;
use crate::cli::exit::Exit;
use crate::cli::load;
use crate::cli::status_table::{self, ago, ahead, pages};
use crate::cli::terminal;
use crate::model::cure::cure;
use crate::model::settings::Alert;
use crate::publish::status::{PATH, SourceStatus, State, StatusFile};

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The file as it is: every source, every land, for programs. `jq '.sources[] | select(.state == "failing")'` reads it.
    #[arg(long, conflicts_with = "check")]
    json: bool,
    /// Print only what is wrong, a line each, and end with 1 if anything is: a source that `[alert]` would tell of, or no pass for longer
    /// than `[alert] pass`. For cron, monit, Nagios, a health check.
    #[arg(long)]
    check: bool,
}

const EXAMPLES: &str = "\
Examples:
  feedatlas status                      the tables, as wide as the terminal
  feedatlas status --json | jq .articles
  */30 * * * * feedatlas status --check   cron mails what it prints, and nothing while all is well";

pub(crate) fn run(config: &Path, arguments: &Arguments) -> Exit {
    show(config, arguments).unwrap_or_else(|exit| exit)
}

fn show(config: &Path, arguments: &Arguments) -> Result<Exit, Exit> {
    let settings = load::settings(config)?;
    let path = settings.publish.to.join(PATH);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        say!("feedatlas: {}: {error}; `feedatlas run` writes it", path.display());
        Exit::Unusable
    })?;
    let status = || -> Result<StatusFile, Exit> {
        serde_json::from_str(&text).map_err(|error| {
            say!("feedatlas: {}: {error}; the next `feedatlas run` writes it anew", path.display());
            Exit::Unusable
        })
    };
    let now = Timestamp::now();
    let (words, exit) = if arguments.json {
        (text, Exit::Done)
    } else if arguments.check {
        let wrong = wrong(&status()?, &settings.alert, now);
        let exit = if wrong.is_empty() { Exit::Done } else { Exit::SomeFailed };
        (wrong, exit)
    } else {
        (tables(&status()?, now, terminal::width()), Exit::Done)
    };
    // Whoever closed the stream (`| head`) has read enough.
    let _ = io::stdout().write_all(words.as_bytes());
    Ok(exit)
}

/// A line for each thing that is wrong.
fn wrong(status: &StatusFile, alert: &Alert, now: Timestamp) -> String {
    let mut words = String::new();
    if alert::overdue(alert, status.passed, now) {
        let last = status.passed.map_or_else(|| "there was none yet".to_owned(), |at| format!("{} ago", ago(at, now)));
        words.push_str(&format!("no pass has ended for too long; the last one: {last}\n"));
    }
    for source in &status.sources {
        for alarm in &source.alarms {
            let since = ago(alarm.since, now);
            words.push_str(&format!("{}: {} for {since}: {}\n", source.name, alarm.kind.as_str(), alarm.words));
        }
    }
    words
}

fn tables(status: &StatusFile, now: Timestamp, width: u16) -> String {
    let passed = status.passed.map_or_else(|| "no pass yet".to_owned(), |at| format!("last pass {} ago", ago(at, now)));
    let bad = status.sources.iter().filter(|source| matches!(source.state, State::Failing | State::Gone)).count();
    let head = format!("{} articles · {} sources, {bad} failing · {passed}", status.articles, status.sources.len());
    let counts = status_table::counts(&status.sources);
    let mut words: String =
        [head, counts].iter().filter(|line| !line.is_empty()).map(|line| terminal::wrapped(line) + "\n").collect();
    words.push_str(&status_table::workers(status));
    words.push_str(&status_table::sources(&status.sources, now, width));
    let troubles = troubles(&status.sources, now);
    words.extend(troubles.lines().map(|line| terminal::wrapped(line) + "\n"));
    words.push_str(&format!("{}\n", status_table::countries(&status.countries, now, width)));
    words
}

/// Each source that fails or is not as it was: what is wrong, since when, what will be done about it, and what helps.
fn troubles(sources: &[SourceStatus], now: Timestamp) -> String {
    let mut words = String::new();
    for source in sources {
        if let Some(refused) = source.refused {
            let since = ago(refused.since, now);
            words.push_str(&format!("{}: {} for {since}\n", source.name, pages(refused)));
            words.push_str(&format!("    their summaries are published instead\n    {}\n", cure(refused.class)));
        }
        if source.last_error.is_none() {
            for alarm in &source.alarms {
                let since = ago(alarm.since, now);
                words.push_str(&format!("{}: {} for {since}\n    {}\n", source.name, alarm.kind.as_str(), alarm.words));
            }
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
