//! Words of a text, folded while they are read: where each stands, the hash of its folded form, how it is written.
//!
//! One pass over the bytes, no copy. Scripts that put no spaces between words (Chinese, Japanese, Thai …) come as
//! one token per run, to be looked into by whoever knows words. Knows no word and no language.

use crate::text::sort::{Sort, folded};

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Without a capital first letter, or in a script that has none.
    Small,
    /// With a capital first letter.
    Capital,
    /// In capitals, two letters or more.
    All,
}

/// What stands between a word and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// White space, a hyphen, an apostrophe, the full stop of an abbreviation: both may be one name.
    Joined,
    /// One line break: a wrapped line, or the next of a list.
    Line,
    /// An opening or closing quotation mark.
    Quoted,
    /// A comma, a bracket, a dash, anything else.
    Parted,
    /// The end of a sentence.
    Sentence,
    /// The end of a paragraph, or the text's beginning.
    Paragraph,
}

/// The family of scripts a word is written in, as far as its boundaries depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Basic and extended Latin.
    Latin,
    /// Cyrillic.
    Cyrillic,
    /// Arabic: small words are written together with the next.
    Arabic,
    /// Hebrew: small words are written together with the next.
    Hebrew,
    /// Hangul: particles follow without a space.
    Hangul,
    /// No spaces between words: Han, kana, Thai, Lao, Khmer, Burmese, Tibetan.
    Dense,
    /// Others with spaces.
    Other,
}

/// A word, or a run of a script without spaces.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// Of its folded form.
    pub hash: u64,
    /// How it is written.
    pub case: Case,
    /// What stands before it.
    pub gap: Gap,
    /// What it is written in.
    pub script: Script,
    /// Characters in it.
    pub chars: u16,
}

/// The hash of an empty word, from which every hash goes on.
pub const EMPTY: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of what was hashed so far and one more folded character. Words of a phrase are parted by one space.
#[inline]
#[must_use]
pub fn extend(hash: u64, character: char) -> u64 {
    mixed(hash, u32::from(character))
}

#[inline]
fn mixed(hash: u64, letter: u32) -> u64 {
    /// An odd number with well mixed bits (the golden ratio's relative in wyhash).
    const FACTOR: u64 = 0xa076_1d64_78bd_642f;
    (hash.rotate_left(5) ^ u64::from(letter)).wrapping_mul(FACTOR)
}

/// The hash of a phrase as `tokens` and `extend(hash, ' ')` would make it, and of every beginning of it that ends with a word.
#[must_use]
pub fn phrase(text: &str) -> Vec<u64> {
    let mut hash = EMPTY;
    let mut prefixes = Vec::new();
    let mut scanned = Vec::new();
    tokens(text, &mut scanned);
    for token in scanned {
        if !prefixes.is_empty() {
            hash = extend(hash, ' ');
        }
        hash = rehash(hash, &text[token.start..token.end]);
        prefixes.push(hash);
    }
    prefixes
}

/// The hash, gone on with a word's folded characters.
#[must_use]
pub fn rehash(hash: u64, word: &str) -> u64 {
    word.chars().filter_map(|character| folded(character).letter()).fold(hash, extend)
}

/// Whether a text begins with a script that puts no spaces between words.
#[must_use]
pub fn is_dense(text: &str) -> bool {
    text.chars().next().is_some_and(|first| matches!(folded(first), Sort::Dense(_)))
}

#[inline]
fn script(character: char) -> Script {
    match u32::from(character) {
        0..=0x024f | 0x1e00..=0x1eff => Script::Latin,
        0x0400..=0x052f => Script::Cyrillic,
        0x0590..=0x05ff => Script::Hebrew,
        0x0600..=0x077f | 0xfb50..=0xfeff => Script::Arabic,
        0x1100..=0x11ff | 0xac00..=0xd7af => Script::Hangul,
        _ => Script::Other,
    }
}

/// A word that is being read.
struct Open {
    start: usize,
    hash: u64,
    chars: u16,
    capitals: u16,
    first_capital: bool,
    script: Script,
}

