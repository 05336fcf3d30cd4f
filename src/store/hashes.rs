//! Which articles have a hash (an address, a text, a band, an identity): a million articles have twenty millions of them,
//! which is more than sled can hold and open fast. The newest are in memory, the others in runs.
//!
//! Only a hint: an answer names articles that may be gone, or share but the hash. The index and the heads decide. What
//! is lost here is made again from them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::fs;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::model::cluster::{EntryKey, Fingerprint};
use crate::store::error::StoreError;
use crate::store::keys::No;
use crate::store::runs::{self, HASH_BITS, Pair, Run};

/// Pairs that are held in memory before they become a run: 2 MiB, and as long to read again at an opening as 5,000 heads.
const FRESH_MAX: usize = 65_536;
/// Runs of one size that become one of the next: each look-up asks every run, and reads a block of those that may know.
const FAN_IN: usize = 6;

/// What is hashed: the same bytes of two kinds are two hashes.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Address = 1,
    Exact = 2,
    Band = 3,
    Entry = 4,
}

/// For each number from the first to the second, whether its article is there.
type Alive<'index> = dyn Fn(No, No) -> Result<Vec<bool>, StoreError> + 'index;

/// All hashes of a store.
pub(super) struct Hashes {
    folder: PathBuf,
    /// Guards files whose position moves with each read. Held over reads of the disk, never over the network.
    held: Mutex<Held>,
}

struct Held {
    /// By their numbers, the oldest first; together they know every number up to the last one's end.
    runs: Vec<Run>,
    fresh: BTreeSet<Pair>,
    /// The first number that no run knows.
    fresh_from: No,
    /// The highest number that is in memory.
    fresh_to: No,
}

fn hash(kind: Kind, bytes: &[u8]) -> u64 {
    xxh3_64_with_seed(bytes, kind as u64) >> (64 - HASH_BITS)
}

/// The hash of an entry's identity.
pub(super) fn of_entry(key: EntryKey) -> u64 {
    hash(Kind::Entry, &key.0)
}

/// The hash of an address; none for one that tells nothing.
pub(super) fn of_address(address: &[u8; 16]) -> Option<u64> {
    (*address != [0; 16]).then(|| hash(Kind::Address, address))
}

/// The hashes by which a text finds others.
pub(super) fn of_fingerprint(fingerprint: &Fingerprint) -> BTreeSet<u64> {
    let mut hashes = BTreeSet::new();
    hashes.extend(of_address(&fingerprint.address));
    if fingerprint.exact != [0; 16] {
        hashes.insert(hash(Kind::Exact, &fingerprint.exact));
    }
    hashes.extend(fingerprint.bands.iter().map(|band| hash(Kind::Band, &band.to_le_bytes())));
    hashes
}

