//! What changed in the store, published. The store tells which feeds are due, so that a pass that was killed between
//! storing and publishing is made good by the next one.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::extract::template::Template;
use crate::model::cluster::Query;
use crate::model::country::Country;
use crate::model::report::Event;
use crate::model::settings::Settings;
use crate::model::source::{Source, SourceState};
use crate::pipeline::schedule;
use crate::pipeline::watcher::Watcher;
use crate::pipeline::worker::Worker;
use crate::publish;
use crate::publish::country_feed::CountryFeed;
use crate::publish::error::PublishError;
use crate::publish::glance::{self, Glance};
use crate::publish::sink::{File, Folder, Sink};
use crate::publish::site::Site;
use crate::publish::status::{self, CountryStatus, SourceStatus, StatusFile};
use crate::store::contract::Changed;
use crate::store::error::StoreError;

/// Why an edition could not be published.
#[derive(Debug, thiserror::Error)]
pub enum EditionError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The published folder could not be written.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// An edition under way.
struct Edition<'a> {
    worker: &'a Worker,
    site: Arc<Site>,
    sink: Folder,
    watcher: &'a dyn Watcher,
    /// Files that wait to be written together: a disk makes many safe in the time of a few.
    waiting: Vec<File>,
    waiting_bytes: usize,
    /// Pages of articles that this edition has made: most articles stand in several feeds.
    paged: HashSet<String>,
    /// Files that changed.
    written: u64,
}

/// Publishes the feeds that changed, and all of them where the folder does not hold them as feeds.toml wants them now.
///
/// Says how many files changed.
pub(crate) async fn publish(
    worker: &Worker,
    before: StatusFile,
    forgot: Option<Timestamp>,
    now: Timestamp,
    watcher: &dyn Watcher,
) -> Result<u64, EditionError> {
    let settings = &worker.settings;
    let site = Arc::new(Site::of(settings).map_err(PublishError::from)?);
    let sink = Folder::open(&settings.publish.to)?;
    let mut edition = Edition {
        worker,
        site,
        sink,
        watcher,
        waiting: Vec::new(),
        waiting_bytes: 0,
        paged: HashSet::new(),
        written: 0,
    };
    let mark = mark(settings);
    let anew = before.edition != mark || edition.is_incomplete();
    edition.take_away(&before).await?;
    let due = worker.store.changed().await?;
    if anew || !due.is_empty() {
        let is_due = |feed: Changed| anew || due.iter().any(|due| due.feed == feed);
        let glances = edition.feeds(is_due).await?;
        let (workers, lag_seconds) = (before.workers, before.lag_seconds);
        let status = StatusFile { forgot, edition: mark, workers, lag_seconds, ..edition.status(&glances, now).await? };
        edition.write(publish::site_files(&glances, &status, &edition.site)?).await?;
        worker.store.published(&due).await?;
    } else {
        let sources = edition.sources(now).await?;
        let status = StatusFile { passed: Some(now), forgot, sources, edition: mark, ..before };
        edition.write(publish::status_files(&status, &edition.site)?).await?;
    }
    Ok(edition.written)
}

