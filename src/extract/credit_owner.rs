//! Whether words are owners of a picture: agencies, bodies, people; judged by their shape and by known names.
//!
//! Knows no labels: «Фото: X» is an owner by its label, «X/AFP» by itself.

use crate::extract::credit_text::{folded, is_caseless, is_unspaced};
use crate::extract::credit_words::WORDS;

/// What the parts of a line of owners are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Owners {
    /// Known agencies, libraries, publishers.
    pub(crate) agencies: usize,
    /// Names of the shape of a person's.
    pub(crate) people: usize,
    /// Bodies, by a word of which such names are made.
    pub(crate) bodies: usize,
    /// «CBC», «Postmedia»: one word written large, which a body may be called.
    pub(crate) words: usize,
    /// Anything else.
    pub(crate) unknown: usize,
    /// A stroke joins two of them.
    pub(crate) joined: bool,
}

/// A line of owners has no more parts than this; a longer one is a list of something else.
const PARTS_MAX: usize = 8;
/// The longest name of a person, in words: «Ahmad Khalid bin Abdul Rahman».
const PERSON_WORDS_MAX: usize = 5;
/// The longest name of a body, in words.
const BODY_WORDS_MAX: usize = 14;
/// The longest name in a script without spaces, in characters: «新华社记者阿不都热西提».
const UNSPACED_CHARS_MAX: usize = 24;

/// What bylines call their people: a line of owners with one of these signs the text, not the picture.
const WRITERS: [&str; 6] = ["记者", "記者", "기자", "корреспондент", "reporter", "correspondent"];

impl Owners {
    /// Whether the line is a credit without any label: an agency is in it, and nothing that is no owner; or «Jane Doe/CBC».
    pub(crate) fn is_credit(self) -> bool {
        self.unknown == 0
            && ((self.agencies > 0 && self.words <= 1)
                || (self.joined && self.people == 1 && self.words + self.bodies == 1))
    }

    /// Whether nothing but bodies and agencies is named.
    pub(crate) fn is_impersonal(self) -> bool {
        self.people == 0 && self.unknown == 0 && self.agencies + self.bodies > 0
    }
}

/// Takes a line apart into its owners.
pub(crate) fn owners(line: &str) -> Owners {
    let line = line.trim();
    if WORDS.is_agency(line) {
        return Owners { agencies: 1, ..Owners::default() };
    }
    let mut owners = Owners { joined: line.contains(['/', '／']), ..Owners::default() };
    let parts = parts(line);
    if parts.len() > PARTS_MAX {
        return Owners { unknown: parts.len(), ..owners };
    }
    for part in parts {
        count(part, &mut owners);
    }
    owners
}

/// «iStockphoto/anna»: a library and the name by which it knows its member.
pub(crate) fn is_member(line: &str) -> bool {
    let member = |name: &str| {
        name.len() >= 3 && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    };
    line.split_once('/').is_some_and(|(library, name)| WORDS.is_agency(library.trim()) && member(name.trim()))
}

/// Whether the line signs a text: «新华社记者 尚军».
pub(crate) fn is_byline(line: &str) -> bool {
    let line = folded(line);
    WRITERS.iter().any(|writer| line.as_str().contains(writer))
}

fn count(part: &str, owners: &mut Owners) {
    let words: Vec<&str> = part.split_whitespace().collect();
    let bare = without_beside(&words);
    if bare.is_empty() {
        return;
    }
    if is_agency(part, bare) {
        owners.agencies += 1;
    } else if signs_for_agency(bare) {
        owners.agencies += 1;
        owners.people += 1;
    } else if is_body(bare) && is_named(bare) {
        owners.bodies += 1;
    } else if is_person(bare) {
        owners.people += 1;
    } else if bare.len() == 1 && is_large_word(bare[0]) {
        owners.words += 1;
    } else {
        owners.unknown += 1;
    }
}

/// The parts of a line, at strokes, bars, commas, «via», «and».
fn parts(line: &str) -> Vec<&str> {
    const WORDS_BETWEEN: [&str; 10] = [" via ", " and ", " for ", " und ", " et ", " / ", " - ", " – ", " — ", " с "];
    let mut parts = vec![line];
    for between in WORDS_BETWEEN {
        parts = parts.into_iter().flat_map(|part| part.split(between)).collect();
    }
    parts
        .into_iter()
        .flat_map(|part| {
            part.split(['/', '／', '|', '｜', '・', '·', '+', ',', '，', '、', '=', '＝', ';', '&', '،', '(', ')'])
        })
        .map(|part| part.trim().trim_matches(['«', '»', '"', '“', '”', '„', '(', ')', '[', ']', '.', '©']).trim())
        .filter(|part| !part.is_empty())
        .collect()
}

