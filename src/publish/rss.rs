//! RSS 2.0. Here, and only here, an article becomes an *item*.
//!
//! The `rss` crate writes; what it cannot (a stylesheet for people who open a feed in a browser) is put in after it.

use std::collections::BTreeMap;

use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Enclosure, Guid, Image, Item, Source};

use crate::date::Moment;
use crate::model::country::Country;
use crate::publish::asset::{FEED_STYLE_PATH, ICON_PATH};
use crate::publish::country_feed::{CountryFeed, archive_path};
use crate::publish::error::PublishError;
use crate::publish::media::{self, Parts};
use crate::publish::month::Part;
use crate::publish::shown::{Shown, ShownCopy};
use crate::publish::site::Site;
use crate::publish::times::rfc822;
use crate::publish::words::as_html;

/// What `category domain` says of a country's code.
pub const COUNTRY_SCHEME: &str = "urn:iso:std:iso:3166";

/// A country's feed as RSS 2.0.
pub fn write(feed: &CountryFeed, site: &Site) -> Result<Vec<u8>, PublishError> {
    let mut channel = channel(feed, site);
    channel.items = feed.items.iter().map(item).collect();
    let failed = |why: String| PublishError::Format { path: feed.path("xml"), why };
    let bytes = channel.pretty_write_to(Vec::new(), b' ', 1).map_err(|why| failed(why.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|why| failed(why.to_string()))?;
    let root = if feed.part.is_some() { "../../" } else { "../" };
    Ok(with_stylesheet(with_empty_elements(&text).as_bytes(), root))
}

fn channel(feed: &CountryFeed, site: &Site) -> Channel {
    let link = site.address(&feed.page());
    let namespaces = [
        ("atom", "http://www.w3.org/2005/Atom"),
        ("content", "http://purl.org/rss/1.0/modules/content/"),
        ("dc", "http://purl.org/dc/elements/1.1/"),
        ("fh", "http://purl.org/syndication/history/1.0"),
        ("media", media::NAMESPACE),
    ];
    let mut extensions =
        BTreeMap::from([("atom".to_owned(), BTreeMap::from([("link".to_owned(), links(feed, site))]))]);
    if feed.part.is_some() {
        let archive = Extension { name: "fh:archive".to_owned(), ..Extension::default() };
        extensions.insert("fh".to_owned(), BTreeMap::from([("archive".to_owned(), vec![archive])]));
    }
    Channel {
        title: feed.title.clone(),
        description: feed.description.clone(),
        language: Some(site.language.tag().to_owned()),
        last_build_date: feed.changed().map(|at| rfc822(Moment::utc(at))),
        generator: Some("feedatlas".to_owned()),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        ttl: Some(site.ttl_minutes.to_string()),
        image: Some(Image {
            url: site.address(ICON_PATH),
            title: feed.title.clone(),
            link: link.clone(),
            ..Image::default()
        }),
        link,
        namespaces: namespaces.map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).into(),
        extensions,
        ..Channel::default()
    }
}

/// Itself, and its place in the chain of archives (RFC 5005).
fn links(feed: &CountryFeed, site: &Site) -> Vec<Extension> {
    const RSS: Option<&str> = Some("application/rss+xml");
    let mut links = vec![atom_link("self", &site.address(&feed.path("xml")), RSS, None)];
    if feed.part.is_none() {
        links.extend(site.hub.iter().map(|hub| atom_link("hub", hub, None, None)));
    } else {
        links.push(atom_link("current", &site.address(&format!("feeds/{}.xml", feed.slug)), RSS, None));
    }
    let mut near = |rel, part: Option<Part>| {
        let address = part.map(|part| site.address(&archive_path(&feed.slug, part, "xml")));
        links.extend(address.map(|address| atom_link(rel, &address, RSS, None)));
    };
    near("prev-archive", feed.previous);
    near("next-archive", feed.next);
    links
}

