//! Segments: files that only grow, one a day, in which articles stand whole, packed, with a hash over each.
//!
//! A frame is on disk (file and folder synced) before the index names it. Knows nothing of what a frame means.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::store::codec::{FrameKind, HEADER_BYTES, Header, MAGIC, Pointer};
use crate::store::error::StoreError;

/// Segments that stay open for reading. The newest articles stand in the last few days.
const OPEN_FILES_MAX: usize = 32;
/// Bytes that are read at once where a file is read from one end to the other.
const SCAN_BYTES: usize = 256 * 1024;

/// The folder of segments.
pub(super) struct Segments {
    folder: PathBuf,
    /// Files open for reading. Held for a look only: readers read side by side, each at a place of its own.
    open: Mutex<HashMap<u32, Arc<File>>>,
}

/// The day of a moment, in UTC: 20261124.
pub(super) fn day_of(at: Timestamp) -> u32 {
    let date = TimeZone::UTC.to_datetime(at).date();
    let year = u32::try_from(date.year()).unwrap_or_default();
    year * 10_000 + u32::from(date.month().unsigned_abs()) * 100 + u32::from(date.day().unsigned_abs())
}

impl Segments {
    /// Opens the folder, making it where it is not there.
    pub(super) fn open(folder: PathBuf) -> Result<Self, StoreError> {
        fs::create_dir_all(&folder).map_err(|why| StoreError::io(&folder, &why))?;
        Ok(Self { folder, open: Mutex::default() })
    }

    /// The file of a day.
    pub(super) fn path(&self, day: u32) -> PathBuf {
        self.folder.join(format!("{:04}-{:02}-{:02}.seg", day / 10_000, day / 100 % 100, day % 100))
    }

    /// Every segment that is there, with its length.
    pub(super) fn all(&self) -> Result<Vec<(u32, u64)>, StoreError> {
        let failed = |why: io::Error| StoreError::io(&self.folder, &why);
        let mut days = Vec::new();
        for file in fs::read_dir(&self.folder).map_err(failed)? {
            let file = file.map_err(failed)?;
            let name = file.file_name();
            let digits: Option<String> =
                name.to_str().and_then(|name| name.strip_suffix(".seg")).map(|stem| stem.replace('-', ""));
            if let Some(day) = digits.and_then(|digits| digits.parse().ok()) {
                days.push((day, file.metadata().map_err(failed)?.len()));
            }
        }
        days.sort_unstable();
        Ok(days)
    }

    /// Bytes of a day's segment; 0 where there is none.
    pub(super) fn end(&self, day: u32) -> Result<u64, StoreError> {
        let path = self.path(day);
        match fs::metadata(&path) {
            Ok(metadata) => Ok(metadata.len()),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(why) => Err(StoreError::io(&path, &why)),
        }
    }

    /// Appends to a day's segment and waits until it is on disk. On failure nothing of it stays.
    pub(super) fn append(&self, day: u32, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path(day);
        let before = self.end(day)?;
        let written = append_synced(&path, bytes, before == 0);
        written.map_err(|why| {
            // A full disk: what was written of it is in the way. Where even this fails, no commit ends it, and it is skipped.
            let _ = OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(before));
            StoreError::io(&path, &why)
        })?;
        if before == 0 {
            sync_folder(&self.folder)?;
        }
        Ok(())
    }

    /// Reads a frame: its head, and its body if it is wanted.
    pub(super) fn read(&self, at: Pointer, with_body: bool) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
        let head_bytes = at.head_bytes as usize;
        let wanted = HEADER_BYTES + head_bytes + if with_body { at.body_bytes as usize } else { 0 };
        let mut bytes = vec![0; wanted];
        let damaged =
            |why: &str| StoreError::damaged(self.path(at.day).display(), format!("at byte {}: {why}", at.offset));
        self.read_at(at.day, at.offset, &mut bytes).map_err(|why| damaged(&why.to_string()))?;
        let Some(header) = bytes.first_chunk().and_then(Header::from_bytes) else {
            return Err(damaged("no frame begins here"));
        };
        if (header.head_bytes, header.body_bytes) != (at.head_bytes, at.body_bytes) {
            return Err(damaged("another frame stands here"));
        }
        let body = bytes.split_off(HEADER_BYTES + head_bytes);
        let head = bytes.split_off(HEADER_BYTES);
        if !header.head_is_whole(&head) || (with_body && !header.body_is_whole(&body)) {
            return Err(damaged("its bytes are not those that were written"));
        }
        Ok((head, body))
    }

    fn read_at(&self, day: u32, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= OPEN_FILES_MAX && !open.contains_key(&day) {
            open.clear();
        }
        let file = match open.entry(day) {
            Entry::Occupied(file) => Arc::clone(file.get()),
            Entry::Vacant(place) => Arc::clone(place.insert(Arc::new(File::open(self.path(day))?))),
        };
        drop(open);
        read_exact_at(&file, offset, bytes)
    }

    /// Takes a segment away, for good.
    pub(super) fn remove(&self, day: u32) -> Result<(), StoreError> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&day);
        let path = self.path(day);
        fs::remove_file(&path).map_err(|why| StoreError::io(&path, &why))?;
        sync_folder(&self.folder)
    }

    /// The frames of a segment from an offset on.
    pub(super) fn scan(&self, day: u32, from: u64) -> Result<Scan, StoreError> {
        let path = self.path(day);
        let opened = File::open(&path).and_then(|mut file| {
            let end = file.metadata()?.len();
            file.seek(SeekFrom::Start(from))?;
            Ok((file, end))
        });
        let (file, end) = opened.map_err(|why| StoreError::io(&path, &why))?;
        Ok(Scan { file: BufReader::with_capacity(SCAN_BYTES, file), path, day, at: from, end })
    }
}

