//! A feed at a glance: what the home page, the sitemap and OPML tell of it.
//!
//! Small, so that all lands can be held at once while their articles cannot.

use crate::model::country::Country;
use crate::publish::country_feed::CountryFeed;
use crate::publish::shown::{Shown, ShownPhoto};
use crate::publish::times::{clock, day, rfc3339};

/// Headlines of a land on the home page: two keep it under 60 KB with 51 lands.
pub const HEADLINES: usize = 2;
/// How many articles of a feed are looked at: those seen last. A feed that did not change need not be read beyond them.
pub const ITEMS: usize = 20;

/// An article in a line.
#[derive(Debug, Clone)]
pub struct Headline {
    /// Its page, below the published folder.
    pub path: String,
    /// The headline.
    pub title: String,
    /// Its language, as attributes of an element of a page.
    pub attributes: String,
    /// RFC 3339.
    pub datetime: String,
    /// «16 января 2024».
    pub day: String,
    /// «14:05».
    pub clock: String,
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
            title: shown.title.clone(),
            attributes: shown.attributes.clone(),
            datetime: rfc3339(shown.published),
            day: day(shown.published),
            clock: clock(shown.published),
            source: shown.source.name.clone(),
        }
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
    /// A feed at a glance, with the number of articles that are kept for it.
    ///
    /// The same whether the feed holds all it may or its `ITEMS` newest.
    #[must_use]
    pub fn of(feed: &CountryFeed, articles: u64) -> Self {
        let newest = || feed.items.iter().filter(|shown| shown.place < ITEMS);
        Self {
            slug: feed.slug.clone(),
            country: feed.country,
            title: feed.title.clone(),
            articles,
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
