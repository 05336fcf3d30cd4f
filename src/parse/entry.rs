//! One `item` or `entry`, of every vocabulary that feeds mix.

use url::Url;

use crate::html::plain;
use crate::model::entry::{Enclosure, Entry, Person, Thumbnail};
use crate::model::url::PageUrl;
use crate::parse::address;
use crate::parse::bounds::PARTS_MAX;
use crate::parse::construct::{self, Kind, Words};
use crate::parse::media;
use crate::parse::names::Space;
use crate::parse::person;
use crate::parse::reader::{self, Reader};
use crate::parse::tree::Element;

/// What is only settled when all of an entry was read.
#[derive(Debug, Default)]
struct Pending {
    /// Addresses that a `guid` is said to be.
    guid_link: Option<String>,
    /// `media:title`, `itunes:title`: the headline where there is none.
    title: Option<Words>,
    /// `media:description`: the summary where there is none, and a lone picture's caption.
    description: Option<String>,
    /// `itunes:summary`, `itunes:subtitle`.
    summary: Option<String>,
    /// `itunes:author`: who wrote it where nobody else is named.
    author: Option<Person>,
    /// `dc:date`, `dcterms:created`.
    date: Option<crate::date::Moment>,
}

/// Reads an entry.
pub(super) fn read(element: &Element<'_>, reader: &Reader<'_>, base: Option<&Url>) -> Entry {
    let base = address::base_below(base, element.attribute("xml:base"));
    let (base, reader) = (base.as_deref(), &reader.inside(element));
    let mut entry = Entry { id: element.attribute("rdf:about").unwrap_or_default().to_owned(), ..Entry::default() };
    let mut pending = Pending::default();
    for child in element.elements().take(PARTS_MAX) {
        match child.space {
            Space::Core => core(child, &mut entry, &mut pending, reader, base),
            Space::Dc | Space::DcTerms => dublin(child, &mut entry, &mut pending, reader, base),
            Space::Content | Space::Yandex => foreign_text(child, &mut entry, base),
            Space::Xhtml => {
                entry.content.extend(
                    (child.name == "body" || child.name == "div")
                        .then(|| construct::text(child, Kind::Html, base))
                        .flatten(),
                );
            }
            Space::Media => media_element(child, &mut entry, &mut pending, reader, base),
            Space::Itunes => itunes(child, &mut entry, &mut pending, base),
            _ => {}
        }
    }
    channel_definition(element, &mut entry, reader, base);
    settle(&mut entry, pending);
    entry
}

fn core(child: &Element<'_>, entry: &mut Entry, pending: &mut Pending, reader: &Reader<'_>, base: Option<&Url>) {
    match &*child.name {
        "title" => {
            let words = construct::words(child, reader.plain_kind(), base);
            if let Some(words) = words.filter(|_| entry.title.is_none()) {
                (entry.title, entry.title_markup) = (Some(words.plain), words.markup);
            }
        }
        "link" => link(child, entry, base),
        "guid" => {
            let guid = child.text();
            if child.attribute("ispermalink").is_none_or(|word| word.eq_ignore_ascii_case("true")) {
                pending.guid_link = Some(guid.clone());
            }
            entry.id = guid;
        }
        "id" => {
            let base = address::base_below(base, child.attribute("xml:base"));
            entry.id = reader.inside(child).id(child, base.as_deref());
        }
        "description" | "summary" | "abstract" | "content" | "body" | "fullitem" => text(child, entry, reader, base),
        "author" | "managingeditor" => reader::add_person(&mut entry.authors, person::read(child, base)),
        "contributor" => reader::add_person(&mut entry.contributors, person::read(child, base)),
        "pubdate" | "published" | "issued" | "date" => entry.published = reader.date(child).or(entry.published),
        "updated" | "modified" | "lastmod" | "lastbuilddate" => entry.updated = reader.date(child).or(entry.updated),
        "created" => pending.date = pending.date.or_else(|| reader.date(child)),
        "category" => {
            let term = child
                .attribute("term")
                .or_else(|| child.attribute("label"))
                .map_or_else(|| child.text(), str::to_owned);
            reader::add_tag(&mut entry.tags, &construct::repaired(term));
        }
        "keywords" => child.text().split(',').for_each(|word| reader::add_tag(&mut entry.tags, word)),
        "enclosure" => enclosure(child, entry, base),
        "comments" => entry.comments = reader::address(child, base),
        "copyright" | "rights" => rights(child, entry, reader, base),
        "image" | "thumbnail" => picture(child, entry, base),
        _ => {}
    }
}