fn append_synced(path: &Path, bytes: &[u8], is_new: bool) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(bytes)?;
    if is_new { file.sync_all() } else { file.sync_data() }
}

#[cfg(unix)]
fn read_exact_at(file: &File, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

/// Elsewhere a file has one position: readers take turns.
#[cfg(not(unix))]
fn read_exact_at(file: &File, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut file = file;
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(bytes)
}

/// Waits until the names in a folder are on disk.
pub(super) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    // Windows cannot open a folder as a file, and keeps names in step by itself.
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|why| StoreError::io(folder, &why))?;
    }
    Ok(())
}

/// A frame that was met on the way through a segment.
pub(super) struct Met {
    pub(super) kind: FrameKind,
    pub(super) at: Pointer,
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
}

/// A way through a segment, from frame to frame. Damage is stepped over: the next whole frame is looked for.
pub(super) struct Scan {
    file: BufReader<File>,
    path: PathBuf,
    day: u32,
    at: u64,
    end: u64,
}

impl Scan {
    /// The next frame whose hashes fit. None at the end.
    pub(super) fn next(&mut self) -> Result<Option<Met>, StoreError> {
        loop {
            if self.at + HEADER_BYTES as u64 > self.end {
                return Ok(None);
            }
            match self.frame_here().map_err(|why| StoreError::io(&self.path, &why))? {
                Some(met) => {
                    self.at += met.at.frame_bytes();
                    return Ok(Some(met));
                }
                None => self.seek_magic(self.at + 1).map_err(|why| StoreError::io(&self.path, &why))?,
            }
        }
    }

    fn frame_here(&mut self) -> io::Result<Option<Met>> {
        let mut bytes = [0; HEADER_BYTES];
        self.file.read_exact(&mut bytes)?;
        let Some(header) = Header::from_bytes(&bytes) else { return Ok(None) };
        let Header { kind, head_bytes, body_bytes, .. } = header;
        let at = Pointer { day: self.day, offset: self.at, head_bytes, body_bytes };
        if self.at + at.frame_bytes() > self.end {
            return Ok(None);
        }
        let mut head = vec![0; head_bytes as usize];
        self.file.read_exact(&mut head)?;
        let mut body = vec![0; body_bytes as usize];
        self.file.read_exact(&mut body)?;
        let is_whole = header.head_is_whole(&head) && header.body_is_whole(&body);
        Ok(is_whole.then_some(Met { kind, at, head, body }))
    }

    /// Goes to the next place from `from` on that begins as a frame does.
    fn seek_magic(&mut self, from: u64) -> io::Result<()> {
        self.at = from;
        self.file.seek(SeekFrom::Start(from))?;
        let mut matched = 0;
        loop {
            let buffer = self.file.fill_buf()?;
            if buffer.is_empty() {
                self.at = self.end;
                return Ok(());
            }
            let bytes = buffer.len();
            for (index, byte) in buffer.iter().enumerate() {
                matched = if *byte == MAGIC[matched] { matched + 1 } else { usize::from(*byte == MAGIC[0]) };
                if matched == MAGIC.len() {
                    self.at += index as u64 + 1 - MAGIC.len() as u64;
                    self.file.seek(SeekFrom::Start(self.at))?;
                    return Ok(());
                }
            }
            self.at += bytes as u64;
            self.file.consume(bytes);
        }
    }
}
