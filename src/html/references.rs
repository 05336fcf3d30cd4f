//! Text as it stands in a page, read: character references (`&amp;`, `&#1078;`, `&copy`), line ends, NULs. And text written so.
//!
//! WHATWG HTML § 13.2.5.72 and following; the names are html5ever's table of them.

use std::borrow::Cow;

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// Where a text stands, which decides what is read in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Between tags.
    Content,
    /// In an attribute: a name without its `;` is no reference where a letter, a digit or `=` follows.
    Attribute,
    /// In an element whose text is no markup, such as a script: no references.
    Raw,
}

/// The longest name of a character, with its `;`: `&CounterClockwiseContourIntegral;`.
const NAME_BYTES_MAX: usize = 32;

/// The text as it is meant. Most texts mean what they say.
pub(super) fn read(text: &str, place: Place) -> Cow<'_, str> {
    let is_special = |byte: &u8| matches!(byte, b'\r' | b'\0') || *byte == b'&' && place != Place::Raw;
    let Some(first) = text.bytes().position(|byte| is_special(&byte)) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(special) = rest.bytes().next() {
        let taken = match special {
            b'\r' => line_end(rest, &mut out),
            b'\0' => nothing(place, &mut out),
            _ => reference(rest, place, &mut out),
        };
        rest = &rest[taken..];
        let plain = rest.bytes().position(|byte| is_special(&byte)).unwrap_or(rest.len());
        out.push_str(&rest[..plain]);
        rest = &rest[plain..];
    }
    Cow::Owned(out)
}

/// The references of a text, read where they are plainly meant: with their `;`, names as HTML has them, numbers of characters that text
/// may hold. All else stays as it is: what only looks like a reference, in words and addresses of feeds, mostly is none.
///
/// ```
/// use feedatlas::html::references::decoded;
/// assert_eq!(decoded("Caf&eacute; &#8212; &#x416;&amp;"), "Café — Ж&");
/// assert_eq!(decoded("?a=1&copy=2&nosuch;&#0;"), "?a=1&copy=2&nosuch;&#0;");
/// ```
#[must_use]
pub fn decoded(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut written, mut from) = (0, 0);
    while let Some(start) = text[from..].find('&').map(|at| from + at) {
        let body = &text[start + 1..];
        // Another `&` before the `;` begins anew: so a text of a million of them is read once.
        let Some(end) = body.find(['&', ';']) else { break };
        from = start + 1 + end;
        if body[end..].starts_with('&') {
            continue;
        }
        let length = out.len();
        out.push_str(&text[written..start]);
        if meant(&body[..=end], &mut out) {
            written = from + 1;
        } else {
            out.truncate(length);
        }
    }
    if written == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[written..]);
    Cow::Owned(out)
}

/// Reads a whole reference, without its `&` and with its `;`.
fn meant(reference: &str, out: &mut String) -> bool {
    let Some(number) = reference.strip_prefix('#') else {
        let Some((first, second)) = NAMED_ENTITIES.get(reference).filter(|characters| characters.0 != 0) else {
            return false;
        };
        out.extend([*first, *second].into_iter().filter(|number| *number != 0).filter_map(char::from_u32));
        return true;
    };
    let (radix, digits) = number.strip_prefix(['x', 'X']).map_or((10, number), |digits| (16, digits));
    let digits = digits.trim_end_matches(';');
    // A sign before a number is no digit, and Rust would read it.
    let number = digits.starts_with(|digit: char| digit.is_digit(radix)).then(|| u32::from_str_radix(digits, radix));
    let character = number.and_then(Result::ok).and_then(char::from_u32);
    let character = character.filter(|character| *character >= ' ' || character.is_ascii_whitespace());
    out.extend(character);
    character.is_some()
}

/// A text as it is written between tags or in quotes.
///
/// ```
/// assert_eq!(feedatlas::html::references::escaped("<a & 'b'>"), "&lt;a &amp; &#x27;b&#x27;&gt;");
/// ```
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            other => out.push(other),
        }
    }
    out
}

/// `\r` and `\r\n` are one line end.
fn line_end(text: &str, out: &mut String) -> usize {
    out.push('\n');
    if text.starts_with("\r\n") { 2 } else { 1 }
}

/// A NUL between tags is passed over; elsewhere it leaves a mark.
fn nothing(place: Place, out: &mut String) -> usize {
    if place != Place::Content {
        out.push(char::REPLACEMENT_CHARACTER);
    }
    1
}

