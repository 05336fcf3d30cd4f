//! Published files, held in memory: plain, gzip and brotli as the pass wrote them, each with its entity tag.
//!
//! Bounded: the least used go first, and what is large is read from disk each time.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Instant, SystemTime};

use hyper::body::Bytes;
use hyper::header::HeaderValue;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use xxhash_rust::xxh3::xxh3_128;

use crate::publish::pack::is_packed;
use crate::serve::condition::Coding;

/// Bytes held in all, packed forms counted.
const HELD_BYTES_MAX: usize = 128 * 1024 * 1024;
/// A file larger than this is not held.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// What a file costs beside its bytes: names, tags, the map's own.
const OVERHEAD_BYTES: usize = 512;
/// A held file is looked at again after so long: under load once for hundreds of answers, and nobody notices the age.
const TRUST_MILLIS: u64 = 20;

/// One form of a file.
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its strong entity tag: a hash of these very bytes.
    pub tag: HeaderValue,
}

/// A file that is held.
#[derive(Debug)]
pub(super) struct Held {
    plain: Form,
    gzip: Option<Form>,
    brotli: Option<Form>,
    /// When the plain form was written.
    pub modified: Timestamp,
    /// The same, as HTTP writes it.
    pub last_modified: HeaderValue,
    stamp: Stamp,
    checked: AtomicU64,
    used: AtomicU64,
}

/// A file that is too large to be held.
#[derive(Debug)]
pub(super) struct Large {
    /// Where it lies.
    pub place: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Its entity tag, made from its length and the time of its last change: it is replaced whole or not at all.
    pub tag: HeaderValue,
    /// When it was written.
    pub modified: Timestamp,
    /// The same, as HTTP writes it.
    pub last_modified: HeaderValue,
}

/// What was found at a path.
#[derive(Debug, Clone)]
pub(super) enum Found {
    /// A file.
    Held(Arc<Held>),
    /// A large one.
    Large(Arc<Large>),
    /// A folder.
    Folder,
    /// Nothing that is ours to show.
    Nothing,
}

/// What tells that a file is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { bytes: metadata.len(), modified: metadata.modified().ok() }
    }
}

/// The published folder, in memory as far as it fits.
#[derive(Debug)]
pub(super) struct Shelf {
    root: PathBuf,
    started: Instant,
    /// Guards the map alone and is never held over an await or a read from disk; many read, few write.
    files: RwLock<HashMap<String, Arc<Held>>>,
}

impl Held {
    /// The form in one of these codings, the first that there is.
    pub(super) fn form(&self, codings: [Coding; 3]) -> (Coding, &Form) {
        let form = |coding: Coding| match coding {
            Coding::Brotli => self.brotli.as_ref().map(|form| (coding, form)),
            Coding::Gzip => self.gzip.as_ref().map(|form| (coding, form)),
            Coding::Identity => None,
        };
        codings.into_iter().find_map(form).unwrap_or((Coding::Identity, &self.plain))
    }

    /// The tags of all its forms, as text.
    pub(super) fn tags(&self) -> impl Iterator<Item = &str> + Clone {
        let forms = [Some(&self.plain), self.gzip.as_ref(), self.brotli.as_ref()];
        forms.into_iter().flatten().filter_map(|form| form.tag.to_str().ok())
    }

    /// Whether it lies ready in more than one coding, so that caches must tell requests apart.
    pub(super) fn varies(&self) -> bool {
        self.gzip.is_some() || self.brotli.is_some()
    }

    fn bytes(&self) -> usize {
        let forms = [Some(&self.plain), self.gzip.as_ref(), self.brotli.as_ref()];
        forms.into_iter().flatten().map(|form| form.bytes.len()).sum::<usize>() + OVERHEAD_BYTES
    }
}

