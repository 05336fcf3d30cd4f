//! Articles of late, in memory: what the store is to a pass, this is to the `dedup` filter.
//!
//! The same fingerprints, look-ups and likeness; clusters grow together as the articles come. Bounded: the oldest go.

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
    by_key: HashMap<u64, VecDeque<u64>>,
    /// Clusters that turned out to be one: the later leads to the earlier.
    merged: HashMap<Rc<str>, Rc<str>>,
}

#[derive(Debug)]
struct Remembered {
    fingerprint: Fingerprint,
    sketch: Option<Sketch>,
    cluster: Rc<str>,
    /// The number of the first article of its cluster.
    cluster_first: u64,
}

impl Window {
    /// Takes an article up, and names its cluster: after the article that was the first of it.
    pub fn add(&mut self, id: &str, fingerprint: Fingerprint) -> Rc<str> {
        let sketch = Sketch::from_bytes(&fingerprint.sketch);
        let same: Vec<u64> = self
            .candidates(&fingerprint)
            .into_iter()
            .filter(|number| likeness(&fingerprint, sketch.as_ref(), self.other(*number)).is_some())
            .collect();
        let number = self.first + self.articles.len() as u64;
        let (cluster_first, cluster) = self.join(&same).unwrap_or_else(|| (number, Rc::from(id)));
        for key in keys(&fingerprint) {
            let numbers = self.by_key.entry(key).or_default();
            if numbers.len() == KEY_ARTICLES_MAX {
                numbers.pop_front();
            }
            numbers.push_back(number);
        }
        self.articles.push_back(Remembered { fingerprint, sketch, cluster: Rc::clone(&cluster), cluster_first });
        if self.articles.len() > ARTICLES_MAX {
            self.forget_oldest();
        }
        cluster
    }

    fn remembered(&self, number: u64) -> Option<&Remembered> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.articles.get(index)
    }

    fn other(&self, number: u64) -> (&Fingerprint, Option<&Sketch>) {
        let remembered = self.remembered(number).expect("keys lead to what is remembered");
        (&remembered.fingerprint, remembered.sketch.as_ref())
    }

    /// Articles that share a key, those that share the most first.
    fn candidates(&self, fingerprint: &Fingerprint) -> Vec<u64> {
        let mut numbers: Vec<u64> =
            keys(fingerprint).filter_map(|key| self.by_key.get(&key)).flatten().copied().collect();
        numbers.sort_unstable();
        let mut counted: Vec<(usize, u64)> =
            numbers.chunk_by(|one, next| one == next).map(|group| (group.len(), group[0])).collect();
        counted.sort_unstable_by(|one, other| other.cmp(one));
        counted.truncate(CANDIDATES_MAX);
        counted.into_iter().map(|(_, number)| number).collect()
    }

    /// The earliest of the clusters that these articles belong to; the others are joined to it.
    fn join(&mut self, same: &[u64]) -> Option<(u64, Rc<str>)> {
        let mut clusters: Vec<(u64, Rc<str>)> = Vec::with_capacity(same.len());
        for number in same {
            let remembered = self.remembered(*number)?;
            clusters.push((remembered.cluster_first, self.earliest(&remembered.cluster)));
        }
        let (first, earliest) = clusters.iter().min()?.clone();
        for (_, cluster) in clusters {
            if cluster != earliest {
                self.merged.insert(cluster, Rc::clone(&earliest));
            }
        }
        Some((first, earliest))
    }

    fn earliest(&self, cluster: &Rc<str>) -> Rc<str> {
        let mut cluster = cluster;
        while let Some(earlier) = self.merged.get(cluster) {
            cluster = earlier;
        }
        Rc::clone(cluster)
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.articles.pop_front() else { return };
        for key in keys(&oldest.fingerprint) {
            if let Some(numbers) = self.by_key.get_mut(&key) {
                if numbers.front() == Some(&self.first) {
                    numbers.pop_front();
                }
                if numbers.is_empty() {
                    self.by_key.remove(&key);
                }
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
