//! A text in 256 bytes, so that what it shares with another can be told: the shorter inside the longer.
//!
//! A sample of its runs of three words. Copies are cut from the end far more often than from the beginning, so the sample
//! is dense where the text begins and thins out: at word `i` a run is kept while `hash · (1 + i/HALVING)` is small. Two
//! texts keep the same runs because the hash decides, and each run is kept with its place: from where the shared runs
//! stand follows how far one text is moved against the other, and so which runs of the shorter the longer must have.
//!
//! Layout: version, number of runs, words (u16), threshold (f32), then runs (hash u16, place u8), then figures
//! (`figures`), all little-endian.

use std::sync::LazyLock;

use crate::dedup::figures::{FIGURE_BYTES, FIGURES_MAX, Guard};
use crate::dedup::tokens::{Tokens, shingles};

/// The form of the bytes; a sketch of another form is compared with nothing.
const VERSION: u8 = 2;

/// Words of a run. Two words in a row are common phrases, four lose too much where words are edited.
const RUN_WORDS: usize = 3;

/// The word at which the sample is half as dense as at the beginning.
const HALVING: f32 = 40.0;

/// Runs that are kept: with the figures and the head they make up 254 bytes.
const RUNS_MAX: usize = 64;

/// Bytes of the head.
const HEAD_BYTES: usize = 8;

/// Bytes of a run.
const RUN_BYTES: usize = 3;

/// Bytes that a sketch may take in the store.
pub(super) const SKETCH_BYTES_MAX: usize = 256;

const _: () = assert!(HEAD_BYTES + RUNS_MAX * RUN_BYTES + FIGURES_MAX * FIGURE_BYTES <= SKETCH_BYTES_MAX);

/// A run of words: its hash, and at which word it begins.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Run {
    hash: u16,
    place: u8,
}

impl Run {
    /// How early it is left out of a sample when its text stands `moved` words further on.
    fn rank(self, moved: f32) -> f32 {
        rank(self.hash, (word_of(self.place) + moved).max(0.0))
    }
}

fn rank(hash: u16, word: f32) -> f32 {
    (f32::from(hash) + 0.5) / 65_536.0 * (1.0 + word / HALVING)
}

/// Places are exact up to this word, then in steps that grow with them.
const EXACT_PLACES: f32 = 64.0;

/// Steps in which a place beyond `EXACT_PLACES` doubles: 191 steps reach word 24,000, more than are looked at.
const STEPS_A_DOUBLING: f32 = 22.0;

fn place_of(word: usize) -> u8 {
    #[expect(clippy::cast_precision_loss, reason = "at most WORDS_MAX")]
    let word = word as f32;
    let place = if word < EXACT_PLACES { word } else { EXACT_PLACES + STEPS_A_DOUBLING * (word / EXACT_PLACES).log2() };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a byte holds")]
    let place = place.round().clamp(0.0, 255.0) as u8;
    place
}

fn word_of(place: u8) -> f32 {
    /// Every place is asked for many times in each comparison.
    static WORDS: LazyLock<[f32; 256]> = LazyLock::new(|| {
        std::array::from_fn(|place| {
            #[expect(clippy::cast_precision_loss, reason = "at most 255")]
            let place = place as f32;
            if place < EXACT_PLACES { place } else { EXACT_PLACES * ((place - EXACT_PLACES) / STEPS_A_DOUBLING).exp2() }
        })
    });
    WORDS[usize::from(place)]
}

/// A sketch, read from its bytes or just made.
#[derive(Debug, Clone)]
pub(super) struct Sketch {
    /// Words of the text.
    words: u16,
    /// The rank of the first run that was left out; infinite where none was.
    threshold: f32,
    /// By hash; no two have the same.
    runs: Vec<Run>,
    figures: Guard,
}

