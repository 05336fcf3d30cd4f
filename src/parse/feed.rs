//! RSS of every version, Atom 0.3 and 1.0, CDF: a tree in, a head and its entries out.

use url::Url;

use crate::model::entry::{Entries, Entry, Head, HeadImage};
use crate::model::source::{PollHints, SourceKind};
use crate::parse::address;
use crate::parse::bounds::{self, LIST_MAX};
use crate::parse::construct::{self, Kind};
use crate::parse::entry;
use crate::parse::hints;
use crate::parse::names::Space;
use crate::parse::person;
use crate::parse::reader::{self, Reader};
use crate::parse::tree::Element;

/// How far below junk a feed's root is looked for: what a program printed before it may hold unclosed tags.
const JUNK_DEPTH_MAX: usize = 6;

/// The root of a feed in a tree, if there is one.
pub(super) fn root<'t, 'a>(tree: &'t Element<'a>) -> Option<&'t Element<'a>> {
    find_root(tree, 0)
}

fn find_root<'t, 'a>(element: &'t Element<'a>, depth: usize) -> Option<&'t Element<'a>> {
    let is_root = |child: &&Element<'_>| {
        matches!(child.space, Space::Core | Space::Rdf | Space::Other)
            && matches!(&*child.name, "rss" | "feed" | "rdf" | "channel" | "entry" | "redirect")
            && (element.name != "body" || matches!(&*child.name, "rss" | "feed" | "rdf"))
    };
    if let Some(found) = element.elements().find(is_root) {
        return Some(found);
    }
    if element.name == "body" {
        // A page; `channel` and `entry` are words of its own.
        return None;
    }
    let below = element.elements().filter(|_| depth < JUNK_DEPTH_MAX);
    below.into_iter().find_map(|child| find_root(child, depth + 1))
}

/// Whether a root is Atom's, which has other rules for texts.
pub(super) fn is_atom(root: &Element<'_>) -> bool {
    matches!(&*root.name, "feed" | "entry")
}

/// Reads a feed.
pub(super) fn read(root: &Element<'_>, reader: &Reader<'_>, base: Option<&Url>) -> Entries {
    let base = address::base_below(base, root.attribute("xml:base"));
    let (base, reader) = (base.as_deref(), &reader.inside(root));
    let mut head = Head::default();
    let mut entries = Vec::new();
    if root.name == "entry" {
        entries.push(entry::read(root, reader, base));
    } else {
        container(root, &mut head, &mut entries, reader, base);
    }
    let language = root.attribute("xml:lang").or_else(|| root.attribute("lang"));
    head.language = head.language.or_else(|| language.map(str::to_owned)).map(|language| language.replace('_', "-"));
    head.link = reader::page(&head.links).map(|link| link.href.clone());
    Entries { kind: SourceKind::Feed, head, entries, more: Vec::new(), feeds: Vec::new(), reached: Vec::new() }
}

/// A feed, or a channel in it, or RDF's lists: fields of the head and entries beside each other.
fn container(
    element: &Element<'_>,
    head: &mut Head,
    entries: &mut Vec<Entry>,
    reader: &Reader<'_>,
    base: Option<&Url>,
) {
    let base = address::base_below(base, element.attribute("xml:base"));
    let (base, reader) = (base.as_deref(), &reader.inside(element));
    let hints = hints::read(element);
    if hints != PollHints::default() {
        head.hints = hints;
    }
    definition(element, head, reader, base);
    for child in element.elements() {
        match (child.space, &*child.name) {
            // What the end of the document cut is not whole.
            (Space::Core, "item" | "entry") if !child.is_cut => bounds::add(entries, entry::read(child, reader, base)),
            (Space::Core, "channel" | "items") => container(child, head, entries, reader, base),
            (Space::Core, "image") => image(child, head, base),
            _ => field(child, head, reader, base),
        }
    }
}

fn field(child: &Element<'_>, head: &mut Head, reader: &Reader<'_>, base: Option<&Url>) {
    if child.space != Space::Core {
        foreign_field(child, head, reader, base);
        return;
    }
    match &*child.name {
        "title" => {
            if let Some(words) = construct::words(child, reader.plain_kind(), base).filter(|_| head.title.is_none()) {
                (head.title, head.title_markup) = (Some(words.plain), words.markup);
            }
        }
        "link" if head.links.len() < LIST_MAX => head.links.extend(reader::link(child, base)),
        "description" | "tagline" | "subtitle" | "info" | "abstract" => describe(child, head, reader, base),
        "language" => head.language = child.some_text(),
        "id" | "guid" => {
            let base = address::base_below(base, child.attribute("xml:base"));
            head.id = Some(reader.inside(child).id(child, base.as_deref())).filter(|id| !id.is_empty());
        }
        "updated" | "modified" | "lastbuilddate" => head.updated = reader.date(child).or(head.updated),
        "pubdate" | "published" | "issued" => head.published = reader.date(child).or(head.published),
        "author" | "managingeditor" => reader::add_person(&mut head.authors, person::read(child, base)),
        "contributor" => reader::add_person(&mut head.contributors, person::read(child, base)),
        "copyright" | "rights" => rights(child, head, reader, base),
        "generator" => head.generator = child.some_text(),
        "icon" => head.icon = reader::address(child, base),
        "logo" => {
            let href = child.attribute("href").and_then(|url| address::whole(url, base));
            head.logo = href.or_else(|| reader::address(child, base));
        }
        "category" | "keywords" => tags(child, head),
        _ => {}
    }
}

