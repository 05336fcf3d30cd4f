//! Sitemaps, Google's sitemaps of news, and indexes of them.

use std::cmp::Reverse;

use url::Url;

use crate::date::Moment;
use crate::html::plain;
use crate::model::entry::{Entries, Entry, Head, Link, Media};
use crate::model::source::SourceKind;
use crate::model::url::PageUrl;
use crate::parse::address;
use crate::parse::bounds::{self, PARTS_MAX};
use crate::parse::names::Space;
use crate::parse::reader::Reader;
use crate::parse::tree::Element;

/// Reads a sitemap or an index; none where the tree is neither.
pub(super) fn read(tree: &Element<'_>, reader: &Reader<'_>, base: Option<&Url>) -> Option<Entries> {
    let root = tree.elements().find(|child| matches!(&*child.name, "urlset" | "sitemapindex"))?;
    let mut entries = Vec::new();
    let mut members = Vec::new();
    for child in root.elements().filter(|child| !child.is_cut) {
        match &*child.name {
            "url" => {
                if let Some(location) = location(child, base) {
                    bounds::add(&mut entries, entry(child, location, reader));
                }
            }
            "sitemap" => {
                let changed = child.child("lastmod").and_then(|date| reader.date(date)).map(Moment::timestamp);
                members.push((changed, child));
            }
            _ => {}
        }
    }
    // The newest first; the sort is stable, so what has no date keeps its order, behind.
    members.sort_by_key(|(changed, _)| Reverse(*changed));
    let more = members.into_iter().filter_map(|(_, member)| location(member, base)).collect();
    Some(Entries {
        kind: SourceKind::Sitemap,
        head: Head::default(),
        entries,
        more,
        feeds: Vec::new(),
        reached: Vec::new(),
    })
}

fn location(element: &Element<'_>, base: Option<&Url>) -> Option<PageUrl> {
    let text = element.child("loc")?.some_text()?;
    PageUrl::parse(&address::whole(&text, base)?).ok()
}

fn entry(element: &Element<'_>, location: PageUrl, reader: &Reader<'_>) -> Entry {
    let news = element.elements().find(|child| child.is(Space::News, "news"));
    let part = |name| news.and_then(|news| news.elements().find(|child| child.name == name));
    let title = part("title").and_then(Element::some_text).map(|title| plain::plain(&title));
    let published = part("publication_date").and_then(|date| reader.date(date));
    let tags = part("keywords").map(Element::text).unwrap_or_default();
    let pictures = element
        .elements()
        .take(PARTS_MAX)
        .filter(|child| child.name == "image")
        .filter_map(|image| image.elements().find(|part| part.name == "loc"));
    Entry {
        id: location.to_string(),
        title,
        links: vec![Link {
            href: location.to_string(),
            rel: Some(String::from("alternate")),
            media_type: Some(String::from("text/html")),
        }],
        link: Some(location),
        published,
        updated: element.child("lastmod").and_then(|date| reader.date(date)),
        tags: tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
        media: pictures
            .filter_map(Element::some_text)
            .map(|url| Media { url, media_type: Some(String::from("image/*")), ..Media::default() })
            .collect(),
        ..Entry::default()
    }
}
