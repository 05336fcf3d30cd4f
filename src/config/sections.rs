//! The tables of feeds.toml that stand once: `[worker]`, `[network]`, `[limits]`, `[store]`, `[publish]`; `[alert]` has a file of its own.

use std::path::{Path, PathBuf};

use toml::de::DeValue;

use crate::config::alert;
use crate::config::complaint::Complaint;
use crate::config::country;
use crate::config::feed;
use crate::config::section::{Placed, Section};
use crate::config::source;
use crate::config::value;
use crate::model::language::Language;
use crate::model::settings::{
    Alert, Limits, Network, PAGES_MAX, Publish, PublishHub, Settings, SharedStore, StoreSettings, Worker,
};
use crate::model::url::PageUrl;

/// More requests in flight than this find no sockets and no manners.
const CONCURRENCY_MAX: usize = 4096;
/// Browsers open six connections to a host; more is no reader's manner.
const PER_HOST_MAX: usize = 32;
/// Counts of entries and items: a slip of the keyboard is not believed.
const COUNT_MAX: usize = 1_000_000;
/// html5ever and scraper are quadratic in depth: 40,000 take seconds.
const DEPTH_MAX: usize = 4096;
/// Browsers stop at twenty.
const REDIRECTS_MAX: usize = 20;

/// Everything feeds.toml says; what is wrong is told to the findings, and its default stands in.
pub(super) fn settings(mut root: Section<'_>, folder: &Path, environment: &dyn Fn(&str) -> Option<String>) -> Settings {
    let (worker, robots) =
        root.section("worker").map_or_else(|| (Worker::default(), false), |section| worker(section, folder));
    let network = root.section("network").map_or_else(Network::default, |section| network(section, folder));
    let limits = root.section("limits").map_or_else(Limits::default, limits);
    let store_section = root.section("store");
    let publish_section = root.section("publish");
    let (store, store_path) = store(store_section, folder, environment);
    let mut publish = publish(publish_section, folder, store_path.as_ref());
    let alert = root.section("alert").map_or_else(Alert::default, |section| alert::alert(section, environment));
    let sources = source::sources(root.sections("source"), &worker, robots);
    let countries = country::countries(root.section("country"), &sources, root.findings());
    publish.selections = feed::selections(root.sections("feed"), &sources, &countries, root.findings());
    root.finish();
    Settings {
        worker,
        network,
        limits,
        store,
        publish,
        alert,
        sources: sources.into_iter().map(|placed| placed.value).collect(),
        countries,
    }
}

/// `[worker]`, and whether robots.txt is obeyed for feeds too.
fn worker(mut section: Section<'_>, folder: &Path) -> (Worker, bool) {
    let default = Worker::default();
    let worker = Worker {
        every: section.take("every", value::some_duration).unwrap_or(default.every),
        soonest: section.take("soonest", value::some_duration).unwrap_or(default.soonest),
        concurrency: section.take("concurrency", value::count(CONCURRENCY_MAX)).unwrap_or(default.concurrency),
        per_host: section.take("per_host", value::count(PER_HOST_MAX)).unwrap_or(default.per_host),
        delay: section.take("delay", value::duration).unwrap_or(default.delay),
        contact: section.take("contact", value::contact),
        site_rules: section.take("site_rules", |value| below(folder, value)),
    };
    let robots = section.take("robots", value::boolean).unwrap_or(false);
    section.finish();
    (worker, robots)
}

fn network(mut section: Section<'_>, folder: &Path) -> Network {
    let allow = section.list("allow", value::socket).into_iter().map(|placed| placed.value).collect();
    let ca = section.take("ca", |value| below(folder, value));
    section.finish();
    Network { allow, ca }
}

fn limits(mut section: Section<'_>) -> Limits {
    let default = Limits::default();
    let limits = Limits {
        body_bytes: section.take("body", value::size_bytes).unwrap_or(default.body_bytes),
        request: section.take("request", value::some_duration).unwrap_or(default.request),
        failing: section.take("failing", value::some_duration).unwrap_or(default.failing),
        pass: section.take("pass", value::some_duration).unwrap_or(default.pass),
        first: section.take("first", value::count(COUNT_MAX)).unwrap_or(default.first),
        entries: section.take("entries", value::count(COUNT_MAX)).unwrap_or(default.entries),
        redirects: section.take("redirects", value::count(REDIRECTS_MAX)).unwrap_or(default.redirects),
        pages: section.take("pages", value::count(PAGES_MAX)).unwrap_or(default.pages),
        depth: section.take("depth", value::count(DEPTH_MAX)).unwrap_or(default.depth),
    };
    section.finish();
    limits
}

/// Which engine keeps what is remembered.
#[derive(Clone, Copy, PartialEq)]
enum Engine {
    Sled,
    Postgres,
}

fn engine(value: &DeValue<'_>) -> Result<Engine, Complaint> {
    match value::text(value)? {
        "sled" => Ok(Engine::Sled),
        "postgres" => Ok(Engine::Postgres),
        other => Err(Complaint::new(
            format!("unknown engine \"{}\"", other.escape_debug()),
            "write \"sled\": what is remembered lies in a folder",
        )),
    }
}

