//! The last gate for bodies: safe HTML that parses without an error, absolute addresses, credits that can be seen.
//!
//! `extract` has cleaned a body already; here it is looked at again, quickly, and cleaned anew only if something is amiss.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use crate::html::plain::plain;
use crate::model::article::Photo;
use crate::model::url::PageUrl;
use crate::publish::words::{
    NAME_CHARS_MAX, SUMMARY_CHARS_MAX, address, as_html, ascii_address, field, is_publishable,
};

/// Longest body that is published with its markup; a longer one is cut to plain paragraphs.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Deepest nesting that is handed to the sanitiser, whose time grows with the square of it.
const DEPTH_MAX: usize = 256;
/// Most paragraphs of a body that had to be made from plain text.
const PARAGRAPHS_MAX: usize = 2000;

/// Elements that a body may hold.
const TAGS: &[&str] = &[
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
/// Elements without an end.
const VOID: &[&str] = &["br", "hr", "img", "wbr"];
/// Elements that end an open paragraph.
const BLOCKS: &[&str] = &[
    "blockquote",
    "div",
    "dl",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "ol",
    "p",
    "pre",
    "table",
    "ul",
];

/// Which attributes an element may have.
fn attributes(tag: &str) -> &'static [&'static str] {
    match tag {
        "a" => &["href", "title"],
        "img" => &["src", "alt", "title", "width", "height"],
        "td" | "th" => &["colspan", "rowspan"],
        "ol" => &["start"],
        "time" => &["datetime"],
        "abbr" => &["title"],
        "bdi" | "p" | "blockquote" | "span" | "div" => &["lang", "dir"],
        _ => &[],
    }
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let attributes: HashMap<&str, HashSet<&str>> =
        TAGS.iter().map(|tag| (*tag, attributes(tag).iter().copied().collect())).collect();
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(["script", "style", "iframe", "object", "noscript", "template", "svg", "math"].into())
        .tag_attributes(attributes)
        .url_schemes(["http", "https"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .attribute_filter(|tag, attribute, value| match (tag, attribute) {
            (_, "href" | "src") => PageUrl::parse(value).ok().map(|url| Cow::Owned(address(&url))),
            (_, "width" | "height" | "colspan" | "rowspan" | "start") => number(value).map(|_| Cow::Borrowed(value)),
            (_, "dir") => matches!(value, "ltr" | "rtl" | "auto").then_some(Cow::Borrowed(value)),
            _ => Some(Cow::Borrowed(value)),
        });
    builder
});

/// A whole number, of pixels or cells.
fn number(value: &str) -> Option<u32> {
    value.parse().ok().filter(|number| *number < 100_000 && value.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A body as it may be published, with every photo that has a credit, and the credit in sight.
#[must_use]
pub fn body(html: &str, text: &str, photos: &[&Photo]) -> String {
    let html = safe(html, text);
    // Read only where a picture of the body has a credit to look for.
    let seen = LazyCell::new(|| plain(&html));
    let mut lead = String::new();
    let mut tail = String::new();
    for (index, photo) in photos.iter().enumerate() {
        let is_there = html.contains(&format!("src=\"{}\"", address(&photo.url).replace('&', "&amp;")));
        let named = photo.credit.as_ref().is_none_or(|credit| seen.contains(&field(&credit.name, NAME_CHARS_MAX)));
        match (is_there, index) {
            (false, 0) => lead = figure(photo),
            (false, _) => tail.push_str(&figure(photo)),
            (true, _) if !named => tail.push_str(&credit_line(photo)),
            (true, _) => {}
        }
    }
    lead + &html + &tail
}

/// A picture with its caption and its credit.
#[must_use]
pub fn figure(photo: &Photo) -> String {
    let alt = photo.alt.as_deref().or(photo.caption.as_deref()).unwrap_or_default();
    let alt = as_attribute(&field(alt, SUMMARY_CHARS_MAX));
    let size = |name: &str, value: Option<u32>| {
        value.filter(|pixels| *pixels > 1).map(|pixels| format!(" {name}=\"{pixels}\"")).unwrap_or_default()
    };
    let (width, height) = (size("width", photo.width), size("height", photo.height));
    let caption = caption(photo);
    let caption = if caption.is_empty() { caption } else { format!("<figcaption>{caption}</figcaption>") };
    let address = as_attribute(&address(&photo.url));
    format!("<figure><img src=\"{address}\" alt=\"{alt}\"{width}{height}>{caption}</figure>\n")
}

/// What a picture shows, and whom it is owed to.
fn caption(photo: &Photo) -> String {
    let text = photo.caption.as_deref().map(|caption| field(caption, SUMMARY_CHARS_MAX));
    let shown = text.map(|text| as_html(&if photo.credit.is_some() { sentence(&text) } else { text }));
    let credit = photo.credit.as_ref().map(|credit| as_html(&printed(&credit.raw, &credit.name)));
    let parts: Vec<String> = [shown, credit].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// A text that ends as sentences do, so that another can follow it.
fn sentence(text: &str) -> String {
    let ends = text.ends_with(|c: char| !c.is_alphanumeric() && !matches!(c, '»' | '"' | '”' | ')' | '%'));
    if ends || text.is_empty() { text.to_owned() } else { format!("{text}.") }
}

/// A credit as it was printed, if that names its owner; else the owner. No label of ours: it would be in the wrong language.
#[must_use]
pub fn printed(raw: &str, name: &str) -> String {
    let (raw, name) = (field(raw, NAME_CHARS_MAX), field(name, NAME_CHARS_MAX));
    if raw.contains(&name) { raw } else { name }
}

fn credit_line(photo: &Photo) -> String {
    let credit = photo.credit.as_ref().map(|credit| as_html(&printed(&credit.raw, &credit.name)));
    credit.map(|credit| format!("<p><small>{credit}</small></p>\n")).unwrap_or_default()
}

fn as_attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// The body, safe.
fn safe(html: &str, text: &str) -> String {
    if html.len() > BODY_BYTES_MAX || depth(html) > DEPTH_MAX {
        return paragraphs(text);
    }
    if is_clean(html) {
        return html.to_owned();
    }
    // Characters last: `&#7;` becomes one only when it is read.
    let mut cleaned = CLEANER.clean(html).to_string().replace("&nbsp;", "\u{a0}");
    cleaned.retain(is_publishable);
    let cleaned = without_bare_images(&cleaned).replace("<p></p>", "");
    if is_clean(&cleaned) { cleaned } else { paragraphs(text) }
}

/// Plain text as paragraphs, for bodies that cannot be had otherwise.
#[must_use]
pub fn paragraphs(text: &str) -> String {
    let plain = text.split("\n\n").map(|paragraph| field(paragraph, BODY_BYTES_MAX)).filter(|p| !p.is_empty());
    plain.take(PARAGRAPHS_MAX).fold(String::new(), |out, paragraph| out + "<p>" + &as_html(&paragraph) + "</p>\n")
}

/// How deep tags nest, counted without a tree; never less than what a parser makes of it.
fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for (at, _) in html.match_indices('<') {
        match html.as_bytes().get(at + 1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(byte) if byte.is_ascii_alphabetic() => {
                let name = html[at + 1..].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
                depth += usize::from(!VOID.contains(&name));
                deepest = deepest.max(depth);
            }
            _ => {}
        }
    }
    deepest
}

/// Whether a body is what our sanitiser would write: only such tags and attributes, quoted, closed in order, addresses whole.
fn is_clean(html: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        if !is_clean_text(&rest[..at]) {
            return false;
        }
        let Some(end) = rest[at..].find('>') else { return false };
        let tag = &rest[at + 1..at + end];
        let fits = match tag.strip_prefix('/') {
            Some(name) => open.pop() == Some(name),
            None => opens(tag, &mut open),
        };
        if !fits {
            return false;
        }
        rest = &rest[at + end + 1..];
    }
    open.is_empty() && is_clean_text(rest)
}

fn opens<'a>(tag: &'a str, open: &mut Vec<&'a str>) -> bool {
    let (name, attributes_text) = tag.split_once(' ').map_or((tag, None), |(name, rest)| (name, Some(rest)));
    if !TAGS.contains(&name) || open.len() >= DEPTH_MAX {
        return false;
    }
    // A parser would close the paragraph, or the outer link, before this one: the tags would no longer match.
    if BLOCKS.contains(&name) && open.contains(&"p") || name == "a" && open.contains(&"a") {
        return false;
    }
    if !VOID.contains(&name) {
        open.push(name);
    }
    attributes_text.map_or(name != "img", |text| are_clean_attributes(name, text))
}

fn are_clean_attributes(tag: &str, text: &str) -> bool {
    let allowed = attributes(tag);
    let mut seen: Vec<&str> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some((name, tail)) = rest.split_once("=\"") else { return false };
        let Some((value, tail)) = tail.split_once('"') else { return false };
        if !allowed.contains(&name) || seen.contains(&name) || !is_clean_value(name, value) {
            return false;
        }
        seen.push(name);
        rest = match tail.strip_prefix(' ') {
            Some(next) if !next.is_empty() => next,
            _ if tail.is_empty() => tail,
            _ => return false,
        };
    }
    tag != "img" || seen.contains(&"src")
}

