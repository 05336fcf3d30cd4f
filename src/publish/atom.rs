//! Atom (RFC 4287).

use std::collections::BTreeMap;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{
    Category, Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Source, Text, WriteConfig,
};
use jiff::Timestamp;

use crate::html::references::escaped;
use crate::model::country::Country;
use crate::publish::asset::ICON_PATH;
use crate::publish::country_feed::{CountryFeed, archive_path};
use crate::publish::error::PublishError;
use crate::publish::media::{self, Parts};
use crate::publish::rss::{COUNTRY_SCHEME, with_stylesheet};
use crate::publish::shown::Shown;
use crate::publish::site::Site;
use crate::publish::times::{rfc3339, rfc3339_utc};

/// When an empty feed was last changed: Atom wants a date, and the clock is no content. 2000-01-01.
const EMPTY_SINCE: Timestamp = Timestamp::constant(946_684_800, 0);

/// A country's feed as Atom.
pub fn write(feed: &CountryFeed, site: &Site) -> Result<Vec<u8>, PublishError> {
    let failed = |why: String| PublishError::Format { path: feed.path("atom"), why };
    let mut atom = channel(feed, site).map_err(failed)?;
    atom.entries = feed.items.iter().map(entry).collect::<Result<_, _>>().map_err(failed)?;
    let config = WriteConfig { write_document_declaration: false, indent_size: Some(1) };
    let declaration = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_vec();
    let bytes = atom.write_with_config(declaration, config).map_err(|why| failed(why.to_string()))?;
    Ok(with_stylesheet(&bytes, "../"))
}

fn channel(feed: &CountryFeed, site: &Site) -> Result<Feed, String> {
    let own = site.address(&feed.path("atom"));
    let page = site.address(&feed.page());
    let mut links =
        vec![link("self", &own, Some("application/atom+xml"), None), link("alternate", &page, Some("text/html"), None)];
    links.extend(site.hub.iter().map(|hub| link("hub", hub, None, None)));
    // The archives are one chain, in RSS.
    links.extend(feed.previous.map(|part| {
        let address = site.address(&archive_path(&feed.slug, part, "xml"));
        link("prev-archive", &address, Some("application/rss+xml"), None)
    }));
    Ok(Feed {
        title: text(&feed.title, None),
        // The page, not the file: an id outlives a change of format.
        id: page,
        updated: date(&rfc3339_utc(feed.changed().unwrap_or(EMPTY_SINCE)))?,
        authors: vec![person("feedatlas")],
        generator: Some(Generator { value: "feedatlas".to_owned(), uri: None, version: None }),
        icon: Some(site.address(ICON_PATH)),
        links,
        subtitle: Some(text(&feed.description, None)),
        namespaces: BTreeMap::from([("media".to_owned(), media::NAMESPACE.to_owned())]),
        lang: Some(site.language.tag().to_owned()),
        ..Feed::default()
    })
}

fn entry(shown: &Shown) -> Result<Entry, String> {
    let language = shown.language.as_deref();
    let mut links = vec![link("alternate", &shown.link, Some("text/html"), None)];
    links.extend(
        shown.copies.iter().map(|copy| {
            link("related", &copy.link, Some("text/html"), Some(format!("{}: {}", copy.source, copy.title)))
        }),
    );
    links.extend(shown.enclosures.iter().map(|enclosure| Link {
        length: Some(enclosure.bytes.to_string()),
        ..link("enclosure", &enclosure.url, Some(&enclosure.media_type), None)
    }));
    let mut authors: Vec<Person> = shown.authors.iter().map(|name| person(name)).collect();
    if authors.is_empty() {
        authors.push(person(&shown.source.name));
    }
    Ok(Entry {
        title: text(&shown.title, language),
        id: shown.id.guid(),
        updated: date(&of_its_own(shown))?,
        published: Some(date(&rfc3339(shown.published))?),
        authors,
        categories: categories(shown),
        links,
        source: source(shown)?,
        summary: shown.summary.as_ref().map(|summary| text(summary, language)),
        content: shown.body_with_copies().map(|html| Content {
            value: Some(html),
            lang: shown.language.clone(),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        extensions: extensions(shown),
        ..Entry::default()
    })
}

/// When an entry was updated, with a fraction of a second made from its name.
///
/// Sources print whole minutes, so entries of one feed share them; the W3C validator warns of two with the same `updated`,
/// and the fraction must not change when other entries come and go.
fn of_its_own(shown: &Shown) -> String {
    let name = shown.id.0;
    let micros = u32::from_be_bytes([0, name[0], name[1], name[2]]) % 1_000_000;
    let text = rfc3339(shown.updated);
    match text.split_at_checked("2024-01-16T14:05:00".len()) {
        Some((second, zone)) => format!("{second}.{micros:06}{zone}"),
        None => text,
    }
}

fn source(shown: &Shown) -> Result<Option<Source>, String> {
    let Some(url) = &shown.source.url else { return Ok(None) };
    Ok(Some(Source {
        title: text(&shown.source.name, None),
        id: url.clone(),
        updated: date(&rfc3339(shown.updated))?,
        links: vec![link("self", url, None, None)],
        ..Source::default()
    }))
}

fn categories(shown: &Shown) -> Vec<Category> {
    let of = |country: &Country| Category {
        term: country.code().to_owned(),
        scheme: Some(COUNTRY_SCHEME.to_owned()),
        label: Some(country.name_ru().to_owned()),
    };
    shown.countries.iter().map(of).collect()
}

fn extensions(shown: &Shown) -> ExtensionMap {
    let photos: Vec<Extension> = shown.photos.iter().map(|photo| media::content(photo).written(extension)).collect();
    if photos.is_empty() {
        return ExtensionMap::new();
    }
    BTreeMap::from([("media".to_owned(), BTreeMap::from([("content".to_owned(), photos)]))])
}

fn extension(parts: Parts<Extension>) -> Extension {
    // The library writes attributes as they are.
    let attrs = parts.attributes.into_iter().map(|(name, value)| (name, escaped(&value))).collect();
    Extension { name: parts.name, value: parts.value, attrs, children: parts.children }
}

fn text(words: &str, language: Option<&str>) -> Text {
    Text { value: words.to_owned(), lang: language.map(str::to_owned), ..Text::default() }
}

fn person(name: &str) -> Person {
    Person { name: name.to_owned(), ..Person::default() }
}

fn link(rel: &str, href: &str, media_type: Option<&str>, title: Option<String>) -> Link {
    Link {
        href: href.to_owned(),
        rel: rel.to_owned(),
        mime_type: media_type.map(str::to_owned),
        title,
        ..Link::default()
    }
}

fn date(text: &str) -> Result<FixedDateTime, String> {
    text.parse().map_err(|why| format!("`{text}`: {why}"))
}
