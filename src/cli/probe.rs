//! `feedatlas check --probe`: every source asked once; a table of what it is, and the lines of feeds.toml that would fit it better.

use std::io::{self, Write};
use std::sync::Arc;

use comfy_table::{Cell, CellAlignment, Color, Table};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use crate::cli::build;
use crate::cli::exit::Exit;
use crate::cli::signals;
use crate::cli::terminal;
use crate::fetch::Fetcher;
use crate::model::cure::cure;
use crate::model::settings::Settings;
use crate::model::source::{Source, SourceKind};
use crate::pipeline::probe::{self, Found, Probe, Robots, Wrong, Zone};

/// Columns where standard output is no terminal.
const WIDTH_ELSEWHERE: u16 = 160;

/// Asks every source and prints what it found.
pub(crate) fn run(settings: Settings) -> Result<(), Exit> {
    let fetcher = Fetcher::new(&settings.worker, &settings.network, &settings.limits).map_err(|error| {
        say!("feedatlas: {error}");
        Exit::Unusable
    })?;
    let now = Timestamp::now();
    let earlier = probe::earlier(&settings.publish.to);
    fetcher.remember(earlier.quiet.clone(), now);
    let (settings, fetcher, earlier) = (Arc::new(settings), Arc::new(fetcher), Arc::new(earlier));
    let probes = build::block_on(build::runtime()?, async {
        let stop = signals::stop_token();
        let asking = stream::iter(settings.sources.clone())
            .map(|source| {
                let (settings, fetcher, earlier) = (Arc::clone(&settings), Arc::clone(&fetcher), Arc::clone(&earlier));
                async move {
                    let probe = probe::probe(&fetcher, &source, &settings.limits, &earlier, now).await;
                    (source, probe)
                }
            })
            // `fetch` bounds the requests, in all and per host.
            .buffered(settings.worker.concurrency)
            .take_until(stop.cancelled());
        asking.collect::<Vec<_>>().await
    });
    if probes.len() < settings.sources.len() {
        say!("feedatlas: stopped; {} sources were not asked", settings.sources.len() - probes.len());
    }
    // Whoever closed the stream (`| head`) has read enough.
    let _ = io::stdout().write_all(words(&probes).as_bytes());
    Ok(())
}

/// The table, then what would fit better.
fn words(probes: &[(Source, Probe)]) -> String {
    let bad = probes.iter().filter(|(_, probe)| probe.found.is_err()).count();
    let mut words = format!("{} sources asked, {bad} of them give nothing\n{}\n", probes.len(), table(probes));
    for (source, probe) in probes {
        let lines = suggestions(source, probe);
        if !lines.is_empty() {
            words.push_str(&format!("\n{}\n", source.name));
            words.extend(lines.iter().map(|line| format!("    {line}\n")));
        }
    }
    words
}

fn table(probes: &[(Source, Probe)]) -> Table {
    let mut table = terminal::table(terminal::width_or(WIDTH_ELSEWHERE));
    table.set_header(vec!["source", "status", "kind", "items", "newest", "zone", "charset", "robots", "moved to"]);
    for (source, probe) in probes {
        let moved = probe.moved_to.as_ref().map(ToString::to_string).unwrap_or_default();
        let (status, [kind, items, newest, zone, charset]) = match &probe.found {
            Ok(found) => (Cell::new("well").fg(Color::Green), told(found)),
            Err(wrong) => (Cell::new(class(wrong)).fg(Color::Red), Default::default()),
        };
        table.add_row(vec![
            Cell::new(&source.name),
            status,
            Cell::new(kind),
            Cell::new(items).set_alignment(CellAlignment::Right),
            Cell::new(newest),
            Cell::new(zone),
            Cell::new(charset),
            Cell::new(robots(probe.robots)),
            Cell::new(moved),
        ]);
    }
    table
}

/// `timeout`, `http_status 404`.
fn class(wrong: &Wrong) -> String {
    wrong.status.map_or_else(|| wrong.fault.to_string(), |status| format!("{} {status}", wrong.fault))
}

fn told(found: &Found) -> [String; 5] {
    let zone = match found.zone {
        Zone::Printed(offset) => offset.to_string(),
        Zone::Missing => "not printed".to_owned(),
        Zone::NoDates => "no dates".to_owned(),
    };
    let newest = found.newest.map(|at| at.to_string()).unwrap_or_default();
    [found.kind.as_str().to_owned(), found.entries.to_string(), newest, zone, found.charset.to_owned()]
}

fn robots(robots: Robots) -> String {
    match robots {
        Robots::Allows => "allows".to_owned(),
        Robots::Forbids => "forbids".to_owned(),
        Robots::Unreadable(why) => format!("unreadable ({why})"),
    }
}

/// Lines of feeds.toml that would fit better than what stands there, each with its reason; and what no line can mend, in words.
fn suggestions(source: &Source, probe: &Probe) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |toml: String, why: &str| lines.push(format!("{toml:<50} # {why}"));
    let url = |url| format!("url = \"{url}\"");
    match (&probe.instead, &probe.moved_to) {
        (Some((feed, found)), _) => {
            let what = if probe.found.is_ok() { "the page names a feed" } else { "the site names this feed" };
            line(url(feed), &format!("{what}, with {} entries", found.entries));
            if source.kind.is_some_and(|kind| kind != SourceKind::Feed) {
                line("kind = \"feed\"".to_owned(), "as that is one");
            }
        }
        (None, Some(moved)) => line(url(moved), "it says that it moved there for good"),
        (None, None) => {}
    }
    let mut missing = None;
    let read = probe.instead.as_ref().map(|(_, found)| found).or(probe.found.as_ref().ok());
    if let Some(found) = read {
        if probe.instead.is_none() && found.kind != SourceKind::Feed && source.kind.is_none() && source.select.is_none()
        {
            line(format!("kind = \"{}\"", found.kind.as_str()), "no feed is named on it");
        }
        if found.zone == Zone::Missing && source.zone == jiff::tz::TimeZone::UTC {
            missing = Some(
                "# its dates are printed without a zone and read as UTC: name it, zone = \"Area/City\"".to_owned(),
            );
        }
        if let Some(language) = found.language.as_ref().filter(|_| source.language.is_none()) {
            line(format!("language = \"{}\"", language.to_lowercase()), "it says so itself");
        }
    }
    lines.extend(missing);
    if let Err(wrong) = &probe.found {
        lines.push(format!("# {}", wrong.words));
        if probe.instead.is_none() {
            lines.push(format!("# {}", cure(wrong.fault)));
        }
    }
    if probe.robots == Robots::Forbids {
        lines.push("# robots.txt forbids its pages: their summaries are published, not their texts".to_owned());
    }
    lines
}