impl Hashes {
    /// Opens what there is in a folder: runs that follow each other from the first number on, and end before `next`.
    ///
    /// What comes after them must be added anew: from `fresh_from` on.
    pub(super) fn open(folder: PathBuf, next: No) -> Result<Self, StoreError> {
        fs::create_dir_all(&folder).map_err(|why| StoreError::io(&folder, &why))?;
        let mut found = Vec::new();
        for path in files(&folder)? {
            match if path.extension().is_some_and(|end| end == "run") { Run::open(&path)? } else { None } {
                Some(run) => found.push(run),
                None => fs::remove_file(&path).map_err(|why| StoreError::io(&path, &why))?,
            }
        }
        // Of two that begin alike, the longer one was merged from the shorter.
        found.sort_by_key(|run| (run.from, Reverse(run.to)));
        let (mut runs, mut fresh_from) = (Vec::new(), 1);
        for run in found {
            if run.from == fresh_from && run.to < next {
                fresh_from = run.to + 1;
                runs.push(run);
            } else {
                run.remove()?;
            }
        }
        let held = Held { runs, fresh: BTreeSet::new(), fresh_from, fresh_to: fresh_from - 1 };
        Ok(Self { folder, held: Mutex::new(held) })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // What a panic may leave is a hint that is missing, as after a death; `verify` finds it.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first number that must be added after an opening.
    pub(super) fn fresh_from(&self) -> No {
        self.held().fresh_from
    }

    /// The articles that may have a hash, the newest first, at most `limit`.
    pub(super) fn find(&self, hash: u64, limit: usize) -> Result<Vec<No>, StoreError> {
        let mut held = self.held();
        let fresh = held.fresh.range((hash, 0)..=(hash, No::MAX)).rev();
        let mut numbers: Vec<No> = fresh.map(|pair| pair.1).take(limit).collect();
        for run in held.runs.iter_mut().rev() {
            if numbers.len() >= limit {
                break;
            }
            run.find(hash, limit, &mut numbers)?;
        }
        Ok(numbers)
    }

    /// Adds the hashes of an article.
    pub(super) fn add(&self, no: No, hashes: &BTreeSet<u64>) {
        let mut held = self.held();
        held.fresh.extend(hashes.iter().map(|hash| (*hash, no)));
        held.fresh_to = held.fresh_to.max(no);
    }

    /// Whether enough came together for a run.
    pub(super) fn is_full(&self) -> bool {
        self.held().fresh.len() >= FRESH_MAX
    }

    /// Writes what is in memory to a run, and makes one of several runs of a size. `alive` says which articles still are.
    pub(super) fn settle(&self, alive: &Alive<'_>) -> Result<(), StoreError> {
        let mut held = self.held();
        let numbers = (held.fresh_from, held.fresh_to);
        if numbers.1 < numbers.0 {
            return Ok(());
        }
        let run = runs::write(&self.folder, numbers, held.fresh.len() as u64, &mut held.fresh.iter().copied().map(Ok))?;
        held.runs.push(run);
        held.fresh = BTreeSet::new();
        held.fresh_from = numbers.1 + 1;
        while let Some(count) = mergeable(&held.runs) {
            self.merge(&mut held, count, alive)?;
        }
        Ok(())
    }

    /// Makes one run of the last `count`.
    fn merge(&self, held: &mut Held, count: usize, alive: &Alive<'_>) -> Result<(), StoreError> {
        let first = held.runs.len() - count;
        let numbers = (held.runs[first].from, held.runs[held.runs.len() - 1].to);
        let alive = alive(numbers.0, numbers.1)?;
        let most = held.runs[first..].iter().map(|run| run.pairs).sum();
        let merged = {
            let sources = held.runs[first..].iter_mut().map(|run| Box::new(run.all()) as Pairs<'_>).collect();
            let mut pairs = Merge::of(sources)?
                .filter(|pair| pair.as_ref().map_or(true, |(_, no)| alive[(no - numbers.0) as usize]));
            runs::write(&self.folder, numbers, most, &mut pairs)?
        };
        let old = mem::take(&mut held.runs);
        let mut old = old.into_iter();
        held.runs = old.by_ref().take(first).collect();
        held.runs.push(merged);
        // A death in between leaves runs whose numbers the merged one has too; `open` takes them away.
        old.try_for_each(Run::remove)
    }

    /// Every pair there is.
    pub(super) fn each(&self, tell: &mut dyn FnMut(Pair)) -> Result<(), StoreError> {
        let mut held = self.held();
        held.fresh.iter().copied().for_each(&mut *tell);
        for run in &mut held.runs {
            for pair in run.all() {
                tell(pair?);
            }
        }
        Ok(())
    }
}

/// How many of the last runs are of one size, if they are enough to become one.
fn mergeable(runs: &[Run]) -> Option<usize> {
    let size = |run: &Run| (run.pairs.max(1) / FRESH_MAX as u64).max(1).ilog(FAN_IN as u64);
    let last = size(runs.last()?);
    let count = runs.iter().rev().take_while(|run| size(run) <= last).count();
    (count >= FAN_IN).then_some(count)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let listed = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let files = listed.map_err(|why| StoreError::io(folder, &why))?;
    Ok(files.into_iter().map(|file| file.path()).collect())
}

type Pairs<'runs> = Box<dyn Iterator<Item = Result<Pair, StoreError>> + 'runs>;

/// Several ordered sequences as one.
struct Merge<'runs> {
    sources: Vec<Pairs<'runs>>,
    heads: BinaryHeap<Reverse<(Pair, usize)>>,
}

impl<'runs> Merge<'runs> {
    fn of(sources: Vec<Pairs<'runs>>) -> Result<Self, StoreError> {
        let mut merge = Self { heads: BinaryHeap::with_capacity(sources.len()), sources };
        for index in 0..merge.sources.len() {
            merge.pull(index)?;
        }
        Ok(merge)
    }

