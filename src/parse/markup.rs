//! Fragments of HTML inside feeds: addresses made whole, what runs taken out, tags in one form.
//!
//! Not the last word on safety: what is published passes `extract::sanitize` again. Here nothing that runs is let in.

use std::borrow::Cow;

use url::Url;

use crate::html::references::decoded;
use crate::parse::address;
use crate::parse::entities;
use crate::parse::lexer::{Lexer, Tag, Token};
use crate::parse::names::Space;
use crate::parse::tree::{Element, Node};

/// Elements that are taken out with everything in them.
const WITH_CONTENT: &[&str] = &["script", "style", "applet"];

/// Elements whose tags are taken out: they load, lead or ask, or belong to a page and not to a text.
const TAGS_ALONE: &[&str] = &[
    "iframe", "object", "embed", "base", "meta", "link", "form", "input", "frame", "frameset", "html", "head", "body",
    "noscript", "template", "param", "xml", "title",
];

/// Those of them that neither load nor lead: in plain text they are words about HTML.
const HARMLESS: &[&str] = &["html", "head", "body", "title", "xml"];

/// Elements without an end tag.
const VOID: &[&str] = &["area", "br", "col", "hr", "img", "source", "track", "wbr", "basefont", "command", "keygen"];

/// Attributes that hold an address.
const ADDRESSES: &[&str] =
    &["href", "src", "cite", "longdesc", "poster", "background", "usemap", "xlink:href", "data-src"];

/// What a style may not contain.
const STYLE_REFUSED: &[&str] = &["expression", "javascript", "url(", "import", "behavio", "binding", "\\", "&#"];

/// Names of HTML's elements that stand in texts.
const HTML_NAMES: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "main",
    "map",
    "mark",
    "menu",
    "nav",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// A fragment in its clean form.
#[derive(Debug)]
pub(super) struct Clean {
    /// The fragment.
    pub(super) html: String,
    /// Whether something that runs was taken out.
    pub(super) had_active: bool,
}

/// A fragment with addresses made whole, in one form, without anything that runs.
pub(super) fn clean(html: &str, base: Option<&Url>) -> Clean {
    let mut out = Clean { html: String::with_capacity(html.len() + html.len() / 8), had_active: false };
    let mut lexer = Lexer::new(html);
    while let Some(token) = lexer.next() {
        match token {
            // The beginning of a tag that is none must not become one beside what follows.
            Token::Text(text) if is_broken_tag(text) => out.html.extend(["&lt;", &*quotes(&text[1..])]),
            Token::Text(text) => out.html.push_str(&quotes(text)),
            Token::Literal(text) => {
                // Browsers know no CDATA in HTML: what stands in it would be markup again.
                out.had_active |= text.contains('<');
                out.html.push_str(&escaped(text));
            }
            Token::Start(tag) => {
                let name = tag.name.to_ascii_lowercase();
                if WITH_CONTENT.contains(&name.as_str()) {
                    out.had_active = true;
                    if !tag.is_empty {
                        lexer.skip_to_end_of(&name);
                    }
                } else if TAGS_ALONE.contains(&name.as_str()) {
                    out.had_active |= !HARMLESS.contains(&name.as_str()) || !tag.attributes.is_empty();
                } else {
                    start(&mut out, &name, &tag, base);
                }
            }
            Token::End(name) => {
                let name = name.to_ascii_lowercase();
                let lists = [WITH_CONTENT, TAGS_ALONE, VOID];
                if is_name(&name) && !lists.iter().any(|list| list.contains(&name.as_str())) {
                    out.html.extend(["</", &name, ">"]);
                }
            }
            Token::Doctype(_) | Token::Nothing => {}
        }
    }
    let trimmed = out.html.trim();
    if trimmed.len() < out.html.len() {
        out.html = trimmed.to_owned();
    }
    out
}

/// Plain text as it is, unless it holds what runs, in whatever disguise: then without it, as HTML.
pub(super) fn safe_plain<'t>(text: &'t str, base: Option<&Url>) -> Cow<'t, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let clean = clean(text, base);
    match clean.had_active {
        true => Cow::Owned(clean.html),
        // In a declaration, or a comment, that one reader sees and another does not.
        false if names_active(text) => escaped(text),
        false => Cow::Borrowed(text),
    }
}

