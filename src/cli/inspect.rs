//! `feedatlas inspect`: one article's page through every stage, each step with its reasons. Stores nothing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use crate::charset::{self, Form};
use crate::cli::build;
use crate::cli::case;
use crate::cli::exit::Exit;
use crate::cli::inspect_page;
use crate::cli::inspect_text;
use crate::cli::load;
use crate::cli::local::{self, UNKNOWN_ADDRESS};
use crate::cli::seen::{Outcome, Read, Seen};
use crate::config;
use crate::dedup;
use crate::dedup::canonical::canonical;
use crate::extract;
use crate::extract::reading::{Page, Reading};
use crate::extract::site_rules;
use crate::fetch::{Fetched, Fetcher, Purpose, Request};
use crate::model::document::{Document, Validators};
use crate::model::entry::Entry;
use crate::model::fault::with_causes;
use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::model::url::PageUrl;
use crate::route::{self, Gazetteer, Words, judge};

const EXAMPLES: &str = "\
The rules of feeds.toml hold for a page of a host that it names. Without a feeds.toml the page is read as any other.

Examples:
  feedatlas inspect https://bigasia.ru/some-article
  feedatlas inspect page.html --url https://bigasia.ru/some-article --html > seen.html
  feedatlas inspect URL --save fixtures/articles/site/2026-03-02";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
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
    /// Write a page to look at to standard output instead of lines: `feedatlas inspect URL --html > seen.html`.
    #[arg(long)]
    html: bool,
}

/// Strength from which on a country that was not accepted is told of.
const NEARLY_MIN: f32 = 0.05;

pub(crate) fn run(config: &Path, arguments: &Arguments) -> Exit {
    inspect(config, arguments).err().unwrap_or(Exit::Done)
}

fn inspect(config: &Path, arguments: &Arguments) -> Result<(), Exit> {
    let settings = if config.exists() { load::settings(config)? } else { defaults()? };
    let document = match PageUrl::parse(&arguments.page) {
        Ok(url) => build::block_on(build::runtime()?, fetched(&settings, url))?,
        Err(_) => Ok(from_file(Path::new(&arguments.page), arguments.url.as_deref())?),
    };
    let seen = match document {
        Ok(document) => seen(&settings, &document, arguments.save.as_deref())?,
        Err(refused) => refused,
    };
    if arguments.html {
        inspect_page::show(&seen);
    } else {
        inspect_text::show(&seen);
    }
    Ok(())
}

/// The settings of an empty feeds.toml.
fn defaults() -> Result<Settings, Exit> {
    config::read("", Path::new("feeds.toml"), &|_| None).map(|reading| reading.settings).map_err(|error| {
        say!("{error}");
        Exit::Usage
    })
}

/// The document, or what is seen of one that cannot be had.
async fn fetched(settings: &Settings, url: PageUrl) -> Result<Result<Document, Seen>, Exit> {
    let fetcher = Fetcher::new(&settings.worker, &settings.network, &settings.limits).map_err(|error| {
        say!("feedatlas: {error}");
        Exit::Unusable
    })?;
    let source = source_of(settings, &url);
    let request = Request { url: url.clone(), purpose: Purpose::Page, validators: Validators::default() };
    Ok(match fetcher.visit(&source).get(request).await {
        Fetched::Fresh(document) => Ok(*document),
        Fetched::NotModified(_) => return Err(Exit::Done),
        Fetched::Refused(error) => {
            let refused = Outcome::Refused { class: error.fault().as_str(), message: with_causes(&error) };
            Err(Seen { url: url.to_string(), outcome: refused, ..Seen::default() })
        }
    })
}

fn from_file(path: &Path, url: Option<&str>) -> Result<Document, Exit> {
    let body = std::fs::read(path).map_err(|error| {
        say!("feedatlas: {}: neither an address nor a file that can be read: {error}", path.display());
        Exit::Usage
    })?;
    let url = PageUrl::parse(url.unwrap_or(UNKNOWN_ADDRESS)).map_err(|error| {
        say!("feedatlas: {error}");
        Exit::Usage
    })?;
    Ok(local::document(url, None, body))
}

/// The source of the same host, whose rules then hold; else one without rules.
fn source_of(settings: &Settings, url: &PageUrl) -> Source {
    let same_host = settings.sources.iter().find(|source| source.url.host() == url.host());
    same_host.cloned().unwrap_or_else(|| Source::bare(url.clone(), Duration::ZERO))
}

/// The page through every stage.
fn seen(settings: &Settings, document: &Document, save: Option<&Path>) -> Result<Seen, Exit> {
    let source = source_of(settings, &document.url);
    let (html, charset) = charset::decode(&document.body, document.charset(), Form::Html);
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
    if let Some(folder) = save {
        case::save(folder, &document.body, &page, &reading).map_err(|error| build::unusable(folder, &error))?;
    }
    let explanation = extract::explain(&page);
    let outcome = match reading {
        Ok(reading) => Outcome::Read(Box::new(routed(settings, &source, &document.url, reading))),
        Err(error) => Outcome::Unread { class: error.fault().as_str(), message: error.to_string() },
    };
    let got = format!("{} bytes · {charset}", document.body.len());
    let (url, saved) = (document.url.to_string(), save.map(Path::to_owned));
    Ok(Seen { url, got, rule: rule(&document.url), explanation, outcome, saved })
}

/// The rule that is known of a page's site, and the lines of it that are not followed.
fn rule(url: &PageUrl) -> Vec<String> {
    let Some((name, rule)) = site_rules::of(url.host()) else { return Vec::new() };
    let skipped = rule.skipped.iter().map(|skipped| format!("line {} is not followed: {}", skipped.line, skipped.why));
    std::iter::once(format!("{name}.txt")).chain(skipped).collect()
}

/// The article, its countries, those that nearly were, and what dedup knows it by.
fn routed(settings: &Settings, source: &Source, url: &PageUrl, reading: Reading) -> Read {
    let entry = Entry { id: url.to_string(), link: Some(url.clone()), ..Entry::default() };
    let article = extract::article(entry, url.clone(), reading.clone(), source);
    let gazetteer = Gazetteer::new(&settings.countries);
    let words = Words {
        title: &article.title,
        text: &article.text,
        language: article.language.as_deref(),
        tags: &article.tags,
        home: source.countries.first().copied(),
    };
    let weighed = gazetteer.evidence(&words);
    let routed = route::countries(article, source, &gazetteer);
    let accepted = |country| routed.countries.iter().any(|matched| matched.country == country);
    let nearly = weighed.iter().map(|evidence| (evidence.country, judge::strength(evidence)));
    let mut nearly: Vec<_> =
        nearly.filter(|(country, strength)| *strength >= NEARLY_MIN && !accepted(*country)).collect();
    nearly.sort_by(|a, b| b.1.total_cmp(&a.1));
    let bands = dedup::fingerprint(&routed.article).bands.len();
    let canonical = canonical(routed.article.link.as_str());
    Read { reading, countries: routed.countries, nearly, canonical, bands }
}
