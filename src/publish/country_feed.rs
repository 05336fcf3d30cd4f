//! What is published for a country, or for all: which articles, in which order, under which name.
//!
//! Knows no format: `rss`, `atom`, `json_feed` and `page` write what stands here.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::model::cluster::{ArticleId, Cluster};
use crate::model::country::Country;
use crate::model::language::Language;
use crate::publish::month::Part;
use crate::publish::selection::Picked;
use crate::publish::shown::Shown;
use crate::publish::site::{ALL, Land, Site};

/// What is published for a country, or for all lands and none.
#[derive(Debug, Default, Clone)]
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
    /// The part of the archive that it is; none for the feed that readers poll.
    pub part: Option<Part>,
    /// The newest archive that is older than it (RFC 5005, `prev-archive`), if there is one.
    pub previous: Option<Part>,
    /// The archive that follows it (`next-archive`), where it is known.
    pub next: Option<Part>,
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
            ..Self::default()
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
            ..Self::default()
        }
    }

    /// The feed of an operator's own choice, from its clusters.
    #[must_use]
    pub fn of_selection(picked: &Picked, clusters: &[Cluster], site: &Site) -> Self {
        Self {
            slug: picked.slug().to_owned(),
            country: None,
            title: picked.title.clone(),
            description: match site.language {
                Language::Russian => format!("Подборка новостей: {}. Тексты статей и авторы фотографий.", picked.title),
                Language::English => {
                    format!("News of our choice: {}. Texts of the articles and who took the photographs.", picked.title)
                }
            },
            items: items(clusters, site, site.items),
            ..Self::default()
        }
    }

    /// Every feed of a site without its articles: of the lands, of all, of an operator's own choice.
    #[must_use]
    pub fn every_bare(site: &Site) -> Vec<Self> {
        let lands = site.lands.iter().map(|land| Self::of_land(land, &[], site));
        let selections = site.selections.iter().map(|picked| Self::of_selection(picked, &[], site));
        lands.chain([Self::of_all(&[], site)]).chain(selections).collect()
    }

    /// A part of the archive of this feed, with what was first seen in it, oldest first sight first.
    #[must_use]
    pub fn archive(&self, part: Part, items: Vec<Shown>) -> Self {
        Self {
            slug: self.slug.clone(),
            country: self.country,
            title: format!("{}, {part}", self.title),
            description: self.description.clone(),
            items: by_date(items),
            part: Some(part),
            ..Self::default()
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
        match self.part {
            Some(part) => archive_path(&self.slug, part, extension),
            None => format!("feeds/{}.{extension}", self.slug),
        }
    }

    /// Its page, below the published folder.
    #[must_use]
    pub fn page(&self) -> String {
        format!("{}/", self.slug)
    }
}

/// A part of an archive, below the published folder.
#[must_use]
pub fn archive_path(slug: &str, part: Part, extension: &str) -> String {
    format!("feeds/{slug}/{part}.{extension}")
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
    by_date(newest.enumerate().map(|(place, cluster)| Shown::of(cluster, place, site)).collect())
}

/// By date; of one instant by name, so that the same store gives the same order.
fn by_date(mut items: Vec<Shown>) -> Vec<Shown> {
    items.sort_by(|a, b| b.published.timestamp().cmp(&a.published.timestamp()).then(a.id.cmp(&b.id)));
    items
}
