//! How the sled engine opens, and what it does when something is broken: each step is told in words, none is silent.
//!
//! In this order: sled's snapshot is set aside; the index is set aside and made anew from the segments, in which every
//! article stands whole. What a segment has lost is told, and its articles are asked of their sources again. A commit
//! that the segments have and the index has not (sled fell back, or died in between) is taken up. A store that has lost
//! articles is marked (`backup`): who runs a pass puts back what the last export has, then what is published.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::store::backup;
use crate::store::codec;
use crate::store::compact::{self, Compacted};
use crate::store::database::{self, Database, NotOpened};
use crate::store::engine::{self, Engine};
use crate::store::error::StoreError;
use crate::store::index::Alive;
use crate::store::keys::{self, kind};
use crate::store::quiet;
use crate::store::replay;
use crate::store::segments::{self, Segments};
use crate::store::takedown;
use crate::store::verify;

/// The form of a store as a whole: folders, files, keys. Records and frames have their own.
const SCHEMA: u64 = 1;
const SCHEMA_FILE: &str = "schema";
const SCHEMA_WORDS: &str = "feedatlas store";
const LOCK_FILE: &str = "lock";
const BODIES_FOLDER: &str = "bodies";
const INDEX_FOLDER: &str = "index";
const DAMAGED_FOLDER: &str = "index.damaged";

/// Opens a store, or makes one. Says in words what had to be mended.
pub(super) fn open(folder: &Path) -> Result<(Engine, Vec<String>), StoreError> {
    fs::create_dir_all(folder).map_err(|why| StoreError::io(folder, &why))?;
    let lock = lock(folder)?;
    let has_schema = check_schema(folder)?;
    let mut notes: Vec<String> = compact::settle(folder)?.into_iter().collect();
    let mut assemble = || {
        let lock = lock.try_clone().map_err(|why| StoreError::io(folder, &why))?;
        quiet::catch(|| assemble(folder, lock, has_schema, &mut notes))
            .unwrap_or_else(|why| Err(StoreError::damaged("index", why)))
    };
    let engine = match assemble() {
        // Damage that only the first reading met: once more, from the segments.
        Err(why @ StoreError::Damaged { .. }) => {
            engine::ask_for_rebuild(folder, &why);
            assemble()?
        }
        other => other?,
    };
    Ok((engine, notes))
}

/// Writes what is alive anew, and takes the rest away. Safe at any moment of death; blocks for a minute or two at a
/// million articles.
pub(super) fn compact(folder: &Path) -> Result<(Compacted, Vec<String>), StoreError> {
    let (old, notes) = open(folder)?;
    let before_bytes = compact::bytes_of(folder);
    let new_folder = compact::new_folder(folder)?;
    let (new, _) = open(&new_folder)?;
    let copied = quiet::catch(|| {
        let articles = compact::copy(&old, &new)?;
        compact::check(verify::verify(&old)?, verify::verify(&new)?)?;
        Ok(articles)
    });
    let copied = copied.unwrap_or_else(|why| Err(StoreError::damaged("index", why)));
    if let Err(why @ StoreError::Damaged { .. }) = &copied {
        engine::ask_for_rebuild(folder, why);
    }
    let articles = copied?;
    drop(new);
    let lock = old.close();
    compact::swap(folder)?;
    drop(lock);
    Ok((Compacted { before_bytes, after_bytes: compact::bytes_of(folder), articles }, notes))
}

fn assemble(folder: &Path, lock: File, has_schema: bool, notes: &mut Vec<String>) -> Result<Engine, StoreError> {
    let segments = Segments::open(folder.join(BODIES_FOLDER))?;
    let is_new = !has_schema && segments.all()?.is_empty();
    let (index, is_empty) = match find_index(folder, &segments, is_new, notes) {
        Ok(index) => (index, false),
        Err(NotOpened::System(why)) => return Err(why),
        Err(NotOpened::Damaged(why)) => {
            set_index_aside(folder, &why, notes)?;
            (new_index(folder)?, true)
        }
    };
    let engine = Engine::new(folder.to_owned(), index, segments, lock)?;
    if is_empty {
        replay::all(&engine, notes)?;
    } else {
        replay::missing(&engine, notes)?;
    }
    takedown::enforce(&engine, notes)?;
    finish(&engine, has_schema)?;
    Ok(engine)
}

/// Takes the lock of the store. The system gives it back when we die.
fn lock(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join(LOCK_FILE);
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = opened.map_err(|why| StoreError::io(&path, &why))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy { path: folder.to_owned() }),
        Err(TryLockError::Error(why)) => Err(StoreError::io(&path, &why)),
    }
}

/// Whether the folder says that it is a store; an error where it is one that we cannot read.
fn check_schema(folder: &Path) -> Result<bool, StoreError> {
    let path = folder.join(SCHEMA_FILE);
    let text = match fs::read(&path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(why) => return Err(StoreError::io(&path, &why)),
    };
    match text.trim().strip_prefix(SCHEMA_WORDS).and_then(|version| version.trim().parse::<u64>().ok()) {
        Some(SCHEMA) => Ok(true),
        Some(version) => Err(StoreError::form(path.display(), format!("version {version}, this one reads {SCHEMA}"))),
        None => Err(StoreError::damaged(
            path.display(),
            format!(
                "it says {text:?}; if the folder is a store of this version, write `{SCHEMA_WORDS} {SCHEMA}` into it"
            ),
        )),
    }
}

