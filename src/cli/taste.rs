//! `feedatlas sources try`: one source read once, as a pass would read it for the first time; told, and forgotten.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use jiff::Timestamp;

use crate::cli::build;
use crate::cli::exit::Exit;
use crate::cli::load;
use crate::cli::signals;
use crate::cli::typed::typed;
use crate::fetch::Fetcher;
use crate::model::article::{Origin, Routed};
use crate::model::cure::cure;
use crate::model::report::Event;
use crate::model::settings::{Limits, Settings};
use crate::model::source::{Source, SourceKind};
use crate::pipeline::taste::{self, Tasted};
use crate::pipeline::worker::Worker;
use crate::route::Gazetteer;
use crate::store::memory::MemoryStore;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The name of a source of feeds.toml, with all that it says of it; or any address.
    #[arg(value_name = "NAME|URL")]
    source: String,
    /// How many of its newest articles are read.
    #[arg(long, default_value_t = 3, value_name = "COUNT")]
    articles: usize,
}

pub(crate) fn run(config: &Path, arguments: &Arguments) -> Result<(), Exit> {
    let settings = load::settings_or_defaults(config)?;
    let source = source(&settings, &arguments.source)?;
    let began = Instant::now();
    let tasted = tasted(settings, source.clone(), arguments.articles)?;
    let words = words(&source, &tasted, began.elapsed());
    // Whoever closed the stream has read enough.
    let _ = io::stdout().write_all(words.as_bytes());
    if tasted.report.error.is_some() { Err(Exit::SomeFailed) } else { Ok(()) }
}

/// By name, by address, or of that address alone.
fn source(settings: &Settings, named: &str) -> Result<Source, Exit> {
    let known = settings.sources.iter().find(|source| source.name.as_str() == named || source.url.as_str() == named);
    if let Some(source) = known {
        return Ok(source.clone());
    }
    if !named.contains('.') && !named.contains("://") {
        say!("feedatlas: no source is named `{named}`; `feedatlas sources list` lists them");
        return Err(Exit::Usage);
    }
    Ok(Source::bare(typed(named)?, settings.worker.delay))
}

/// Reads it, over a store that is empty and is forgotten.
fn tasted(settings: Settings, source: Source, articles: usize) -> Result<Tasted, Exit> {
    let limits = Limits { first: articles.max(1), ..settings.limits.clone() };
    let settings = Settings { limits, ..settings };
    let fetcher = Fetcher::new(&settings.worker, &settings.network, &settings.limits).map_err(|error| {
        say!("feedatlas: {error}");
        Exit::Unusable
    })?;
    let gazetteer = Arc::new(Gazetteer::new(&settings.countries));
    let worker = Worker::new(Arc::new(settings), fetcher, Arc::new(MemoryStore::default()), gazetteer);
    build::block_on(build::runtime()?, async {
        let stop = signals::stop_token();
        taste::taste(&worker, source, Timestamp::now(), &stop).await.map_err(|error| build::told(&error))
    })
}

fn words(source: &Source, tasted: &Tasted, took: Duration) -> String {
    let Tasted { report, articles, refused, reached, state } = tasted;
    if let Some(fault) = report.error {
        let message = report.message.as_deref().unwrap_or_default();
        return format!("{}: {fault}: {message}\n    {}\n", source.name, cure(fault));
    }
    let what = state.kind.map_or("source", SourceKind::as_str);
    let seconds = took.as_secs_f64();
    let mut words = format!("{}: a {what} of {} entries", source.name, report.entries);
    if let Some(feed) = &state.found_feed {
        words.push_str(&format!(", read from {feed}"));
    }
    words.push_str(&format!("; {} articles read in {seconds:.1} s\n", articles.len()));
    words.extend(reached.iter().map(|limit| format!("reached: {limit}\n")));
    words.extend(articles.iter().map(article));
    for event in refused {
        if let Event::Article { link, error, .. } = event {
            words.push_str(&format!("refused: {link}: {error}\n"));
        }
    }
    words
}

/// One article: its headline, then a line for each thing that readers see of it.
fn article(routed: &Routed) -> String {
    let article = &routed.article;
    let origin = match article.origin {
        Origin::Page => "from its page",
        Origin::FeedText => "from the feed's full text",
        Origin::Summary => "the entry's own summary alone",
    };
    let letters = article.text.chars().count();
    let published = article.published.map_or_else(|| "no date".to_owned(), |at| at.to_string());
    let mut words =
        format!("\n{}\n    {}\n    {published} · {letters} letters, {origin}\n", article.title, article.link);
    if !article.authors.is_empty() {
        words.push_str(&format!("    by {}\n", article.authors.join(", ")));
    }
    let photos = article.photos.iter().map(|photo| match &photo.credit {
        Some(credit) => format!("    photo: {}\n", credit.name),
        None => "    photo: nobody is named\n".to_owned(),
    });
    words.extend(photos);
    let lands = routed.countries.iter().map(|matched| {
        let because: Vec<&str> = matched.reasons.iter().take(3).map(|reason| reason.word.as_str()).collect();
        format!("    {} {}: {}\n", matched.country, matched.country.name_en(), because.join(", "))
    });
    let lands: String = lands.collect();
    words.push_str(if lands.is_empty() { "    no land: it goes to the feed of all alone\n" } else { &lands });
    words
}