/// The words of a text, in order, appended to `out`.
///
/// ```
/// use feedatlas::text::scan::{tokens, Case};
/// let mut words = Vec::new();
/// tokens("В КНДР, Пётр", &mut words);
/// assert_eq!(words.len(), 3);
/// assert_eq!(words[1].case, Case::All);
/// ```
pub fn tokens(text: &str, out: &mut Vec<Token>) {
    let bytes = text.as_bytes();
    let mut gap = Gap::Paragraph;
    let mut open: Option<Open> = None;
    let mut line_broken = false;
    let mut at = 0;
    while at < bytes.len() {
        if open.is_none() && plain_word(bytes, &mut at, &mut gap, &mut line_broken, out) {
            continue;
        }
        if open.is_none() || open.as_ref().is_some_and(|word| word.script != Script::Dense) {
            let (from, run) = (at, run(bytes, &mut at, open.as_ref().map_or(EMPTY, |word| word.hash)));
            if at > from {
                let first = || {
                    begin(from, if bytes[from] < 0x80 { Script::Latin } else { Script::Cyrillic }, run.first_capital)
                };
                let word = open.get_or_insert_with(first);
                word.hash = run.hash;
                word.chars = word.chars.saturating_add(run.chars);
                word.capitals = word.capitals.saturating_add(run.capitals);
                line_broken = false;
                continue;
            }
        }
        if bytes[at] == b' ' {
            // The second most common of all characters.
            close(&mut open, at, &mut gap, out);
            at += 1;
            continue;
        }
        let Some(character) = text[at..].chars().next() else { break };
        let here = at;
        at += character.len_utf8();
        let (letter, capital, dense) = match folded(character) {
            Sort::Letter(letter, capital) => (letter, capital, false),
            Sort::Dense(letter) => (letter, false, true),
            Sort::Mark => continue,
            other => {
                if character == '"' && inside_hebrew(open.as_ref(), &text[at..]) {
                    continue;
                }
                let last = open.as_ref().map(|word| (word.chars, word.first_capital));
                close(&mut open, here, &mut gap, out);
                gap = gap.max(width(other, last, &mut line_broken));
                continue;
            }
        };
        if open.as_ref().is_some_and(|word| (word.script == Script::Dense) != dense) {
            close(&mut open, here, &mut gap, out);
        }
        let word = open.get_or_insert_with(|| begin(here, if dense { Script::Dense } else { script(letter) }, capital));
        word.hash = extend(word.hash, letter);
        word.chars = word.chars.saturating_add(1);
        word.capitals = word.capitals.saturating_add(u16::from(capital));
        line_broken = false;
    }
    close(&mut open, text.len(), &mut gap, out);
}

/// Reads a word of plain letters up to a sign of ASCII, and the sign: nearly all that most texts consist of. Whether there was one.
#[inline]
fn plain_word(bytes: &[u8], at: &mut usize, gap: &mut Gap, line_broken: &mut bool, out: &mut Vec<Token>) -> bool {
    let (start, mut end) = (*at, *at);
    let run = run(bytes, &mut end, EMPTY);
    let is_sign = |byte: u8| byte.is_ascii() && LATIN[usize::from(byte)] == 0;
    let Some(&sign) = bytes.get(end).filter(|byte| end > start && is_sign(**byte)) else { return false };
    let script = if bytes[start] < 0x80 { Script::Latin } else { Script::Cyrillic };
    let case = case(run.first_capital, run.chars, run.capitals);
    out.push(Token { start, end, hash: run.hash, case, gap: *gap, script, chars: run.chars });
    *line_broken = false;
    *gap = if sign == b' ' {
        Gap::Joined
    } else {
        width(folded(char::from(sign)), Some((run.chars, run.first_capital)), line_broken)
    };
    *at = end + 1;
    true
}

/// What a run of plain letters adds to a word.
struct Run {
    hash: u64,
    chars: u16,
    capitals: u16,
    first_capital: bool,
}

