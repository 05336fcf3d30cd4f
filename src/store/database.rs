//! sled, opened and closed. Knows nothing of what is in it.
//!
//! sled writes its snapshot only when it opens, and reads its log from there on: after a long session the next opening
//! would be the longer, so such a session opens it once more as it ends.

use std::fs;
use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::store::error::StoreError;
use crate::store::quiet;

/// Memory for sled's pages, as it counts: packed. Unpacked they take five times as much. The hot ones (the newest
/// articles, those that are still listed) are a few MiB, and the system's own cache holds the others.
const CACHE_BYTES: u64 = 8 * 1024 * 1024;
/// Writes of a session after which it ends with a snapshot: to read their log takes half a second.
const LONG_SESSION_WRITES: u64 = 500_000;
/// sled's threads need some milliseconds to end and to give its lock back.
const LOCK_PAUSE: Duration = Duration::from_millis(20);
const LOCK_TRIES: u32 = 100;

/// An open sled.
pub(super) struct Database {
    /// None only while it is dropped.
    sled: Option<sled::Db>,
    path: PathBuf,
    writes: AtomicU64,
}

/// Why sled did not open.
pub(super) enum NotOpened {
    /// The system did not let us.
    System(StoreError),
    /// Its files are not what it wrote.
    Damaged(String),
}

impl Database {
    /// Opens sled in a folder, or makes it.
    pub(super) fn open(path: &Path) -> Result<Self, NotOpened> {
        let sled = open(path)?;
        Ok(Self { sled: Some(sled), path: path.to_owned(), writes: AtomicU64::new(0) })
    }

    /// Counts writes, for the end of the session.
    pub(super) fn count_writes(&self, writes: usize) {
        self.writes.fetch_add(writes as u64, Ordering::Relaxed);
    }
}

impl Deref for Database {
    type Target = sled::Db;

    fn deref(&self) -> &sled::Db {
        self.sled.as_ref().expect("it is taken out only by drop, after which nobody asks")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Whether it works or not: what it holds is on disk already.
        let _ = quiet::catch(|| self.sled.take());
        if *self.writes.get_mut() >= LONG_SESSION_WRITES {
            let _ = open(&self.path);
        }
    }
}

/// Moves sled's snapshots out of its sight, and says how many there were. The log alone is enough for it.
pub(super) fn set_snapshots_aside(path: &Path) -> io::Result<usize> {
    let mut count = 0;
    for file in fs::read_dir(path)? {
        let name = file?.file_name();
        if name.to_string_lossy().starts_with("snap.") {
            fs::rename(path.join(&name), path.join(format!("damaged.{}", name.to_string_lossy())))?;
            count += 1;
        }
    }
    Ok(count)
}

fn open(path: &Path) -> Result<sled::Db, NotOpened> {
    let config = sled::Config::new()
        .path(path)
        .mode(sled::Mode::LowSpace)
        .cache_capacity(CACHE_BYTES)
        // Every commit is flushed before it is acknowledged; a thread that flushes beside it would only double the writes.
        .flush_every_ms(None);
    let mut opened = quiet::catch(|| config.open());
    // The store's lock is ours, so sled's is held by threads of an earlier opening of this process that are still ending.
    for _ in 0..LOCK_TRIES {
        if !matches!(&opened, Ok(Err(why)) if is_locked(why)) {
            break;
        }
        thread::sleep(LOCK_PAUSE);
        opened = quiet::catch(|| config.open());
    }
    match opened {
        Ok(Ok(sled)) => Ok(sled),
        Ok(Err(why)) if is_locked(&why) => Err(NotOpened::System(StoreError::Busy { path: path.to_owned() })),
        Ok(Err(sled::Error::Io(why))) if is_the_systems(&why) => Err(NotOpened::System(StoreError::io(path, &why))),
        Ok(Err(why)) => Err(NotOpened::Damaged(why.to_string())),
        Err(why) => Err(NotOpened::Damaged(why)),
    }
}

fn is_locked(why: &sled::Error) -> bool {
    matches!(why, sled::Error::Io(why) if why.to_string().contains("acquire lock"))
}

/// Whether an error says something of the machine, not of the bytes.
fn is_the_systems(why: &io::Error) -> bool {
    use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(why.kind(), PermissionDenied | QuotaExceeded | ReadOnlyFilesystem | StorageFull)
}