/// `[store]`; and its folder with its place, where it is written.
fn store(
    section: Option<Section<'_>>,
    folder: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
) -> (StoreSettings, Option<Placed<PathBuf>>) {
    /// Half a year: a feed rarely lists anything older, and an embassy's desk looks back one quarter.
    const KEEP: std::time::Duration = std::time::Duration::from_hours(180 * 24);
    /// Longer than a request, so that none outlives it; short enough that the hosts of a worker that died wait a minute.
    const LEASE: std::time::Duration = std::time::Duration::from_mins(1);
    let Some(mut section) = section else {
        return (StoreSettings { path: folder.join("data"), shared: None, keep: KEEP }, None);
    };
    let findings = section.findings();
    let engine = section.placed("engine", engine);
    let path = section.placed("path", |value| below(folder, value));
    let has_url = section.has("url");
    let url = section.placed("url", |value| value::secret(value, environment));
    let keep = section.take("keep", value::some_duration).unwrap_or(KEEP);
    let lease = section.take("lease", value::some_duration).unwrap_or(LEASE);
    let mut shared = None;
    if let Some(engine) = engine.as_ref().filter(|engine| engine.value == Engine::Postgres) {
        // An address that could not be read was complained of where it stands.
        let complaint = if !cfg!(feature = "postgres") {
            Some(Complaint::new(
                "this feedatlas was built without PostgreSQL",
                "write engine = \"sled\", or build it with `--features postgres`",
            ))
        } else if has_url {
            None
        } else {
            Some(Complaint::new(
                "no `url` says where it is",
                "url = \"env:NAME\", and the address in the environment: postgres://host/base",
            ))
        };
        if let Some(complaint) = complaint {
            findings.complain(engine.span.clone(), complaint);
        }
        shared = url.map(|url| SharedStore { url: url.value, lease });
    } else if let Some(url) = url {
        let complaint = Complaint::new("`url` says nothing to sled", "take it out; `path` names the folder");
        findings.complain(url.span, complaint);
    }
    section.finish();
    let folder = path.as_ref().map_or_else(|| folder.join("data"), |placed| placed.value.clone());
    (StoreSettings { path: folder, shared, keep }, path)
}

/// A folder; a relative one counts from that of feeds.toml.
fn below(folder: &Path, value: &DeValue<'_>) -> Result<PathBuf, Complaint> {
    let text = value::text(value)?;
    if text.starts_with("~/") {
        return Err(Complaint::new("`~` is a word of the shell", "write the path in full: \"/home/…\""));
    }
    Ok(folder.join(text))
}

fn published_folder(folder: &Path, value: &DeValue<'_>) -> Result<PathBuf, Complaint> {
    let text = value::text(value)?;
    match text.split_once("://") {
        Some(("s3", _)) => Err(Complaint::new(
            "nothing can be published into an object store yet",
            "name a folder, to = \"public\", and copy it there",
        )),
        Some(_) => {
            Err(Complaint::new(format!("\"{}\" is no folder", text.escape_debug()), "name one: to = \"public\""))
        }
        None => below(folder, value),
    }
}

/// The address under which the published folder is reached: no query, no fragment, and the slash at its end does not count.
fn base_url(value: &DeValue<'_>) -> Result<PageUrl, Complaint> {
    let url = value::url(value)?;
    if url.query().is_some() || url.as_str().contains('#') {
        let cure =
            format!("write it without what follows: \"{}\"", url.as_str().split(['?', '#']).next().unwrap_or(""));
        return Err(Complaint::new("an address with a query or a fragment", cure));
    }
    Ok(url)
}

/// Who tells of our changes: our own hub, or the address of another.
fn hub(value: &DeValue<'_>) -> Result<PublishHub, Complaint> {
    match value::text(value)?.trim() {
        "own" => Ok(PublishHub::Own),
        text if text.contains("://") => value::url(value).map(PublishHub::At),
        text => Err(Complaint::new(
            format!("\"{}\" is no hub", text.escape_debug()),
            "write the address of one, \"https://hub.example/\", or \"own\" for that of `serve`",
        )),
    }
}

/// The language of the interface.
fn language(value: &DeValue<'_>) -> Result<Language, Complaint> {
    let text = value::text(value)?;
    Language::from_tag(text).ok_or_else(|| {
        let cure = "write \"ru\" or \"en\": the pages are written in both, and this one comes first";
        Complaint::new(format!("the interface has no language \"{}\"", text.escape_debug()), cure)
    })
}

fn publish(section: Option<Section<'_>>, folder: &Path, store: Option<&Placed<PathBuf>>) -> Publish {
    /// Where `serve` listens when nobody says otherwise.
    const BASE_URL: &str = "http://127.0.0.1:8080";
    /// A reader that asks once a day sees them all; what no longer fits stays on the pages of its articles.
    const ITEMS: usize = 100;
    let default_url = || PageUrl::parse(BASE_URL).expect("a constant, and tested");
    let Some(mut section) = section else {
        return Publish {
            to: folder.join("public"),
            base_url: default_url(),
            items: ITEMS,
            hub: None,
            language: Language::default(),
            selections: Vec::new(),
        };
    };
    let findings = section.findings();
    let to = section.take("to", |value| published_folder(folder, value)).unwrap_or_else(|| folder.join("public"));
    let base_url = section.take("base_url", base_url).unwrap_or_else(default_url);
    let items = section.take("items", value::count(COUNT_MAX)).unwrap_or(ITEMS);
    let hub = section.take("hub", hub);
    let language = section.take("language", language).unwrap_or_default();
    section.finish();
    if let Some(store) = store.filter(|store| store.value.starts_with(&to)) {
        let complaint = Complaint::new(
            "the store lies in the published folder",
            "everyone could read it: name a folder beside it, such as \"data\"",
        );
        findings.complain(store.span.clone(), complaint);
    }
    Publish { to, base_url, items, hub, language, selections: Vec::new() }
}
