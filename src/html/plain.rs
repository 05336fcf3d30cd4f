//! Plain text out of markup, safe for fields that hold none: titles, names, summaries.

use crate::html::references::decoded;

/// Text without markup, entities decoded until none is left, bidirectional overrides and control characters out, white space single.
///
/// ```
/// use feedatlas::html::plain::plain;
/// assert_eq!(plain("A &amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt; <i>word</i>"), "A bold word");
/// ```
#[must_use]
pub fn plain(markup: &str) -> String {
    /// Feeds encode twice, some three times; a text that still changes after this is hostile, and its `<` are taken out.
    const ROUNDS_MAX: usize = 4;
    let mut text = markup.to_owned();
    for _ in 0..ROUNDS_MAX {
        let next = decoded(&without_tags(&text)).into_owned();
        if next == text {
            break;
        }
        text = next;
    }
    let text = without_tags(&text);
    collapse(&text)
}

/// White space single, ends trimmed, characters that XML 1.0 or a reader of text cannot have taken out.
#[must_use]
pub fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_whitespace() || character == '\u{200b}' || character == '\u{feff}' {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if is_printable(character) {
            out.push(character);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether a character may stand in text we publish: in XML 1.0's Char, and no bidirectional override.
#[must_use]
pub fn is_printable(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => !character.is_control(),
    }
}

/// Takes out what looks like a tag: `<` before a letter, `/`, `!` or `?`, up to its `>`.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let is_tag = tail[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        let (skipped, next) = match tail.find('>') {
            Some(end) if is_tag => (true, &tail[end + 1..]),
            None if is_tag => (true, ""),
            _ => (false, &tail[1..]),
        };
        if skipped {
            // A block tag parts words, an inline one does not; which it is matters little in one line.
            let name: String =
                tail[1..].trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
            let inline = matches!(
                name.to_ascii_lowercase().as_str(),
                "a" | "b"
                    | "i"
                    | "em"
                    | "strong"
                    | "span"
                    | "u"
                    | "s"
                    | "sub"
                    | "sup"
                    | "small"
                    | "mark"
                    | "font"
                    | "wbr"
            );
            if !inline {
                out.push(' ');
            }
        } else {
            out.push('<');
        }
        rest = next;
    }
    out.push_str(rest);
    out
}
