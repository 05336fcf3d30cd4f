//! What is published for a country, or for all: which articles, in which order, under which name.
//!
//! Knows no format: `rss`, `atom`, `json_feed` and `page` write what stands here.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::model::cluster::{ArticleId, Cluster};
use crate::model::country::Country;
use crate::model::language::Language;
use crate::publish::month::Month;
use crate::publish::shown::Shown;
use crate::publish::site::{ALL, Land, Site};

/// What is published for a country, or for all lands and none.
#[derive(Debug, Clone)]
pub struct CountryFeed {
    /// The name of its files.
    pub slug: String,
    /// The country; none for the feed of all.
    pub country: Option<Country>,
    /// What it is called: «КНДР».
    pub title: String,
    /// A sentence about it.
    pub description: String,
    /// What it holds, newest first.
    pub items: Vec<Shown>,
    /// Articles that report one event, each named with the first of them; those that stand alone need not be here.
    pub events: HashMap<ArticleId, ArticleId>,
    /// The month whose archive it is; none for the feed that readers poll.
    pub month: Option<Month>,
    /// The newest archive that is older than it (RFC 5005, `prev-archive`), if there is one.
    pub previous: Option<Month>,
}

impl CountryFeed {
    /// The feed of a land, from the clusters that the store names for it.
    #[must_use]
    pub fn of_land(land: &Land, clusters: &[Cluster], site: &Site) -> Self {
        Self {
            slug: land.slug.clone(),
            country: Some(land.country),
            title: land.title.clone(),
            description: description(land, site.language),
            items: items(clusters, site, site.items),
            events: HashMap::new(),
            month: None,
            previous: None,
        }
    }

    /// The feed of all lands and none.
    #[must_use]
    pub fn of_all(clusters: &[Cluster], site: &Site) -> Self {
        Self {
            slug: ALL.to_owned(),
            country: None,
            title: site.language.say("Все страны", "All countries").to_owned(),
            description: description_of_all(site.language).to_owned(),
            items: items(clusters, site, site.items),
            events: HashMap::new(),
            month: None,
            previous: None,
        }
    }

    /// The archive of a month of this feed: all that was first seen in it, however much.
    ///
    /// Not yet called by a pass.
    #[must_use]
    pub fn archive(&self, month: Month, previous: Option<Month>, clusters: &[Cluster], site: &Site) -> Self {
        Self {
            slug: self.slug.clone(),
            country: self.country,
            title: format!("{}, {month}", self.title),
            description: self.description.clone(),
            items: items(clusters, site, usize::MAX),
            events: HashMap::new(),
            month: Some(month),
            previous,
        }
    }

    /// When its content last changed; none while it is empty.
    #[must_use]
    pub fn changed(&self) -> Option<Timestamp> {
        self.items.iter().map(|item| item.changed).max()
    }

    /// One of its files, below the published folder.
    #[must_use]
    pub fn path(&self, extension: &str) -> String {
        match self.month {
            Some(month) => archive_path(&self.slug, month, extension),
            None => format!("feeds/{}.{extension}", self.slug),
        }
    }

    /// The newest archive that is older than it, below the published folder.
    #[must_use]
    pub fn previous_path(&self) -> Option<String> {
        self.previous.map(|month| archive_path(&self.slug, month, "xml"))
    }

    /// Its page, below the published folder.
    #[must_use]
    pub fn page(&self) -> String {
        format!("{}/", self.slug)
    }
}

/// An archive, below the published folder.
fn archive_path(slug: &str, month: Month, extension: &str) -> String {
    format!("feeds/{slug}/{month}.{extension}")
}

/// A sentence about a land's feed.
#[must_use]
pub fn description(land: &Land, language: Language) -> String {
    match language {
        Language::Russian => {
            let english = land.country.name_en();
            format!("Новости о стране: {} ({english}). Тексты статей и авторы фотографий.", land.title)
        }
        Language::English => {
            format!("News about {}: texts of the articles and who took the photographs.", land.country.name_en())
        }
    }
}

/// A sentence about the feed of all.
#[must_use]
pub fn description_of_all(language: Language) -> &'static str {
    language.say(
        "Новости обо всех странах. Тексты статей и авторы фотографий.",
        "News about all countries: texts of the articles and who took the photographs.",
    )
}

/// The newest, each once, by date; of one instant by name, so that the same store gives the same order.
fn items(clusters: &[Cluster], site: &Site, limit: usize) -> Vec<Shown> {
    let mut seen = HashSet::new();
    let newest = clusters.iter().filter(|cluster| seen.insert(cluster.leader.id)).take(limit);
    let mut items: Vec<Shown> = newest.enumerate().map(|(place, cluster)| Shown::of(cluster, place, site)).collect();
    items.sort_by(|a, b| b.published.timestamp().cmp(&a.published.timestamp()).then(a.id.cmp(&b.id)));
    items
}
