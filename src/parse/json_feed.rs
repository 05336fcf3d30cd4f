//! JSON Feed 1.0 and 1.1: feed-rs reads it, a second look at the JSON gives what it drops or refuses.
//!
//! It keeps no offset of a date, one author of several, no picture and no hub, and refuses a version it does not know.

use serde_json::Value;
use url::Url;

use crate::date::{self, Moment};
use crate::html::plain;
use crate::model::entry::{Enclosure, Entries, Entry, Head, HeadImage, Link, Media, Person};
use crate::model::source::SourceKind;
use crate::model::url::PageUrl;
use crate::parse::address;
use crate::parse::bounds::{self, ENTRIES_MAX, PARTS_MAX};
use crate::parse::construct::Words;
use crate::parse::library;
use crate::parse::markup;
use crate::parse::reader::{self, Reader};

/// Reads JSON that was parsed already; none where it is no feed.
pub(super) fn read(text: &str, value: &Value, reader: &Reader<'_>, base: Option<&Url>) -> Option<Entries> {
    let items = value.get("items")?.as_array()?;
    // Of a document with more items than are kept, feed-rs would make them all.
    let given = (items.len() <= ENTRIES_MAX).then(|| library::read(text, base.map(Url::as_str))).flatten();
    let (given_head, given_entries) = given.map_or_else(Default::default, |given| (given.head, given.entries));
    let mut given_entries = given_entries.into_iter();
    let is_aligned = given_entries.len() == items.len();
    let mut entries = Vec::new();
    for item in items {
        let given = given_entries.next().filter(|_| is_aligned).unwrap_or_default();
        bounds::add(&mut entries, entry(item, given, reader, base));
    }
    Some(Entries {
        kind: SourceKind::Feed,
        head: head(value, given_head, base),
        entries,
        more: Vec::new(),
        feeds: Vec::new(),
        reached: Vec::new(),
    })
}

fn head(value: &Value, given: Head, base: Option<&Url>) -> Head {
    let title = words(value, "title");
    let description = words(value, "description");
    let mut links = Vec::new();
    for (key, rel, media_type) in [
        ("home_page_url", "alternate", "text/html"),
        ("feed_url", "self", "application/feed+json"),
        ("next_url", "next", "application/feed+json"),
    ] {
        let href = string(value, key).and_then(|url| address::whole(&url, base));
        links.extend(href.map(|href| Link {
            href,
            rel: Some(rel.to_owned()),
            media_type: Some(media_type.to_owned()),
        }));
    }
    for hub in array(value, "hubs") {
        links.extend(string(hub, "url").map(|href| Link { href, rel: Some(String::from("hub")), media_type: None }));
    }
    Head {
        title: title.as_ref().map(|words| words.plain.clone()).or(given.title),
        title_markup: title.and_then(|words| words.markup),
        link: reader::page(&links).map(|link| link.href.clone()),
        description: description.as_ref().map(|words| words.plain.clone()).or(given.description),
        description_markup: description.and_then(|words| words.markup),
        language: string(value, "language").or(given.language),
        authors: authors(value).unwrap_or(given.authors),
        image: string(value, "icon").map(|url| HeadImage { url, ..HeadImage::default() }),
        icon: string(value, "favicon").or(given.icon),
        logo: string(value, "icon"),
        links,
        id: string(value, "feed_url"),
        ..Head::default()
    }
}

fn entry(item: &Value, given: Entry, reader: &Reader<'_>, base: Option<&Url>) -> Entry {
    let title = words(item, "title");
    let whole = |key: &str| string(item, key).and_then(|url| address::whole(&url, base));
    let link =
        |href: String, rel: &str| Link { href, rel: Some(rel.to_owned()), media_type: Some(String::from("text/html")) };
    let mut links: Vec<Link> = whole("url").map(|href| link(href, "alternate")).into_iter().collect();
    links.extend(whole("external_url").map(|href| link(href, if links.is_empty() { "alternate" } else { "related" })));
    let page = reader::page(&links).and_then(|link| PageUrl::parse(&link.href).ok());
    let html = string(item, "content_html").map(|html| markup::clean(&html, base).html);
    let content = html.or_else(|| string(item, "content_text").map(|text| paragraphs(&text)));
    let pictures = ["image", "banner_image"].into_iter().filter_map(whole);
    let mut entry = Entry {
        id: string(item, "id").unwrap_or_default(),
        title: title.as_ref().map(|words| words.plain.clone()).or(given.title),
        title_markup: title.and_then(|words| words.markup),
        link: page,
        summary: string(item, "summary").map(|text| summary(&text, base)).filter(|text| !text.is_empty()),
        content: content.into_iter().filter(|text| !text.is_empty()).collect(),
        authors: authors(item).unwrap_or(given.authors),
        published: moment(item, "date_published", reader).or(given.published),
        updated: moment(item, "date_modified", reader).or(given.updated),
        tags: array(item, "tags").iter().filter_map(|tag| tag.as_str().map(plain::plain)).collect(),
        media: pictures
            .map(|url| Media { url, media_type: Some(String::from("image/*")), ..Media::default() })
            .collect(),
        links,
        ..Entry::default()
    };
    for attachment in array(item, "attachments") {
        let Some(url) = string(attachment, "url").and_then(|url| address::whole(&url, base)) else { continue };
        let length = attachment.get("size_in_bytes").and_then(Value::as_u64);
        entry.enclosures.push(Enclosure { url, media_type: string(attachment, "mime_type"), length });
    }
    entry
}

/// Plain text as HTML.
fn paragraphs(text: &str) -> String {
    if !text.contains(['<', '>', '&', '\n']) {
        return text.to_owned();
    }
    markup::escaped(text).replace("\r\n", "\n").replace('\n', "<br />")
}

/// A summary: plain text by the standard, HTML where it looks like it.
fn summary(text: &str, base: Option<&Url>) -> String {
    if markup::looks_like_html(text) { markup::clean(text, base).html } else { paragraphs(text) }
}

/// 1.1 has `authors`, 1.0 `author`.
fn authors(value: &Value) -> Option<Vec<Person>> {
    let single = value.get("author").map(std::slice::from_ref).unwrap_or_default();
    let listed = array(value, "authors");
    let written = if listed.is_empty() { single } else { listed };
    let people: Vec<Person> = written
        .iter()
        .map(|author| Person {
            name: string(author, "name").or_else(|| author.as_str().map(str::to_owned)).map(|name| plain::plain(&name)),
            email: string(author, "email"),
            uri: string(author, "url"),
        })
        .filter(|person| *person != Person::default())
        .collect();
    (!people.is_empty()).then_some(people)
}

fn moment(value: &Value, key: &str, reader: &Reader<'_>) -> Option<Moment> {
    date::read(&string(value, key)?, reader.zone, reader.now).ok()
}

fn array<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    let members = value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    &members[..members.len().min(PARTS_MAX)]
}

/// A field of plain text.
fn words(value: &Value, key: &str) -> Option<Words> {
    string(value, key).map(|text| Words::of(bounds::cut(markup::safe_plain(&text, None).into_owned())))
}

/// A text; numbers are taken too, as ids and times are written.
fn string(value: &Value, key: &str) -> Option<String> {
    let text = match value.get(key)? {
        // An escape may stand for what no text holds: `\u0000`.
        Value::String(text) => crate::parse::without_controls(text).trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