fn without_beside<'a, 'b>(words: &'a [&'b str]) -> &'a [&'b str] {
    let is_beside = |word: &&str| WORDS.is_beside(folded(word).as_str());
    let start = words.iter().position(|word| !is_beside(word)).unwrap_or(words.len());
    let end = words.iter().rposition(|word| !is_beside(word)).map_or(start, |at| at + 1);
    &words[start..end.max(start)]
}

fn is_agency(part: &str, bare: &[&str]) -> bool {
    if WORDS.is_agency(part) || WORDS.is_agency(&bare.join(" ")) {
        return true;
    }
    // «Dok. Polri»: the word that opens such a name says that it owns the picture.
    let first = folded(bare[0]);
    first.as_str().starts_with("dok.") || bare.len() > 1 && matches!(first.as_str(), "dok" | "doc." | "dokumentasi")
}

/// An agency and one of its people without a mark between: «ANTARA FOTO M Risyal», «Jane Doe AFP», «新华社记者王建华».
fn signs_for_agency(bare: &[&str]) -> bool {
    let count = bare.len();
    let split = |at: usize| (bare[..at].join(" "), &bare[at..]);
    let first = (1..=3.min(count.saturating_sub(1))).any(|at| {
        let (head, rest) = split(at);
        WORDS.is_agency(&head) && (is_person(rest) || rest.len() == 1 && is_large_word(rest[0]))
    });
    let last = (1..=2.min(count.saturating_sub(2))).any(|size| {
        let (head, rest) = (&bare[..count - size], bare[count - size..].join(" "));
        WORDS.is_agency(&rest) && is_person(head)
    });
    first || last || count == 1 && unspaced_agency(bare[0])
}

/// A word without spaces that begins with an agency's name: «新华社记者王建华», «中央社記者».
fn unspaced_agency(word: &str) -> bool {
    /// Two letters are the shortest name of an agency in Han («共同»), the longest has this many.
    const AGENCY_CHARS_MAX: usize = 8;
    if !word.starts_with(is_unspaced) || word.chars().count() > UNSPACED_CHARS_MAX {
        return false;
    }
    word.char_indices().skip(2).take(AGENCY_CHARS_MAX).any(|(at, _)| WORDS.is_agency(&word[..at]))
}

/// Whether words with one of a body among them are its name and no sentence: each large, or the body's word first.
fn is_named(words: &[&str]) -> bool {
    let first = folded(words[0]);
    let small = |word: &&str| {
        let word = folded(word);
        word.as_str().starts_with(char::is_lowercase)
            && !WORDS.is_particle(word.as_str())
            && !WORDS.is_body(word.as_str())
    };
    words[0].contains(is_caseless)
        || WORDS.is_body(first.as_str())
        || !words.iter().filter(|word| word.starts_with(char::is_lowercase)).any(small)
}

/// Whether a word of a body's name is among words.
pub(crate) fn is_body(words: &[&str]) -> bool {
    if words.len() > BODY_WORDS_MAX {
        return false;
    }
    let folds: Vec<String> = words
        .iter()
        .map(|word| folded(word.trim_matches(['«', '»', '"', '“', '”', ',', '.', '(', ')'])).as_str().to_owned())
        .collect();
    folds.iter().any(|word| WORDS.is_body(word))
        || folds.windows(2).any(|pair| WORDS.is_body(&pair.join(" ")))
        || folds.windows(3).any(|three| WORDS.is_body(&three.join(" ")))
}

/// Whether words have the shape of a person's name: each written large, particles and initials apart.
pub(crate) fn is_person(words: &[&str]) -> bool {
    if words.is_empty()
        || words.len() > PERSON_WORDS_MAX
        || words.iter().any(|word| word.contains(|c: char| c.is_numeric()))
    {
        return false;
    }
    if words.iter().any(|word| word.starts_with(is_caseless)) {
        return is_caseless_person(words);
    }
    let mut large = 0;
    for word in words {
        let bare = word.trim_matches(['\'', '’', '"', '«', '»', '“', '”']);
        if bare.ends_with('.') && bare.chars().count() > INITIAL_CHARS_MAX {
            return false;
        }
        if bare.starts_with(char::is_uppercase)
            && bare.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’' | '‘' | '_'))
        {
            large += 1;
        } else if !WORDS.is_particle(folded(bare).as_str()) {
            return false;
        }
    }
    large >= 2 && words[0].starts_with(char::is_uppercase)
}

