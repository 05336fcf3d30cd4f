//! What validators of feeds mind, as rules of our own: RSS 2.0 with the RSS Advisory Board's profile, RFC 4287, Media RSS, JSON Feed 1.1.
//!
//! They are stricter than the specifications where a validator warns. Each failure names the file and what is wrong in it.

#![allow(dead_code, unreachable_pub, reason = "a module of several test binaries, each of which uses a part of it")]

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::Event;
use serde_json::Value;
use url::Url;

/// An element with what is in it.
#[derive(Debug, Default, Clone)]
pub struct Node {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Node>,
}

impl Node {
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.children.iter().find(|child| child.name == name).map(|child| child.text.trim())
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A document as a tree; a document that is not well-formed is a failure.
pub fn tree(name: &str, text: &str) -> Node {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Node::default()];
    loop {
        match reader.read_event().unwrap_or_else(|why| panic!("{name}: {why}")) {
            Event::Eof => break,
            Event::Start(start) => open.push(node(name, &start)),
            Event::Empty(start) => open.last_mut().unwrap().children.push(node(name, &start)),
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().expect("the reader checks ends").children.push(done);
            }
            Event::Text(text) => open.last_mut().unwrap().text += &String::from_utf8_lossy(&text),
            Event::CData(text) => open.last_mut().unwrap().text += &String::from_utf8_lossy(&text),
            Event::GeneralRef(reference) => {
                let written = format!("&{};", String::from_utf8_lossy(&reference));
                open.last_mut().unwrap().text +=
                    &unescape(&written).unwrap_or_else(|why| panic!("{name}: {written}: {why}"));
            }
            Event::DocType(_) => panic!("{name}: a DOCTYPE"),
            _ => {}
        }
    }
    assert_eq!(open.len(), 1, "{name}: not closed");
    open.pop().unwrap().children.pop().unwrap_or_else(|| panic!("{name}: no root"))
}

fn node(name: &str, start: &quick_xml::events::BytesStart<'_>) -> Node {
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.unwrap_or_else(|why| panic!("{name}: {why}"));
        let value = String::from_utf8_lossy(&attribute.value).into_owned();
        let value = unescape(&value).unwrap_or_else(|why| panic!("{name}: {value}: {why}")).into_owned();
        (String::from_utf8_lossy(attribute.key.as_ref()).into_owned(), value)
    });
    Node {
        name: String::from_utf8_lossy(start.name().as_ref()).into_owned(),
        attributes: attributes.collect(),
        ..Node::default()
    }
}

/// Holds every published feed to the rules; `base` is the address of the folder. Says how many there were.
pub fn assert_valid(published: &BTreeMap<String, Vec<u8>>, base: &str) -> usize {
    let mut count = 0;
    for (path, bytes) in published.iter().filter(|(path, _)| path.starts_with("feeds/")) {
        let text = std::str::from_utf8(bytes).unwrap_or_else(|why| panic!("{path}: {why}"));
        let own = format!("{base}{path}");
        match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("xml") => rss(path, &own, text),
            Some("atom") => atom(path, &own, text),
            Some("json") => json(path, &own, text),
            _ => continue,
        }
        count += 1;
    }
    count
}

const CHANNEL: &[&str] =
    &["title", "link", "description", "language", "lastBuildDate", "generator", "docs", "ttl", "image"];
const ITEM: &[&str] =
    &["title", "link", "description", "category", "enclosure", "guid", "pubDate", "source", "content:encoded"];
/// Elements of other namespaces that we use, and may stand more than once.
const MORE: &[&str] = &["atom:link", "dc:creator", "dc:language", "fh:archive", "media:content", "item", "category"];

fn once(path: &str, node: &Node, known: &[&str]) {
    let mut seen = HashSet::new();
    for child in &node.children {
        assert!(
            known.contains(&&*child.name) || MORE.contains(&&*child.name),
            "{path}: <{}> in {}",
            child.name,
            node.name
        );
        assert!(
            seen.insert(&child.name) || MORE.contains(&&*child.name),
            "{path}: <{}> twice in {}",
            child.name,
            node.name
        );
    }
}

fn rss(path: &str, own: &str, text: &str) {
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"), "{path}");
    let root = tree(path, text);
    assert_eq!((root.name.as_str(), root.attribute("version")), ("rss", Some("2.0")), "{path}");
    let channel = &root.children[0];
    once(path, channel, CHANNEL);
    for name in ["title", "link", "description"] {
        assert!(channel.text_of(name).is_some_and(|text| !text.is_empty()), "{path}: {name}");
    }
    let link = channel.text_of("link").unwrap();
    address(path, link);
    let selves: Vec<_> = channel.all("atom:link").filter(|link| link.attribute("rel") == Some("self")).collect();
    assert_eq!(selves.len(), 1, "{path}: self links");
    assert_eq!(selves[0].attribute("href"), Some(own), "{path}: itself");
    assert_eq!(selves[0].attribute("type"), Some("application/rss+xml"), "{path}");
    channel.all("atom:link").for_each(|link| {
        address(path, link.attribute("href").unwrap());
        assert!(link.text.is_empty() && link.children.is_empty(), "{path}: something in a link");
    });
    assert!(channel.text_of("ttl").unwrap().parse::<u32>().unwrap() > 0, "{path}: ttl");
    language(path, channel.text_of("language").unwrap());
    let image = channel.all("image").next().unwrap_or_else(|| panic!("{path}: no image"));
    assert_eq!(
        (image.text_of("title"), image.text_of("link")),
        (channel.text_of("title"), Some(link)),
        "{path}: image"
    );
    address(path, image.text_of("url").unwrap());
    channel.text_of("lastBuildDate").into_iter().for_each(|date| rfc822(path, date));
    let mut ids = HashSet::new();
    for item in channel.all("item") {
        once(path, item, ITEM);
        rss_item(path, item);
        assert!(ids.insert(item.text_of("guid").unwrap().to_owned()), "{path}: a guid twice");
    }
}