impl Shelf {
    /// The shelf of a folder, which need not be there yet.
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, started: Instant::now(), files: RwLock::default() }
    }

    /// What is at a path that `serve::path` has read.
    pub(super) async fn find(self: &Arc<Self>, path: &str) -> Found {
        if let Some(held) = self.trusted(path) {
            return Found::Held(held);
        }
        let (this, path) = (Arc::clone(self), path.to_owned());
        // Only a look at memory is done in the server's own threads; a disk may be a network away.
        match tokio::task::spawn_blocking(move || this.look(&path)).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) | Err(_) => Found::Nothing,
        }
    }

    /// A held file that was looked at just now.
    fn trusted(&self, path: &str) -> Option<Arc<Held>> {
        let files = self.files.read().ok()?;
        let file = files.get(path)?;
        let now = self.millis();
        if now.saturating_sub(file.checked.load(Ordering::Relaxed)) > TRUST_MILLIS {
            return None;
        }
        file.used.store(now, Ordering::Relaxed);
        Some(Arc::clone(file))
    }

    fn look(&self, path: &str) -> io::Result<Found> {
        // Links out of the folder, and whatever else leads elsewhere, end here: both sides are made real first.
        let root = fs::canonicalize(&self.root)?;
        let place = match fs::canonicalize(root.join(path)) {
            Ok(place) if place.starts_with(&root) => place,
            _ => {
                self.forget(path);
                return Ok(Found::Nothing);
            }
        };
        let metadata = fs::metadata(&place)?;
        if metadata.is_dir() {
            return Ok(Found::Folder);
        }
        if !metadata.is_file() {
            return Ok(Found::Nothing);
        }
        let stamp = Stamp::of(&metadata);
        if let Some(held) = self.unchanged(path, stamp) {
            return Ok(Found::Held(held));
        }
        if metadata.len() > FILE_BYTES_MAX {
            return Ok(Found::Large(Arc::new(large(place, stamp))));
        }
        let held = Arc::new(self.read(path, &place, stamp)?);
        self.keep(path, &held);
        Ok(Found::Held(held))
    }

    fn unchanged(&self, path: &str, stamp: Stamp) -> Option<Arc<Held>> {
        let files = self.files.read().ok()?;
        let held = files.get(path).filter(|held| held.stamp == stamp)?;
        held.checked.store(self.millis(), Ordering::Relaxed);
        held.used.store(self.millis(), Ordering::Relaxed);
        Some(Arc::clone(held))
    }

    fn read(&self, path: &str, place: &Path, stamp: Stamp) -> io::Result<Held> {
        let packed = |ending: &str| {
            let beside = PathBuf::from(format!("{}.{ending}", place.display()));
            // A link is no packed form of ours.
            let is_file = fs::symlink_metadata(&beside).is_ok_and(|metadata| metadata.is_file());
            if !is_packed(path) || !is_file { None } else { fs::read(&beside).ok() }
        };
        let plain = fs::read(place)?;
        let smaller = |bytes: &Vec<u8>| bytes.len() < plain.len();
        let (modified, last_modified) = times(stamp);
        Ok(Held {
            gzip: packed("gz").filter(smaller).map(form),
            brotli: packed("br").filter(smaller).map(form),
            plain: form(plain),
            modified,
            last_modified,
            stamp,
            checked: AtomicU64::new(self.millis()),
            used: AtomicU64::new(self.millis()),
        })
    }

    fn keep(&self, path: &str, held: &Arc<Held>) {
        let Ok(mut files) = self.files.write() else { return };
        files.insert(path.to_owned(), Arc::clone(held));
        let mut sum: usize = files.values().map(|held| held.bytes()).sum();
        if sum <= HELD_BYTES_MAX {
            return;
        }
        let mut by_use: Vec<(u64, String)> =
            files.iter().map(|(path, held)| (held.used.load(Ordering::Relaxed), path.clone())).collect();
        by_use.sort_unstable();
        for (_, path) in by_use {
            // A quarter at once, so that this is rare.
            if sum <= HELD_BYTES_MAX / 4 * 3 {
                break;
            }
            sum -= files.remove(&path).map_or(0, |held| held.bytes());
        }
    }

    fn forget(&self, path: &str) {
        if let Ok(mut files) = self.files.write() {
            files.remove(path);
        }
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

fn form(bytes: Vec<u8>) -> Form {
    let tag = quoted(&format!("{:032x}", xxh3_128(&bytes)));
    Form { bytes: bytes.into(), tag }
}

fn large(place: PathBuf, stamp: Stamp) -> Large {
    let (modified, last_modified) = times(stamp);
    let tag = quoted(&format!("{:x}-{:x}", modified.as_nanosecond(), stamp.bytes));
    Large { place, bytes: stamp.bytes, tag, modified, last_modified }
}

fn quoted(tag: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{tag}\"")).expect("hexadecimal digits stand in a header")
}

fn times(stamp: Stamp) -> (Timestamp, HeaderValue) {
    let modified = stamp.modified.and_then(|at| Timestamp::try_from(at).ok()).unwrap_or(Timestamp::UNIX_EPOCH);
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&modified);
    let header = text.ok().and_then(|text| HeaderValue::from_str(&text).ok());
    (modified, header.unwrap_or(HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT")))
}
