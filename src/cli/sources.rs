//! `feedatlas sources list|add|try`: what feeds.toml reads; an address looked at, and its lines written; a source read once.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use clap::{Args, Subcommand};
use comfy_table::Cell;
use jiff::Timestamp;
use serde_json::json;

use crate::cli::build;
use crate::cli::exit::Exit;
use crate::cli::feeds_file::{self, Lines};
use crate::cli::load;
use crate::cli::signals;
use crate::cli::source_lines;
use crate::cli::taste;
use crate::cli::terminal;
use crate::cli::typed::typed;
use crate::dedup::canonical::canonical;
use crate::fetch::Fetcher;
use crate::model::cure::cure;
use crate::model::settings::Settings;
use crate::model::source::{Rights, Source, SourceKind};
use crate::model::url::PageUrl;
use crate::pipeline::look::{self, Looked};
use crate::pipeline::probe::Wrong;

/// What to do with sources.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// The sources of feeds.toml: name, kind, address, language, lands.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Look at an address: find its feed, or the list of articles on it; its name, language and land; print its lines.
    Add(AddArguments),
    /// Read a source once as a pass would: its entries, its first articles with their credits and lands. Stores nothing.
    Try(taste::Arguments),
}

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct AddArguments {
    /// Any page of the site, or its feed. `https://` may be left out.
    url: String,
    /// Its name, where another is wanted than its own.
    #[arg(long)]
    name: Option<String>,
    /// Write the lines into feeds.toml, behind its last source; all else in it stays byte for byte.
    #[arg(long)]
    write: bool,
}

const EXAMPLES: &str = "\
The feed that the page names is taken; else one where sites keep theirs (/feed/, /rss.xml …); else the articles that the page
lists, with selectors for them. Six requests at most, as polite as a pass.

Examples:
  feedatlas sources add bigasia.ru
  feedatlas sources add --write --name \"Большая Азия\" https://bigasia.ru/
  feedatlas sources try \"Большая Азия\"";

pub(crate) fn run(config: &Path, action: &Action) -> Exit {
    let outcome = match action {
        Action::List { json } => load::settings(config).map(|settings| list(&settings, *json)),
        Action::Add(arguments) => add(config, arguments),
        Action::Try(arguments) => taste::run(config, arguments),
    };
    outcome.err().unwrap_or(Exit::Done)
}

fn list(settings: &Settings, as_json: bool) {
    let words = if as_json {
        settings.sources.iter().map(|source| format!("{}\n", as_object(source))).collect()
    } else {
        table(&settings.sources)
    };
    // Whoever closed the stream has read enough.
    let _ = io::stdout().write_all(words.as_bytes());
}

fn as_object(source: &Source) -> serde_json::Value {
    json!({
        "name": source.name.as_str(), "url": source.url.as_str(), "kind": source.kind, "language": source.language,
        "countries": source.countries, "publish": source.publish,
    })
}

fn table(sources: &[Source]) -> String {
    /// Columns below which the address has a line of its own.
    const ROWS_MIN: u16 = 60;
    let width = terminal::width();
    let lands = |source: &Source| source.countries.iter().map(|land| land.code()).collect::<Vec<_>>().join(" ");
    if width < ROWS_MIN {
        return sources.iter().map(|source| format!("{}\n  {}\n", source.name, source.url)).collect();
    }
    let mut table = terminal::table(width);
    table.set_header(vec!["source", "kind", "address", "language", "lands", "publish"]);
    for source in sources {
        let publish = match source.publish {
            Rights::Full => "full",
            Rights::Excerpt => "excerpt",
            Rights::Link => "link",
        };
        table.add_row(vec![
            Cell::new(&source.name),
            Cell::new(source.kind.map(SourceKind::as_str).unwrap_or_default()),
            Cell::new(&source.url),
            Cell::new(source.language.as_deref().unwrap_or_default()),
            Cell::new(lands(source)),
            Cell::new(publish),
        ]);
    }
    format!("{table}\n")
}

fn add(config: &Path, arguments: &AddArguments) -> Result<(), Exit> {
    let settings = if arguments.write { load::settings(config)? } else { load::settings_or_defaults(config)? };
    let url = typed(&arguments.url)?;
    already(&settings, &url)?;
    let looked = match looked(&settings, &url)? {
        Ok(looked) => looked,
        Err(wrong) => {
            say!("feedatlas: {}\n    {}", wrong.words, cure(wrong.fault));
            return Err(Exit::SomeFailed);
        }
    };
    already(&settings, &looked.url)?;
    let lines = source_lines::of(&looked, &settings, arguments.name.as_deref());
    say!("{}", source_lines::told(&looked, &url));
    write_or_print(config, &lines, arguments.write)
}

fn write_or_print(config: &Path, lines: &Lines, write: bool) -> Result<(), Exit> {
    let lines = std::slice::from_ref(lines);
    if write {
        feeds_file::write(config, lines)?;
        println!("{}: added; `feedatlas run` asks it with its next pass", config.display());
        return Ok(());
    }
    // Whoever closed the stream has read enough.
    let _ = io::stdout().write_all(feeds_file::printed(lines).as_bytes());
    Ok(())
}

/// It is in feeds.toml already: by its canonical form, so that `http://www.` is no other source.
fn already(settings: &Settings, url: &PageUrl) -> Result<(), Exit> {
    let key = canonical(url.as_str());
    let Some(source) = settings.sources.iter().find(|source| canonical(source.url.as_str()) == key) else {
        return Ok(());
    };
    say!("feedatlas: {url} is there already, as `{}` ({}); nothing was changed", source.name, source.url);
    Err(Exit::Usage)
}

fn looked(settings: &Settings, url: &PageUrl) -> Result<Result<Looked, Wrong>, Exit> {
    let fetcher = Fetcher::new(&settings.worker, &settings.network, &settings.limits).map_err(|error| {
        say!("feedatlas: {error}");
        Exit::Unusable
    })?;
    let fetcher = Arc::new(fetcher);
    build::block_on(build::runtime()?, async {
        let stop = signals::stop_token();
        tokio::select! {
            looked = look::look(&fetcher, url, &settings.limits, Timestamp::now()) => Ok(looked),
            () = stop.cancelled() => {
                say!("feedatlas: stopped; nothing was changed");
                Err(Exit::SomeFailed)
            }
        }
    })
}
