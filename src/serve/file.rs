//! One published file, read from disk: its bytes in each form that lies ready, and what HTTP says of them.
//!
//! Not here: where it may lie, and how long it is held (`shelf`).

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::time::SystemTime;

use hyper::body::Bytes;
use hyper::header::HeaderValue;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use xxhash_rust::xxh3::xxh3_128;

use crate::publish::pack::is_packed;
use crate::serve::condition::Coding;
use crate::serve::kind::Kind;

/// What a file costs beside its bytes: names, tags, the map's own.
const OVERHEAD_BYTES: usize = 1024;

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
    /// What it is.
    pub kind: Kind,
    plain: Form,
    gzip: Option<Form>,
    brotli: Option<Form>,
    /// When the plain form was written.
    pub modified: Timestamp,
    /// The same, as HTTP writes it.
    pub last_modified: HeaderValue,
    /// What tells that it is another one.
    pub stamp: Stamp,
    /// When the disk was last asked whether it is still the same, in milliseconds of the shelf's clock.
    pub checked: AtomicU64,
    /// When it was last asked for, likewise.
    pub used: AtomicU64,
}

/// A file that is too large to be held: open, so that what is sent is one file from its first byte to its last.
#[derive(Debug)]
pub(super) struct Large {
    /// What it is.
    pub kind: Kind,
    /// The file.
    pub open: File,
    /// Its length.
    pub bytes: u64,
    /// Its entity tag, made from its length and the time of its last change: it is replaced whole or not at all.
    pub tag: HeaderValue,
    /// When it was written.
    pub modified: Timestamp,
    /// The same, as HTTP writes it.
    pub last_modified: HeaderValue,
}

/// What tells that a file is another one: length, time and number of each of its forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    plain: Mark,
    gzip: Option<Mark>,
    brotli: Option<Mark>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    bytes: u64,
    modified: Option<SystemTime>,
    /// The file's number: two of the same length may be shown within one tick of the file system's clock.
    number: u64,
}

impl Stamp {
    /// The stamp of a file and of the packed forms beside it.
    pub(super) fn of(place: &Path, metadata: &Metadata) -> Self {
        let beside = |ending| {
            // A link is no packed form of ours.
            let metadata = fs::symlink_metadata(with_ending(place, ending)).ok()?;
            metadata.is_file().then(|| Mark::of(&metadata))
        };
        if !place.to_str().is_some_and(is_packed) {
            return Self { plain: Mark::of(metadata), gzip: None, brotli: None };
        }
        Self { plain: Mark::of(metadata), gzip: beside("gz"), brotli: beside("br") }
    }

    /// Bytes of the plain form.
    pub(super) fn bytes(&self) -> u64 {
        self.plain.bytes
    }

    fn times(&self) -> (Timestamp, HeaderValue) {
        let modified = self.plain.modified.and_then(|at| Timestamp::try_from(at).ok());
        let modified = modified.unwrap_or(Timestamp::UNIX_EPOCH);
        let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&modified);
        let header = text.ok().and_then(|text| HeaderValue::from_str(&text).ok());
        (modified, header.unwrap_or(HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT")))
    }
}

impl Mark {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let number = 0;
        Self { bytes: metadata.len(), modified: metadata.modified().ok(), number }
    }
}

impl Held {
    /// Reads a file and its packed forms. `path`: below the published folder; `now`: of the shelf's clock.
    pub(super) fn read(path: &str, place: &Path, mut open: File, stamp: Stamp, now: u64) -> io::Result<Self> {
        let mut plain = Vec::with_capacity(usize::try_from(stamp.plain.bytes).unwrap_or(0));
        open.read_to_end(&mut plain)?;
        let packed = |mark: Option<Mark>, ending| {
            let mark = mark.filter(|mark| mark.bytes < plain.len() as u64)?;
            let bytes = fs::read(with_ending(place, ending)).ok()?;
            (bytes.len() as u64 == mark.bytes).then_some(bytes)
        };
        // The three forms are shown one after the other, packed ones first. One that is not the plain one's (not yet, or
        // not any more) is left out: nobody gets the news of one moment under the name of another.
        let gzip =
            packed(stamp.gzip, "gz").filter(|bytes| unpacks_to(flate2::read::GzDecoder::new(&bytes[..]), &plain));
        let brotli =
            packed(stamp.brotli, "br").filter(|bytes| unpacks_to(brotli::Decompressor::new(&bytes[..], 4096), &plain));
        let (modified, last_modified) = stamp.times();
        Ok(Self {
            kind: Kind::of(path),
            gzip: gzip.map(form),
            brotli: brotli.map(form),
            plain: form(plain),
            modified,
            last_modified,
            stamp,
            checked: AtomicU64::new(now),
            used: AtomicU64::new(now),
        })
    }

    /// The form in one of these codings, the first that there is.
    pub(super) fn form(&self, codings: [Coding; 3]) -> (Coding, &Form) {
        let form = |coding: Coding| match coding {
            Coding::Brotli => self.brotli.as_ref().map(|form| (coding, form)),
            Coding::Gzip => self.gzip.as_ref().map(|form| (coding, form)),
            Coding::Identity => Some((coding, &self.plain)),
        };
        codings.into_iter().find_map(form).unwrap_or((Coding::Identity, &self.plain))
    }

    /// The tags of all its forms, as text.
    pub(super) fn tags(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let forms = [Some(&self.plain), self.gzip.as_ref(), self.brotli.as_ref()];
        forms.into_iter().flatten().map(|form| form.tag.as_bytes())
    }

    /// Whether it lies ready in more than one coding, so that caches must tell requests apart.
    pub(super) fn varies(&self) -> bool {
        self.gzip.is_some() || self.brotli.is_some()
    }

    /// What it costs to hold it.
    pub(super) fn bytes(&self) -> usize {
        let forms = [Some(&self.plain), self.gzip.as_ref(), self.brotli.as_ref()];
        forms.into_iter().flatten().map(|form| form.bytes.len()).sum::<usize>() + OVERHEAD_BYTES
    }
}

impl Large {
    /// A large file, open.
    pub(super) fn new(path: &str, open: File, stamp: &Stamp) -> Self {
        let (modified, last_modified) = stamp.times();
        let bytes = stamp.plain.bytes;
        let tag = quoted(&format!("{:x}-{:x}-{:x}", modified.as_nanosecond(), stamp.plain.number, bytes));
        Self { kind: Kind::of(path), open, bytes, tag, modified, last_modified }
    }
}

/// Whether a packed form gives these bytes, no more and no fewer.
fn unpacks_to(mut unpacked: impl Read, plain: &[u8]) -> bool {
    let (mut rest, mut some) = (plain, vec![0; 16 * 1024]);
    loop {
        match unpacked.read(&mut some) {
            Ok(0) => return rest.is_empty(),
            Ok(read) => match rest.strip_prefix(&some[..read]) {
                Some(left) => rest = left,
                None => return false,
            },
            Err(_) => return false,
        }
    }
}

fn with_ending(place: &Path, ending: &str) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn form(bytes: Vec<u8>) -> Form {
    let tag = quoted(&format!("{:032x}", xxh3_128(&bytes)));
    Form { bytes: bytes.into(), tag }
}

fn quoted(tag: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{tag}\"")).expect("hexadecimal digits stand in a header")
}
