//! What was published, read back: the last that is left of an article when the store and its exports have lost it.
//!
//! Reads the JSON Feeds that `json_feed` writes. What is not published (identities, fingerprints, who ran it first) it cannot tell.

use jiff::Timestamp;
use serde::Deserialize;

use crate::date::Moment;
use crate::html::plain::plain;
use crate::model::article::{Article, Credit, CreditRole, Match, Origin, Photo, Routed};
use crate::model::cluster::ArticleId;
use crate::model::country::Country;
use crate::model::source::SourceName;
use crate::model::url::PageUrl;

#[derive(Deserialize)]
struct Feed {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    url: String,
    title: String,
    content_html: Option<String>,
    summary: Option<String>,
    date_published: Option<Moment>,
    #[serde(default)]
    authors: Vec<Author>,
    language: Option<String>,
    #[serde(rename = "_source")]
    source: Author,
    #[serde(default, rename = "_countries")]
    countries: Vec<String>,
    #[serde(default, rename = "_credits")]
    credits: Vec<Credited>,
}

#[derive(Deserialize)]
struct Author {
    name: String,
}

#[derive(Deserialize)]
struct Credited {
    url: String,
    caption: Option<String>,
    credit: String,
    role: String,
}

/// An article as it was published.
#[derive(Debug, Clone, PartialEq)]
pub struct Reread {
    /// Its name.
    pub id: ArticleId,
    /// When it was first seen, as near as the order of the feed tells: never before it was published.
    pub first_seen: Timestamp,
    /// What was shown of it.
    pub routed: Routed,
}

/// The articles of a feed, the newest first, as they stood in it. None where the file is no feed of ours.
#[must_use]
pub fn articles(json: &[u8], now: Timestamp) -> Vec<Reread> {
    let Ok(feed) = serde_json::from_slice::<Feed>(json) else { return Vec::new() };
    let mut all: Vec<Reread> = Vec::with_capacity(feed.items.len());
    // From the oldest on: none was first seen before the one below it.
    let mut last = Timestamp::MIN;
    for item in feed.items.into_iter().rev() {
        let Ok(id) = item.id.parse() else { continue };
        let Ok(link) = PageUrl::parse(&item.url) else { continue };
        let published = item.date_published.map(Moment::timestamp);
        last = published.unwrap_or(last).max(last).min(now);
        all.push(Reread { id, first_seen: last, routed: routed(item, link) });
    }
    all.reverse();
    all
}

fn routed(item: Item, link: PageUrl) -> Routed {
    let html = item.content_html.unwrap_or_default();
    let countries = item.countries.iter().filter_map(|code| Country::from_code(code));
    let source = item.source.name;
    Routed {
        countries: countries.map(|country| Match { country, strength: 1.0, reasons: Vec::new() }).collect(),
        article: Article {
            entry_id: link.to_string(),
            title: item.title,
            // A feed names the source where nobody else is named.
            authors: item.authors.into_iter().map(|author| author.name).filter(|name| *name != source).collect(),
            published: item.date_published,
            updated: None,
            language: item.language,
            summary: item.summary.unwrap_or_default(),
            text: plain(&html),
            html,
            photos: item.credits.into_iter().filter_map(photo).collect(),
            lead: None,
            tags: Vec::new(),
            enclosures: Vec::new(),
            origin: Origin::Summary,
            source: SourceName(source),
            link,
        },
    }
}

fn photo(credited: Credited) -> Option<Photo> {
    let role: CreditRole = serde_json::from_value(credited.role.into()).unwrap_or_default();
    let name = credited.credit;
    Some(Photo {
        url: PageUrl::parse(&credited.url).ok()?,
        caption: credited.caption,
        credit: Some(Credit { raw: name.clone(), name, role }),
        alt: None,
        width: None,
        height: None,
    })
}
