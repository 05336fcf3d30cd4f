//! What must hold for every published file, whatever was read: well-formed, without double names, without anything that runs.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::{BTreeMap, HashSet};

use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use scraper::{ElementRef, Html};
use serde_json::Value;
use url::Url;

/// Elements that a published body may hold: none of them runs, loads a page, or is a form.
const BODY_ELEMENTS: &[&str] = &[
    "html",
    "a",
    "abbr",
    "b",
    "bdi",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
    "var",
    "wbr",
];
/// And their attributes.
const BODY_ATTRIBUTES: &[&str] = &[
    "alt",
    "colspan",
    "datetime",
    "decoding",
    "dir",
    "height",
    "href",
    "lang",
    "loading",
    "referrerpolicy",
    "rowspan",
    "src",
    "start",
    "title",
    "width",
];
/// Elements that no page of ours has.
const NEVER_ON_A_PAGE: &[&str] = &[
    "applet",
    "audio",
    "base",
    "embed",
    "form",
    "frame",
    "frameset",
    "iframe",
    "marquee",
    "math",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "param",
    "plaintext",
    "portal",
    "source",
    "style",
    "svg",
    "template",
    "textarea",
    "track",
    "video",
    "xmp",
];
/// Fields of feeds that are plain text.
const PLAIN: &[&str] = &[
    "title",
    "dc:creator",
    "media:credit",
    "media:title",
    "media:description",
    "category",
    "source",
    "name",
    "media:text",
];

/// Holds every published file against all of it.
pub fn assert_sound(published: &BTreeMap<String, Vec<u8>>) {
    assert!(!published.is_empty(), "nothing is published");
    let mut seen = HashSet::new();
    for (name, bytes) in published {
        let extension = name.rsplit('.').next().unwrap_or_default();
        if !matches!(extension, "xml" | "atom" | "opml" | "json" | "html") || !seen.insert(bytes) {
            continue;
        }
        let text = std::str::from_utf8(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        match extension {
            "json" => json(name, text),
            "html" => page(name, text),
            _ => feed(name, text),
        }
    }
}

/// An element of XML.
struct Element {
    name: String,
    parent: String,
    attributes: Vec<(String, String)>,
    text: String,
}

/// The elements of a text that is well-formed, in the order in which they end.
fn elements(name: &str, text: &str) -> Vec<Element> {
    let is_char = |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    assert!(text.chars().all(is_char), "{name}: a character that XML cannot hold");
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let (mut open, mut done): (Vec<Element>, Vec<Element>) = (Vec::new(), Vec::new());
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}"));
        let more = match event {
            Event::Eof => break,
            Event::Start(start) => {
                open.push(element(name, &start, open.last()));
                continue;
            }
            Event::Empty(start) => {
                done.push(element(name, &start, open.last()));
                continue;
            }
            Event::End(_) => {
                done.push(open.pop().expect("the reader checks ends"));
                continue;
            }
            Event::Text(text) => String::from_utf8_lossy(&text).into_owned(),
            Event::CData(text) => String::from_utf8_lossy(&text).into_owned(),
            Event::GeneralRef(reference) => {
                let written = format!("&{};", String::from_utf8_lossy(&reference));
                unescape(&written).unwrap_or_else(|error| panic!("{name}: {written}: {error}")).into_owned()
            }
            _ => continue,
        };
        if let Some(element) = open.last_mut() {
            element.text.push_str(&more);
        }
    }
    assert!(open.is_empty(), "{name}: ends inside `{}`", open[0].name);
    done
}

fn element(name: &str, start: &BytesStart<'_>, parent: Option<&Element>) -> Element {
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.unwrap_or_else(|error| panic!("{name}: {error}"));
        let value = String::from_utf8_lossy(&attribute.value).into_owned();
        let value = unescape(&value).unwrap_or_else(|error| panic!("{name}: {value}: {error}")).into_owned();
        (String::from_utf8_lossy(attribute.key.as_ref()).into_owned(), value)
    });
    Element {
        name: String::from_utf8_lossy(start.name().as_ref()).into_owned(),
        parent: parent.map(|parent| parent.name.clone()).unwrap_or_default(),
        attributes: attributes.collect(),
        text: String::new(),
    }
}

fn feed(name: &str, text: &str) {
    let (mut ids, mut roots) = (HashSet::new(), 0);
    for element in elements(name, text) {
        roots += usize::from(element.parent.is_empty());
        let kind = element.attributes.iter().find(|(key, _)| key == "type").map(|(_, value)| value.as_str());
        for (key, value) in &element.attributes {
            assert!(!is_handler(key), "{name}: {key}=");
            if matches!(key.as_str(), "href" | "url" | "src" | "xmlUrl" | "htmlUrl") {
                assert_address(name, value);
            }
        }
        let is_entry = matches!((element.name.as_str(), element.parent.as_str()), ("guid", "item") | ("id", "entry"));
        assert!(!is_entry || ids.insert(element.text.clone()), "{name}: `{}` twice", element.text);
        match element.name.as_str() {
            "link" if element.parent == "item" => assert_address(name, element.text.trim()),
            "content:encoded" | "description" => body(name, &element.text),
            "content" | "summary" if kind == Some("html") => body(name, &element.text),
            plain if PLAIN.contains(&plain) => assert_plain(name, &element.text),
            _ => {}
        }
    }
    assert_eq!(roots, 1, "{name}: roots");
}