/// Whether a tag that is taken out begins anywhere in a text.
fn names_active(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let name = text[at + 1..].trim_start_matches([' ', '/']).as_bytes();
        let names = WITH_CONTENT.iter().chain(TAGS_ALONE).filter(|known| !HARMLESS.contains(known));
        names.into_iter().any(|known| {
            name.get(..known.len()).is_some_and(|name| name.eq_ignore_ascii_case(known.as_bytes()))
                && !name.get(known.len()).is_some_and(u8::is_ascii_alphanumeric)
        })
    })
}

fn is_broken_tag(text: &str) -> bool {
    text.starts_with('<') && text[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '!'))
}

fn start(out: &mut Clean, name: &str, tag: &Tag<'_>, base: Option<&Url>) {
    if !is_name(name) {
        // `<user@example.org>`: a sign of text.
        out.html.extend(["&lt;", tag.name, "&gt;"]);
        return;
    }
    let mut attributes: Vec<(String, Cow<'_, str>)> = Vec::with_capacity(tag.attributes.len());
    for (key, value) in &tag.attributes {
        let key = key.to_ascii_lowercase();
        if key.starts_with("xmlns")
            || key.starts_with("xml:")
            || !is_name(&key)
            || attributes.iter().any(|(known, _)| *known == key)
        {
            continue;
        }
        match attribute(&key, value, base) {
            Some(value) => attributes.push((key, value)),
            None => out.had_active = true,
        }
    }
    attributes.sort_unstable();
    out.html.extend(["<", name]);
    for (key, value) in attributes {
        out.html.extend([" ", &key, "=\"", &in_quotes(&value), "\""]);
    }
    let is_void = VOID.contains(&name);
    out.html.push_str(if is_void { " />" } else { ">" });
    if tag.is_empty && !is_void {
        out.html.extend(["</", name, ">"]);
    }
}

/// The value of an attribute; none where it runs something.
fn attribute<'a>(key: &str, value: &'a str, base: Option<&Url>) -> Option<Cow<'a, str>> {
    if key.starts_with("on") || matches!(key, "srcdoc" | "formaction" | "action" | "ping" | "dynsrc" | "lowsrc") {
        return None;
    }
    if key == "style" {
        let small = value.to_ascii_lowercase();
        return (!STYLE_REFUSED.iter().any(|part| small.contains(part))).then_some(Cow::Borrowed(value));
    }
    if key == "srcset" {
        return Some(Cow::Owned(source_set(value, base)));
    }
    if !ADDRESSES.contains(&key) {
        return Some(Cow::Borrowed(value));
    }
    let decoded = decoded(value);
    if address::is_refused(&decoded) || address::is_refused(value) {
        return None;
    }
    let whole = address::whole(&decoded, base)?;
    Some(if whole == decoded { Cow::Borrowed(value) } else { Cow::Owned(whole.replace('&', "&amp;")) })
}

/// `a.jpg 1x, b.jpg 2x` with each address made whole.
fn source_set(value: &str, base: Option<&Url>) -> String {
    let candidates = value.split(", ").filter_map(|candidate| {
        let (address, size) = candidate.trim().split_once(' ').unwrap_or((candidate.trim(), ""));
        let whole = address::whole(address, base)?;
        Some(if size.is_empty() { whole } else { format!("{whole} {size}") })
    });
    candidates.collect::<Vec<_>>().join(", ")
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'))
}

/// Text with needless references to quotation marks resolved, and those to C1 controls mended.
fn quotes(text: &str) -> Cow<'_, str> {
    if !text.contains("&#") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("&#") {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let end = tail.as_bytes().iter().take(10).position(|byte| *byte == b';');
        let meant = end.and_then(|end| {
            let number = entities::numbered(&tail[1..end])?;
            // A number that stands for a sign of markup stays a number.
            (!matches!(number, '<' | '>' | '&') && (matches!(number, '"' | '\'') || is_control_number(&tail[2..end])))
                .then_some((number, end))
        });
        let (meant, taken) = meant.map_or(("&#".to_owned(), 2), |(number, end)| (number.to_string(), end + 1));
        out.push_str(&meant);
        rest = &tail[taken..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// 128 to 159: C1 controls in Unicode, letters in windows-1252.
fn is_control_number(digits: &str) -> bool {
    let code =
        digits.strip_prefix(['x', 'X']).map_or_else(|| digits.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
    code.is_some_and(|code| (0x80..0xa0).contains(&code))
}

/// A value between double quotes; its references stay as they are.
fn in_quotes(value: &str) -> Cow<'_, str> {
    if !value.contains(['<', '>', '"', '&']) {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len() + 8);
    for (at, character) in value.char_indices() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '&' if !begins_reference(&value[at..]) => out.push_str("&amp;"),
            _ => out.push(character),
        }
    }
    Cow::Owned(out)
}

