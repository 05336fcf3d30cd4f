//! The last gate for words and addresses: whatever a source threw in, what leaves here may stand in XML, JSON and HTML.
//!
//! Not here: bodies (`publish::body`), which may hold markup.

use std::borrow::Cow;

use crate::html::plain::{is_printable, plain};
use crate::html::references::decoded;
use crate::model::language::Language;
use crate::model::url::PageUrl;
use crate::text::fold::beginning;

/// Longest headline, in characters: readers cut at far less, and a 50 MB title is an attack.
pub const TITLE_CHARS_MAX: usize = 300;
/// Longest name of a person, a source, a country, a credit.
pub const NAME_CHARS_MAX: usize = 200;
/// Longest caption and summary: a few sentences.
pub const SUMMARY_CHARS_MAX: usize = 1000;

/// Text for a field that holds no markup, not even after one more decoding; one line, cut with `…`.
///
/// ```
/// use feedatlas::publish::words::field;
/// assert_eq!(field("A &amp;lt;b&amp;gt;\u{202e}bold\u{0}&amp;lt;/b&amp;gt; word", 100), "A bold word");
/// assert_eq!(field("AT&T, R&copyD", 100), "AT&T, R& copyD");
/// ```
#[must_use]
pub fn field(text: &str, chars_max: usize) -> String {
    let mut text = plain(text);
    text.retain(|character| character != '\u{fffd}');
    if text.contains(['<', '&']) {
        text = without_entities(&without_brackets(&text));
    }
    beginning(text.trim(), chars_max)
}

/// `<` where a reader might still see a tag goes; `a < b` stays.
fn without_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let opens = character == '<' && characters.peek().is_some_and(|next| !next.is_whitespace());
        if !opens {
            out.push(character);
        }
    }
    out
}

/// `&copy` is read as © by browsers and minded by the W3C validator, with or without its semicolon: a space parts them.
fn without_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (head, tail) = rest.split_at(at + 1);
        out.push_str(head);
        let word: String = tail.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '#' | '_')).collect();
        // With a semicolon any name is one to a validator.
        let is_named = tail[word.len()..].starts_with(';') || is_entity(&word);
        if !word.is_empty() && (word.chars().any(|c| !c.is_alphabetic()) || is_named) {
            out.push(' ');
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn is_entity(word: &str) -> bool {
    // Old names are known without a semicolon, and at the head of a longer word: `&copyD`.
    (2..=word.len()).filter_map(|end| word.get(..end)).any(|name| {
        let written = format!("&{name};");
        decoded(&written) != written
    })
}

/// Plain text as HTML: what a description is by custom.
#[must_use]
pub fn as_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // Left bare before a space: so most texts are the same, read as HTML or as text.
            '&' if characters.peek().is_some_and(|next| !next.is_whitespace()) => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(character),
        }
    }
    out
}

/// Whether a character may stand in a published body.
#[must_use]
pub fn is_publishable(character: char) -> bool {
    is_printable(character) && !matches!(character, '\r' | '\u{fffd}')
}

/// An address in the characters of RFC 2396 alone: `WHATWG` lets `|`, `^` and others stand, validators and old readers do not.
#[must_use]
pub fn address(url: &PageUrl) -> String {
    ascii_address(url.as_str()).into_owned()
}

/// The same for an address that is already known to be absolute.
#[must_use]
pub fn ascii_address(text: &str) -> Cow<'_, str> {
    let host_end =
        text.find("://").map_or(0, |at| text[at + 3..].find(['/', '?', '#']).map_or(text.len(), |end| at + 3 + end));
    let bytes = text.as_bytes();
    let wrong = |at: usize| at >= host_end && !is_address_byte(bytes, at);
    if !(0..bytes.len()).any(wrong) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, byte) in bytes.iter().enumerate() {
        if wrong(at) {
            out.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        } else {
            out.push(char::from(*byte));
        }
    }
    Cow::Owned(out)
}

fn hex(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase()
}

fn is_address_byte(bytes: &[u8], at: usize) -> bool {
    let is_hex = |offset: usize| bytes.get(at + offset).is_some_and(u8::is_ascii_hexdigit);
    match bytes[at] {
        b'%' => is_hex(1) && is_hex(2),
        byte => byte.is_ascii_alphanumeric() || b";/?:@&=+$.-_!~*'(),#".contains(&byte),
    }
}

/// A language tag that readers and validators know: a two-letter language, perhaps with more behind a hyphen.
#[must_use]
pub fn language(tag: &str) -> Option<String> {
    let mut parts = tag.split('-');
    let primary = parts.next().filter(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic()));
    let rest_fits = parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    primary.filter(|_| rest_fits).map(|_| tag.to_ascii_lowercase())
}

/// The direction in which a language is written.
#[must_use]
pub fn direction(language: Option<&str>) -> &'static str {
    /// Languages of the lands, and beyond, that are written from right to left.
    const RIGHT_TO_LEFT: [&str; 9] = ["ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"];
    match language.and_then(|tag| tag.get(..2)) {
        Some(primary) if RIGHT_TO_LEFT.contains(&primary) => "rtl",
        _ => "ltr",
    }
}

/// The attributes that tell a browser how to read a text on a page whose interface is in another language, or in the same.
///
/// A text of unknown language shows its direction by its letters. The parts are letters, digits and hyphens: safe as they
/// stand.
#[must_use]
pub fn language_attributes(language: Option<&str>, page: Language) -> String {
    match language {
        None => " dir=\"auto\"".to_owned(),
        Some(tag) if tag == page.tag() => String::new(),
        Some(tag) if direction(language) == "rtl" => format!(" lang=\"{tag}\" dir=\"rtl\""),
        Some(tag) => format!(" lang=\"{tag}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_hold_no_markup_after_one_more_decoding() {
        for (given, wanted) in [
            ("<script>alert(1)</script>", "alert(1)"),
            ("a < b && c", "a < b && c"),
            ("&#x3c;img src=x&#x3e; x", "x"),
            ("Q&4 and &lt", "Q& 4 and & lt"),
            ("&bogus; R&D; S&P", "& bogus; R& D; S&P"),
            ("</b", ""),
            ("R&D — «AT&T»", "R&D — «AT&T»"),
            ("x\u{fffd}\u{9f}\u{7}y", "xy"),
        ] {
            assert_eq!(field(given, 100), wanted, "{given}");
        }
    }

    #[test]
    fn addresses_are_ascii_and_stray_percents_are_mended() {
        let url = PageUrl::parse("https://пример.рф/новости|a^b?x={1}&y=100%&z=[a]").unwrap();
        let text = address(&url);
        assert!(text.starts_with("https://xn--e1afmkfd.xn--p1ai/%D0%BD"), "{text}");
        assert!(text.ends_with("%7Ca%5Eb?x=%7B1%7D&y=100%25&z=%5Ba%5D"), "{text}");
    }

    #[test]
    fn languages_are_known_or_none() {
        assert_eq!(language("zh-Hans").as_deref(), Some("zh-hans"));
        assert_eq!(language("russian"), None);
        assert_eq!(language(""), None);
        assert_eq!(direction(Some("ur-pk")), "rtl");
    }
}