/// A link; Atom's enclosures are links with a length.
fn link(child: &Element<'_>, entry: &mut Entry, base: Option<&Url>) {
    let Some(link) = reader::link(child, base) else { return };
    if link.rel.as_deref() == Some("enclosure") && !entry.enclosures.iter().any(|known| known.url == link.href) {
        let length = child.attribute("length").and_then(|length| length.parse().ok());
        let (url, media_type) = (link.href.clone(), child.attribute("type").map(str::to_owned));
        entry.enclosures.push(Enclosure { url, media_type, length });
    }
    entry.links.push(link);
}

fn rights(child: &Element<'_>, entry: &mut Entry, reader: &Reader<'_>, base: Option<&Url>) {
    if let Some(words) = construct::words(child, reader.plain_kind(), base) {
        (entry.rights, entry.rights_markup) = (Some(words.plain), words.markup);
    }
}

/// Descriptions, summaries, full texts: the first short one is the summary, a second one the content.
fn text(child: &Element<'_>, entry: &mut Entry, reader: &Reader<'_>, base: Option<&Url>) {
    let is_content = matches!(&*child.name, "content" | "body" | "fullitem");
    let kind = if matches!(&*child.name, "body" | "fullitem") { Kind::Html } else { reader.description_kind() };
    let Some(text) = construct::text(child, kind, base) else { return };
    if is_content || entry.summary.is_some() && entry.content.is_empty() {
        entry.content.push(text);
    } else if entry.summary.is_none() {
        entry.summary = Some(text);
    }
}

fn foreign_text(child: &Element<'_>, entry: &mut Entry, base: Option<&Url>) {
    if matches!(&*child.name, "encoded" | "full-text") {
        entry.content.extend(construct::text(child, Kind::Html, base));
    }
}

fn dublin(child: &Element<'_>, entry: &mut Entry, pending: &mut Pending, reader: &Reader<'_>, base: Option<&Url>) {
    match &*child.name {
        "creator" | "author" => reader::add_person(&mut entry.authors, person::read(child, base)),
        "contributor" => reader::add_person(&mut entry.contributors, person::read(child, base)),
        "date" => pending.date = reader.date(child).or(pending.date),
        "created" => pending.date = pending.date.or_else(|| reader.date(child)),
        "issued" => entry.published = reader.date(child).or(entry.published),
        "modified" => entry.updated = reader.date(child).or(entry.updated),
        "subject" => reader::add_tag(&mut entry.tags, &construct::repaired(child.text())),
        "description" | "abstract" => text(child, entry, &Reader { is_atom: false, ..*reader }, base),
        "rights" => rights(child, entry, reader, base),
        "title" => pending.title = pending.title.take().or_else(|| construct::words(child, Kind::Guess, base)),
        _ => {}
    }
}

fn media_element(
    child: &Element<'_>,
    entry: &mut Entry,
    pending: &mut Pending,
    reader: &Reader<'_>,
    base: Option<&Url>,
) {
    match &*child.name {
        "title" => pending.title = pending.title.take().or_else(|| construct::words(child, Kind::Guess, base)),
        "description" => {
            pending.description =
                pending.description.take().or_else(|| construct::text(child, reader.description_kind(), base));
        }
        "group" => {
            let part = |name| child.elements().find(|part| part.is(Space::Media, name));
            if let Some(description) = part("description") {
                pending.description =
                    pending.description.take().or_else(|| construct::text(description, Kind::Plain, base));
            }
            media::read(child, entry, base);
        }
        _ => media::read(child, entry, base),
    }
}