/// Reads what begins with `&`; one that is no reference is the sign itself. Says how many bytes it took.
fn reference(text: &str, place: Place, out: &mut String) -> usize {
    let body = &text[1..];
    let found = match body.strip_prefix('#') {
        Some(number) => numbered(number, out).map(|taken| taken + 1),
        None => named(body, place, out),
    };
    found.map_or_else(
        || {
            out.push('&');
            1
        },
        |taken| taken + 1,
    )
}

fn numbered(text: &str, out: &mut String) -> Option<usize> {
    let (radix, skipped) = if text.starts_with(['x', 'X']) { (16, 1) } else { (10, 0) };
    let digits = text[skipped..].bytes().take_while(|byte| char::from(*byte).is_digit(radix)).count();
    if digits == 0 {
        return None;
    }
    let end = skipped + digits;
    out.push(character(u32::from_str_radix(&text[skipped..end], radix).unwrap_or(u32::MAX)));
    Some(end + usize::from(text[end..].starts_with(';')))
}

/// The character of a number; numbers from 0x80 on are windows-1252's, as old editors wrote them.
fn character(number: u32) -> char {
    const C1: u32 = 0x80;
    let old = number.checked_sub(C1).and_then(|index| C1_REPLACEMENTS.get(index as usize)).copied().flatten();
    old.or_else(|| char::from_u32(number)).filter(|character| *character != '\0').unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The longest name that stands there.
fn named(text: &str, place: Place, out: &mut String) -> Option<usize> {
    let mut longest = None;
    for end in 1..=text.len().min(NAME_BYTES_MAX) {
        // The table has the beginnings of names too, without characters.
        let Some(characters) = text.get(..end).and_then(|name| NAMED_ENTITIES.get(name)) else { break };
        if characters.0 != 0 {
            longest = Some((end, *characters));
        }
    }
    let (end, (first, second)) = longest?;
    let goes_on = text[end..].starts_with(|next: char| next == '=' || next.is_ascii_alphanumeric());
    if place == Place::Attribute && goes_on && !text[..end].ends_with(';') {
        return None;
    }
    out.extend([first, second].into_iter().filter(|number| *number != 0).filter_map(char::from_u32));
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_browsers_read_them() {
        for (text, content, attribute) in [
            ("a &amp; b", "a & b", "a & b"),
            ("&copy 2024 &copy2024", "© 2024 ©2024", "© 2024 &copy2024"),
            ("?a=1&lang=ru&amp=2", "?a=1&lang=ru&=2", "?a=1&lang=ru&amp=2"),
            ("&notit; &notin; &nosuch; &;", "¬it; ∉ &nosuch; &;", "&notit; ∉ &nosuch; &;"),
            (
                "&#1078;&#x436;&#1078 &#; &#x; &#128;&#0;&#99999999999;",
                "жжж &#; &#x; €\u{fffd}\u{fffd}",
                "жжж &#; &#x; €\u{fffd}\u{fffd}",
            ),
            ("&CounterClockwiseContourIntegral;", "∳", "∳"),
            ("a\r\nb\rc", "a\nb\nc", "a\nb\nc"),
        ] {
            assert_eq!(read(text, Place::Content), content);
            assert_eq!(read(text, Place::Attribute), attribute);
        }
        assert_eq!(read("a &amp; b", Place::Raw), "a &amp; b");
    }

    /// Another reader of references, to compare with.
    fn assert_same(text: &str) {
        assert_eq!(decoded(text), html_escape::decode_html_entities(text), "{text:?}");
    }

    #[test]
    fn every_name_and_number_is_read_as_another_reader_reads_it() {
        for (name, _) in html_escape::NAMED_ENTITIES {
            let name = std::str::from_utf8(name).expect("names are ASCII");
            assert_same(&format!("a &{name}; &{name} &{name}x; &{name}=1"));
        }
        for (name, _) in NAMED_ENTITIES.entries() {
            assert_same(&format!("&{name}"));
        }
        for number in (0..0x1_1000).chain(0x10_fff0..0x11_0010) {
            assert_same(&format!("&#{number};&#x{number:x};&#X{number:X};"));
        }
        for odd in
            ["&#+65;", "&#x+41;", "&#-1;", "&#;;", "&#x;", "&#65;;", "&&amp;&", "&;&", "&#99999999999;", "&#x;41;"]
        {
            assert_same(odd);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_as_another_reader_reads_it(text in "[&#;xX+0-9a-z Жé\\n]{0,40}|(&(amp|lt|#[0-9]{1,8}|#x[0-9a-f]{1,8});?|[a-z&;])*") {
            assert_same(&text);
            assert_eq!(escaped(&text), html_escape::encode_quoted_attribute(&text));
        }
    }
}