/// Fields of the vocabularies beside RSS and Atom. Where those say it too, they count.
fn foreign_field(child: &Element<'_>, head: &mut Head, reader: &Reader<'_>, base: Option<&Url>) {
    match (child.space, &*child.name) {
        (Space::Dc, "title") if head.title.is_none() => {
            if let Some(words) = construct::words(child, Kind::Guess, base) {
                (head.title, head.title_markup) = (Some(words.plain), words.markup);
            }
        }
        (Space::Dc | Space::Media, "description") | (Space::Itunes, "subtitle" | "summary") => {
            describe(child, head, reader, base);
        }
        (Space::Dc, "language") => head.language = child.some_text(),
        (Space::DcTerms, "modified") => head.updated = reader.date(child).or(head.updated),
        (Space::DcTerms, "issued") => head.published = reader.date(child).or(head.published),
        (Space::Dc, "date") => head.updated = head.updated.or_else(|| reader.date(child)),
        (Space::Dc, "creator" | "author") => reader::add_person(&mut head.authors, person::read(child, base)),
        (Space::Itunes, "author") if head.authors.is_empty() => {
            reader::add_person(&mut head.authors, person::read(child, base));
        }
        (Space::Dc, "contributor") => reader::add_person(&mut head.contributors, person::read(child, base)),
        (Space::Dc, "rights") => rights(child, head, reader, base),
        (Space::Admin, "generatoragent") => {
            head.generator = child.attribute("rdf:resource").map(str::to_owned).or(head.generator.take());
        }
        (Space::Itunes, "image") if head.image.is_none() => {
            let url = child.attribute("href").or_else(|| child.attribute("url"));
            let url = url.and_then(|url| address::whole(url, base));
            head.image = url.map(|url| HeadImage { url, ..HeadImage::default() });
        }
        (Space::Dc, "subject") | (Space::Itunes | Space::Media, "category" | "keywords") => tags(child, head),
        _ => {}
    }
}

fn rights(child: &Element<'_>, head: &mut Head, reader: &Reader<'_>, base: Option<&Url>) {
    if let Some(words) = construct::words(child, reader.plain_kind(), base) {
        (head.rights, head.rights_markup) = (Some(words.plain), words.markup);
    }
}

fn describe(child: &Element<'_>, head: &mut Head, reader: &Reader<'_>, base: Option<&Url>) {
    let is_own = child.space == Space::Core;
    let kind = if matches!(&*child.name, "info" | "tagline" | "subtitle" | "abstract") {
        Kind::Plain
    } else {
        reader.description_kind()
    };
    let kind = if child.space == Space::Core { kind } else { Kind::Guess };
    if let Some(words) = construct::words(child, kind, base).filter(|_| is_own || head.description.is_none()) {
        (head.description, head.description_markup) = (Some(words.plain), words.markup);
    }
}

fn tags(child: &Element<'_>, head: &mut Head) {
    let attribute = ["term", "text", "label"].iter().find_map(|name| child.attribute(name));
    let text = attribute.map_or_else(|| child.text(), str::to_owned);
    if child.name == "keywords" {
        text.split(',').for_each(|word| reader::add_tag(&mut head.tags, word));
    } else {
        reader::add_tag(&mut head.tags, &construct::repaired(text));
    }
    child.elements().filter(|inner| inner.name == "category").for_each(|inner| tags(inner, head));
}

fn image(child: &Element<'_>, head: &mut Head, base: Option<&Url>) {
    let attribute = || ["href", "url", "rdf:resource"].iter().find_map(|name| child.attribute(name)).map(str::to_owned);
    let address = |text: String| address::whole(&text, base);
    let url = child.child("url").and_then(Element::some_text).or_else(attribute).and_then(address);
    let link = child.child("link").and_then(|link| reader::link(link, base)).map(|link| link.href);
    let title =
        child.child("title").and_then(|title| construct::words(title, Kind::Guess, base)).map(|words| words.plain);
    let image = HeadImage { url: url.unwrap_or_default(), title, link };
    if image != HeadImage::default() {
        head.image = Some(image);
    }
}

/// CDF has a channel's address and date in its attributes.
fn definition(element: &Element<'_>, head: &mut Head, reader: &Reader<'_>, base: Option<&Url>) {
    if element.name != "channel" {
        return;
    }
    if element.attribute("href").is_some() {
        head.links.extend(reader::link(element, base));
    }
    if let Some(date) = element.attribute("lastmod") {
        head.updated = crate::date::read(date, reader.zone, reader.now).ok();
    }
}