/// Reads plain Latin letters, digits and Russian letters: nearly all there is, and so without decoding.
#[inline]
fn run(bytes: &[u8], at: &mut usize, hash: u64) -> Run {
    let mut run = Run { hash, chars: 0, capitals: 0, first_capital: false };
    let mut here = *at;
    while let Some(&byte) = bytes.get(here) {
        let (plain, base, length) = match byte {
            0..0x80 => (LATIN[usize::from(byte)], 0, 1),
            0xd0 | 0xd1 => {
                let low = bytes.get(here + 1).map_or(0, |low| low & 0x3f);
                (CYRILLIC[usize::from((byte & 1) << 6 | low)], CYRILLIC_FIRST, 2)
            }
            _ => break,
        };
        if plain == 0 {
            break;
        }
        let capital = plain & CAPITAL != 0;
        run.hash = mixed(run.hash, base + u32::from(plain & !CAPITAL));
        run.first_capital |= capital && run.chars == 0;
        run.chars += 1;
        run.capitals += u16::from(capital);
        here += length;
        if run.chars == u16::MAX {
            break;
        }
    }
    *at = here;
    run
}

/// The bit of a plain letter's entry that says it was a capital; the others are the small letter, 0 where there is no letter.
const CAPITAL: u8 = 0x80;
/// The first character of the block of Cyrillic, from which `CYRILLIC` counts.
const CYRILLIC_FIRST: u32 = 0x400;

/// Latin letters and digits, folded.
const LATIN: [u8; 0x80] = {
    let mut table = [0; 0x80];
    let mut byte = 0_u8;
    while byte < 0x80 {
        table[byte as usize] = match byte {
            b'a'..=b'z' | b'0'..=b'9' => byte,
            b'A'..=b'Z' => byte.to_ascii_lowercase() | CAPITAL,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// Russian letters, folded: а to я are 0x430 to 0x44f, the capitals 0x20 before them, ё is е.
const CYRILLIC: [u8; 0x80] = {
    let mut table = [0; 0x80];
    let mut code = 0_u8;
    while code < 0x80 {
        table[code as usize] = match code {
            0x30..=0x4f => code,
            0x10..=0x2f => (code + 0x20) | CAPITAL,
            0x51 => 0x35,
            0x01 => 0x35 | CAPITAL,
            _ => 0,
        };
        code += 1;
    }
    table
};

/// Whether a typewriter's quotation mark stands for gershayim, inside an abbreviation.
fn inside_hebrew(open: Option<&Open>, rest: &str) -> bool {
    open.is_some_and(|word| word.script == Script::Hebrew)
        && rest.chars().next().is_some_and(|next| script(next) == Script::Hebrew)
}

fn begin(start: usize, script: Script, capital: bool) -> Open {
    Open { start, hash: EMPTY, chars: 0, capitals: 0, first_capital: capital, script }
}

fn case(first_capital: bool, chars: u16, capitals: u16) -> Case {
    match first_capital {
        false => Case::Small,
        true if chars >= 2 && capitals == chars => Case::All,
        true => Case::Capital,
    }
}

fn close(open: &mut Option<Open>, end: usize, gap: &mut Gap, out: &mut Vec<Token>) {
    let Some(word) = open.take() else { return };
    let case = case(word.first_capital, word.chars, word.capitals);
    out.push(Token {
        start: word.start,
        end,
        hash: word.hash,
        case,
        gap: *gap,
        script: word.script,
        chars: word.chars,
    });
    *gap = Gap::Joined;
}

/// How far apart a sign sets the words around it. `last`: the word just closed, its length and whether it begins with a capital.
fn width(sort: Sort, last: Option<(u16, bool)>, line_broken: &mut bool) -> Gap {
    /// Longer words end a sentence where a full stop follows: `St.` and `U.S.` do not.
    const ABBREVIATION_CHARS_MAX: u16 = 3;
    match sort {
        Sort::Space | Sort::Hyphen => Gap::Joined,
        // One break wraps a line, two part paragraphs.
        Sort::Line if std::mem::replace(line_broken, true) => Gap::Paragraph,
        Sort::Line => Gap::Line,
        Sort::Quote => Gap::Quoted,
        Sort::Stop => match last {
            Some((chars, true)) if chars <= ABBREVIATION_CHARS_MAX => Gap::Joined,
            _ => Gap::Sentence,
        },
        Sort::End => Gap::Sentence,
        _ => Gap::Parted,
    }
}