impl Sketch {
    pub(super) fn of(tokens: &Tokens) -> Self {
        let mut ranked: Vec<(f32, u16, usize)> = Vec::with_capacity(tokens.words.len());
        for (word, hash) in shingles(&tokens.words, RUN_WORDS).enumerate() {
            // The upper bits; `fingerprint` takes its keys from all of them.
            let hash = (hash >> 48) as u16;
            #[expect(clippy::cast_precision_loss, reason = "at most WORDS_MAX")]
            let rank = rank(hash, word as f32);
            ranked.push((rank, hash, word));
        }
        let mut threshold = f32::INFINITY;
        if ranked.len() > RUNS_MAX {
            ranked.select_nth_unstable_by(RUNS_MAX, |one, other| one.0.total_cmp(&other.0));
            threshold = ranked[RUNS_MAX].0;
            ranked.truncate(RUNS_MAX);
        }
        let mut runs: Vec<Run> =
            ranked.into_iter().map(|(_, hash, word)| Run { hash, place: place_of(word) }).collect();
        // Of a run that is said twice the first place counts.
        runs.sort_unstable_by_key(|run| (run.hash, run.place));
        runs.dedup_by_key(|run| run.hash);
        let words = u16::try_from(tokens.words.len()).unwrap_or(u16::MAX);
        Self { words, threshold, runs, figures: Guard::of(&tokens.figures) }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SKETCH_BYTES_MAX);
        bytes.push(VERSION);
        bytes.push(u8::try_from(self.runs.len()).expect("at most RUNS_MAX"));
        bytes.extend(self.words.to_le_bytes());
        bytes.extend(self.threshold.to_le_bytes());
        for run in &self.runs {
            bytes.extend(run.hash.to_le_bytes());
            bytes.push(run.place);
        }
        self.figures.write(&mut bytes);
        bytes
    }

    /// Reads a sketch; none where the bytes are of another form.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
        if head[0] != VERSION {
            return None;
        }
        let (runs, figures) = rest.split_at_checked(usize::from(head[1]) * RUN_BYTES)?;
        let runs =
            runs.chunks_exact(RUN_BYTES).map(|run| Run { hash: u16::from_le_bytes([run[0], run[1]]), place: run[2] });
        Some(Self {
            words: u16::from_le_bytes([head[2], head[3]]),
            threshold: f32::from_le_bytes([head[4], head[5], head[6], head[7]]),
            runs: runs.collect(),
            figures: Guard::read(figures),
        })
    }

    /// Words of the text.
    pub(super) fn words(&self) -> u16 {
        self.words
    }

    /// The figures of the text.
    pub(super) fn figures(&self) -> &Guard {
        &self.figures
    }

    /// How much of the shorter text stands in the longer, 0 to 1.
    pub(super) fn shared(&self, other: &Self) -> Shared {
        let (short, long) = if self.words <= other.words { (self, other) } else { (other, self) };
        let mut distances = short.distances_in(long);
        let matched = distances.len();
        if matched == 0 {
            return Shared { share: 0.0, runs: 0 };
        }
        let middle = matched / 2;
        distances.select_nth_unstable_by(middle, f32::total_cmp);
        let moved = distances[middle];
        // A run of the shorter that both samples must hold, if the longer has it at all.
        let must = |run: &&Run| run.rank(0.0) < short.threshold * SLACK && run.rank(moved) < long.threshold * SLACK;
        let expected = short.runs.iter().filter(must).count().max(matched);
        #[expect(clippy::cast_precision_loss, reason = "at most RUNS_MAX")]
        let share = matched as f32 / expected as f32;
        Shared { share, runs: matched }
    }

    /// For each run that both have, how many words further on it stands in the other.
    fn distances_in(&self, long: &Self) -> Vec<f32> {
        let mut distances = Vec::with_capacity(RUNS_MAX);
        let mut rest = long.runs.as_slice();
        for run in &self.runs {
            let skipped = rest.iter().take_while(|other| other.hash < run.hash).count();
            rest = &rest[skipped..];
            if let Some(other) = rest.first().filter(|other| other.hash == run.hash) {
                distances.push(word_of(other.place) - word_of(run.place));
            }
        }
        distances
    }
}

/// Words put in and places rounded move a run over the threshold; those near it are not counted on.
const SLACK: f32 = 0.93;

/// What two texts share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shared {
    /// The share of the shorter text that stands in the longer.
    pub(super) share: f32,
    /// The runs of words on which that rests.
    pub(super) runs: usize,
}
