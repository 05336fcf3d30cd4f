//! Finds the words of the lexicon in a text: where each stands and what it means.
//!
//! One pass over the words of the text, the longest phrase first. What stands around a word is judged in `context`.

use crate::route::lexicon::Lexicon;
use crate::route::sense::{Kind, Sense};
use crate::text::scan::{self, Gap, Script, Token};

/// A word of the lexicon in a text.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// What it means.
    pub sense: Sense,
    /// Its first word, an index into the text's tokens.
    pub first: usize,
    /// Its last word.
    pub last: usize,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// Words in the longest phrase of the lists; a longer one is not looked for.
const PHRASE_WORDS_MAX: usize = 9;

/// All words of the lexicon in a text whose tokens are given, in order, none within another.
#[must_use]
pub fn hits(lexicon: &Lexicon, text: &str, tokens: &[Token], language: Option<[u8; 3]>) -> Vec<Hit> {
    let open = language.is_none_or(|language| !PLAIN.contains(&language));
    let search = Search { lexicon, text, tokens, language, open };
    // Asked of all words before any is looked up, so that the memory is waited for once and not word by word.
    let may_have: Vec<bool> = tokens.iter().map(|token| lexicon.may_have(token.hash)).collect();
    let mut found = Vec::with_capacity(tokens.len() / 16);
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        if token.script == Script::Dense {
            dense(lexicon, text, at, token, &mut found);
            at += 1;
            continue;
        }
        let hit = if may_have[at] { search.phrase(at) } else { None };
        match hit.or_else(|| search.joined(at)) {
            Some(hit) => {
                at = hit.last + 1;
                found.push(hit);
            }
            None => at += 1,
        }
    }
    found
}

/// Languages whose words have all their forms in the lists, so that no ending is looked past.
const PLAIN: [[u8; 3]; 6] = [*b"ru\0", *b"en\0", *b"fr\0", *b"es\0", *b"it\0", *b"pt\0"];

/// A text that is searched.
#[derive(Clone, Copy)]
struct Search<'t> {
    lexicon: &'t Lexicon,
    text: &'t str,
    tokens: &'t [Token],
    language: Option<[u8; 3]>,
    /// Whether Latin and Cyrillic words may have endings that the lists do not have.
    open: bool,
}

impl Search<'_> {
    /// The longest phrase that begins here.
    fn phrase(&self, at: usize) -> Option<Hit> {
        let first = self.tokens[at];
        let mut hash = first.hash;
        let mut best = None;
        for (last, token) in self.tokens.iter().enumerate().skip(at).take(PHRASE_WORDS_MAX) {
            if last > at {
                // A dash may stand inside a name («Папуа — Новая Гвинея»), the end of a sentence may not.
                if token.gap > Gap::Parted || token.script == Script::Dense {
                    break;
                }
                hash = scan::rehash(scan::extend(hash, ' '), &self.text[token.start..token.end]);
                if !self.lexicon.may_have(hash) {
                    break;
                }
            }
            let (sense, longer) = self.lexicon.find(hash, |sense| sense.counts(first.case, self.language, true));
            if let Some(sense) = sense.filter(|sense| !sense.dotted || self.text[token.end..].starts_with('.')) {
                best = Some(Hit { sense: *sense, first: at, last, start: first.start, end: token.end });
            }
            if !longer {
                break;
            }
        }
        best
    }

    /// A word with something written together with it: a small word before (Arabic, Hebrew) or an ending after.
    fn joined(&self, at: usize) -> Option<Hit> {
        let token = &self.tokens[at];
        let word = &self.text[token.start..token.end];
        let sense = match token.script {
            Script::Arabic => without_prefix(self.lexicon, word, &ARABIC, self.language),
            Script::Hebrew => without_prefix(self.lexicon, word, &HEBREW, self.language),
            Script::Latin | Script::Cyrillic if !self.open => None,
            script => self.without_ending(word, token, script == Script::Hangul),
        }?;
        Some(Hit { sense, first: at, last: at, start: token.start, end: token.end })
    }

    /// The word without its last letters. Korean particles may follow every word, elsewhere the list says which are open.
    fn without_ending(&self, word: &str, token: &Token, all_open: bool) -> Option<Sense> {
        /// «ның», «ларынан», ში: more would be another word.
        const ENDING_CHARS_MAX: usize = 6;
        /// A shorter beginning is a chance likeness; Korean names have two syllables.
        const LEFT_CHARS_MIN: usize = 3;
        let left_min = if all_open { 2 } else { LEFT_CHARS_MIN };
        let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
        (left_min..ends.len()).rev().take(ENDING_CHARS_MAX).find_map(|chars| {
            let hash = scan::rehash(scan::EMPTY, &word[..ends[chars]]);
            if !self.lexicon.may_have(hash) {
                return None;
            }
            self.lexicon.find(hash, |sense| sense.counts(token.case, self.language, all_open)).0.copied()
        })
    }
}

/// And, in, to, from, like, the: written together with the next word. As folded.
const ARABIC: [&str; 12] = ["وال", "بال", "فال", "كال", "ولل", "ال", "لل", "وب", "ول", "و", "ب", "ل"];
const HEBREW: [&str; 16] = ["שב", "שה", "וב", "ול", "ומ", "וה", "מה", "בה", "לה", "ה", "ו", "ב", "ל", "מ", "ש", "כ"];

fn without_prefix(lexicon: &Lexicon, word: &str, prefixes: &[&str], language: Option<[u8; 3]>) -> Option<Sense> {
    /// What is left of a word must be more than an abbreviation.
    const LEFT_CHARS_MIN: usize = 3;
    prefixes.iter().find_map(|prefix| {
        let rest = word.strip_prefix(prefix).filter(|rest| rest.chars().count() >= LEFT_CHARS_MIN)?;
        let hash = scan::rehash(scan::EMPTY, rest);
        let found = lexicon.find(hash, |sense| sense.counts(scan::Case::Small, language, true)).0;
        found.copied().filter(|sense| sense.kind != Kind::Neutral)
    })
}

/// The words inside a run without spaces.
fn dense(lexicon: &Lexicon, text: &str, at: usize, token: &Token, found: &mut Vec<Hit>) {
    let run = &text[token.start..token.end];
    let mut from = 0;
    while let Some(character) = run[from..].chars().next() {
        let step = match lexicon.dense(&run[from..]) {
            Some((bytes, sense)) if !cuts_katakana(run, from, from + bytes) => {
                let (start, end) = (token.start + from, token.start + from + bytes);
                found.push(Hit { sense: *sense, first: at, last: at, start, end });
                bytes
            }
            _ => character.len_utf8(),
        };
        from += step;
    }
}

/// Whether a find begins or ends inside a word of katakana: マリ in マリア.
fn cuts_katakana(run: &str, start: usize, end: usize) -> bool {
    let katakana = |c: Option<char>| c.is_some_and(|c| ('\u{30a1}'..='\u{30fc}').contains(&c));
    let cut = |at: usize| katakana(run[..at].chars().next_back()) && katakana(run[at..].chars().next());
    cut(start) || cut(end)
}