/// An initial with its point, or two of them: «Б.», «Ю.А.», «Yu.», «Jr.».
const INITIAL_CHARS_MAX: usize = 4;

fn is_caseless_person(words: &[&str]) -> bool {
    /// A name in Han, Kana or Hangul, in characters.
    const NAME_CHARS: std::ops::RangeInclusive<usize> = 2..=6;
    let chars: usize = words.iter().map(|word| word.chars().count()).sum();
    if words.iter().any(|word| word.starts_with(is_unspaced)) {
        // Hiragana are the endings of sentences.
        let ends = words.iter().flat_map(|word| word.chars()).any(|c| matches!(c, '\u{3041}'..='\u{309f}'));
        return NAME_CHARS.contains(&chars) && !ends;
    }
    (2..=4).contains(&words.len())
}

/// One word that may be the name of a body: «CBC», «Postmedia», «nbcnews.com».
fn is_large_word(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word.chars().count() >= 2 && !word.contains(|c: char| c.is_numeric())
}

/// Whether what stands after a label can be an owner's name and is no sentence.
pub(crate) fn is_name(name: &str, lower_extra_max: usize) -> bool {
    let words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || matches!(c, '/' | '|' | ','))
        .filter(|word| !word.is_empty())
        .collect();
    let Some(first) = words.first() else { return false };
    let whole = owners(name);
    // A body's name may be a long one of small words.
    let known = whole.agencies > 0 || is_body_name(&words);
    if known && (whole.unknown == 0 || name.contains(is_caseless)) {
        return true;
    }
    let lower_extra_max = lower_extra_max + if known { KNOWN_LOWER_MAX } else { 0 };
    if name.chars().any(is_caseless) {
        return is_caseless_name(name, &words);
    }
    let first = first.trim_matches(['«', '"', '“', '„', '@', '(']);
    let shouted = first.chars().count() > 1 && first.chars().all(char::is_uppercase);
    if (first.starts_with(char::is_lowercase) || shouted) && WORDS.is_stop(folded(first).as_str()) {
        return false;
    }
    let lower = words
        .iter()
        .filter(|word| {
            word.starts_with(char::is_lowercase) && !word.contains('.') && !WORDS.is_particle(folded(word).as_str())
        })
        .count();
    let upper = words.iter().filter(|word| !word.starts_with(char::is_lowercase)).count();
    words.len() <= BODY_WORDS_MAX && lower <= upper.min(MATCHED_LOWER_MAX) + lower_extra_max
}

/// Whether words with one of a body among them can be its name: Latin letters write that word large, or first.
fn is_body_name(words: &[&str]) -> bool {
    let latin = words.iter().all(|word| word.chars().all(|c| !c.is_alphabetic() || c < '\u{250}'));
    let large: Vec<&str> = words
        .iter()
        .enumerate()
        .filter(|(at, word)| *at < 2 || !word.starts_with(char::is_lowercase))
        .map(|(_, word)| *word)
        .collect();
    if latin { is_body(&large) } else { is_body(words) }
}

/// Small words that the name of a known body may have more.
const KNOWN_LOWER_MAX: usize = 4;
/// However many words of a name are written large, more small ones than this make it a sentence.
const MATCHED_LOWER_MAX: usize = 2;

fn is_caseless_name(name: &str, words: &[&str]) -> bool {
    /// Words of a name in Arabic, Hebrew or an Indic script; Thai and its like print names with few spaces.
    const WORDS_MAX: usize = 9;
    /// Characters of a name in a script without spaces.
    const CHARS_MAX: usize = 70;
    let chars = name.chars().count();
    let unspaced = name.chars().filter(|c| is_unspaced(*c)).count();
    words.len() <= WORDS_MAX
        && chars <= CHARS_MAX
        && (unspaced < HAN_CHARS_MAX || !name.contains(['，', '。', '、']) || name.contains(['/', '／']))
}

/// A name in Han longer than this, with commas in it, is a sentence.
const HAN_CHARS_MAX: usize = 12;