fn begins_reference(text: &str) -> bool {
    let name = text[1..].trim_start_matches('#');
    let end = name.find(|c: char| !c.is_ascii_alphanumeric());
    end.is_some_and(|end| end > 0 && name[end..].starts_with(';'))
}

/// Text in which nothing is markup.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '>', '&']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

/// The inside of an element whose markup was written as XML, as a fragment.
///
/// Addresses below an `xml:base` are made whole with it; all others are left to `clean`.
pub(super) fn inside(element: &Element<'_>, base: Option<&Url>) -> String {
    let mut out = String::new();
    let own = element.attribute("xml:base").filter(|_| element.space != Space::Core);
    let based = own.map(|own| address::base_below(base, Some(own)));
    write_children(element, based.as_ref().map_or(base, Option::as_deref), &mut out, own.is_some());
    out
}

fn write_children(element: &Element<'_>, base: Option<&Url>, out: &mut String, is_based: bool) {
    for node in &element.children {
        match node {
            Node::Text(text) => out.push_str(&escaped(text)),
            Node::Element(child) => {
                let own = child.attribute("xml:base");
                let based = own.map(|own| address::base_below(base, Some(own)));
                let (base, is_based) = (based.as_ref().map_or(base, Option::as_deref), is_based || own.is_some());
                out.extend(["<", &child.name]);
                for (key, value) in &child.attributes {
                    let whole =
                        (is_based && ADDRESSES.contains(&&**key)).then(|| address::whole(value, base)).flatten();
                    let value = whole.as_deref().unwrap_or(value);
                    out.extend([" ", key, "=\"", &escaped(value).replace('"', "&quot;"), "\""]);
                }
                out.push('>');
                write_children(child, base, out, is_based);
                if !VOID.contains(&&*child.name) {
                    out.extend(["</", &child.name, ">"]);
                }
            }
        }
    }
}

/// Whether text that should be plain is meant as HTML: it has an end tag or a reference, and no tag that HTML lacks.
pub(super) fn looks_like_html(text: &str) -> bool {
    if !text.contains("</") && !text.contains('&') {
        return false;
    }
    let mut has_sign = text.split('&').skip(1).any(|tail| begins_reference(&format!("&{tail}")));
    for token in Lexer::new(text) {
        match token {
            Token::End(name) if is_html(name) => has_sign = true,
            Token::Start(tag) if is_html(tag.name) => {}
            Token::Text(_) | Token::Nothing => {}
            _ => return false,
        }
    }
    has_sign
}

fn is_html(name: &str) -> bool {
    HTML_NAMES.contains(&name.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn cleans(html: &str, expected: &str) {
        let base = Url::parse("https://example.org/news/").unwrap();
        assert_eq!(clean(html, Some(&base)).html, expected);
    }

    #[test]
    fn addresses_are_whole_and_tags_of_one_form() {
        cleans("<IMG src=a.jpg alt='x'><br>t", "<img alt=\"x\" src=\"https://example.org/news/a.jpg\" /><br />t");
        cleans("<a href=\"/b?c&d\">1 < 2 & 3</a>", "<a href=\"https://example.org/b?c&amp;d\">1 < 2 & 3</a>");
        cleans(
            "<img srcset=\"a.jpg 1x, /b.jpg 2x\">",
            "<img srcset=\"https://example.org/news/a.jpg 1x, https://example.org/b.jpg 2x\" />",
        );
        cleans("<span/>", "<span></span>");
    }

    #[test]
    fn nothing_that_runs_is_left() {
        cleans("a<script>x</script>b<style>c</style>", "ab");
        cleans("<p onclick=x>a<iframe src=b></iframe></p>", "<p>a</p>");
        cleans("<a href=\"java&#10;script:x\">a</a>", "<a>a</a>");
        cleans(
            "<a href=' javascript:x'>a</a><img src=x onerror=y>",
            "<a>a</a><img src=\"https://example.org/news/x\" />",
        );
        cleans("<script>a</scr", "");
        cleans(
            "<p style=\"width:expression(x)\">a</p><p style=\"color: red\">b</p>",
            "<p>a</p><p style=\"color: red\">b</p>",
        );
    }
}
