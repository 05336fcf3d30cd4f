//! The published folder, in memory as far as it fits, looked at again where it may have changed.
//!
//! Bounded: the least used go first, and what is large is read from disk each time. Not here: what is in a file (`file`).

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use tokio::sync::Semaphore;

use crate::serve::file::{Held, Large, Stamp};
use crate::serve::path::Asked;

/// Bytes held in all, packed forms counted.
const HELD_BYTES_MAX: usize = 128 * 1024 * 1024;
/// A file larger than this is not held.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// A held file is looked at again after so long: under load once for hundreds of answers, and nobody notices the age.
const TRUST_MILLIS: u64 = 20;
/// Looks at the disk at a time: each is a thread, and a flood of names that are not there must not become a flood of threads.
const LOOKS_MAX: usize = 16;

/// What was found at a path.
#[derive(Debug)]
pub(super) enum Found {
    /// A file.
    Held(Arc<Held>),
    /// A large one.
    Large(Large),
    /// A folder.
    Folder,
    /// Nothing that is ours to show.
    Nothing,
}

/// The published folder, in memory as far as it fits.
#[derive(Debug)]
pub(super) struct Shelf {
    started: Instant,
    /// Guards two fields alone and is never held over an await or a read from disk; many read, few write.
    shown: RwLock<Shown>,
    looks: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Shown {
    root: PathBuf,
    /// By the path of a request: `/feeds/kndr.xml`, `/kndr/`.
    files: HashMap<String, Arc<Held>>,
    bytes: usize,
}

impl Shelf {
    /// The shelf of a folder, which need not be there yet.
    pub(super) fn new(root: PathBuf) -> Self {
        Self {
            started: Instant::now(),
            shown: RwLock::new(Shown { root, ..Shown::default() }),
            looks: Arc::new(Semaphore::new(LOOKS_MAX)),
        }
    }

    /// From now on another folder is shown.
    pub(super) fn turn_to(&self, root: PathBuf) {
        let mut shown = self.write();
        if shown.root != root {
            *shown = Shown { root, ..Shown::default() };
        }
    }

    /// Files that are held, and their bytes.
    pub(super) fn held(&self) -> (usize, usize) {
        let shown = self.read();
        (shown.files.len(), shown.bytes)
    }

    /// A held file that was looked at just now, by the very path of a request.
    pub(super) fn at_hand(&self, path: &str) -> Option<Arc<Held>> {
        let shown = self.read();
        let file = shown.files.get(path)?;
        let now = self.millis();
        if now.saturating_sub(file.checked.load(Ordering::Relaxed)) > TRUST_MILLIS {
            return None;
        }
        file.used.store(now, Ordering::Relaxed);
        Some(Arc::clone(file))
    }

    /// What is at a path that `serve::path` has read.
    pub(super) async fn find(self: &Arc<Self>, asked: &Asked) -> Found {
        let key = asked.to_string();
        if let Some(held) = self.at_hand(&key) {
            return Found::Held(held);
        }
        let Ok(permit) = Arc::clone(&self.looks).acquire_owned().await else { return Found::Nothing };
        let (this, asked) = (Arc::clone(self), asked.clone());
        // Only a look at memory is done in the server's own threads; a disk may be a network away.
        let look = tokio::task::spawn_blocking(move || {
            let found = this.look(&key, &asked);
            drop(permit);
            found
        });
        match look.await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) | Err(_) => Found::Nothing,
        }
    }

    fn look(&self, key: &str, asked: &Asked) -> io::Result<Found> {
        let root = self.read().root.clone();
        let path = asked.file();
        let Some((place, stamp, open)) = open_below(&root, &path) else {
            self.forget(key);
            return Ok(if !asked.is_folder && is_folder_below(&root, &asked.path) {
                Found::Folder
            } else {
                Found::Nothing
            });
        };
        if let Some(held) = self.unchanged(key, stamp) {
            return Ok(Found::Held(held));
        }
        if stamp.bytes() > FILE_BYTES_MAX {
            self.forget(key);
            return Ok(Found::Large(Large::new(&path, open, &stamp)));
        }
        let held = Arc::new(Held::read(&path, &place, open, stamp, self.millis())?);
        self.keep(&root, key, &held);
        Ok(Found::Held(held))
    }

    fn unchanged(&self, key: &str, stamp: Stamp) -> Option<Arc<Held>> {
        let shown = self.read();
        let held = shown.files.get(key).filter(|held| held.stamp == stamp)?;
        held.checked.store(self.millis(), Ordering::Relaxed);
        held.used.store(self.millis(), Ordering::Relaxed);
        Some(Arc::clone(held))
    }

    fn keep(&self, root: &Path, key: &str, held: &Arc<Held>) {
        let mut shown = self.write();
        // Another folder may be shown since this file was read.
        if shown.root == root {
            shown.put(key, held);
        }
    }

    fn forget(&self, key: &str) {
        if self.read().files.contains_key(key) {
            self.write().take(key);
        }
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// What is guarded is whole between any two statements, whatever panicked elsewhere.
    fn read(&self) -> RwLockReadGuard<'_, Shown> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Shown> {
        self.shown.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    fn put(&mut self, key: &str, held: &Arc<Held>) {
        self.take(key);
        self.bytes += held.bytes();
        self.files.insert(key.to_owned(), Arc::clone(held));
        if self.bytes <= HELD_BYTES_MAX {
            return;
        }
        let mut by_use: Vec<(u64, String)> =
            self.files.iter().map(|(key, held)| (held.used.load(Ordering::Relaxed), key.clone())).collect();
        by_use.sort_unstable();
        for (_, key) in by_use {
            // A quarter at once, so that this is rare.
            if self.bytes <= HELD_BYTES_MAX / 4 * 3 {
                break;
            }
            self.take(&key);
        }
    }

    fn take(&mut self, key: &str) {
        if let Some(held) = self.files.remove(key) {
            self.bytes -= held.bytes();
        }
    }
}

/// A file below the folder, open. Links out of the folder, and whatever else leads elsewhere, end here: both sides are made
/// real first.
fn open_below(root: &Path, path: &str) -> Option<(PathBuf, Stamp, File)> {
    let place = real_below(root, path)?;
    // A pipe would be waited for: it is looked at before it is opened.
    if !fs::metadata(&place).ok()?.is_file() {
        return None;
    }
    let open = File::open(&place).ok()?;
    // Of the very file that will be read, whatever is shown under its name by now.
    let metadata = open.metadata().ok()?;
    let stamp = Stamp::of(&place, &metadata);
    metadata.is_file().then_some((place, stamp, open))
}

fn is_folder_below(root: &Path, path: &str) -> bool {
    real_below(root, path).is_some_and(|place| place.is_dir())
}

fn real_below(root: &Path, path: &str) -> Option<PathBuf> {
    let root = fs::canonicalize(root).ok()?;
    fs::canonicalize(root.join(path)).ok().filter(|place| place.starts_with(&root))
}
