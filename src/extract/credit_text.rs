//! A caption as it is compared: small letters, one form of each mark, every byte knowing its place in the printed text.
//!
//! Not `text::fold`: places must lead back to what is printed, and marks of all scripts must meet as one.

use unicode_normalization::char::decompose_compatible;

use crate::html::plain::collapse;

/// A text in small letters whose bytes know where they come from.
#[derive(Debug)]
pub(crate) struct Folded {
    text: String,
    /// For each byte of `text` and for its end: the byte of the printed text.
    places: Vec<usize>,
}

/// Folds a printed text.
pub(crate) fn folded(printed: &str) -> Folded {
    let mut text = String::with_capacity(printed.len());
    let mut places = Vec::with_capacity(printed.len() + 1);
    for (at, character) in printed.char_indices() {
        let mut push = |c: char| {
            text.push(c);
            places.resize(text.len(), at);
        };
        match character {
            // Joiners and marks of direction: the same word is printed with them and without.
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{0640}'
            | '\u{0307}'
            | '\u{0301}'
            | '\u{ad}' => {}
            'ё' | 'Ё' => push('е'),
            'ي' | 'ى' => push('ی'),
            'ك' => push('ک'),
            '’' | '‘' | 'ʻ' | 'ʼ' | '`' | '´' => push('\''),
            '\n' => push('\n'),
            // Width forms («：», «（», «ＡＰ») and ligatures of width; other compositions stay as they are printed.
            '\u{ff01}'..='\u{ff9f}' | '\u{a0}' | '\u{fe55}' => {
                decompose_compatible(character, |c| c.to_lowercase().for_each(&mut push));
            }
            _ if character.is_whitespace() => push(' '),
            _ => character.to_lowercase().filter(|c| *c != '\u{307}').for_each(push),
        }
    }
    places.push(printed.len());
    Folded { text, places }
}

impl Folded {
    /// The folded text.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The place in the printed text of a place in the folded one.
    pub(crate) fn printed(&self, at: usize) -> usize {
        self.places[at.min(self.text.len())]
    }

    /// Whether nothing but space and marks follows.
    pub(crate) fn is_end(&self, at: usize) -> bool {
        !self.text[at..].chars().any(char::is_alphanumeric)
    }

    /// Whether `start..end` is a word or words, no part of a longer one.
    pub(crate) fn is_whole(&self, start: usize, end: usize) -> bool {
        let last = self.text[start..end].chars().next_back();
        let next = self.text[end..].chars().next();
        let ends = match (last, next) {
            (Some(last), Some(next)) => {
                !is_letter(last) || is_unspaced(last) || !is_letter(next) || next.is_numeric() || is_unspaced(next)
            }
            _ => true,
        };
        ends && self.is_whole_start(start)
    }

    /// Whether a word begins here; also «…iceФото», where a page lost the space between two elements.
    pub(crate) fn is_whole_start(&self, start: usize) -> bool {
        let first = self.text[start..].chars().next();
        let previous = self.text[..start].chars().next_back();
        match (previous, first) {
            (Some(previous), Some(first)) => {
                !is_letter(previous) || !is_letter(first) || is_unspaced(first) || is_unspaced(previous)
            }
            _ => true,
        }
    }
}

/// A letter, a digit, or a sign that is part of a word (vowel signs of Indic scripts, Thaana, Arabic and Hebrew points).
pub(crate) fn is_letter(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{7a6}'..='\u{7b0}' | '\u{900}'..='\u{963}' | '\u{981}'..='\u{dff}')
}

/// A letter of a script whose words stand without spaces, or take endings that are letters too.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{f00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{30ff}' | '\u{3130}'..='\u{318f}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// A letter of a script without capitals.
pub(crate) fn is_caseless(c: char) -> bool {
    // Georgian letters are small ones to Unicode; names are not written with its capitals.
    c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase() || matches!(c, '\u{10d0}'..='\u{10ff}')
}

/// White space single, a line break kept as one `\n` (another element began there).
pub(crate) fn lines(printed: &str) -> String {
    let mut out = String::with_capacity(printed.len());
    for line in printed.split('\n') {
        let line = collapse(line);
        if line.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&line);
    }
    out
}

/// The place of the bracket that opens the innermost pair around `at`, if one is open there.
pub(crate) fn open_bracket(text: &str, at: usize) -> Option<(usize, char)> {
    let mut open = Vec::new();
    for (place, c) in text[..at].char_indices() {
        if let Some(close) = closing(c) {
            open.push((place, close));
        } else if open.last().is_some_and(|&(_, close)| close == c) {
            open.pop();
        } else if c == '\n' {
            open.clear();
        }
    }
    open.pop()
}

/// The bracket that closes this one.
pub(crate) fn closing(open: char) -> Option<char> {
    Some(match open {
        '(' => ')',
        '[' => ']',
        '（' => '）',
        '［' => '］',
        '【' => '】',
        '〔' => '〕',
        '〈' => '〉',
        _ => return None,
    })
}

/// The place where `close` closes what was open at `from`, inner pairs passed over.
pub(crate) fn close_bracket(text: &str, from: usize, close: char) -> Option<usize> {
    let mut depth = 0usize;
    for (place, c) in text[from..].char_indices() {
        if c == close && depth == 0 {
            return Some(from + place);
        }
        if closing(c) == Some(close) {
            depth += 1;
        } else if c == close {
            depth -= 1;
        }
    }
    None
}
