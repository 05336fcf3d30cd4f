//! A feed at a glance: what the home page, the sitemap and OPML tell of it.
//!
//! Small, so that all lands can be held at once while their articles cannot.

use crate::date::Moment;
use crate::model::country::Country;
use crate::publish::country_feed::CountryFeed;
use crate::publish::days::Days;
use crate::publish::shown::{Shown, ShownPhoto};
use crate::publish::times::rfc3339;

/// Headlines of a land on the home page: two keep it under 60 KB with 51 lands.
pub const HEADLINES: usize = 2;
/// How many articles of a feed are looked at: those seen last. A feed that did not change need not be read beyond them.
pub const ITEMS: usize = 20;

/// An article in a line.
#[derive(Debug, Clone)]
pub struct Headline {
    /// Its page, below the published folder.
    pub path: String,
    /// The original, where that is the place to read it.
    pub original: Option<String>,
    /// The headline.
    pub title: String,
    /// BCP 47.
    pub language: Option<String>,
    /// When it was published.
    pub at: Moment,
    /// Whose it is.
    pub source: String,
}

/// A picture with its headline.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The picture, which has a credit.
    pub photo: ShownPhoto,
    /// The article.
    pub headline: Headline,
}

/// A feed at a glance.
#[derive(Debug, Clone)]
pub struct Glance {
    /// The name of its files.
    pub slug: String,
    /// The country; none for the feed of all.
    pub country: Option<Country>,
    /// What it is called.
    pub title: String,
    /// Articles kept for it.
    pub articles: u64,
    /// How many of them were new of late.
    pub days: Days,
    /// The newest of them.
    pub headlines: Vec<Headline>,
    /// The newest picture that has a credit.
    pub picture: Option<Picture>,
    /// Pages of its articles with the time of their last change, for the sitemap.
    pub addresses: Vec<(String, String)>,
}

impl Headline {
    /// An article in a line.
    #[must_use]
    pub fn of(shown: &Shown) -> Self {
        Self {
            path: shown.path(),
            original: shown.original().map(str::to_owned),
            title: shown.title.clone(),
            language: shown.language.clone(),
            at: shown.published,
            source: shown.source.name.clone(),
        }
    }

    /// The day on which it was published, there: `2024-01-16`.
    #[must_use]
    pub fn date(&self) -> String {
        let mut datetime = self.datetime();
        datetime.truncate("2024-01-16".len());
        datetime
    }

    /// When it was published, in RFC 3339.
    #[must_use]
    pub fn datetime(&self) -> String {
        rfc3339(self.at)
    }
}

impl Picture {
    /// The leading picture of an article, if it has a credit.
    fn of(shown: &Shown) -> Option<Self> {
        let photo = shown.lead_photo().filter(|photo| photo.credit.is_some())?;
        Some(Self { photo: photo.clone(), headline: Headline::of(shown) })
    }
}

impl Glance {
    /// A feed at a glance, with the number of articles that are kept for it and what was new of late.
    ///
    /// The same whether the feed holds all it may or its `ITEMS` newest.
    #[must_use]
    pub fn of(feed: &CountryFeed, articles: u64, days: Days) -> Self {
        let newest = || feed.items.iter().filter(|shown| shown.place < ITEMS);
        Self {
            slug: feed.slug.clone(),
            country: feed.country,
            title: feed.title.clone(),
            articles,
            days,
            headlines: newest().take(HEADLINES).map(Headline::of).collect(),
            picture: newest().find_map(Picture::of),
            addresses: newest().map(|shown| (shown.path(), rfc3339(shown.updated))).collect(),
        }
    }

    /// When its newest article was published.
    #[must_use]
    pub fn newest(&self) -> Option<&Headline> {
        self.headlines.first()
    }
}