fn json(name: &str, text: &str) {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut ids = HashSet::new();
    for item in value["items"].as_array().into_iter().flatten() {
        let id = item["id"].as_str().expect("an id");
        assert!(ids.insert(id.to_owned()), "{name}: `{id}` twice");
        body(name, item["content_html"].as_str().unwrap_or_default());
        for key in ["title", "summary", "content_text"] {
            assert_plain(name, item[key].as_str().unwrap_or_default());
        }
        for author in item["authors"].as_array().into_iter().flatten() {
            assert_plain(name, author["name"].as_str().unwrap_or_default());
        }
        for key in ["url", "external_url", "image"] {
            item[key].as_str().into_iter().for_each(|address| assert_address(name, address));
        }
    }
}

/// A body: held as it is read, and as it is read again after it was written, which undoes tricks that change on the way.
pub fn body(name: &str, html: &str) {
    let first = Html::parse_fragment(html);
    harmless(name, first.root_element());
    let again = first.root_element().inner_html();
    harmless(name, Html::parse_fragment(&again).root_element());
    let in_page = Html::parse_document(&format!("<table><tr><td>{html}</table>"));
    assert!(in_page.tree.nodes().all(|node| !is_loud(node.value())), "{name}: runs in a page: {html}");
}

fn is_loud(node: &scraper::Node) -> bool {
    node.as_element().is_some_and(|element| {
        NEVER_ON_A_PAGE.contains(&element.name())
            || element.name() == "script"
            || element.attrs().any(|a| is_handler(a.0))
    })
}

fn harmless(name: &str, root: ElementRef<'_>) {
    for element in root.descendants().filter_map(ElementRef::wrap) {
        let tag = element.value().name();
        assert!(BODY_ELEMENTS.contains(&tag), "{name}: <{tag}> in {}", root.inner_html());
        for (key, value) in element.value().attrs() {
            assert!(BODY_ATTRIBUTES.contains(&key), "{name}: {key}= in {}", element.html());
            if matches!(key, "href" | "src") {
                assert_address(name, value);
            }
        }
    }
}

fn page(name: &str, text: &str) {
    let page = Html::parse_document(text);
    for element in page.root_element().descendants().filter_map(ElementRef::wrap) {
        let tag = element.value().name();
        let is_ours = tag == "svg" && element.value().attr("class") == Some("spark");
        assert!(is_ours || !NEVER_ON_A_PAGE.contains(&tag), "{name}: {}", element.html());
        if is_ours {
            let inside: Vec<&str> = element.children().filter_map(ElementRef::wrap).map(|e| e.value().name()).collect();
            assert_eq!(inside, ["path"], "{name}: {}", element.html());
        }
        if tag == "script" {
            let ours = element
                .value()
                .attr("src")
                .is_some_and(|src| src.split('?').next().is_some_and(|src| src.ends_with("assets/app.js")));
            assert!(ours && element.inner_html().is_empty(), "{name}: {}", element.html());
        }
        for (key, value) in element.value().attrs() {
            let is_bad = is_handler(key) || matches!(key, "style" | "srcdoc" | "formaction" | "http-equiv" | "ping");
            assert!(!is_bad, "{name}: {}", element.html());
            if matches!(key, "href" | "src" | "action" | "data" | "poster") {
                // A feed offered to the program that reads feeds.
                let address = value
                    .strip_prefix("feed:")
                    .filter(|rest| rest.starts_with("http") || rest.starts_with("//"))
                    .unwrap_or(value);
                assert_address(name, address);
            }
        }
        let is_body = tag == "div" && element.value().attr("class") == Some("body");
        if is_body {
            body(name, &element.inner_html());
        }
        if matches!(tag, "h1" | "h2" | "h3" | "title") {
            assert_plain(name, &element.text().collect::<String>());
        }
    }
}

fn is_handler(key: &str) -> bool {
    key.len() > 2 && key[..2].eq_ignore_ascii_case("on")
}

/// http, https or mailto, or relative to the page; without a user name, a password, a line break.
fn assert_address(name: &str, text: &str) {
    assert!(!text.contains(|c: char| c.is_control()), "{name}: {text:?}");
    let base = Url::parse("https://page.example/").expect("an address");
    let url = base.join(text).unwrap_or_else(|error| panic!("{name}: {text}: {error}"));
    assert!(matches!(url.scheme(), "http" | "https" | "mailto"), "{name}: {text}");
    assert!(url.username().is_empty() && url.password().is_none(), "{name}: {text}");
}

/// No markup, not even after one more decoding; no characters that turn the text around.
fn assert_plain(name: &str, text: &str) {
    let once = html_escape::decode_html_entities(text);
    for text in [text, &once] {
        let opens =
            |pair: &[char]| pair[0] == '<' && (pair[1].is_ascii_alphabetic() || matches!(pair[1], '/' | '!' | '?'));
        let characters: Vec<char> = text.chars().collect();
        assert!(!characters.windows(2).any(opens), "{name}: markup in {text:?}");
        let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\0');
        assert!(!text.chars().any(turns), "{name}: {text:?}");
    }
    assert!(text.chars().count() <= 2000, "{name}: a field of {} characters", text.chars().count());
}
