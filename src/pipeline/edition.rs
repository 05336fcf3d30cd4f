//! What changed in the store, published. The store tells which feeds are due, so that a pass that was killed between
//! storing and publishing is made good by the next one.

use std::path::Path;

use jiff::Timestamp;

use crate::extract::template::Template;
use crate::fetch::Fetcher;
use crate::model::cluster::{ArticleId, Cluster, Query};
use crate::model::country::Country;
use crate::model::settings::{PublishHub, Settings};
use crate::model::source::{Source, SourceState};
use crate::model::subscription::Phase;
use crate::pipeline::alarm;
use crate::pipeline::archives;
use crate::pipeline::deliver;
use crate::pipeline::events;
use crate::pipeline::press::{EditionError, Press};
use crate::pipeline::revision;
use crate::pipeline::schedule;
use crate::pipeline::watcher::Watcher;
use crate::pipeline::worker::Worker;
use crate::publish;
use crate::publish::archive::{Archives, Chain};
use crate::publish::country_feed::CountryFeed;
use crate::publish::days::{self, Days};
use crate::publish::error::PublishError;
use crate::publish::glance::{self, Glance};
use crate::publish::month::Month;
use crate::publish::selection::Picked;
use crate::publish::sink::Sink;
use crate::publish::site::{ALL, Land};
use crate::publish::site_pages;
use crate::publish::status::{self, CountryStatus, FeedStatus, HubStatus, SourceStatus, StatusFile, Untold};
use crate::store::contract::{Changed, Due};
use crate::store::error::StoreError;

/// An edition under way.
struct Edition<'a> {
    settings: &'a Settings,
    press: Press<'a>,
    archives: Archives,
    now: Timestamp,
}

