//! What a commit is going to write, over what the tree holds: read through it, then handed to sled as one batch.
//!
//! Knows nothing of what the entries mean.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::error::StoreError;
use crate::store::keys::No;

/// Writes that are not made yet.
pub(super) struct Stage<'tree> {
    tree: &'tree sled::Tree,
    writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Hashes of the articles that are going to be written.
    pub(super) hashes: Vec<(No, BTreeSet<u64>)>,
}

impl<'tree> Stage<'tree> {
    pub(super) fn over(tree: &'tree sled::Tree) -> Self {
        Self { tree, writes: BTreeMap::new(), hashes: Vec::new() }
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(written) = self.writes.get(key) {
            return Ok(written.clone());
        }
        Ok(self.tree.get(key).map_err(|why| broken(&why))?.map(|value| value.to_vec()))
    }

    pub(super) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.writes.insert(key, Some(value));
    }

    pub(super) fn remove(&mut self, key: Vec<u8>) {
        self.writes.insert(key, None);
    }

    /// A number that is kept under a key; 0 where there is none.
    pub(super) fn number(&self, key: &[u8]) -> Result<u64, StoreError> {
        Ok(self.get(key)?.map_or(0, |value| number_of(&value)))
    }

    pub(super) fn set_number(&mut self, key: &[u8], number: u64) {
        self.put(key.to_vec(), number.to_be_bytes().to_vec());
    }

    /// Adds to a number, which never falls below 0.
    pub(super) fn add(&mut self, key: &[u8], difference: i64) -> Result<u64, StoreError> {
        let number = self.number(key)?.saturating_add_signed(difference);
        self.set_number(key, number);
        Ok(number)
    }

    /// Whether an entry of this kind is going to be written.
    pub(super) fn touches(&self, kind: u8) -> bool {
        self.writes.range(vec![kind]..vec![kind + 1]).next().is_some()
    }

    /// Takes a write back.
    pub(super) fn unwrite(&mut self, key: &[u8]) {
        self.writes.remove(key);
    }

    /// Makes all of the writes, or none. Not on disk before the next flush.
    pub(super) fn apply(&mut self) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for (key, value) in std::mem::take(&mut self.writes) {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.tree.apply_batch(batch).map_err(|why| broken(&why))
    }
}

/// The number in a value that `Stage::set_number` wrote.
pub(super) fn number_of(value: &[u8]) -> u64 {
    value.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// sled's error in the words of the house.
pub(super) fn broken(why: &sled::Error) -> StoreError {
    match why {
        sled::Error::Io(why) => StoreError::Unusable { path: "index".into(), why: why.to_string() },
        other => StoreError::damaged("index", other),
    }
}