fn itunes(child: &Element<'_>, entry: &mut Entry, pending: &mut Pending, base: Option<&Url>) {
    match &*child.name {
        "author" => pending.author = person::read(child, base),
        "summary" => pending.summary = construct::text(child, Kind::Guess, base),
        "subtitle" => pending.summary = pending.summary.take().or_else(|| construct::text(child, Kind::Guess, base)),
        "keywords" => child.text().split(',').for_each(|word| reader::add_tag(&mut entry.tags, word)),
        "category" => child.attribute("text").into_iter().for_each(|word| reader::add_tag(&mut entry.tags, word)),
        "image" => picture(child, entry, base),
        "title" => pending.title = pending.title.take().or_else(|| construct::words(child, Kind::Guess, base)),
        _ => {}
    }
}

fn enclosure(child: &Element<'_>, entry: &mut Entry, base: Option<&Url>) {
    let Some(url) = ["url", "uri", "href"].iter().find_map(|name| child.attribute(name)) else { return };
    let Some(url) = address::whole(url, base) else { return };
    let media_type = child.attribute("type").filter(|kind| !kind.is_empty()).map(str::to_owned);
    let length = child.attribute("length").and_then(|length| length.parse().ok());
    entry.enclosures.push(Enclosure { url: url.clone(), media_type: media_type.clone(), length });
    entry.links.push(crate::model::entry::Link { href: url, rel: Some(String::from("enclosure")), media_type });
}

fn picture(child: &Element<'_>, entry: &mut Entry, base: Option<&Url>) {
    let inner = child.child("url").and_then(Element::some_text);
    let attribute =
        ["url", "href", "src", "rdf:resource"].iter().find_map(|name| child.attribute(name)).map(str::to_owned);
    let text = || child.some_text().filter(|text| !text.contains(char::is_whitespace));
    if let Some(url) = inner.or(attribute).or_else(text).and_then(|url| address::whole(&url, base)) {
        entry.thumbnails.push(Thumbnail { url, ..Thumbnail::default() });
    }
}

/// CDF has an item's address and date in its attributes.
fn channel_definition(element: &Element<'_>, entry: &mut Entry, reader: &Reader<'_>, base: Option<&Url>) {
    if entry.links.is_empty() && element.attribute("href").is_some() {
        entry.links.extend(reader::link(element, base));
    }
    if let Some(date) = element.attribute("lastmod").filter(|_| entry.updated.is_none()) {
        entry.updated = crate::date::read(date, reader.zone, reader.now).ok();
    }
}

fn settle(entry: &mut Entry, pending: Pending) {
    if entry.title.is_none()
        && let Some(words) = pending.title
    {
        (entry.title, entry.title_markup) = (Some(words.plain), words.markup);
    }
    let caption = pending.description.as_deref().map(plain::plain);
    entry.summary = entry.summary.take().or(pending.summary).or(pending.description);
    if entry.authors.is_empty() {
        entry.authors.extend(pending.author);
    }
    match (entry.published, pending.date) {
        (None, date) => entry.published = date,
        (Some(_), Some(date)) if entry.updated.is_none() => entry.updated = Some(date),
        _ => {}
    }
    entry.link = link_of(entry, pending.guid_link);
    media::settle(entry, caption.as_deref());
}

/// The article's page: the link that readers take; else the `guid` where it is an address.
fn link_of(entry: &mut Entry, guid_link: Option<String>) -> Option<PageUrl> {
    if let Some(url) = reader::page(&entry.links).and_then(|link| PageUrl::parse(&link.href).ok()) {
        return Some(url);
    }
    PageUrl::parse(&guid_link.or_else(|| Some(entry.id.clone()))?).ok()
}