/// What a feed is made of.
#[derive(Clone, Copy)]
enum Of<'a> {
    Land(&'a Land),
    All,
    Selection(&'a Picked),
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
    let settings = &*worker.settings;
    let press = Press::of(worker, watcher)?;
    let mut edition = Edition { settings, press, archives: Archives::default(), now };
    let mark = mark(settings);
    let anew = before.edition != mark || edition.is_incomplete();
    edition.take_away(&before).await?;
    let has_looked_for_old = forgot != before.forgot;
    let due = worker.store.changed().await?;
    // What is new today is another thing tomorrow, though nothing came.
    let is_another_day = before.passed.map(days::date) != Some(days::date(now));
    if anew || is_another_day || !due.is_empty() {
        let glances = edition.whole(&due, anew, &before).await?;
        let untold = edition.untold(before.untold);
        let (workers, lag_seconds) = (before.workers, before.lag_seconds);
        let told = edition.status(&glances).await?;
        let status = StatusFile { forgot, edition: mark, untold, workers, lag_seconds, ..told };
        edition.press.write(publish::site_files(&glances, &status, &edition.press.site)?).await?;
        worker.store.published(&due).await?;
        edition.tell(&worker.fetcher, status).await?;
    } else {
        let sources = edition.sources().await?;
        let untold = edition.untold(before.untold);
        let status = StatusFile { passed: Some(now), forgot, sources, edition: mark, untold, ..before };
        edition.press.write(publish::status_files(&status, &edition.press.site)?).await?;
        edition.tell(&worker.fetcher, status).await?;
    }
    if has_looked_for_old {
        revision::sweep(&edition.press).await?;
    }
    Ok(edition.press.written)
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
        format!(
            "{:?}",
            (&settings.publish.base_url, settings.publish.items, settings.publish.language, settings.worker.every)
        )
        .as_bytes(),
    );
    hasher.update(format!("{:?}", (&settings.publish.hub, &settings.publish.selections)).as_bytes());
    for country in &settings.countries {
        hasher.update(format!("{:?}", (country.country, &country.slug, &country.title, country.enabled)).as_bytes());
    }
    for source in &settings.sources {
        hasher.update(format!("{:?}", (&source.name, &source.url, source.publish)).as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

impl<'a> Of<'a> {
    fn slug(self) -> &'a str {
        match self {
            Self::Land(land) => &land.slug,
            Self::All => ALL,
            Self::Selection(picked) => picked.slug(),
        }
    }

    /// The country that the store is asked for.
    fn country(self) -> Option<Country> {
        match self {
            Self::Land(land) => Some(land.country),
            Self::All | Self::Selection(_) => None,
        }
    }

    fn changed(self) -> Changed {
        self.country().map_or(Changed::All, Changed::Country)
    }

    fn feed(self, clusters: &[Cluster], site: &publish::site::Site) -> CountryFeed {
        match self {
            Self::Land(land) => CountryFeed::of_land(land, clusters, site),
            Self::All => CountryFeed::of_all(clusters, site),
            Self::Selection(picked) => CountryFeed::of_selection(picked, clusters, site),
        }
    }
}

impl Edition<'_> {
    /// Whether a feed is not where it should be: the folder is new, was emptied, or lost a file.
    fn is_incomplete(&self) -> bool {
        let (folder, site) = (&self.settings.publish.to, &self.press.site);
        let slugs = site.lands.iter().map(|land| land.slug.as_str()).chain([ALL]);
        let slugs = slugs.chain(site.selections.iter().map(Picked::slug));
        let mut names = slugs.flat_map(|slug| ["xml", "atom", "json"].map(|kind| format!("feeds/{slug}.{kind}")));
        names.any(|name| !folder.join(name).is_file()) || !folder.join("index.html").is_file()
    }

    /// A month that is over goes into the archives, though nothing else may be new.
    fn is_new_month(&self, before: &StatusFile) -> bool {
        before.passed.is_none_or(|passed| Month::of(passed) != Month::of(self.now))
    }

    /// Takes away the feeds of lands and choices that have none any more, or have another slug.
    async fn take_away(&self, before: &StatusFile) -> Result<(), PublishError> {
        let site = &self.press.site;
        let stays = |slug: &str| {
            site.lands.iter().any(|land| land.slug == slug)
                || site.selections.iter().any(|picked| picked.slug() == slug)
        };
        let slugs = before.countries.iter().map(|country| country.slug.as_str());
        let slugs = slugs.chain(before.feeds.iter().map(|feed| feed.slug.as_str()));
        for slug in slugs.filter(|slug| !stays(slug)) {
            let archive = self.press.sink.list(&format!("feeds/{slug}")).await?;
            let feeds = ["xml", "atom", "json"].map(|kind| format!("feeds/{slug}.{kind}"));
            let paths = archive.into_iter().map(|name| format!("feeds/{slug}/{name}"));
            let pages = ["", "en/", "ru/"].map(|folder| format!("{folder}{slug}/index.html"));
            self.press.sink.remove(paths.chain(feeds).chain(pages).collect()).await?;
        }
        self.press.sink.remove(self.old_pages(before)).await
    }

    /// Pages in a folder of the language that now has the published folder itself.
    fn old_pages(&self, before: &StatusFile) -> Vec<String> {
        let folder = self.press.site.language.tag();
        if !self.settings.publish.to.join(folder).join("index.html").is_file() {
            return Vec::new();
        }
        let lands = before.countries.iter().map(|country| format!("{}/", country.slug));
        let chosen = before.feeds.iter().map(|feed| format!("{}/", feed.slug));
        let paths = lands.chain(chosen).chain(["all/".to_owned()]).chain(site_pages::PATHS.map(str::to_owned));
        paths.map(|path| format!("{folder}/{path}index.html")).collect()
    }

    /// Every feed at a glance. Those that are due are written, after what they no longer show is archived.
    async fn whole(&mut self, due: &[Due], anew: bool, before: &StatusFile) -> Result<Vec<Glance>, EditionError> {
        let site = self.press.site.clone();
        let lands = site.lands.iter().map(Of::Land);
        let feeds: Vec<Of<'_>> = lands.chain([Of::All]).chain(site.selections.iter().map(Of::Selection)).collect();
        let mut is_due: Vec<bool> =
            feeds.iter().map(|of| anew || due.iter().any(|due| due.feed == of.changed())).collect();
        self.archives = archives::read(&self.press).await?;
        for (of, is_due) in feeds.iter().zip(&mut is_due) {
            if *is_due || self.is_new_month(before) {
                *is_due |= self.archive(*of).await?;
            }
        }
        self.archives.feeds.retain(|slug, _| feeds.iter().any(|of| of.slug() == slug.as_str()));
        self.revise(before).await?;
        archives::write(&mut self.press, &self.archives).await?;
        let mut glances = Vec::with_capacity(feeds.len());
        for (of, is_due) in feeds.into_iter().zip(is_due) {
            glances.push(self.feed(of, is_due).await?);
        }
        self.press.flush().await?;
        Ok(glances)
    }

    /// Archives what a feed no longer shows. Says whether the feed has something else to tell by that.
    async fn archive(&mut self, of: Of<'_>) -> Result<bool, EditionError> {
        let old = self.archives.feeds.remove(of.slug()).unwrap_or_default();
        let mut chain = old.clone();
        let bare = of.feed(&[], &self.press.site);
        match of {
            Of::Selection(picked) => {
                archives::keep_up_selection(&mut self.press, &mut chain, (picked, &bare), self.now).await?;
            }
            _ => archives::keep_up(&mut self.press, &mut chain, &bare, self.now).await?,
        }
        let is_news = chain.parts != old.parts;
        // Where nothing is archived there is nothing to remember, but for what a selection has found.
        if !chain.parts.is_empty() || matches!(of, Of::Selection(_)) {
            self.archives.feeds.insert(of.slug().to_owned(), chain);
        }
        Ok(is_news)
    }

    /// What was published long ago and may no longer stand as it does.
    async fn revise(&mut self, before: &StatusFile) -> Result<(), EditionError> {
        self.press.flush().await?;
        let base = self.press.site.address("");
        let stricter = revision::stricter(&self.press, before);
        let old = std::mem::replace(&mut self.archives.base, base.clone());
        // The first edition has nowhere to have moved from: its archives were written just now.
        let has_moved = !old.is_empty() && old != base;
        let feeds = CountryFeed::every_bare(&self.press.site);
        if has_moved {
            revision::move_all(&mut self.press, &self.archives, &feeds).await?;
        }
        if !stricter.is_empty() {
            revision::hold_back(&mut self.press, &self.archives, &feeds, &stricter).await?;
        }
        Ok(())
    }

    /// A feed at a glance; it is written if it is due. One feed is held at a time.
    async fn feed(&mut self, of: Of<'_>, is_due: bool) -> Result<Glance, EditionError> {
        let site = self.press.site.clone();
        // At a glance, a feed that stays as it is needs its newest articles alone.
        let limit = if is_due { site.items } else { site.items.min(glance::ITEMS) };
        let query = Query { country: of.country(), limit, ..Query::default() };
        let chain = self.archives.feeds.get(of.slug());
        let (clusters, kept) = match of {
            Of::Selection(_) => self.members(chain, limit).await?,
            _ => (self.press.store.clusters(query).await?, self.press.store.count(query).await?),
        };
        let mut feed = of.feed(&clusters, &site);
        feed.previous = chain.and_then(|chain| chain.parts.last().copied());
        if is_due {
            feed.events = events::of(&clusters);
        }
        let today = days::date(self.now);
        let first_sights = match of {
            Of::Selection(_) => clusters.iter().map(|cluster| cluster.leader.first_seen).collect(),
            _ => self.press.store.first_sights(Query { from: Some(days::from(today)), ..query }).await?,
        };
        drop(clusters);
        let glance = Glance::of(&feed, kept, Days::of(&first_sights, today));
        if is_due {
            self.press.put_feed(&feed).await?;
        }
        Ok(glance)
    }

    /// The newest articles of a selection, and how many it shows.
    async fn members(&self, chain: Option<&Chain>, limit: usize) -> Result<(Vec<Cluster>, u64), StoreError> {
        let shown = chain.into_iter().flat_map(|chain| &chain.members).take(self.press.site.items);
        let ids: Vec<ArticleId> = shown.map(|member| member.id).collect();
        let mut clusters = Vec::new();
        for id in ids.iter().take(limit) {
            clusters.extend(self.press.store.cluster(*id).await?);
        }
        Ok((clusters, ids.len() as u64))
    }

    /// What the hub that feeds.toml names is to be told: what changed now, and what it did not take before.
    fn untold(&self, before: Option<Untold>) -> Option<Untold> {
        let is_named = matches!(self.settings.publish.hub, Some(PublishHub::At(_)));
        let mut untold = before.unwrap_or_default();
        untold.paths.extend(self.press.news.iter().cloned());
        Some(untold).filter(|untold| is_named && !untold.paths.is_empty())
    }

    /// Tells it; everything is published by then, and what it does not take is remembered.
    async fn tell(&mut self, fetcher: &Fetcher, status: StatusFile) -> Result<(), EditionError> {
        let Some(untold) = &status.untold else { return Ok(()) };
        let left = deliver::tell(fetcher, self.settings, untold.clone(), self.now).await;
        if left != status.untold {
            let status = StatusFile { untold: left, ..status };
            self.press.write(vec![status.file()]).await?;
        }
        Ok(())
    }

    async fn status(&self, glances: &[Glance]) -> Result<StatusFile, EditionError> {
        let all = glances.iter().find(|glance| glance.slug == ALL);
        Ok(StatusFile {
            passed: Some(self.now),
            articles: all.map_or(0, |glance| glance.articles),
            sources: self.sources().await?,
            countries: glances.iter().filter_map(country_status).collect(),
            feeds: glances.iter().filter_map(feed_status).collect(),
            ..StatusFile::default()
        })
    }

    async fn sources(&self) -> Result<Vec<SourceStatus>, StoreError> {
        let mut told = Vec::with_capacity(self.settings.sources.len());
        let subscriptions = self.press.store.subscriptions().await?;
        for source in &self.settings.sources {
            let state = self.press.store.source(&source.name).await?;
            let next = schedule::wait(source, &state, self.now).map(|wait| schedule::later(self.now, wait));
            let status = SourceStatus::of(source, &state, next);
            let subscribed = subscriptions.iter().filter(|subscription| subscription.source == source.name);
            let subscribed = subscribed.max_by_key(|subscription| subscription.phase == Phase::Active);
            told.push(SourceStatus {
                hub: subscribed.map(HubStatus::of).or(status.hub),
                alarms: alarm::raised(&state, &self.settings.alert, self.now),
                note: note(source, &state),
                ..status
            });
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
        newest: glance.newest().map(|headline| headline.at.timestamp()),
    })
}

fn feed_status(glance: &Glance) -> Option<FeedStatus> {
    let is_chosen = glance.country.is_none() && glance.slug != ALL;
    let status = || FeedStatus { slug: glance.slug.clone(), name: glance.title.clone(), articles: glance.articles };
    is_chosen.then(status)
}
