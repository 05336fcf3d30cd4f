//! A text as it is compared: hashes of its words, in order, and its figures with what stands around them.
//!
//! Scripts that write without spaces have no words here: three letters at each letter stand for one.

use xxhash_rust::xxh3::xxh3_64;

use crate::text::fold::{fold, words};

/// Words of a text that are looked at. A book is not news; what follows changes no verdict.
const WORDS_MAX: usize = 20_000;

/// Letters that stand for a word in scripts without spaces.
const UNSPACED_LETTERS: usize = 3;

/// A figure: a run of numbers that nothing but signs parts («281 752», «12,5», «14:05»).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure {
    /// Hash of the words on both sides.
    pub(super) context: u64,
    /// Hash of its digits.
    pub(super) value: u64,
}

/// A text, taken to pieces.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// Hashes of the words, in order.
    pub(super) words: Vec<u64>,
    /// The figures, in order.
    pub(super) figures: Vec<Figure>,
}

impl Tokens {
    /// Takes a text to pieces.
    pub(super) fn of(text: &str) -> Self {
        let folded = fold(text);
        let mut builder = Builder::default();
        for word in words(&folded) {
            if builder.tokens.words.len() >= WORDS_MAX {
                break;
            }
            builder.word(word);
        }
        builder.end_figure(0);
        builder.tokens
    }
}

#[derive(Default)]
struct Builder {
    tokens: Tokens,
    /// The last word that is no figure.
    before: u64,
    /// Digits of the figure that is being read.
    digits: Vec<u8>,
}

impl Builder {
    fn word(&mut self, word: &str) {
        let hash = xxh3_64(word.as_bytes());
        if word.starts_with(char::is_numeric) {
            self.digits.extend_from_slice(word.as_bytes());
            self.tokens.words.push(hash);
            return;
        }
        self.end_figure(hash);
        self.before = hash;
        if !word.contains(is_unspaced) {
            self.tokens.words.push(hash);
            return;
        }
        let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
        for (index, start) in starts.iter().enumerate() {
            let end = starts.get(index + UNSPACED_LETTERS).copied().unwrap_or(word.len());
            self.tokens.words.push(xxh3_64(&word.as_bytes()[*start..end]));
        }
    }

    fn end_figure(&mut self, after: u64) {
        if self.digits.is_empty() {
            return;
        }
        let context = mix(self.before.wrapping_mul(3) ^ after.rotate_left(17));
        self.tokens.figures.push(Figure { context, value: xxh3_64(&self.digits) });
        self.digits.clear();
    }
}

/// Whether a letter belongs to a script that is written without spaces.
fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{0e00}'..='\u{0eff}'     // Thai, Lao
        | '\u{1000}'..='\u{109f}'   // Myanmar
        | '\u{1780}'..='\u{17ff}'   // Khmer
        | '\u{3040}'..='\u{30ff}'   // Hiragana, Katakana
        | '\u{3400}'..='\u{9fff}'   // Han
        | '\u{20000}'..='\u{3ffff}')
}

/// Spreads the bits of a number: murmur3's last step.
pub(super) fn mix(mut bits: u64) -> u64 {
    bits ^= bits >> 33;
    bits = bits.wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits ^= bits >> 33;
    bits = bits.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ (bits >> 33)
}

/// Hashes of every `length` words in a row; of all words where there are fewer.
pub(super) fn shingles(words: &[u64], length: usize) -> impl Iterator<Item = u64> + '_ {
    let length = length.min(words.len()).max(1);
    words.windows(length).map(|window| {
        mix(window.iter().fold(0, |hash: u64, word| hash.rotate_left(23).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_one_however_its_digits_are_grouped() {
        let values = |text| -> Vec<u64> { Tokens::of(text).figures.iter().map(|figure| figure.value).collect() };
        assert_eq!(values("всего 281 752 случая"), values("всего 281752 случая"));
        assert_eq!(values("12,5 млн"), values("12.5 млн"));
        assert_ne!(values("12,5 млн"), values("12.6 млн"));
        assert_eq!(values("covid19 и бюджет").len(), 0);
    }

    #[test]
    fn scripts_without_spaces_have_as_many_pieces_as_letters() {
        assert_eq!(Tokens::of("北京召开会议").words.len(), 6);
        assert_eq!(Tokens::of("в Пекине").words.len(), 2);
    }
}
