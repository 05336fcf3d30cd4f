//! Articles of late, in memory: what the store is to a pass, this is to the `dedup` filter.
//!
//! The same fingerprints, look-ups and likeness; an article belongs to the cluster of the one it is most like. Bounded: the
//! oldest go.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use crate::dedup::sketch::Sketch;
use crate::dedup::verdict::likeness;
use crate::model::cluster::Fingerprint;

/// Articles that are remembered: about a month of 2,000 sources, some 150 MB.
const ARTICLES_MAX: usize = 100_000;

/// Articles that one key leads to. Where more share it, it is a phrase of the trade, and the newest are the likeliest copies.
const KEY_ARTICLES_MAX: usize = 24;

/// Candidates that are compared: those that share the most keys.
const CANDIDATES_MAX: usize = 48;

/// Articles of late and their clusters.
#[derive(Debug, Default)]
pub struct Window {
    articles: VecDeque<Remembered>,
    /// The number of the first of `articles`.
    first: u64,
    by_key: HashMap<u64, Numbers>,
}

/// The articles that a key leads to. Nearly all lead to one, which needs no memory of its own: a look-up among many stays
/// as near as one among few.
#[derive(Debug)]
enum Numbers {
    One(u64),
    Many(VecDeque<u64>),
}

impl Numbers {
    fn push(&mut self, number: u64) {
        match self {
            Self::One(first) => *self = Self::Many(VecDeque::from([*first, number])),
            Self::Many(numbers) => {
                if numbers.len() == KEY_ARTICLES_MAX {
                    numbers.pop_front();
                }
                numbers.push_back(number);
            }
        }
    }

    /// Forgets an article, if it is the oldest; whether any is left.
    fn forget(&mut self, number: u64) -> bool {
        match self {
            Self::One(only) => *only != number,
            Self::Many(numbers) => {
                numbers.pop_front_if(|front| *front == number);
                !numbers.is_empty()
            }
        }
    }

    fn extend(&self, found: &mut Vec<u64>) {
        match self {
            Self::One(number) => found.push(*number),
            Self::Many(numbers) => found.extend(numbers),
        }
    }
}

#[derive(Debug)]
struct Remembered {
    fingerprint: Fingerprint,
    sketch: Option<Sketch>,
    cluster: Rc<str>,
}

impl Window {
    /// Takes an article up, and names its cluster: after the article that was the first of it.
    pub fn add(&mut self, id: &str, fingerprint: Fingerprint) -> Rc<str> {
        let sketch = Sketch::from_bytes(&fingerprint.sketch);
        let alike = self.candidates(&fingerprint).into_iter().filter_map(|number| {
            let other = self.remembered(number)?;
            let likeness = likeness(&fingerprint, sketch.as_ref(), (&other.fingerprint, other.sketch.as_ref()))?;
            Some((likeness, number, other))
        });
        // Of those that are equally like, the first.
        let best = alike.max_by(|(one, a, _), (other, b, _)| one.total_cmp(other).then(b.cmp(a)));
        let cluster = best.map_or_else(|| Rc::from(id), |(_, _, other)| Rc::clone(&other.cluster));
        let number = self.first + self.articles.len() as u64;
        for key in keys(&fingerprint) {
            self.by_key.entry(key).and_modify(|numbers| numbers.push(number)).or_insert(Numbers::One(number));
        }
        self.articles.push_back(Remembered { fingerprint, sketch, cluster: Rc::clone(&cluster) });
        if self.articles.len() > ARTICLES_MAX {
            self.forget_oldest();
        }
        cluster
    }

    fn remembered(&self, number: u64) -> Option<&Remembered> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.articles.get(index)
    }

    /// Articles that share a key, those that share the most first.
    fn candidates(&self, fingerprint: &Fingerprint) -> Vec<u64> {
        let mut numbers = Vec::new();
        keys(fingerprint).filter_map(|key| self.by_key.get(&key)).for_each(|found| found.extend(&mut numbers));
        numbers.sort_unstable();
        let mut counted: Vec<(usize, u64)> =
            numbers.chunk_by(|one, next| one == next).map(|group| (group.len(), group[0])).collect();
        counted.sort_unstable_by(|one, other| other.cmp(one));
        counted.truncate(CANDIDATES_MAX);
        counted.into_iter().map(|(_, number)| number).collect()
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.articles.pop_front() else { return };
        for key in keys(&oldest.fingerprint) {
            if self.by_key.get_mut(&key).is_some_and(|numbers| !numbers.forget(self.first)) {
                self.by_key.remove(&key);
            }
        }
        self.first += 1;
    }
}

/// What an article is looked up by: its address, its exact text, the keys of its sketch.
fn keys(fingerprint: &Fingerprint) -> impl Iterator<Item = u64> + '_ {
    let whole = [fingerprint.address, fingerprint.exact].into_iter().filter(|hash| *hash != [0; 16]);
    let halves =
        whole.map(|hash| u64::from_le_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]]));
    halves.chain(fingerprint.bands.iter().copied())
}
