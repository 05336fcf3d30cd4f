//! How much of a text stands in another: runs of four words, hashed.
//!
//! A character of a script without spaces is a word of its own. Not here: copies across sources (`dedup`).

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use crate::text::letter::is_letter;
use xxhash_rust::xxh3::xxh3_64;

/// Words of a run. Shorter runs meet by chance, longer ones break at each comma a site writes differently.
const WORDS: usize = 4;

/// Words of a text that are read; no article is longer.
const WORDS_MAX: usize = 100_000;

/// Hashes that are hashes already.
#[derive(Default)]
pub(super) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// The runs of a text.
#[derive(Debug, Default)]
pub(super) struct Shingles {
    runs: HashSet<u64, BuildHasherDefault<AsIs>>,
    words: usize,
}

impl Shingles {
    /// Of one text.
    pub(super) fn of(text: &str) -> Self {
        let mut shingles = Self::default();
        let hashes = word_hashes(text);
        shingles.words = hashes.len();
        // A short text is known by its shorter runs too: a heading of two words is found again.
        for length in 1..=WORDS {
            shingles.runs.extend(hashes.windows(length).map(hash_of));
        }
        shingles
    }

    /// How many words it has.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    /// Which share of another text's runs stand in this one, and how many words that text has.
    pub(super) fn share_of(&self, text: &str) -> (f32, usize) {
        let hashes = word_hashes(text);
        let length = hashes.len().min(WORDS);
        if length == 0 {
            return (0.0, 0);
        }
        let runs = hashes.windows(length);
        let total = runs.len();
        let found = runs.filter(|run| self.runs.contains(&hash_of(run))).count();
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let share = found as f32 / total as f32;
        (share, hashes.len())
    }
}

fn hash_of(run: &[u64]) -> u64 {
    run.iter().fold(0x9e37_79b9_7f4a_7c15, |hash: u64, word| {
        (hash ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(31)
    })
}

/// The words of a text, small, hashed.
fn word_hashes(text: &str) -> Vec<u64> {
    let mut hashes = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        let alone = is_word_alone(character);
        if (alone || !is_letter(character)) && !word.is_empty() {
            hashes.push(xxh3_64(word.as_bytes()));
            word.clear();
        }
        if alone || is_letter(character) {
            word.extend(character.to_lowercase());
        }
        if hashes.len() >= WORDS_MAX {
            return hashes;
        }
    }
    if !word.is_empty() {
        hashes.push(xxh3_64(word.as_bytes()));
    }
    hashes
}

fn is_word_alone(character: char) -> bool {
    matches!(character, '\u{e00}'..='\u{e7f}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_and_another_text_is_not() {
        let body = Shingles::of("One two three four five. Six seven eight nine ten.");
        assert!(body.share_of("six seven EIGHT nine").0 > 0.9);
        assert!(body.share_of("nine ten").0 > 0.9);
        assert!(body.share_of("one two nine ten eleven").0 < 0.1);
        assert!(Shingles::of("東京で会議が開かれた").share_of("会議が開").0 > 0.9);
    }
}
