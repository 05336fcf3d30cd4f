//! Articles on the same event, each in its own words: grouped for display, never dropped.
//!
//! No model: the words of the headline and of the beginning, weighed by how rare they are of late. Two articles are on one
//! event when enough of that weight is common to them and they were published within two days of each other.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use xxhash_rust::xxh3::xxh3_64;

use crate::text::fold::{fold, words};

/// Reports on an event appear within two days; later ones are on what followed from it.
const WINDOW: SignedDuration = SignedDuration::from_hours(48);

/// Articles that are remembered, whatever their dates say.
const ARTICLES_MAX: usize = 20_000;

/// Words of the text that are looked at: what happened, where and to whom stands at the beginning.
const LEAD_WORDS: usize = 60;

/// How often a word of the headline counts against one of the text.
const TITLE_WEIGHT: f32 = 2.0;

/// Letters by which a word is known: what follows is its case or number, in Russian as in Turkish.
const STEM_LETTERS: usize = 4;

/// Shorter words carry grammar.
const WORD_LETTERS_MIN: usize = 3;

/// The part of the weight that must be common.
const LIKENESS_MIN: f32 = 0.44;

/// Above this two articles are copies of one text, and the second says nothing more about how rare its words are.
const COPY_LIKENESS: f32 = 0.85;

/// The weightiest words of an article, by which others are found.
const KEYS_MAX: usize = 12;

/// Articles that one word leads to: the newest.
const KEY_ARTICLES_MAX: usize = 256;

/// Articles that are counted before any was read: until then the length of a word tells how rare it is.
const PRIOR_ARTICLES: f32 = 300.0;

/// An article, as far as it tells of an event.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The headline.
    pub title: &'a str,
    /// The text, plain.
    pub text: &'a str,
    /// When it was published, or first seen; where nobody knows, it is taken to be of its neighbours' time.
    pub published: Option<Timestamp>,
}

/// Articles of late and their events.
#[derive(Debug, Default)]
pub struct Events {
    articles: VecDeque<Remembered>,
    /// The number of the first of `articles`.
    first: u64,
    by_stem: HashMap<u64, VecDeque<u64>>,
    /// In how many articles a stem stood.
    counts: HashMap<u64, f32>,
    counted: f32,
}

#[derive(Debug)]
struct Remembered {
    stems: Vec<Stem>,
    keys: Vec<u64>,
    published: Option<Timestamp>,
    event: Rc<str>,
}

/// A word of an article.
#[derive(Debug, Clone, Copy)]
struct Stem {
    hash: u64,
    /// How much it counts in its article, before its rarity is known.
    count: f32,
    /// How often a word of its length stands in an article.
    prior: f32,
}

impl Events {
    /// Takes an article up, and names its event: after the article that was the first of it.
    pub fn add(&mut self, id: &str, told: Told<'_>) -> Rc<str> {
        let stems = stems(told);
        let weights = self.weights(&stems);
        let keys = heaviest(&weights);
        let best = self.best(&weights, &keys, told.published);
        let likeness = best.as_ref().map_or(0.0, |(likeness, _)| *likeness);
        let event = best.map_or_else(|| Rc::from(id), |(_, event)| event);
        if likeness < COPY_LIKENESS {
            self.count(&stems);
        }
        let number = self.first + self.articles.len() as u64;
        for key in &keys {
            let numbers = self.by_stem.entry(*key).or_default();
            if numbers.len() == KEY_ARTICLES_MAX {
                numbers.pop_front();
            }
            numbers.push_back(number);
        }
        self.articles.push_back(Remembered { stems, keys, published: told.published, event: Rc::clone(&event) });
        if self.articles.len() > ARTICLES_MAX {
            self.forget_oldest();
        }
        event
    }