fn is_clean_value(name: &str, value: &str) -> bool {
    match name {
        "href" | "src" => is_clean_address(value),
        // No picture is 1 pixel wide, and validators want more than 0.
        "width" | "height" => number(value).is_some_and(|pixels| pixels > 1),
        "colspan" | "rowspan" | "start" => number(value).is_some(),
        "dir" => matches!(value, "ltr" | "rtl" | "auto"),
        _ => is_clean_text(value),
    }
}

fn is_clean_address(value: &str) -> bool {
    let Some(rest) = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://")) else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = value.replace("&amp;", "&");
    !host.is_empty() && !host.contains('@') && value.is_ascii() && plain == ascii_address(&plain)
        // `&copy=1` in an address is an entity to a parser; ours writes `&amp;`.
        && value.matches('&').count() == value.matches("&amp;").count()
}

fn is_clean_text(text: &str) -> bool {
    text.chars().all(is_publishable) && text.split('&').skip(1).all(is_entity_tail)
}

fn is_entity_tail(tail: &str) -> bool {
    ["amp;", "lt;", "gt;", "quot;", "nbsp;", "#39;"].iter().any(|name| tail.starts_with(name))
}

/// Whether a picture is a tracker's: 0 or 1 in every direction that is told.
#[must_use]
pub fn is_dot(sizes: [Option<u32>; 2]) -> bool {
    sizes.iter().any(Option::is_some) && sizes.iter().flatten().all(|pixels| *pixels <= 1)
}

