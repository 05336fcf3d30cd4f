//! JSON Feed 1.1, with the credits in an extension of our own, `_credits`.

use serde::Serialize;

use crate::publish::asset::ICON_PATH;
use crate::publish::country_feed::CountryFeed;
use crate::publish::error::PublishError;
use crate::publish::shown::{Shown, ShownCopy, ShownEnclosure, ShownPhoto};
use crate::publish::site::Site;
use crate::publish::times::rfc3339;

#[expect(clippy::struct_field_names, reason = "JSON Feed's own names")]
#[derive(Serialize)]
struct Feed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: String,
    feed_url: String,
    description: &'a str,
    icon: String,
    language: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hubs: Option<[Hub<'a>; 1]>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Hub<'a> {
    r#type: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    id: String,
    url: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    date_modified: String,
    authors: Vec<Author<'a>>,
    tags: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    _source: SourceOf<'a>,
    _countries: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    _credits: Vec<Credit<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    _copies: Vec<CopyOf<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
}

#[derive(Serialize)]
struct SourceOf<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[expect(clippy::struct_field_names, reason = "the word that PRODUCT.md's JSON has")]
#[derive(Serialize)]
struct Credit<'a> {
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    caption: Option<&'a str>,
    credit: &'a str,
    role: &'a str,
}

#[derive(Serialize)]
struct CopyOf<'a> {
    source: &'a str,
    url: &'a str,
    title: &'a str,
}

/// A country's feed as JSON Feed.
pub fn write(feed: &CountryFeed, site: &Site) -> Result<Vec<u8>, PublishError> {
    let json = Feed {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: site.address(&feed.page()),
        feed_url: site.address(&feed.path("json")),
        description: &feed.description,
        icon: site.address(ICON_PATH),
        language: site.language.tag(),
        hubs: site.hub.as_deref().map(|url| [Hub { r#type: "WebSub", url }]),
        items: feed.items.iter().map(item).collect(),
    };
    let failed = |why: serde_json::Error| PublishError::Format { path: feed.path("json"), why: why.to_string() };
    let mut bytes = serde_json::to_vec_pretty(&json).map_err(failed)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn item(shown: &Shown) -> Item<'_> {
    let content_html = shown.body_with_copies();
    Item {
        id: shown.id.guid(),
        url: &shown.link,
        title: &shown.title,
        // One of the two must be there; a link alone has no more than its title.
        content_text: content_html.is_none().then_some(shown.title.as_str()),
        content_html,
        summary: shown.summary.as_deref(),
        image: shown.lead_photo().map(|photo| photo.url.as_str()),
        date_published: rfc3339(shown.published),
        date_modified: rfc3339(shown.updated),
        authors: authors(shown),
        tags: shown.countries.iter().map(|country| country.name_ru()).collect(),
        language: shown.language.as_deref(),
        attachments: shown.enclosures.iter().map(attachment).collect(),
        _source: SourceOf { name: &shown.source.name, url: shown.source.url.as_deref() },
        _countries: shown.countries.iter().map(|country| country.code()).collect(),
        _credits: shown.photos.iter().filter_map(credit).collect(),
        _copies: shown.copies.iter().map(copy).collect(),
    }
}

fn authors(shown: &Shown) -> Vec<Author<'_>> {
    if shown.authors.is_empty() {
        return vec![Author { name: &shown.source.name }];
    }
    shown.authors.iter().map(|name| Author { name }).collect()
}

fn attachment(enclosure: &ShownEnclosure) -> Attachment<'_> {
    Attachment {
        url: &enclosure.url,
        mime_type: &enclosure.media_type,
        size_in_bytes: Some(enclosure.bytes).filter(|bytes| *bytes > 0),
    }
}

fn credit(photo: &ShownPhoto) -> Option<Credit<'_>> {
    let credit = photo.credit.as_ref()?;
    Some(Credit { url: &photo.url, caption: photo.caption.as_deref(), credit: &credit.name, role: credit.role })
}

fn copy(copy: &ShownCopy) -> CopyOf<'_> {
    CopyOf { source: &copy.source, url: &copy.link, title: &copy.title }
}
