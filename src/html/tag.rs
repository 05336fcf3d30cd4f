//! What stands in a tag: its name and its attributes, WHATWG HTML § 13.2.5.6 to 13.2.5.40.

use std::borrow::Cow;

use html5ever::interface::Attribute;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::TagKind;
use html5ever::{LocalName, QualName, ns};

use crate::html::references::{Place, read};

/// Attributes of a tag beyond which they are dropped, as each is compared with all others; real ones have about 60.
pub(super) const ATTRIBUTES_MAX: usize = 400;

/// The attributes of a tag.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) all: Vec<Attribute>,
    pub(super) self_closing: bool,
    pub(super) repeated: bool,
}

/// Reads a tag from behind its `<` or `</`.
pub(super) struct TagReader<'a> {
    text: &'a str,
    /// The same, to take values from without copying them.
    page: &'a StrTendril,
    /// What comes next.
    pub(super) at: usize,
}

impl<'a> TagReader<'a> {
    pub(super) fn at(text: &'a str, page: &'a StrTendril, at: usize) -> Self {
        Self { text, page, at }
    }

    fn take(&mut self, is_part: impl Fn(u8) -> bool) -> &'a str {
        let length = self.text.as_bytes()[self.at..].iter().take_while(|byte| is_part(**byte)).count();
        let taken = &self.text[self.at..self.at + length];
        self.at += length;
        taken
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn name(&mut self) -> LocalName {
        small(self.take(|byte| !is_space(byte) && !matches!(byte, b'/' | b'>')))
    }

    /// The attributes, and the end of the tag; `None` where the page ends first.
    pub(super) fn attributes(&mut self, kind: TagKind) -> Option<Attributes> {
        let mut attributes = Attributes::default();
        loop {
            self.take(is_space);
            match self.peek()? {
                b'>' => {
                    self.at += 1;
                    return Some(attributes);
                }
                b'/' => {
                    self.at += 1;
                    attributes.self_closing = self.peek()? == b'>';
                }
                _ => self.attribute(kind, &mut attributes)?,
            }
        }
    }

    fn attribute(&mut self, kind: TagKind, attributes: &mut Attributes) -> Option<()> {
        let start = self.at;
        // A `=` in the first place is a part of the name.
        self.at += self.text[start..].chars().next()?.len_utf8();
        self.take(|byte| !is_space(byte) && !matches!(byte, b'/' | b'>' | b'='));
        let name = &self.text[start..self.at];
        self.take(is_space);
        let (value_start, value) = if self.peek()? == b'=' { self.value()? } else { (self.at, "") };
        // The attributes of end tags mean nothing.
        if kind == TagKind::StartTag && attributes.all.len() < ATTRIBUTES_MAX {
            let name = QualName::new(None, ns!(), small(name));
            if attributes.all.iter().any(|other| other.name == name) {
                attributes.repeated = true;
            } else {
                let value = match read(value, Place::Attribute) {
                    Cow::Borrowed(value) => part(self.page, value_start, value.len()),
                    Cow::Owned(value) => StrTendril::from(value),
                };
                attributes.all.push(Attribute { name, value });
            }
        }
        Some(())
    }

    /// What stands behind the `=`, and where that begins.
    fn value(&mut self) -> Option<(usize, &'a str)> {
        self.at += 1;
        self.take(is_space);
        match self.peek()? {
            quote @ (b'"' | b'\'') => {
                self.at += 1;
                let length = self.text[self.at..].find(char::from(quote))?;
                let start = self.at;
                self.at += length + 1;
                Some((start, &self.text[start..start + length]))
            }
            _ => Some((self.at, self.take(|byte| !is_space(byte) && byte != b'>'))),
        }
    }
}

/// A part of the page, shared with it.
pub(super) fn part(page: &StrTendril, start: usize, length: usize) -> StrTendril {
    match (u32::try_from(start), u32::try_from(length)) {
        (Ok(start), Ok(length)) => page.subtendril(start, length),
        // Tendrils end at 4 GB, and so has the page's own.
        _ => StrTendril::new(),
    }
}

/// HTML's white space; vertical tabs are none.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

/// A name in small letters, as its atom.
fn small(name: &str) -> LocalName {
    if name.bytes().any(|byte| byte.is_ascii_uppercase() || byte == 0) {
        LocalName::from(name.to_ascii_lowercase().replace('\0', "\u{fffd}"))
    } else {
        LocalName::from(name)
    }
}