fn size(tag: &str, name: &str) -> Option<u32> {
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    number(value.split('"').next()?)
}

fn without_tiny_sizes(tag: &str) -> String {
    let tiny = ["width=\"0\"", "width=\"1\"", "height=\"0\"", "height=\"1\""];
    tiny.iter().fold(tag.to_owned(), |tag, size| tag.replace(&format!(" {size}"), ""))
}

/// Takes out pictures whose address was refused, and trackers' dots.
fn without_bare_images(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<img") {
        let Some(end) = rest[at..].find('>') else { break };
        let tag = &rest[at..=at + end];
        out.push_str(&rest[..at]);
        let sizes = ["width", "height"].map(|name| size(tag, name));
        if tag.contains(" src=\"") && !is_dot(sizes) {
            out.push_str(&without_tiny_sizes(tag));
        }
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_clean_stays_byte_for_byte() {
        let html = "<p>Раз &amp; два.</p>\n<figure><img src=\"https://example.org/a.jpg?x=1&amp;y=2\" alt=\"\"><figcaption>Фото: Я</figcaption></figure>";
        assert!(is_clean(html));
        assert_eq!(safe(html, ""), html);
    }

    #[test]
    fn what_is_not_is_cleaned() {
        for (given, wanted) in [
            ("<p onclick=\"x\">a</p>", "<p>a</p>"),
            ("<p>a<script>alert(1)</script></p>", "<p>a</p>"),
            ("<p><a href=\"javascript:alert(1)\">a</a></p>", "<p><a>a</a></p>"),
            ("<p><img src=\"/relative.jpg\">a</p>", "<p>a</p>"),
            ("<p>a<img src=\"https://t.example/1.gif\" width=\"1\" height=\"1\"></p>", "<p>a</p>"),
            ("<p style=\"color:red\" class=\"x\" id=\"y\" data-z=\"1\">a\u{0}b</p>", "<p>ab</p>"),
            ("<iframe src=\"https://example.org/\"></iframe><p>a & b", "<p>a &amp; b</p>"),
            (
                "<p><a href=\"https://u:p@пример.рф/ж\">a</a></p>",
                "<p><a href=\"https://xn--e1afmkfd.xn--p1ai/%D0%B6\">a</a></p>",
            ),
        ] {
            assert_eq!(safe(given, ""), wanted, "{given}");
        }
    }

    #[test]
    fn a_deep_body_becomes_its_plain_text() {
        let html = "<div>".repeat(100_000);
        assert_eq!(safe(&html, "Один.\n\nДва."), "<p>Один.</p>\n<p>Два.</p>\n");
    }
}
