//! `feedatlas inspect`: one article's page through every stage, each step printed. Stores nothing.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use crate::charset::{self, Form};
use crate::cli::build;
use crate::cli::case;
use crate::cli::exit::Exit;
use crate::cli::load;
use crate::cli::local::{self, UNKNOWN_ADDRESS};
use crate::config;
use crate::dedup;
use crate::dedup::canonical::canonical;
use crate::extract::site_rules;
use crate::extract::{self, Page, Reading};
use crate::fetch::{Fetched, Fetcher, Purpose, Request};
use crate::html::plain::collapse;
use crate::model::article::Routed;
use crate::model::document::{Document, Validators};
use crate::model::entry::Entry;
use crate::model::fault::with_causes;
use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::model::url::PageUrl;
use crate::route::{self, Gazetteer};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The address of an article's page, or a file that holds the page. No feed: `feedatlas parse` reads those.
    #[arg(value_name = "URL|FILE")]
    page: String,
    /// The address that the file came from, against which its links are made whole.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Write the page and what was read from it into this folder, as a case of `fixtures/articles`.
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
}

pub(crate) fn run(config: &Path, arguments: &Arguments) -> Exit {
    inspect(config, arguments).err().unwrap_or(Exit::Done)
}

fn inspect(config: &Path, arguments: &Arguments) -> Result<(), Exit> {
    let settings = if config.exists() { load::settings(config)? } else { defaults()? };
    let document = match PageUrl::parse(&arguments.page) {
        Ok(url) => build::block_on(build::runtime()?, fetched(&settings, url))?,
        Err(_) => from_file(Path::new(&arguments.page), arguments.url.as_deref())?,
    };
    let source = source_of(&settings, &document.url);
    let (html, charset) = charset::decode(&document.body, document.charset(), Form::Html);
    say("fetch", &format!("{} · {} bytes · {charset}", document.url, document.body.len()));
    tell_rule(&document.url);
    let page = Page {
        url: &document.url,
        html: &html,
        rule: &source.article,
        entry: None,
        language: source.language.as_deref(),
        zone: &source.zone,
        depth: settings.limits.depth,
        now: Timestamp::now(),
    };
    let reading = extract::read(&page);
    match &reading {
        Ok(reading) => show_reading(reading),
        Err(error) => say("extract", &format!("{}: {error}", error.fault())),
    }
    if let Some(folder) = &arguments.save {
        case::save(folder, &document.body, &page, &reading).map_err(|error| build::unusable(folder, &error))?;
        say("save", &format!("{} (correct expected.json by hand before it is believed)", folder.display()));
    }
    let Ok(reading) = reading else { return Ok(()) };
    let entry = Entry { id: document.url.to_string(), link: Some(document.url.clone()), ..Entry::default() };
    let article = extract::article(entry, document.url.clone(), reading, &source);
    let gazetteer = Gazetteer::new(&settings.countries);
    let routed = route::countries(article, &source, &gazetteer);
    show_routed(&routed);
    Ok(())
}

/// The settings of an empty feeds.toml.
fn defaults() -> Result<Settings, Exit> {
    config::read("", Path::new("feeds.toml"), &|_| None).map(|reading| reading.settings).map_err(|error| {
        eprintln!("{error}");
        Exit::Usage
    })
}

async fn fetched(settings: &Settings, url: PageUrl) -> Result<Document, Exit> {
    let fetcher = Fetcher::new(&settings.worker, &settings.network, &settings.limits).map_err(|error| {
        eprintln!("feedatlas: {error}");
        Exit::Unusable
    })?;
    let source = source_of(settings, &url);
    let request = Request { url, purpose: Purpose::Page, validators: Validators::default() };
    match fetcher.visit(&source).get(request).await {
        Fetched::Fresh(document) => Ok(*document),
        Fetched::NotModified(_) => Err(Exit::Done),
        Fetched::Refused(error) => {
            say("fetch", &format!("{}: {}", error.fault(), with_causes(&error)));
            Err(Exit::Done)
        }
    }
}

fn from_file(path: &Path, url: Option<&str>) -> Result<Document, Exit> {
    let body = std::fs::read(path).map_err(|error| {
        eprintln!("feedatlas: {}: neither an address nor a file that can be read: {error}", path.display());
        Exit::Usage
    })?;
    let url = PageUrl::parse(url.unwrap_or(UNKNOWN_ADDRESS)).map_err(|error| {
        eprintln!("feedatlas: {error}");
        Exit::Usage
    })?;
    Ok(local::document(url, None, body))
}

/// The source of the same host, whose rules then hold; else one without rules.
fn source_of(settings: &Settings, url: &PageUrl) -> Source {
    let same_host = settings.sources.iter().find(|source| source.url.host() == url.host());
    same_host.cloned().unwrap_or_else(|| Source::bare(url.clone(), Duration::ZERO))
}

fn say(stage: &str, words: &str) {
    // Cannot matter: whoever closed the stream does not want to read it.
    let _ = writeln!(std::io::stdout(), "{stage:<9}{words}");
}

/// The rule that is known of a page's site, and the lines of it that are not followed.
fn tell_rule(url: &PageUrl) {
    let Some((name, rule)) = site_rules::of(url.host()) else { return };
    say("rule", &format!("data/site-rules/{name}.txt"));
    for skipped in &rule.skipped {
        say("", &format!("line {}: {}", skipped.line, skipped.why));
    }
}

fn show_reading(reading: &Reading) {
    say("extract", &reading.title);
    let published = reading.published.map_or_else(|| "no date".to_owned(), |moment| moment.to_string());
    say("", &format!("{published} · {}", reading.language.as_deref().unwrap_or("language unknown")));
    if !reading.authors.is_empty() {
        say("", &format!("by {}", reading.authors.join(", ")));
    }
    say(
        "body",
        &format!("{} characters, {} paragraphs", reading.text.chars().count(), reading.text.split("\n\n").count()),
    );
    for paragraph in reading.text.split("\n\n") {
        say("", &collapse(paragraph));
    }
    for (index, photo) in reading.photos.iter().enumerate() {
        let lead = if reading.lead == Some(index) { " (lead)" } else { "" };
        say("photo", &format!("{}{lead}", photo.url));
        if let Some(caption) = &photo.caption {
            say("", caption);
        }
        match &photo.credit {
            Some(credit) => {
                say("credit", &format!("{} ({}), printed “{}”", credit.name, credit.role.as_str(), credit.raw));
            }
            None => say("credit", "none printed"),
        }
    }
}

fn show_routed(routed: &Routed) {
    if routed.countries.is_empty() {
        say("route", "no country: goes to the feed of all only");
    }
    for matched in &routed.countries {
        let reasons: Vec<String> = matched.reasons.iter().map(ToString::to_string).collect();
        let country = matched.country;
        say(
            "route",
            &format!("{country} {:.2} → {}  because {}", matched.strength, country.slug(), reasons.join(", ")),
        );
    }
    let fingerprint = dedup::fingerprint(&routed.article);
    say("dedup", &format!("{} · {} bands", canonical(routed.article.link.as_str()), fingerprint.bands.len()));
}
