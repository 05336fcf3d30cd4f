//! The sled engine's parts in one hand: the index (sled), the segments, and who may write.
//!
//! Plain blocking calls; `sled.rs` makes them a `Store`.

use std::collections::HashSet;
use std::fs::{self, File};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::cluster::{ArticleId, Stored};
use crate::model::takedown::Takedown;
use crate::store::codec::{self, Head, Record};
use crate::store::database::Database;
use crate::store::error::StoreError;
use crate::store::hashes::Hashes;
use crate::store::index;
use crate::store::keys::{self, No, kind};
use crate::store::segments::Segments;
use crate::store::stage::{self, Stage};

/// The file that asks for a new index at the next opening, with the reason in words.
const REBUILD_FILE: &str = "rebuild";

/// Where the hashes are; all of it can be made again.
pub(super) const HASHES_FOLDER: &str = "hashes";

/// Whether the store may still be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// Yes.
    Well,
    /// A write failed half way: what is in memory is no longer what is on disk.
    Broken,
}

/// An open store.
pub(super) struct Engine {
    pub(super) folder: PathBuf,
    pub(super) index: Database,
    pub(super) segments: Segments,
    pub(super) hashes: Hashes,
    /// One commit at a time: a commit reads what it writes over. Held over blocking calls only.
    writer: Mutex<Health>,
    /// What was taken down, and is not stored again. Held for a look only.
    refused: Mutex<Refused>,
    /// Held as long as the store is open.
    lock: File,
}

/// By what an article is known that was taken down.
#[derive(Default)]
struct Refused {
    ids: HashSet<ArticleId>,
    addresses: HashSet<[u8; 16]>,
}

/// The right to write, while it is held.
pub(super) struct Writer<'engine> {
    health: MutexGuard<'engine, Health>,
    index: &'engine Database,
    hashes: &'engine Hashes,
}

impl Writer<'_> {
    /// Makes the writes of a stage. After a failure, nothing is written any more.
    pub(super) fn apply(&mut self, mut stage: Stage<'_>) -> Result<(), StoreError> {
        self.index.count_writes(stage.writes());
        let applied = stage.apply();
        match &applied {
            Ok(()) => stage.hashes.iter().for_each(|(no, hashes)| self.hashes.add(*no, hashes)),
            Err(_) => *self.health = Health::Broken,
        }
        applied
    }
}

impl Engine {
    /// Puts the parts of a store together. Hashes that are not in a run yet are read from the heads of their articles.
    pub(super) fn new(folder: PathBuf, index: Database, segments: Segments, lock: File) -> Result<Self, StoreError> {
        let next = Stage::over(&index).number(keys::NEXT)?;
        let hashes = Hashes::open(folder.join(HASHES_FOLDER), No::try_from(next).unwrap_or(No::MAX).saturating_add(1))?;
        let (writer, refused) = (Mutex::new(Health::Well), Mutex::default());
        let engine = Self { folder, index, segments, hashes, writer, refused, lock };
        engine.read_fresh()?;
        Ok(engine)
    }

    fn read_fresh(&self) -> Result<(), StoreError> {
        let from = keys::article(self.hashes.fresh_from() - 1);
        for entry in self.entries(&[kind::ARTICLE], Some(from)) {
            let (key, value) = entry?;
            let Some(no) = keys::no_of(&key) else { continue };
            let record: Record = codec::decode(&value, format!("article {no}"))?;
            self.hashes.add(no, &index::hashes_of(&record, &self.head(&record)?));
            self.settle()?;
        }
        Ok(())
    }

    /// Writes hashes to a run, once there are enough of them.
    pub(super) fn settle(&self) -> Result<(), StoreError> {
        if !self.hashes.is_full() {
            return Ok(());
        }
        self.hashes.settle(&|from, to| {
            let mut alive = vec![false; (to - from) as usize + 1];
            for key in self.index.range(keys::article(from)..=keys::article(to)).keys() {
                if let Some(no) = keys::no_of(&key.map_err(|why| self.broken(&why))?) {
                    alive[(no - from) as usize] = true;
                }
            }
            Ok(alive)
        })
    }