fn item(shown: &Shown) -> Item {
    let body = shown.body_with_copies();
    // A reader that knows no `content:encoded` shows the description, and validators want it before the other.
    let description = shown.summary.as_ref().or(body.as_ref().map(|_| &shown.title));
    Item {
        title: Some(shown.title.clone()),
        link: Some(shown.link.clone()),
        description: description.map(|text| as_html(text)),
        categories: categories(shown),
        enclosure: shown.enclosures.first().map(|enclosure| Enclosure {
            url: enclosure.url.clone(),
            length: enclosure.bytes.to_string(),
            mime_type: enclosure.media_type.clone(),
        }),
        guid: Some(Guid { value: shown.id.guid(), permalink: false }),
        pub_date: Some(rfc822(shown.published)),
        source: shown.source.url.clone().map(|url| Source { url, title: Some(shown.source.name.clone()) }),
        content: body,
        extensions: extensions(shown),
        ..Item::default()
    }
}

/// Each country by its code, for programs, and by its name, for people.
fn categories(shown: &Shown) -> Vec<Category> {
    let of = |country: &Country| {
        let code = Category { name: country.code().to_owned(), domain: Some(COUNTRY_SCHEME.to_owned()) };
        [Category { name: country.name_ru().to_owned(), domain: None }, code]
    };
    shown.countries.iter().flat_map(of).collect()
}

fn extensions(shown: &Shown) -> ExtensionMap {
    let mut map = ExtensionMap::new();
    let mut put = |prefix: &str, name: &str, elements: Vec<Extension>| {
        if !elements.is_empty() {
            map.entry(prefix.to_owned()).or_default().insert(name.to_owned(), elements);
        }
    };
    put("dc", "creator", shown.authors.iter().map(|author| plain("dc:creator", author)).collect());
    put("dc", "language", shown.language.iter().map(|language| plain("dc:language", language)).collect());
    put("media", "content", shown.photos.iter().map(|photo| media::content(photo).written(extension)).collect());
    put("atom", "link", shown.copies.iter().map(copy).collect());
    map
}

/// A link to the same text elsewhere.
fn copy(copy: &ShownCopy) -> Extension {
    let title = format!("{}: {}", copy.source, copy.title);
    atom_link("related", &copy.link, Some("text/html"), Some(&title))
}

fn extension(parts: Parts<Extension>) -> Extension {
    Extension { name: parts.name, value: parts.value, attrs: parts.attributes, children: parts.children }
}

fn plain(name: &str, text: &str) -> Extension {
    Extension { name: name.to_owned(), value: Some(text.to_owned()), ..Extension::default() }
}

fn atom_link(rel: &str, href: &str, media_type: Option<&str>, title: Option<&str>) -> Extension {
    let mut attrs = BTreeMap::from([("href".to_owned(), href.to_owned()), ("rel".to_owned(), rel.to_owned())]);
    attrs.extend(media_type.map(|media_type| ("type".to_owned(), media_type.to_owned())));
    attrs.extend(title.map(|title| ("title".to_owned(), title.to_owned())));
    Extension { name: "atom:link".to_owned(), attrs, ..Extension::default() }
}

/// Writes empty elements as such: the library breaks them over two lines, and an `atom:link` should hold nothing, not
/// even white space. Neither bodies nor summaries can hold the end tags: they are HTML that has no such elements.
fn with_empty_elements(text: &str) -> String {
    const LINK: &str = "</atom:link>";
    const ARCHIVE: &str = "</fh:archive>";
    // One look through the megabytes of the items; what marks an archive stands before them.
    let head = &text[..text.find("<item>").unwrap_or(text.len())];
    let mut ends: Vec<(usize, &str)> = text.match_indices(LINK).chain(head.match_indices(ARCHIVE)).collect();
    ends.sort_unstable();
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (at, end) in ends {
        let before = text[from..at].trim_end();
        out.push_str(before.strip_suffix('>').unwrap_or(before));
        out.push_str("/>");
        from = at + end.len();
    }
    out.push_str(&text[from..]);
    out
}

/// Puts a stylesheet after the XML declaration: CSS, for browsers take XSLT away.
#[must_use]
pub fn with_stylesheet(bytes: &[u8], root: &str) -> Vec<u8> {
    let end = bytes.windows(2).position(|pair| pair == b"?>").map_or(0, |at| at + 2);
    let style = format!("\n<?xml-stylesheet type=\"text/css\" href=\"{root}{FEED_STYLE_PATH}\"?>");
    [&bytes[..end], style.as_bytes(), &bytes[end..], b"\n"].concat()
}