    /// The event of the article that is most like this one, if any is like enough.
    fn best(&self, weights: &HashMap<u64, f32>, keys: &[u64], published: Option<Timestamp>) -> Option<(f32, Rc<str>)> {
        let mut numbers: Vec<u64> = keys.iter().filter_map(|key| self.by_stem.get(key)).flatten().copied().collect();
        numbers.sort_unstable();
        // One rare word in common is chance.
        let shared = numbers.chunk_by(|one, next| one == next).filter(|group| group.len() > 1);
        let alike = shared.filter_map(|group| {
            let other = self.articles.get(usize::try_from(group[0].checked_sub(self.first)?).ok()?)?;
            if !within_window(published, other.published) {
                return None;
            }
            let likeness = cosine(weights, &self.weights(&other.stems));
            (likeness >= LIKENESS_MIN).then_some((likeness, other))
        });
        alike
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(likeness, other)| (likeness, Rc::clone(&other.event)))
    }

    /// The words of an article with their weights, as one vector of length 1.
    fn weights(&self, stems: &[Stem]) -> HashMap<u64, f32> {
        let mut weights: HashMap<u64, f32> =
            stems.iter().map(|stem| (stem.hash, stem.count.ln_1p() * self.rarity(*stem))).collect();
        let length = weights.values().map(|weight| weight * weight).sum::<f32>().sqrt();
        if length > 0.0 {
            for weight in weights.values_mut() {
                *weight /= length;
            }
        }
        weights
    }

    /// How rare a stem is: the logarithm of how many articles there are for one that has it.
    fn rarity(&self, stem: Stem) -> f32 {
        let seen = self.counts.get(&stem.hash).copied().unwrap_or(0.0);
        ((self.counted + PRIOR_ARTICLES) / (seen + PRIOR_ARTICLES * stem.prior)).ln().max(0.0)
    }

    fn count(&mut self, stems: &[Stem]) {
        self.counted += 1.0;
        for stem in stems {
            *self.counts.entry(stem.hash).or_default() += 1.0;
        }
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.articles.pop_front() else { return };
        for key in &oldest.keys {
            if let Some(numbers) = self.by_stem.get_mut(key) {
                if numbers.front() == Some(&self.first) {
                    numbers.pop_front();
                }
                if numbers.is_empty() {
                    self.by_stem.remove(key);
                }
            }
        }
        for stem in &oldest.stems {
            if let Some(count) = self.counts.get_mut(&stem.hash) {
                *count -= 1.0;
                if *count <= 0.0 {
                    self.counts.remove(&stem.hash);
                }
            }
        }
        self.counted = (self.counted - 1.0).max(0.0);
        self.first += 1;
    }
}

fn within_window(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.duration_since(other).abs() <= WINDOW,
        _ => true,
    }
}

/// The stems of the headline and of the beginning, each once.
fn stems(told: Told<'_>) -> Vec<Stem> {
    let mut stems: HashMap<u64, Stem> = HashMap::new();
    let mut read = |text: &str, words_max: usize, weight: f32| {
        for word in words(&fold(text)).take(words_max) {
            let letters = word.chars().count();
            if letters < WORD_LETTERS_MIN && !word.starts_with(char::is_numeric) {
                continue;
            }
            let end = word.char_indices().nth(STEM_LETTERS).map_or(word.len(), |(at, _)| at);
            let hash = xxh3_64(&word.as_bytes()[..end]);
            let stem = stems.entry(hash).or_insert(Stem { hash, count: 0.0, prior: prior(letters) });
            stem.count += weight;
        }
    };
    read(told.title, usize::MAX, TITLE_WEIGHT);
    read(told.text, LEAD_WORDS, 1.0);
    stems.into_values().collect()
}

/// In what part of articles a word of so many letters stands, before any was read.
fn prior(letters: usize) -> f32 {
    match letters {
        0..=3 => 0.05,
        4..=5 => 0.02,
        _ => 0.01,
    }
}

fn heaviest(weights: &HashMap<u64, f32>) -> Vec<u64> {
    let mut ranked: Vec<(f32, u64)> = weights.iter().map(|(hash, weight)| (*weight, *hash)).collect();
    ranked.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    ranked.truncate(KEYS_MAX);
    ranked.into_iter().map(|(_, hash)| hash).collect()
}

fn cosine(one: &HashMap<u64, f32>, other: &HashMap<u64, f32>) -> f32 {
    let (fewer, more) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    fewer.iter().filter_map(|(hash, weight)| Some(weight * more.get(hash)?)).sum()
}
