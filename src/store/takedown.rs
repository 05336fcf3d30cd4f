//! Takedowns of the sled engine: articles leave the index at once, their bodies at the next `compact`.
//!
//! Each stands twice, in the index and in the file `takedowns`, because an index that is made anew from the bodies would
//! bring the article back. The file is written first: what it names is gone from the next opening on, whatever happens.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use crate::model::cluster::ArticleId;
use crate::model::takedown::Takedown;
use crate::store::codec::{self, Record};
use crate::store::engine::Engine;
use crate::store::error::StoreError;
use crate::store::hashes;
use crate::store::index::{self, Indexed};
use crate::store::keys::{self, No, kind};
use crate::store::retention;
use crate::store::segments;
use crate::store::stage::Stage;

const FILE: &str = "takedowns";
/// Digits of the hash before each line, and the blank after it.
const HASH_DIGITS: usize = 16;

/// Takes down an address, and what is kept of it. On disk when this returns; gives back which articles it was.
pub(super) fn take_down(engine: &Engine, mut takedown: Takedown) -> Result<Takedown, StoreError> {
    let mut writer = engine.writer()?;
    let mut stage = engine.stage();
    let mut all = from_index(engine)?;
    if let Some(old) = all.get(takedown.link.as_str()) {
        takedown.merge(old);
    }
    take(engine, &mut stage, &mut takedown)?;
    all.insert(takedown.link.as_str().to_owned(), takedown.clone());
    write(&engine.folder, all.values())?;
    engine.refuse(&takedown);
    writer.apply(stage)?;
    drop(writer);
    engine.flush()?;
    Ok(takedown)
}

/// Every takedown.
pub(super) fn all(engine: &Engine) -> Result<Vec<Takedown>, StoreError> {
    Ok(from_index(engine)?.into_values().collect())
}

/// At an opening: what the file names and the index does not is taken down now; what the file has lost is written anew.
pub(super) fn enforce(engine: &Engine, notes: &mut Vec<String>) -> Result<(), StoreError> {
    let mut all = from_index(engine)?;
    let told = read(&engine.folder)?;
    if told.broken > 0 {
        let count = told.broken;
        notes.push(format!(
            "{count} lines of `{FILE}` cannot be read; those that the index has not are to be removed again"
        ));
    }
    let is_whole = told.broken == 0 && told.takedowns.len() == all.len();
    for mut takedown in told.takedowns {
        if !all.contains_key(takedown.link.as_str()) {
            let mut writer = engine.writer()?;
            let mut stage = engine.stage();
            take(engine, &mut stage, &mut takedown)?;
            writer.apply(stage)?;
            drop(writer);
            engine.flush()?;
            all.insert(takedown.link.as_str().to_owned(), takedown);
        }
    }
    for takedown in all.values() {
        engine.refuse(takedown);
    }
    if is_whole { Ok(()) } else { write(&engine.folder, all.values()) }
}

fn from_index(engine: &Engine) -> Result<BTreeMap<String, Takedown>, StoreError> {
    let mut all = BTreeMap::new();
    for entry in engine.entries(&[kind::TAKEDOWN], None) {
        let takedown: Takedown = codec::decode(&entry?.1, "a takedown")?;
        all.insert(takedown.link.as_str().to_owned(), takedown);
    }
    Ok(all)
}

/// Stages all that a takedown changes in the index.
fn take(engine: &Engine, stage: &mut Stage<'_>, takedown: &mut Takedown) -> Result<(), StoreError> {
    let found = find(engine, takedown)?;
    if !found.is_empty() {
        stage.add(keys::CHANGES, 1)?;
    }
    for (no, record) in &found {
        let head = engine.head(record)?;
        takedown.merge(&Takedown {
            ids: vec![record.id],
            keys: index::identities(record, &head).to_vec(),
            ..takedown.clone()
        });
        let mut copies: Vec<(No, Record)> = retention::copies(engine, record)?.into_iter().collect();
        copies.retain(|(no, _)| !found.contains_key(no));
        follow_the_first(engine, stage, copies)?;
        index::take(stage, &Indexed { no: *no, record: record.clone() })?;
    }
    for key in &takedown.keys {
        stage.put(keys::noted(*key), Vec::new());
    }
    stage.put(keys::takedown(takedown.link.as_str()), codec::encode(takedown)?);
    Ok(())
}

fn find(engine: &Engine, takedown: &Takedown) -> Result<BTreeMap<No, Record>, StoreError> {
    let mut found = BTreeMap::new();
    for id in &takedown.ids {
        let Some(no) = engine.no_of(*id)? else { continue };
        found.extend(engine.record(no)?.map(|record| (no, record)));
    }
    let Some(hash) = hashes::of_address(&takedown.address) else { return Ok(found) };
    for no in engine.hashes.find(hash, usize::MAX)? {
        let Some(record) = engine.record(no)? else { continue };
        if engine.head(&record)?.fingerprint.address == takedown.address {
            found.insert(no, record);
        }
    }
    Ok(found)
}

/// The copies of an article that goes: the first of them leads the others from now on.
fn follow_the_first(engine: &Engine, stage: &mut Stage<'_>, mut copies: Vec<(No, Record)>) -> Result<(), StoreError> {
    copies.sort_by_key(|(_, copy)| (copy.first_seen(), copy.id));
    let first: Option<ArticleId> = copies.first().map(|(_, copy)| copy.id);
    for (no, record) in copies {
        let head = engine.head(&record)?;
        let mut new = record.clone();
        new.copy_of = first.filter(|first| *first != record.id);
        index::put(stage, &head, &new, Some(&Indexed { no, record }))?;
    }
    Ok(())
}

/// What the file says.
#[derive(Default)]
struct Told {
    takedowns: Vec<Takedown>,
    /// Lines that are not what was written.
    broken: usize,
}

fn read(folder: &Path) -> Result<Told, StoreError> {
    let path = folder.join(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Told::default()),
        Err(why) => return Err(StoreError::io(&path, &why)),
    };
    let mut told = Told::default();
    let mut once = HashMap::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match takedown_of(line) {
            Some(takedown) => drop(once.insert(takedown.link.as_str().to_owned(), takedown)),
            None => told.broken += 1,
        }
    }
    told.takedowns = once.into_values().collect();
    Ok(told)
}

fn takedown_of(line: &[u8]) -> Option<Takedown> {
    let (hash, json) = line.split_at_checked(HASH_DIGITS + 1)?;
    let is_whole = hash == format!("{:016x} ", xxh3_64(json)).as_bytes();
    is_whole.then(|| serde_json::from_slice(json).ok()).flatten()
}

/// Writes the file anew: it has its name only once it is on disk.
fn write<'all>(folder: &Path, all: impl Iterator<Item = &'all Takedown>) -> Result<(), StoreError> {
    let path = folder.join(FILE);
    let mut bytes = Vec::new();
    for takedown in all {
        let json = serde_json::to_vec(takedown).map_err(|why| StoreError::form("a takedown to write", why))?;
        bytes.extend_from_slice(format!("{:016x} ", xxh3_64(&json)).as_bytes());
        bytes.extend_from_slice(&json);
        bytes.push(b'\n');
    }
    let new = path.with_extension("new");
    let written = File::create(&new).and_then(|mut file| {
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&new, &path)
    });
    written.map_err(|why| StoreError::io(&path, &why))?;
    segments::sync_folder(folder)
}