fn rss_item(path: &str, item: &Node) {
    plain(path, item.text_of("title").unwrap());
    address(path, item.text_of("link").unwrap());
    let guid = item.all("guid").next().unwrap();
    assert_eq!(guid.attribute("isPermaLink"), Some("false"), "{path}");
    assert!(guid.text.starts_with("urn:uuid:") && guid.text.len() == 45, "{path}: {}", guid.text);
    rfc822(path, item.text_of("pubDate").unwrap());
    if let Some(description) = item.text_of("description") {
        assert!(!description.is_empty(), "{path}: an empty description");
        html(path, description);
    }
    let place = |name: &str| item.children.iter().position(|child| child.name == name);
    if let Some(content) = place("content:encoded") {
        assert!(
            place("description").is_some_and(|description| description < content),
            "{path}: the description comes first"
        );
        html(path, &item.children[content].text);
    }
    for enclosure in item.all("enclosure") {
        address(path, enclosure.attribute("url").unwrap());
        media_type(path, enclosure.attribute("type").unwrap());
        enclosure.attribute("length").unwrap().parse::<u64>().unwrap();
    }
    for source in item.all("source") {
        address(path, source.attribute("url").unwrap());
        plain(path, source.text.trim());
    }
    item.all("dc:creator").chain(item.all("category")).for_each(|name| plain(path, name.text.trim()));
    item.all("dc:language").for_each(|tag| language(path, &tag.text));
    item.all("atom:link").for_each(|link| address(path, link.attribute("href").unwrap()));
    media(path, item);
}

fn media(path: &str, item: &Node) {
    let mut urls = HashSet::new();
    for content in item.all("media:content") {
        let url = content.attribute("url").unwrap();
        address(path, url);
        assert!(urls.insert(url), "{path}: {url} twice");
        assert_eq!(content.attribute("medium"), Some("image"), "{path}");
        content.attribute("type").into_iter().for_each(|kind| media_type(path, kind));
        for size in ["width", "height"].into_iter().filter_map(|size| content.attribute(size)) {
            assert!(size.parse::<u32>().unwrap() > 0, "{path}");
        }
        for child in &content.children {
            assert!(matches!(child.name.as_str(), "media:credit" | "media:description"), "{path}: <{}>", child.name);
            plain(path, child.text.trim());
            let role = child.attribute("role");
            assert!(
                role.is_none_or(|role| role == role.to_lowercase() && child.attribute("scheme").is_some()),
                "{path}"
            );
        }
    }
}

fn atom(path: &str, own: &str, text: &str) {
    let root = tree(path, text);
    assert_eq!(root.name, "feed", "{path}");
    let mut moments = HashSet::new();
    for (node, is_entry) in [(&root, false)].into_iter().chain(root.all("entry").map(|entry| (entry, true))) {
        for name in ["id", "title", "updated"] {
            assert_eq!(node.all(name).count(), 1, "{path}: {name}");
        }
        for name in ["published", "summary", "subtitle", "content", "source", "icon", "generator"] {
            assert!(node.all(name).count() <= 1, "{path}: {name}");
        }
        plain(path, node.text_of("title").unwrap());
        Url::parse(node.text_of("id").unwrap()).unwrap_or_else(|why| panic!("{path}: {why}"));
        node.all("updated").chain(node.all("published")).for_each(|date| rfc3339(path, &date.text));
        let authors: Vec<_> = node.all("author").filter_map(|author| author.text_of("name")).collect();
        assert!(!authors.is_empty() && authors.iter().all(|name| !name.is_empty()), "{path}: authors");
        let mut links = HashSet::new();
        for link in node.all("link") {
            let (rel, href) = (link.attribute("rel").unwrap(), link.attribute("href").unwrap());
            address(path, href);
            let kind = link.attribute("type");
            if let Some(kind) = kind {
                media_type(path, kind);
            }
            assert!(links.insert((rel, kind)) || !matches!(rel, "alternate" | "self"), "{path}: {rel} twice");
        }
        node.attribute("xml:lang").into_iter().for_each(|tag| language(path, tag));
        for content in node.all("content") {
            assert_eq!(content.attribute("type"), Some("html"), "{path}");
            html(path, &content.text);
        }
        assert!(!is_entry || moments.insert(node.text_of("updated").unwrap()), "{path}: two entries of one moment");
        media(path, node);
    }
    let itself =
        root.all("link").find(|link| link.attribute("rel") == Some("self")).and_then(|link| link.attribute("href"));
    assert_eq!(itself, Some(own), "{path}");
    let ids: HashSet<_> = root.all("entry").filter_map(|entry| entry.text_of("id")).collect();
    assert_eq!(ids.len(), root.all("entry").count(), "{path}: ids");
}

