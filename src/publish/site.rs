//! What holds for every published file: where the folder is reached, which lands it has, what each source allows.
//!
//! Made once a pass from the settings; nothing here is read from a store.

use std::collections::HashMap;

use crate::model::country::Country;
use crate::model::language::Language;
use crate::model::settings::{CountrySettings, PublishHub, Settings};
use crate::model::source::{Rights, Source, SourceName};
use crate::model::url::{PageUrl, UrlError};
use crate::publish::selection::Picked;
use crate::publish::words::{NAME_CHARS_MAX, address, field};

/// The slug of the feed of all lands and none.
pub const ALL: &str = "all";
/// Where our own hub is called, below `base_url`: beside the addresses at which other hubs call us.
pub const OWN_HUB: &str = "websub/hub";
/// How often a reader should ask again, where the worker's own pace is not known, in minutes.
const TTL_MINUTES_MIN: u64 = 5;

/// A country that has feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Land {
    /// The country.
    pub country: Country,
    /// The name of its files.
    pub slug: String,
    /// What it is called.
    pub title: String,
}

/// What is told of a source beside its articles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFacts {
    /// Its name.
    pub name: String,
    /// What is polled; none for a source that left feeds.toml.
    pub url: Option<String>,
    /// How much of its articles may be shown.
    pub rights: Rights,
}

/// What holds for every published file.
#[derive(Debug, Clone)]
pub struct Site {
    base: PageUrl,
    /// Items in a feed.
    pub items: usize,
    /// The language of the interface, and of the feeds as wholes.
    pub language: Language,
    /// How often a reader may ask, in minutes.
    pub ttl_minutes: u64,
    /// The lands that have feeds, in the order of feeds.toml and of the table.
    pub lands: Vec<Land>,
    /// Feeds of an operator's own choice, in the order of feeds.toml.
    pub selections: Vec<Picked>,
    /// Who tells of changes of our feeds (`WebSub`), if anybody.
    pub hub: Option<String>,
    sources: HashMap<SourceName, SourceFacts>,
    slugs: HashMap<Country, usize>,
}

impl Site {
    /// The site that feeds.toml describes.
    pub fn of(settings: &Settings) -> Result<Self, UrlError> {
        let base = settings.publish.base_url.as_str();
        let base = base.split(['?', '#']).next().unwrap_or(base).trim_end_matches('/');
        let base = PageUrl::parse(&format!("{base}/"))?;
        let language = settings.publish.language;
        let enabled = settings.countries.iter().filter(|country| country.enabled);
        let lands: Vec<Land> = enabled.map(|country| land(country, language)).collect();
        let hub = settings.publish.hub.as_ref().map(|hub| match hub {
            PublishHub::Own => format!("{}{OWN_HUB}", address(&base)),
            PublishHub::At(url) => address(url),
        });
        Ok(Self {
            base,
            hub,
            selections: settings.publish.selections.iter().map(Picked::of).collect(),
            items: settings.publish.items,
            language,
            ttl_minutes: (settings.worker.every.as_secs() / 60).max(TTL_MINUTES_MIN),
            slugs: lands.iter().enumerate().map(|(index, land)| (land.country, index)).collect(),
            lands,
            sources: settings.sources.iter().map(|source| (source.name.clone(), facts(source))).collect(),
        })
    }

    /// The address of a file below the published folder.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", address(&self.base))
    }

    /// The folder of the pages in a language: that of the site is the published folder itself.
    #[must_use]
    pub fn folder(&self, language: Language) -> &'static str {
        if language == self.language { "" } else { language.say("ru/", "en/") }
    }

    /// What a land is called in a language: the title of feeds.toml is in that of the site.
    #[must_use]
    pub fn title<'l>(&self, land: &'l Land, language: Language) -> &'l str {
        if language == self.language {
            &land.title
        } else {
            language.say(land.country.name_ru(), land.country.name_en())
        }
    }

    /// A country's place among the lands, if it has feeds.
    #[must_use]
    pub fn land(&self, country: Country) -> Option<&Land> {
        self.slugs.get(&country).map(|index| &self.lands[*index])
    }

    /// How much each source of feeds.toml allows, by the name that is shown.
    #[must_use]
    pub fn rights(&self) -> HashMap<String, Rights> {
        self.sources.values().map(|source| (source.name.clone(), source.rights)).collect()
    }

    /// What is told of a source.
    ///
    /// One that left feeds.toml may have allowed anything or nothing, so its articles stay as titles with links.
    #[must_use]
    pub fn source(&self, name: &SourceName) -> SourceFacts {
        self.sources.get(name).cloned().unwrap_or_else(|| SourceFacts {
            name: field(name.as_str(), NAME_CHARS_MAX),
            url: None,
            rights: Rights::Link,
        })
    }
}

fn land(settings: &CountrySettings, language: Language) -> Land {
    let country = settings.country;
    let title = settings.title.as_deref().unwrap_or(language.say(country.name_ru(), country.name_en()));
    Land { country, slug: settings.slug.clone(), title: field(title, NAME_CHARS_MAX) }
}

fn facts(source: &Source) -> SourceFacts {
    SourceFacts {
        name: field(source.name.as_str(), NAME_CHARS_MAX),
        url: Some(address(&source.url)),
        rights: source.publish,
    }
}