    /// Waits for the right to write.
    pub(super) fn writer(&self) -> Result<Writer<'_>, StoreError> {
        // A panic while writing counts as a write that failed half way.
        let (health, is_poisoned) = match self.writer.lock() {
            Ok(health) => (health, false),
            Err(poisoned) => (poisoned.into_inner(), true),
        };
        match *health {
            Health::Well if is_poisoned => Err(self.no_more_writes()),
            Health::Well => Ok(Writer { health, index: &self.index, hashes: &self.hashes }),
            Health::Broken => Err(self.no_more_writes()),
        }
    }

    /// From now on, what was taken down is not stored again.
    pub(super) fn refuse(&self, takedown: &Takedown) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.ids.extend(&takedown.ids);
        refused.addresses.extend(Some(takedown.address).filter(|address| *address != [0; 16]));
    }

    /// Whether an article was taken down.
    pub(super) fn refuses(&self, id: Option<ArticleId>, address: &[u8; 16]) -> bool {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        id.is_some_and(|id| refused.ids.contains(&id)) || refused.addresses.contains(address)
    }

    /// Closes the store, and gives back its lock, which is still held.
    pub(super) fn close(self) -> File {
        self.lock
    }

    fn no_more_writes(&self) -> StoreError {
        StoreError::Unusable {
            path: self.folder.clone(),
            why: "an earlier write failed; nothing more is written before it is opened anew".to_owned(),
        }
    }

    pub(super) fn stage(&self) -> Stage<'_> {
        Stage::over(&self.index)
    }

    /// Waits until everything applied is on disk.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        self.index.flush().map_err(|why| self.broken(&why))?;
        Ok(())
    }

    /// sled's error, with the folder where the system is to blame.
    pub(super) fn broken(&self, why: &sled::Error) -> StoreError {
        match stage::broken(why) {
            StoreError::Unusable { why, .. } => StoreError::Unusable { path: self.folder.clone(), why },
            other => other,
        }
    }

    /// The record of an article by its number; none where it is not kept any more.
    pub(super) fn record(&self, no: No) -> Result<Option<Record>, StoreError> {
        let value = self.index.get(keys::article(no)).map_err(|why| self.broken(&why))?;
        value.map(|value| codec::decode(&value, format!("article {no}"))).transpose()
    }

    /// The number of an article.
    pub(super) fn no_of(&self, id: ArticleId) -> Result<Option<No>, StoreError> {
        let value = self.index.get(keys::id(id)).map_err(|why| self.broken(&why))?;
        Ok(value.and_then(|value| keys::no_of(&value)))
    }

    /// The head of an article's frame.
    pub(super) fn head(&self, record: &Record) -> Result<Head, StoreError> {
        let (head, _) = self.segments.read(record.at, false)?;
        codec::decode(&head, record.id)
    }

    /// An article, whole.
    pub(super) fn stored(&self, record: &Record) -> Result<Stored, StoreError> {
        let (head, body) = self.segments.read(record.at, true)?;
        let head: Head = codec::decode(&head, record.id)?;
        if head.id != record.id {
            return Err(StoreError::damaged(record.id, "another article stands in its place"));
        }
        Ok(codec::joined(codec::unpack(&body, record.id)?, head, record))
    }

    /// The entries whose keys begin so, from after a key on.
    pub(super) fn entries(
        &self,
        prefix: &[u8],
        after: Option<Vec<u8>>,
    ) -> impl Iterator<Item = Result<(sled::IVec, sled::IVec), StoreError>> + '_ {
        let first = after.map_or_else(|| Bound::Included(prefix.to_vec()), Bound::Excluded);
        let prefix = prefix.to_vec();
        self.index
            .range((first, Bound::Unbounded))
            .map(|entry| entry.map_err(|why| self.broken(&why)))
            .take_while(move |entry| entry.as_ref().map_or(true, |(key, _)| key.starts_with(&prefix)))
    }
}

/// Asks for a new index at the next opening.
pub(super) fn ask_for_rebuild(folder: &Path, why: &StoreError) {
    // A folder that cannot be written to has its own error; the next one to meet the damage will ask again.
    let _ = fs::write(rebuild_file(folder), why.to_string());
}

/// Where a new index is asked for.
pub(super) fn rebuild_file(folder: &Path) -> PathBuf {
    folder.join(REBUILD_FILE)
}