/// What the last edition told of itself; nothing where there is none, or where it cannot be read.
pub(crate) fn before(folder: &Path) -> StatusFile {
    let text = std::fs::read(folder.join(status::PATH)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// What an edition depends on beside the store: another mark means that every file may be another.
fn mark(settings: &Settings) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(
        format!("{:?}", (&settings.publish.base_url, settings.publish.items, settings.worker.every)).as_bytes(),
    );
    for country in &settings.countries {
        hasher.update(format!("{:?}", (country.country, &country.slug, &country.title, country.enabled)).as_bytes());
    }
    for source in &settings.sources {
        hasher.update(format!("{:?}", (&source.name, &source.url, source.publish)).as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

impl Edition<'_> {
    /// Whether a feed is not where it should be: the folder is new, was emptied, or lost a file.
    fn is_incomplete(&self) -> bool {
        let folder = &self.worker.settings.publish.to;
        let slugs = self.site.lands.iter().map(|land| land.slug.as_str()).chain(["all"]);
        let mut names = slugs.flat_map(|slug| ["xml", "atom", "json"].map(|kind| format!("feeds/{slug}.{kind}")));
        names.any(|name| !folder.join(name).is_file()) || !folder.join("index.html").is_file()
    }

    /// Takes away the feeds of lands that have none any more, or have another slug.
    async fn take_away(&self, before: &StatusFile) -> Result<(), PublishError> {
        let stays = |slug: &str| self.site.lands.iter().any(|land| land.slug == slug);
        let gone = before.countries.iter().map(|country| country.slug.as_str()).filter(|slug| !stays(slug));
        let paths = gone.flat_map(|slug| {
            let feeds = ["xml", "atom", "json"].map(|kind| format!("feeds/{slug}.{kind}"));
            feeds.into_iter().chain([format!("{slug}/index.html")])
        });
        self.sink.remove(paths.collect()).await
    }

    /// Every feed at a glance; those that are due are written. One feed is held at a time.
    async fn feeds(&mut self, is_due: impl Fn(Changed) -> bool) -> Result<Vec<Glance>, EditionError> {
        let mut glances = Vec::with_capacity(self.site.lands.len() + 1);
        let lands = self.site.lands.clone();
        for land in lands.iter().map(Some).chain([None]) {
            let country = land.map(|land| land.country);
            let is_due = is_due(country.map_or(Changed::All, Changed::Country));
            // At a glance, a feed that stays as it is needs its newest articles alone.
            let limit = if is_due { self.site.items } else { self.site.items.min(glance::ITEMS) };
            let query = Query { country, limit, ..Query::default() };
            let clusters = self.worker.store.clusters(query).await?;
            let feed = match land {
                Some(land) => CountryFeed::of_land(land, &clusters, &self.site),
                None => CountryFeed::of_all(&clusters, &self.site),
            };
            drop(clusters);
            glances.push(Glance::of(&feed, self.worker.store.count(query).await?));
            if is_due {
                self.put(&feed).await?;
            }
        }
        self.flush().await?;
        Ok(glances)
    }

    /// Hands on the files of a feed, a few megabytes at a time.
    async fn put(&mut self, feed: &CountryFeed) -> Result<(), PublishError> {
        /// Bytes that wait to be written. One file may be larger: it then waits alone.
        const WAITING_BYTES_MAX: usize = 2 * 1024 * 1024;
        let site = Arc::clone(&self.site);
        for file in publish::each_file(feed, &site) {
            let file = file?;
            if file.path.starts_with("a/") && !self.paged.insert(file.path.clone()) {
                continue;
            }
            self.waiting_bytes += file.bytes.len();
            self.waiting.push(file);
            if self.waiting_bytes > WAITING_BYTES_MAX {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), PublishError> {
        let files = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        self.write(files).await
    }

    async fn write(&mut self, files: Vec<File>) -> Result<(), PublishError> {
        for changed in self.sink.write(files).await? {
            self.written += 1;
            self.watcher.event(&Event::Published { path: changed.path, items: changed.items });
        }
        Ok(())
    }

    async fn status(&self, glances: &[Glance], now: Timestamp) -> Result<StatusFile, EditionError> {
        let all = glances.iter().find(|glance| glance.country.is_none());
        Ok(StatusFile {
            passed: Some(now),
            articles: all.map_or(0, |glance| glance.articles),
            sources: self.sources(now).await?,
            countries: glances.iter().filter_map(country_status).collect(),
            ..StatusFile::default()
        })
    }

    async fn sources(&self, now: Timestamp) -> Result<Vec<SourceStatus>, StoreError> {
        let mut told = Vec::with_capacity(self.worker.settings.sources.len());
        for source in &self.worker.settings.sources {
            let state = self.worker.store.source(&source.name).await?;
            let next = schedule::wait(source, &state, now).map(|wait| schedule::later(now, wait));
            told.push(SourceStatus { note: note(source, &state), ..SourceStatus::of(source, &state, next) });
        }
        Ok(told)
    }
}

/// A rule that names nothing on the pages any more is told: they are read without it.
fn note(source: &Source, state: &SourceState) -> Option<String> {
    let whose =
        if source.article.body.is_empty() { "the rule known of its site" } else { "`article.body` in feeds.toml" };
    let is_old = Template::from_bytes(&state.learned.template).has_old_rule();
    is_old.then(|| format!("{whose} no longer finds the text on its pages; they are read without it"))
}

fn country_status(glance: &Glance) -> Option<CountryStatus> {
    let country: Country = glance.country?;
    Some(CountryStatus {
        code: country,
        slug: glance.slug.clone(),
        name: glance.title.clone(),
        articles: glance.articles,
        newest: glance.newest().and_then(|headline| headline.datetime.parse().ok()),
    })
}