    fn pull(&mut self, index: usize) -> Result<(), StoreError> {
        if let Some(pair) = self.sources[index].next() {
            self.heads.push(Reverse((pair?, index)));
        }
        Ok(())
    }
}

impl Iterator for Merge<'_> {
    type Item = Result<Pair, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((pair, index)) = self.heads.pop()?;
        Some(self.pull(index).map(|()| pair))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "the shape that is asked for")]
    fn everybody(from: No, to: No) -> Result<Vec<bool>, StoreError> {
        Ok((from..=to).map(|no| no % 7 != 0).collect())
    }

    /// Hashes that many articles share, and one of its own each.
    fn hashes(no: No) -> BTreeSet<u64> {
        BTreeSet::from([7, u64::from(no % 5) << 20, (1 << 40) + u64::from(no)])
    }

    #[test]
    fn runs_answer_as_memory_does() {
        let folder = tempfile::tempdir().unwrap();
        let mut all = Hashes::open(folder.path().to_owned(), 1).unwrap();
        for no in 1..=6_000 {
            all.add(no, &hashes(no));
            if no % 150 == 0 {
                all.settle(&everybody).unwrap();
            }
            if no % 1_900 == 0 {
                all = Hashes::open(folder.path().to_owned(), no + 1).unwrap();
                (all.fresh_from()..=no).for_each(|no| all.add(no, &hashes(no)));
            }
        }
        assert!(all.held().runs.len() < 20, "runs become one");
        assert_eq!(all.find(7, 3).unwrap(), [6_000, 5_999, 5_998]);
        assert_eq!(all.find(3 << 20, 2).unwrap(), [5_998, 5_993]);
        assert!(all.find(7, usize::MAX).unwrap().is_sorted_by(|one, next| one > next));
        for no in (1..=6_000).filter(|no| no % 7 != 0) {
            assert_eq!(all.find((1 << 40) + u64::from(no), 9).unwrap(), [no]);
        }
        assert!(all.find(8, 9).unwrap().is_empty());
        // Those that were gone when runs became one are gone with them.
        assert!(all.find((1 << 40) + 7, 9).unwrap().is_empty());
    }

    #[test]
    fn an_opening_keeps_what_follows_and_takes_the_rest_away() {
        let folder = tempfile::tempdir().unwrap();
        let run = |from: No, to: No| {
            let mut pairs = (from..=to).map(|no| Ok((u64::from(no), no)));
            runs::write(folder.path(), (from, to), 10, &mut pairs).unwrap();
        };
        run(1, 10);
        run(11, 20);
        run(1, 20);
        run(30, 40);
        fs::write(folder.path().join("0000000021-0000000029.run"), b"cut").unwrap();
        fs::write(folder.path().join("0000000021-0000000029.new"), b"half").unwrap();
        let all = Hashes::open(folder.path().to_owned(), 100).unwrap();
        assert_eq!((all.fresh_from(), files(folder.path()).unwrap().len()), (21, 1));
        assert_eq!(all.find(15, 9).unwrap(), [15]);
        // A run that knows numbers which the index has not given yet is from another life.
        let all = Hashes::open(folder.path().to_owned(), 20).unwrap();
        assert_eq!((all.fresh_from(), files(folder.path()).unwrap().len()), (1, 0));
    }
}
