//! What makes two articles the same: the address, the exact text, the sketch, and the keys by which a sketch is looked up.

use crate::dedup::canonical::identity;
use crate::dedup::sketch::Sketch;
use crate::dedup::tokens::{Tokens, shingles};
use crate::model::cluster::Fingerprint;

/// A text of fewer words says nothing of its own: «Фоторепортаж», «Читайте в telegram».
pub(super) const WORDS_MIN: usize = 8;

/// Words of a run by which texts are looked up: phrases of the trade («об этом сообщает пресс-служба») are four.
const KEY_WORDS: usize = 5;

/// Keys from the beginning of a text, which a cut copy keeps, and from all of it.
const KEYS_OF_BEGINNING: usize = 12;

/// Keys from anywhere in a text, for copies cut at the front or set into a frame.
const KEYS_OF_ALL: usize = 6;

/// The word at which keys of the beginning are half as dense as at the first.
const KEY_HALVING: f64 = 5.0;

/// A headline of fewer words is a rubric: «Итоги недели», «Главное за день».
const TITLE_WORDS_MIN: usize = 5;

pub(super) fn fingerprint(address: &str, title: &str, text: &str) -> Fingerprint {
    let tokens = Tokens::of(text);
    let tells = tokens.words.len() >= WORDS_MIN;
    let mut bands = if tells { keys(&tokens.words) } else { Vec::new() };
    bands.extend(title_key(title).filter(|_| tells));
    Fingerprint {
        address: self::address(address),
        exact: if tells { exact(&tokens.words) } else { [0; 16] },
        sketch: if tells { Sketch::of(&tokens).to_bytes() } else { Vec::new() },
        bands,
    }
}

/// The hash of an address as it identifies a page.
pub(super) fn address(address: &str) -> [u8; 16] {
    identity(address).map_or([0; 16], |identity| hash_bytes(identity.as_bytes()))
}

/// The first 128 bits of blake3.
pub(super) fn hash_bytes(bytes: &[u8]) -> [u8; 16] {
    let mut hash = [0; 16];
    hash.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    hash
}

/// A hash of the words in order, whatever stands between them.
fn exact(words: &[u64]) -> [u8; 16] {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    hash_bytes(&bytes)
}

/// Keys of a text: two texts that share a good part of their words have one in common, others rarely do.
///
/// The runs whose hashes are the lowest, once weighed by how far from the beginning they stand, once not.
fn keys(words: &[u64]) -> Vec<u64> {
    let all: Vec<u64> = shingles(words, KEY_WORDS).collect();
    #[expect(clippy::cast_precision_loss, reason = "an order by size, not a sum")]
    let rank = |(word, hash): (usize, u64)| (hash as f64 * (1.0 + word as f64 / KEY_HALVING), hash);
    let mut ranked: Vec<(f64, u64)> = all.iter().copied().enumerate().map(rank).collect();
    if ranked.len() > KEYS_OF_BEGINNING {
        ranked.select_nth_unstable_by(KEYS_OF_BEGINNING, |one, other| one.0.total_cmp(&other.0));
        ranked.truncate(KEYS_OF_BEGINNING);
    }
    let mut keys: Vec<u64> = ranked.into_iter().map(|(_, hash)| hash).collect();
    let mut lowest = all;
    if lowest.len() > KEYS_OF_ALL {
        lowest.select_nth_unstable(KEYS_OF_ALL);
        lowest.truncate(KEYS_OF_ALL);
    }
    keys.extend(lowest);
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A key of the headline: a cut copy often keeps it. It finds candidates and decides nothing.
fn title_key(title: &str) -> Option<u64> {
    let words = Tokens::of(title).words;
    (words.len() >= TITLE_WORDS_MIN).then(|| shingles(&words, words.len()).next().unwrap_or_default())
}
