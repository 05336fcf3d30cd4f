//! How the sled engine opens, and what it does when something is broken: each step is told in words, none is silent.
//!
//! In this order: sled's snapshot is set aside; the index is set aside and made anew from the segments, in which every
//! article stands whole. What a segment has lost is told, and its articles are asked of their sources again. A commit
//! that the segments have and the index has not (sled fell back, or died in between) is taken up.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::store::codec;
use crate::store::engine::{self, Engine};
use crate::store::error::StoreError;
use crate::store::index::Alive;
use crate::store::keys::{self, kind};
use crate::store::quiet;
use crate::store::replay;
use crate::store::segments::{self, Segments};

/// The form of a store as a whole: folders, files, keys. Records and frames have their own.
const SCHEMA: u64 = 1;
const SCHEMA_FILE: &str = "schema";
const SCHEMA_WORDS: &str = "feedatlas store";
const LOCK_FILE: &str = "lock";
const BODIES_FOLDER: &str = "bodies";
const INDEX_FOLDER: &str = "index";
const DAMAGED_FOLDER: &str = "index.damaged";

/// Memory for sled's pages. The hot ones (the newest articles, entries that are still listed) are a few MiB.
const CACHE_BYTES: u64 = 48 * 1024 * 1024;

/// sled's threads need some milliseconds to end.
const LOCK_PAUSE: Duration = Duration::from_millis(20);
const LOCK_TRIES: u32 = 100;

/// Opens a store, or makes one. Says in words what had to be mended.
pub(super) fn open(folder: &Path) -> Result<(Engine, Vec<String>), StoreError> {
    fs::create_dir_all(folder).map_err(|why| StoreError::io(folder, &why))?;
    let lock = lock(folder)?;
    let has_schema = check_schema(folder)?;
    let mut notes = Vec::new();
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

fn assemble(folder: &Path, lock: File, has_schema: bool, notes: &mut Vec<String>) -> Result<Engine, StoreError> {
    let segments = Segments::open(folder.join(BODIES_FOLDER))?;
    let is_new = !has_schema && segments.all()?.is_empty();
    let (index, is_empty) = match find_index(folder, &segments, is_new, notes)? {
        Ok(index) => (index, false),
        Err(why) => {
            set_index_aside(folder, &why, notes)?;
            (open_sled(folder)?.map_err(|why| StoreError::damaged("index", why))?, true)
        }
    };
    let engine = Engine::new(folder.to_owned(), index, segments, lock)?;
    if is_empty {
        replay::all(&engine, notes)?;
    } else {
        replay::missing(&engine, notes)?;
    }
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
) -> Result<Result<sled::Db, String>, StoreError> {
    if let Ok(why) = fs::read_to_string(engine::rebuild_file(folder)) {
        return Ok(Err(why));
    }
    let index = match open_sled(folder)? {
        Ok(index) => index,
        Err(why) if set_snapshots_aside(folder)? > 0 => {
            notes.push(format!("the index could not be opened ({why}): its snapshot was set aside"));
            match open_sled(folder)? {
                Ok(index) => index,
                Err(why) => return Ok(Err(why)),
            }
        }
        Err(why) => return Ok(Err(why)),
    };
    if is_new {
        return Ok(Ok(index));
    }
    let trusted = quiet::catch(|| check_index(&index, segments)).unwrap_or_else(Err);
    Ok(trusted.map(|()| index))
}

/// Whether the index is one, and the segments that it names are there.
fn check_index(index: &sled::Db, segments: &Segments) -> Result<(), String> {
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
            let path = segments.path(day);
            return Err(format!("{}: {bytes} bytes, and {} were written", path.display(), alive.end));
        }
    }
    Ok(())
}

/// Opens sled. The inner error is damage, the outer one the system's.
fn open_sled(folder: &Path) -> Result<Result<sled::Db, String>, StoreError> {
    let path = folder.join(INDEX_FOLDER);
    let config = sled::Config::new()
        .path(&path)
        .mode(sled::Mode::LowSpace)
        .cache_capacity(CACHE_BYTES)
        // Every commit is flushed before it is acknowledged; a thread that flushes beside it would only double the writes.
        .flush_every_ms(None);
    let mut opened = quiet::catch(|| config.open());
    // The store's lock is ours, so sled's is held by threads of an earlier opening of this process that are still ending.
    for _ in 0..LOCK_TRIES {
        if !matches!(&opened, Ok(Err(why)) if why.to_string().contains("acquire lock")) {
            break;
        }
        thread::sleep(LOCK_PAUSE);
        opened = quiet::catch(|| config.open());
    }
    match opened {
        Ok(Ok(index)) => Ok(Ok(index)),
        Ok(Err(sled::Error::Io(why))) if is_the_systems(&why) => Err(StoreError::io(&path, &why)),
        Ok(Err(sled::Error::Io(why))) if why.to_string().contains("acquire lock") => {
            Err(StoreError::Busy { path: folder.to_owned() })
        }
        Ok(Err(why)) => Ok(Err(why.to_string())),
        Err(why) => Ok(Err(why)),
    }
}

/// Whether an error says something of the machine, not of the bytes.
fn is_the_systems(why: &io::Error) -> bool {
    use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(why.kind(), PermissionDenied | QuotaExceeded | ReadOnlyFilesystem | StorageFull)
}

/// Moves sled's snapshots out of its sight, and says how many there were. The log alone is enough for it.
fn set_snapshots_aside(folder: &Path) -> Result<usize, StoreError> {
    let index = folder.join(INDEX_FOLDER);
    let failed = |why: io::Error| StoreError::io(&index, &why);
    let Ok(files) = fs::read_dir(&index) else { return Ok(0) };
    let mut count = 0;
    for file in files {
        let name = file.map_err(failed)?.file_name();
        if name.to_string_lossy().starts_with("snap.") {
            let aside = format!("damaged.{}", name.to_string_lossy());
            fs::rename(index.join(&name), index.join(aside)).map_err(failed)?;
            count += 1;
        }
    }
    Ok(count)
}

/// Moves the index out of the way, so that a new one can be made. The first one that broke is kept for those who look into it.
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
