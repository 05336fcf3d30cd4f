//! Articles of late, in memory: what the store is to a pass, this is to the `dedup` filter.
//!
//! The same fingerprints, look-ups and likeness; an article belongs to the cluster of the one it is most like. Bounded: the
//! oldest go. Which articles have a key is told by `table`.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::dedup::sketch::Sketch;
use crate::dedup::table::{Number, Table};
use crate::dedup::verdict::likeness;
use crate::model::cluster::Fingerprint;

/// Articles that are remembered: about a month of 2,000 sources, some 120 MB.
const ARTICLES_MAX: usize = 100_000;

/// Candidates that are compared: those that share the most keys.
const CANDIDATES_MAX: usize = 48;

/// Articles of late and their clusters.
#[derive(Debug, Default)]
pub struct Window {
    articles: VecDeque<Remembered>,
    /// The number of the first of `articles`. Numbers begin anew after the last: few are in use at a time.
    first: Number,
    by_key: Table,
}

#[derive(Debug)]
struct Remembered {
    fingerprint: Fingerprint,
    sketch: Option<Sketch>,
    cluster: Rc<str>,
}

impl Window {
    /// Takes an article up, and names its cluster: after the article that was the first of it.
    pub fn add(&mut self, id: &str, mut fingerprint: Fingerprint) -> Rc<str> {
        let sketch = Sketch::from_bytes(&fingerprint.sketch);
        let keys: Vec<u64> = keys(&fingerprint).collect();
        let alike = self.candidates(&keys).into_iter().filter_map(|age| {
            let other = self.articles.get(age)?;
            let likeness = likeness(&fingerprint, sketch.as_ref(), (&other.fingerprint, other.sketch.as_ref()))?;
            Some((likeness, age, other))
        });
        // Of those that are equally like, the first.
        let best = alike.max_by(|(one, a, _), (other, b, _)| one.total_cmp(other).then(b.cmp(a)));
        let cluster = best.map_or_else(|| Rc::from(id), |(_, _, other)| Rc::clone(&other.cluster));
        if self.articles.len() == ARTICLES_MAX {
            self.forget_oldest();
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most ARTICLES_MAX")]
        let number = self.first.wrapping_add(self.articles.len() as Number);
        self.by_key.add(&keys, number, self.first);
        // The sketch is read already: its bytes would double what an article takes.
        fingerprint.sketch = Vec::new();
        self.articles.push_back(Remembered { fingerprint, sketch, cluster: Rc::clone(&cluster) });
        cluster
    }

    /// Articles that share a key, by their place among the remembered ones, those that share the most first.
    fn candidates(&self, keys: &[u64]) -> Vec<usize> {
        let mut found = Vec::new();
        self.by_key.find(keys, &mut found);
        let mut ages: Vec<usize> = found.into_iter().map(|number| number.wrapping_sub(self.first) as usize).collect();
        ages.sort_unstable();
        let mut counted: Vec<(usize, usize)> =
            ages.chunk_by(|one, next| one == next).map(|group| (group.len(), group[0])).collect();
        counted.sort_unstable_by(|one, other| other.cmp(one));
        counted.truncate(CANDIDATES_MAX);
        counted.into_iter().map(|(_, age)| age).collect()
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.articles.pop_front() else { return };
        let keys: Vec<u64> = keys(&oldest.fingerprint).collect();
        self.by_key.forget(&keys, self.first);
        self.first = self.first.wrapping_add(1);
    }
}

/// What an article is looked up by: its address, its exact text, the keys of its sketch.
fn keys(fingerprint: &Fingerprint) -> impl Iterator<Item = u64> + '_ {
    let whole = [fingerprint.address, fingerprint.exact].into_iter().filter(|hash| *hash != [0; 16]);
    let halves =
        whole.map(|hash| u64::from_le_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]]));
    halves.chain(fingerprint.bands.iter().copied())
}
