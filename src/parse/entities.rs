//! References to characters: XML's, HTML's, numbers, and those that a DOCTYPE names itself. Never one from outside.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

use crate::html::references::decoded;

/// Bytes that all references to a DOCTYPE's own entities may grow to. Feeds use them for `&nbsp;`; bombs for gigabytes.
const GROWTH_BYTES_MAX: usize = 256 * 1024;

/// How deep entities may name entities.
const NESTING_MAX: usize = 8;

/// Most entities of a DOCTYPE that are learned.
const ENTITIES_MAX: usize = 1_000;

/// The longest name of a reference.
const NAME_BYTES_MAX: usize = 40;

/// The entities of a document.
#[derive(Debug, Default)]
pub(super) struct Entities<'a> {
    own: HashMap<&'a str, &'a str>,
    grown: Cell<usize>,
    is_bomb: Cell<bool>,
}

impl<'a> Entities<'a> {
    /// Learns the entities of a DOCTYPE's internal subset. Those that stand elsewhere (SYSTEM, PUBLIC) are empty:
    /// nothing is fetched. Those of the DOCTYPE's own language (`%`) are left out.
    pub(super) fn learn(&mut self, doctype: &'a str) {
        for declaration in doctype.split("<!ENTITY").skip(1) {
            let mut words = declaration.trim_start().splitn(2, |c: char| c.is_whitespace());
            let (Some(name), Some(value)) = (words.next(), words.next()) else { continue };
            let value = value.trim_start();
            let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                self.own.entry(name).or_insert("");
                continue;
            };
            let Some(end) = value[1..].find(quote) else { continue };
            if self.own.len() < ENTITIES_MAX && name != "%" {
                self.own.entry(name).or_insert(&value[1..=end]);
            }
        }
    }

    /// Whether the entities grew beyond every bound, or name themselves.
    pub(super) fn is_bomb(&self) -> bool {
        self.is_bomb.get()
    }

    /// Text with its references resolved; what is no reference stays as it is, a bare `&` too.
    pub(super) fn decode<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if text.contains('&') { Cow::Owned(self.decoded(text, 0)) } else { Cow::Borrowed(text) }
    }

    fn decoded(&self, text: &str, nesting: usize) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('&') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let length = reference_bytes(rest);
            let resolved = length.and_then(|length| Some((self.resolved(&rest[1..length - 1], nesting)?, length)));
            let (text, taken) = resolved.unwrap_or((Cow::Borrowed("&"), 1));
            out.push_str(&text);
            rest = &rest[taken..];
            if self.is_bomb.get() {
                return out;
            }
        }
        out.push_str(rest);
        out
    }

    fn resolved(&self, name: &str, nesting: usize) -> Option<Cow<'static, str>> {
        let borrowed = |text: &'static str| Some(Cow::Borrowed(text));
        match name {
            "amp" => borrowed("&"),
            "lt" => borrowed("<"),
            "gt" => borrowed(">"),
            "quot" => borrowed("\""),
            "apos" => borrowed("'"),
            // A number that no XML may hold says nothing.
            _ if name.starts_with('#') => {
                let character = numbered(name)?;
                Some(if is_xml(character) { Cow::Owned(character.to_string()) } else { Cow::Borrowed("") })
            }
            _ => {
                let Some(value) = self.own.get(name) else { return html(name).map(Cow::Owned) };
                if nesting >= NESTING_MAX {
                    self.is_bomb.set(true);
                    return None;
                }
                let value = self.decoded(value, nesting + 1);
                // A reference in an entity counts though it grows to nothing: a bomb of empty ones costs time all the same.
                self.grown.set(self.grown.get() + value.len() + usize::from(nesting > 0));
                self.is_bomb.set(self.is_bomb.get() || self.grown.get() > GROWTH_BYTES_MAX);
                Some(Cow::Owned(value))
            }
        }
    }
}

/// The length of the reference a text begins with, `&` and `;` counted.
fn reference_bytes(text: &str) -> Option<usize> {
    let name = text.as_bytes().get(1..)?.iter().take(NAME_BYTES_MAX);
    let end =
        name.clone().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b'_' | b'-' | b'.')))?;
    (end > 0 && text.as_bytes()[end + 1] == b';').then_some(end + 2)
}

/// An entity of HTML.
fn html(name: &str) -> Option<String> {
    let reference = format!("&{name};");
    let decoded = decoded(&reference);
    (decoded != reference).then(|| decoded.into_owned())
}

/// `#8212`, `#x2014`; numbers of C1 controls are what windows-1252 has there, as in HTML.
pub(super) fn numbered(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let (digits, radix) = digits.strip_prefix(['x', 'X']).map_or((digits, 10), |digits| (digits, 16));
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    // A number beyond all bounds is no character either.
    let code = u32::from_str_radix(digits, radix).unwrap_or(u32::MAX);
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    Some(windows_1252(character))
}

/// Whether XML may hold a character; what a number stood for that is none (a surrogate) it may not.
fn is_xml(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffd}'..='\u{ffff}')
}

/// The letter that was meant by a C1 control.
pub(super) fn windows_1252(character: char) -> char {
    const LETTERS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match character {
        '\u{80}'..='\u{9f}' => LETTERS[(u32::from(character) - 0x80) as usize],
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_every_kind_are_resolved() {
        let mut entities = Entities::default();
        entities.learn(
            "DOCTYPE rss [<!ENTITY site \"My &amp; site\"><!ENTITY x SYSTEM \"file:///etc/passwd\"><!ENTITY % p 'q'>",
        );
        assert_eq!(
            entities.decode("A&B &site; [&x;] &#151;&#x41; &eacute; &nosuch; &lt;"),
            "A&B My & site [] —A é &nosuch; <"
        );
    }

    #[test]
    fn a_bomb_is_seen() {
        let mut entities = Entities::default();
        entities.learn("[<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;'>");
        let _ = entities.decode("&f;");
        assert!(entities.is_bomb());
        let mut entities = Entities::default();
        entities.learn("[<!ENTITY a ''><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'><!ENTITY g '&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;'>");
        let _ = entities.decode("&g;");
        assert!(entities.is_bomb());
        let mut entities = Entities::default();
        entities.learn("[<!ENTITY a '&a;'>");
        let _ = entities.decode("&a;");
        assert!(entities.is_bomb());
    }
}
