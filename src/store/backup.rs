//! Exports that the store writes by itself, once a week, into `exports/` of its own folder: a few are kept.
//!
//! Knows the names of the files and when one is due; what stands in them is `export`'s. Also the mark of a store that has lost
//! something: it stays until what can be had again was put back.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::store::contract::Store;
use crate::store::error::StoreError;
use crate::store::export::{self, Told};
use crate::store::segments;

const FOLDER: &str = "exports";
const ENDING: &str = ".jsonl.zst";
/// Says that articles were lost.
const LOST_FILE: &str = "lost";
/// Days between two exports.
const EVERY_DAYS: i64 = 7;
/// Exports that are kept: the newest may be damaged with the disk that holds it, and one of before may be wanted.
const KEPT_MAX: usize = 3;

/// The exports of a store, the newest first. Those that a clock dated into the future come last.
#[must_use]
pub fn all(folder: &Path, now: Timestamp) -> Vec<PathBuf> {
    dated(folder, now).into_iter().map(|(_, _, path)| path).collect()
}

/// Whether it is from the future, and its day; in order.
fn dated(folder: &Path, now: Timestamp) -> Vec<(bool, Date, PathBuf)> {
    let today = day(now);
    let files = fs::read_dir(folder.join(FOLDER)).into_iter().flatten().flatten();
    let mut all: Vec<(bool, Date, PathBuf)> = files
        .filter_map(|file| {
            let name = file.file_name();
            let date: Date = name.to_str()?.strip_suffix(ENDING)?.parse().ok()?;
            Some((date > today, date, file.path()))
        })
        .collect();
    all.sort_by_key(|(is_future, date, _)| (*is_future, std::cmp::Reverse(*date)));
    all
}

fn day(now: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(now).date()
}

/// Writes an export where the last one is a week old, and takes the oldest away. Says what was written.
///
/// It has its name only once it is whole and on disk; one that is cut short leaves nothing that is read.
pub async fn keep_up(store: &dyn Store, folder: &Path, now: Timestamp) -> Result<Option<(PathBuf, Told)>, StoreError> {
    let today = day(now);
    let weekly = today.checked_sub(EVERY_DAYS.days()).unwrap_or(Date::MIN);
    if dated(folder, now).first().is_some_and(|(is_future, date, _)| !is_future && *date > weekly) {
        return Ok(None);
    }
    let exports = folder.join(FOLDER);
    fs::create_dir_all(&exports).map_err(|why| StoreError::io(&exports, &why))?;
    let path = exports.join(format!("{today}{ENDING}"));
    let new = exports.join("new");
    let failed = |why: io::Error| StoreError::io(&new, &why);
    let told = {
        let file = File::create(&new).map_err(failed)?;
        let mut packer = zstd::Encoder::new(BufWriter::new(file), 0).map_err(failed)?;
        packer.include_checksum(true).map_err(failed)?;
        let told = export::export(store, &mut packer).await?;
        let mut file = packer.finish().map_err(failed)?;
        file.flush().and_then(|()| file.get_ref().sync_all()).map_err(failed)?;
        told
    };
    fs::rename(&new, &path).map_err(failed)?;
    segments::sync_folder(&exports)?;
    for (_, _, old) in dated(folder, now).into_iter().skip(KEPT_MAX) {
        fs::remove_file(&old).map_err(|why| StoreError::io(&old, &why))?;
    }
    Ok(Some((path, told)))
}

/// Puts back from an export what a store has not. Says how many articles that were.
pub async fn restore(store: &dyn Store, path: &Path) -> Result<u64, StoreError> {
    let unpacked = File::open(path).and_then(zstd::Decoder::new).map_err(|why| StoreError::io(path, &why))?;
    export::import_missing(store, &mut BufReader::new(unpacked)).await
}

/// Marks a store as one that has lost articles.
pub fn mark_lost(folder: &Path) -> Result<(), StoreError> {
    let path = folder.join(LOST_FILE);
    fs::create_dir_all(folder)
        .and_then(|()| File::create(&path)?.sync_all())
        .map_err(|why| StoreError::io(&path, &why))?;
    segments::sync_folder(folder)
}

/// Whether articles were lost, and not put back yet.
#[must_use]
pub fn has_lost(folder: &Path) -> bool {
    folder.join(LOST_FILE).exists()
}

/// What could be put back was put back.
pub fn unmark_lost(folder: &Path) -> Result<(), StoreError> {
    let path = folder.join(LOST_FILE);
    match fs::remove_file(&path) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(StoreError::io(&path, &why)),
        _ => Ok(()),
    }
}
