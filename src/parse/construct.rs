//! A text of a feed: plain, HTML in references or CDATA, markup as XML, base64; what its type says, or its looks.

use url::Url;

use crate::html::plain;
use crate::parse::address;
use crate::parse::bounds;
use crate::parse::entities;
use crate::parse::markup;
use crate::parse::tree::Element;

/// What a text is where its element does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Plain, as Atom says.
    Plain,
    /// Plain by the standard; many write HTML all the same, so its looks decide. RSS titles.
    Guess,
    /// HTML. RSS descriptions.
    Html,
}

/// A field of plain text: without markup, and with it where it has some.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// Without markup.
    pub(super) plain: String,
    /// As it was given, made safe.
    pub(super) markup: Option<String>,
}

/// A text as its source gave it, safe, its addresses whole; none where it is empty.
pub(super) fn text(element: &Element<'_>, kind: Kind, base: Option<&Url>) -> Option<String> {
    let base = address::base_below(base, element.attribute("xml:base"));
    let declared = element.attribute("type").map(media_type);
    let has_elements = element.elements().next().is_some();
    let is_xml = has_elements || declared.as_deref() == Some("application/xhtml+xml");
    let mut raw = if is_xml { inside(element, declared.as_deref(), base.as_deref()) } else { element.text() };
    if is_base64(element, declared.as_deref()) && !has_elements {
        raw = base64(&raw).unwrap_or(raw);
    }
    let raw = repaired(raw);
    let is_html = match declared.as_deref() {
        _ if is_xml => true,
        Some("text/html") => true,
        Some("text/plain") if kind != Kind::Guess => false,
        Some(_) if kind == Kind::Plain => false,
        _ => kind == Kind::Html || kind == Kind::Guess && markup::looks_like_html(&raw),
    };
    let value = if is_html {
        markup::clean(&raw, base.as_deref()).html
    } else {
        markup::safe_plain(raw.trim(), base.as_deref()).into_owned()
    };
    (!value.is_empty()).then_some(value)
}

/// A field of plain text.
pub(super) fn words(element: &Element<'_>, kind: Kind, base: Option<&Url>) -> Option<Words> {
    text(element, kind, base).map(|text| Words::of(bounds::cut(text)))
}

impl Words {
    /// Both forms of a text as it was given.
    pub(super) fn of(given: String) -> Self {
        let is_plain = !given.contains(['<', '&', '\n', '\t', '\u{a0}']) && !given.contains("  ");
        let plain = if is_plain { given.clone() } else { plain::plain(&given) };
        let markup = (given != plain).then_some(given);
        Self { plain, markup }
    }
}

/// Markup written as XML; the one `div` that Atom puts around XHTML is no part of it.
fn inside(element: &Element<'_>, declared: Option<&str>, base: Option<&Url>) -> String {
    let mut elements = element.elements();
    let only = elements.next().filter(|_| elements.next().is_none());
    let is_wrapped = element.attribute("type") == Some("xhtml") && declared == Some("application/xhtml+xml");
    match only.filter(|only| is_wrapped && only.name == "div" && has_no_text_beside(element)) {
        // What the `div` says of addresses holds in it all the same.
        Some(div) => markup::inside(div, base),
        None => markup::inside(element, base),
    }
}

fn has_no_text_beside(element: &Element<'_>) -> bool {
    use crate::parse::tree::Node;
    element.children.iter().all(|node| !matches!(node, Node::Text(text) if !text.trim().is_empty()))
}

/// Atom's short words for media types, written out.
fn media_type(written: &str) -> String {
    let written = written.to_ascii_lowercase();
    match written.as_str() {
        "" | "text" | "plain" => String::from("text/plain"),
        "html" => String::from("text/html"),
        "xhtml" => String::from("application/xhtml+xml"),
        _ => written,
    }
}

fn is_base64(element: &Element<'_>, declared: Option<&str>) -> bool {
    if element.attribute("mode") == Some("base64") {
        return true;
    }
    // Atom 1.0, section 4.1.3.3: what is neither text nor XML is in base64.
    let is_text =
        declared.is_none_or(|kind| kind.starts_with("text/") || kind.ends_with("+xml") || kind.ends_with("/xml"));
    !is_text
        && element.name == "content"
        && element.attribute("mode").is_none()
        && declared.is_some_and(|kind| kind.contains('/'))
}

/// Text that was packed in base64; none where it is not, or no text.
fn base64(packed: &str) -> Option<String> {
    let mut out = Vec::with_capacity(packed.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in packed.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    String::from_utf8(out).ok().map(|text| text.trim().to_owned())
}

/// Text whose UTF-8 was taken for Latin-1 and encoded again («Ð¿Ñ€Ð¸Ð²ÐµÑ‚»), as it was meant; C1 controls as letters.
pub(super) fn repaired(text: String) -> String {
    if text.is_ascii() {
        return text;
    }
    if let Some(meant) = meant_as_utf8(&text) {
        return meant;
    }
    if text.chars().any(|c| ('\u{80}'..='\u{9f}').contains(&c)) {
        return text.chars().map(entities::windows_1252).collect();
    }
    text
}

/// The text that the letters below U+0100 (and windows-1252's) of another are the bytes of, if they are UTF-8.
fn meant_as_utf8(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        let byte = match u32::from(character) {
            code @ 0..=0xff => u8::try_from(code).ok()?,
            _ => (0x80u8..=0x9f).find(|byte| entities::windows_1252(char::from(*byte)) == character)?,
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_was_encoded_twice_is_mended() {
        let twice: String = "Привет".bytes().map(char::from).collect();
        assert_eq!(repaired(twice), "Привет");
        assert_eq!(repaired(String::from("CafÃ©")), "Café");
        assert_eq!(repaired(String::from("Café")), "Café");
        assert_eq!(repaired(String::from("a\u{97}b")), "a—b");
    }

    #[test]
    fn base64_is_unpacked() {
        assert_eq!(base64("RXhhbXBsZSA8Yj5BdG9tPC9iPg==").unwrap(), "Example <b>Atom</b>");
        assert_eq!(base64("no base64!"), None);
    }
}