fn json(path: &str, own: &str, text: &str) {
    let feed: Value = serde_json::from_str(text).unwrap_or_else(|why| panic!("{path}: {why}"));
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1", "{path}");
    assert_eq!(feed["feed_url"], own, "{path}");
    for key in ["feed_url", "home_page_url", "icon"] {
        address(path, feed[key].as_str().unwrap());
    }
    let mut ids = HashSet::new();
    for item in feed["items"].as_array().unwrap() {
        assert!(ids.insert(item["id"].as_str().unwrap()), "{path}: an id twice");
        assert!(item["content_html"].is_string() != item["content_text"].is_string(), "{path}: one of two");
        html(path, item["content_html"].as_str().unwrap_or_default());
        ["url", "image"].into_iter().filter_map(|key| item[key].as_str()).for_each(|url| address(path, url));
        for key in ["date_published", "date_modified"] {
            rfc3339(path, item[key].as_str().unwrap());
        }
        for author in item["authors"].as_array().unwrap() {
            plain(path, author["name"].as_str().unwrap());
        }
        for file in item["attachments"].as_array().into_iter().flatten() {
            address(path, file["url"].as_str().unwrap());
            media_type(path, file["mime_type"].as_str().unwrap());
        }
    }
}

/// Absolute, http or https, of the characters that RFC 3986 has.
fn address(path: &str, text: &str) {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    assert!(text.chars().all(fits), "{path}: {text}");
    let escapes =
        text.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit()));
    assert!(escapes, "{path}: {text}");
    let url = Url::parse(text).unwrap_or_else(|why| panic!("{path}: {text}: {why}"));
    assert!(matches!(url.scheme(), "http" | "https") && url.username().is_empty(), "{path}: {text}");
}

/// Neither markup nor what a reader might take for it.
fn plain(path: &str, text: &str) {
    assert!(!text.is_empty(), "{path}: an empty text");
    let characters: Vec<char> = text.chars().collect();
    let opens = |pair: &[char]| pair[0] == '<' && (pair[1].is_ascii_alphabetic() || pair[1] == '/');
    assert!(!characters.windows(2).any(opens), "{path}: {text}");
    assert_eq!(html_escape::decode_html_entities(text), text, "{path}: an entity in plain text");
    let is_named = |tail: &str| {
        tail.split_once(';').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(char::is_alphanumeric))
    };
    assert!(!text.split('&').skip(1).any(is_named), "{path}: {text}");
}

/// A body: no element or attribute that validators mind, no address that is not whole.
fn html(path: &str, html: &str) {
    let lower = html.to_lowercase();
    for bad in [
        "<script",
        "<style",
        "<iframe",
        "<object",
        "<embed",
        "<form",
        "<meta",
        "<link",
        "<base",
        "<input",
        "javascript:",
    ] {
        assert!(!lower.contains(bad), "{path}: {bad} in {html}");
    }
    let fragment = scraper::Html::parse_fragment(html);
    for element in fragment.root_element().descendants().filter_map(scraper::ElementRef::wrap) {
        for (key, value) in element.value().attrs() {
            assert!(
                !matches!(key, "style" | "class" | "id") && !key.starts_with("on") && !key.starts_with("data-"),
                "{path}: {key}"
            );
            if matches!(key, "href" | "src") {
                address(path, value);
            }
        }
    }
}

fn media_type(path: &str, text: &str) {
    let is_token =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b));
    assert!(text.split_once('/').is_some_and(|(kind, rest)| is_token(kind) && is_token(rest)), "{path}: {text}");
}

fn language(path: &str, tag: &str) {
    let mut parts = tag.split('-');
    assert!(
        parts.next().is_some_and(|first| first.len() == 2) && parts.all(|part| (1..=8).contains(&part.len())),
        "{path}: {tag}"
    );
}

/// A day of the week that is right, a year of four digits, and not in the future.
fn rfc822(path: &str, text: &str) {
    let at = jiff::fmt::rfc2822::parse(text).unwrap_or_else(|why| panic!("{path}: {text}: {why}"));
    assert_eq!(at.strftime("%a, %d %b %Y %H:%M:%S %z").to_string(), text, "{path}");
    in_time(path, at.timestamp());
}

fn rfc3339(path: &str, text: &str) {
    in_time(path, text.parse().unwrap_or_else(|why| panic!("{path}: {text}: {why}")));
}

fn in_time(path: &str, at: Timestamp) {
    let earliest: Timestamp = "1990-01-01T00:00:00Z".parse().unwrap();
    assert!(at >= earliest && at <= Timestamp::now(), "{path}: {at}");
}