/// The index, if it can be trusted; else why not.
fn find_index(
    folder: &Path,
    segments: &Segments,
    is_new: bool,
    notes: &mut Vec<String>,
) -> Result<Database, NotOpened> {
    if let Ok(why) = fs::read_to_string(engine::rebuild_file(folder)) {
        return Err(NotOpened::Damaged(why));
    }
    let path = folder.join(INDEX_FOLDER);
    let index = match Database::open(&path) {
        Err(NotOpened::Damaged(why)) => {
            let aside = database::set_snapshots_aside(&path);
            if aside.map_err(|why| NotOpened::System(StoreError::io(&path, &why)))? == 0 {
                return Err(NotOpened::Damaged(why));
            }
            notes.push(format!("the index could not be opened ({why}): its snapshot was set aside"));
            Database::open(&path)?
        }
        other => other?,
    };
    if !is_new {
        quiet::catch(|| check_index(folder, &index, segments)).unwrap_or_else(Err).map_err(NotOpened::Damaged)?;
    }
    Ok(index)
}

/// Whether the index is one, and the segments that it names are there.
fn check_index(folder: &Path, index: &Database, segments: &Segments) -> Result<(), String> {
    let schema = index.get(keys::SCHEMA).map_err(|why| why.to_string())?;
    if schema.is_none() {
        return Err("the index is empty, and the store is not".to_owned());
    }
    for entry in index.scan_prefix([kind::SEGMENT]) {
        let (key, value) = entry.map_err(|why| why.to_string())?;
        let alive: Alive = codec::decode(&value, "a segment's entry").map_err(|why| why.to_string())?;
        let Some(day) = keys::no_of(&key) else { continue };
        let bytes = segments.end(day).map_err(|why| why.to_string())?;
        if alive.articles > 0 && bytes < alive.end {
            backup::mark_lost(folder).map_err(|why| why.to_string())?;
            let path = segments.path(day);
            return Err(format!("{}: {bytes} bytes, and {} were written", path.display(), alive.end));
        }
    }
    Ok(())
}

/// Moves the index out of the way, so that a new one can be made. The first one that broke is kept for those who look
/// into it.
fn set_index_aside(folder: &Path, why: &str, notes: &mut Vec<String>) -> Result<(), StoreError> {
    let marker = engine::rebuild_file(folder);
    // First, so that a death from here on ends in another rebuilding and not in half an index.
    fs::write(&marker, why).map_err(|why| StoreError::io(&marker, &why))?;
    let (index, aside) = (folder.join(INDEX_FOLDER), folder.join(DAMAGED_FOLDER));
    if index.exists() && aside.exists() {
        fs::remove_dir_all(&index).map_err(|why| StoreError::io(&index, &why))?;
    } else if index.exists() {
        fs::rename(&index, &aside).map_err(|why| StoreError::io(&index, &why))?;
    }
    let hashes = folder.join(engine::HASHES_FOLDER);
    if hashes.exists() {
        fs::remove_dir_all(&hashes).map_err(|why| StoreError::io(&hashes, &why))?;
    }
    segments::sync_folder(folder)?;
    notes
        .push(format!("the index was set aside in `{DAMAGED_FOLDER}` ({why}) and is made anew from `{BODIES_FOLDER}`"));
    Ok(())
}

fn new_index(folder: &Path) -> Result<Database, StoreError> {
    Database::open(&folder.join(INDEX_FOLDER)).map_err(|why| match why {
        NotOpened::System(why) => why,
        NotOpened::Damaged(why) => StoreError::Unusable { path: folder.to_owned(), why },
    })
}

/// Marks the store as whole: first inside the index, then on the folder.
fn finish(engine: &Engine, has_schema: bool) -> Result<(), StoreError> {
    let mut writer = engine.writer()?;
    let mut stage = engine.stage();
    if stage.number(keys::SCHEMA)? != SCHEMA {
        stage.set_number(keys::SCHEMA, SCHEMA);
        writer.apply(stage)?;
        engine.flush()?;
    }
    drop(writer);
    if !has_schema {
        write_schema(&engine.folder).map_err(|why| StoreError::io(&engine.folder, &why))?;
        segments::sync_folder(&engine.folder)?;
    }
    let marker = engine::rebuild_file(&engine.folder);
    match fs::remove_file(&marker) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(StoreError::io(&marker, &why)),
        _ => Ok(()),
    }
}

fn write_schema(folder: &Path) -> io::Result<()> {
    let new: PathBuf = folder.join(format!("{SCHEMA_FILE}.new"));
    fs::write(&new, format!("{SCHEMA_WORDS} {SCHEMA}\n"))?;
    File::open(&new)?.sync_all()?;
    fs::rename(&new, folder.join(SCHEMA_FILE))
}
