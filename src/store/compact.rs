//! `compact`: what is alive, written to a new folder beside the old one, which then takes its place.
//!
//! ```text
//! compact.new/   bodies, index, hashes: made, read back whole, synced       a death until here: it is thrown away
//!   ready        the new ones are whole                                     a death from here on: the next opening goes on
//!   old.bodies … what they took the place of                                thrown away at last
//! ```
//! Nothing is taken away before all of it stands elsewhere. Needs room for what is alive once more.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::store::codec::{self, CommitHead, FrameKind, Head, Pointer, Record, Rest};
use crate::store::commit::Frames;
use crate::store::contract::Verified;
use crate::store::engine::{Engine, HASHES_FOLDER};
use crate::store::error::StoreError;
use crate::store::index;
use crate::store::keys::{self, kind};
use crate::store::reading;
use crate::store::segments;
use crate::store::stage::Stage;

/// Where the new store is made.
const NEW_FOLDER: &str = "compact.new";
/// In it: the new store is whole, and is to take the old one's place.
const READY_FILE: &str = "ready";
/// What is swapped. The bodies first: the others can be made from them.
pub(super) const PARTS: [&str; 3] = ["bodies", "index", HASHES_FOLDER];
/// Articles, or entries, that are written at once.
const STEP: usize = 200;
/// Entries that are taken over as they are.
const BARE: [u8; 6] = [kind::NOTED, kind::SOURCE, kind::HOST, kind::SUBSCRIPTION, kind::DUE, kind::TAKEDOWN];

/// Asked before each step of the swap; tests die here.
type Step<'step> = &'step mut dyn FnMut(&str) -> Result<(), StoreError>;

/// Bytes of a store on disk, before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compacted {
    /// Before.
    pub before_bytes: u64,
    /// After.
    pub after_bytes: u64,
    /// Articles that were written anew.
    pub articles: u64,
}

/// Makes a new store of an old one, in `compact.new`, both open. Says how many articles there are.
pub(super) fn copy(old: &Engine, new: &Engine) -> Result<u64, StoreError> {
    let mut copying = Copying { old, new, group: Vec::new(), change: 0 };
    let mut articles = 0;
    for entry in old.entries(&[kind::ARTICLE], None) {
        let (key, value) = entry?;
        let Some(no) = keys::no_of(&key) else { continue };
        copying.take(codec::decode(&value, format!("article {no}"))?)?;
        articles += 1;
    }
    copying.end_group()?;
    copying.bare()?;
    copying.journal()?;
    let mut writer = new.writer()?;
    let mut stage = new.stage();
    let changes = stage.number(keys::CHANGES)?.max(old.stage().number(keys::CHANGES)?);
    stage.set_number(keys::CHANGES, changes);
    writer.apply(stage)?;
    drop(writer);
    new.flush()?;
    Ok(articles)
}

/// Whether the new store tells as much as the old one.
pub(super) fn check(old: Verified, new: Verified) -> Result<(), StoreError> {
    if (old.articles, old.sources) == (new.articles, new.sources) {
        return Ok(());
    }
    Err(StoreError::damaged(NEW_FOLDER, format!("{new:?} where the store has {old:?}; the store stays as it was")))
}

struct Copying<'both> {
    old: &'both Engine,
    new: &'both Engine,
    /// Articles of one day that follow each other.
    group: Vec<Record>,
    change: u64,
}

impl Copying<'_> {
    fn take(&mut self, record: Record) -> Result<(), StoreError> {
        let is_another = self.group.first().is_some_and(|first| first.at.day != record.at.day);
        if is_another || self.group.len() == STEP {
            self.end_group()?;
        }
        self.group.push(record);
        Ok(())
    }

    /// Writes the articles of a group as one commit. Their bodies stay packed.
    fn end_group(&mut self) -> Result<(), StoreError> {
        let group = std::mem::take(&mut self.group);
        let Some(first) = group.first() else { return Ok(()) };
        let mut frames = Frames::behind(self.new, first.at.day)?;
        let mut source = None;
        let mut stage = self.new.stage();
        for record in &group {
            let (head, packed) = self.old.segments.read(record.at, true)?;
            let head: Head = codec::decode(&head, record.id)?;
            let head = head.with(record);
            let (day, offset) = (frames.day, frames.end());
            let (head_bytes, body_bytes) = codec::packed_frame(FrameKind::Article, &head, &packed, &mut frames.bytes)?;
            let record = Record::of(&head, Pointer { day, offset, head_bytes, body_bytes });
            index::place(&mut stage, &head, &record, None)?;
            source.get_or_insert(head.source);
        }
        let Some(source) = source else { return Ok(()) };
        let rest = Rest::bare(source.clone(), reading::source(self.old, &source)?);
        self.commit(stage, frames, &rest.without_template())
    }

    /// Ends a commit and writes it.
    fn commit(&mut self, mut stage: Stage<'_>, mut frames: Frames, rest: &Rest) -> Result<(), StoreError> {
        self.change += 1;
        let head = CommitHead { change: self.change, start: frames.start };
        codec::frame(FrameKind::Commit, &head, rest, &mut frames.bytes)?;
        let mut segment = index::segment(&stage, frames.day)?;
        segment.end = frames.end();
        index::put_segment(&mut stage, frames.day, segment)?;
        stage.set_number(keys::CHANGES, self.change);
        self.new.segments.append(frames.day, &frames.bytes)?;
        self.new.writer()?.apply(stage)?;
        self.new.settle()
    }

    /// Takes over entries that name no article.
    fn bare(&self) -> Result<(), StoreError> {
        for kind in BARE {
            let mut stage = self.new.stage();
            for entry in self.old.entries(&[kind], None) {
                let (key, value) = entry?;
                stage.put(key.to_vec(), value.to_vec());
                if stage.writes() == STEP {
                    self.new.writer()?.apply(std::mem::replace(&mut stage, self.new.stage()))?;
                }
            }
            self.new.writer()?.apply(stage)?;
        }
        Ok(())
    }

    /// Writes into the bodies what an index that is made anew must find there: sources, and entries that are noted.
    fn journal(&mut self) -> Result<(), StoreError> {
        let Some((day, _)) = self.old.segments.all()?.last().copied() else { return Ok(()) };
        let mut any = None;
        for (name, state) in reading::sources(self.old)? {
            any.get_or_insert_with(|| (name.clone(), state.clone()));
            let rest = Rest::bare(name, state).without_template();
            self.commit(self.new.stage(), Frames::behind(self.new, day)?, &rest)?;
        }
        let Some((name, state)) = any else { return Ok(()) };
        let mut after = None;
        loop {
            let noted = reading::noted(self.old, after, STEP)?;
            let Some(last) = noted.last() else { return Ok(()) };
            after = Some(*last);
            let rest = Rest { noted, ..Rest::bare(name.clone(), state.clone()) }.without_template();
            self.commit(self.new.stage(), Frames::behind(self.new, day)?, &rest)?;
        }
    }
}

/// An empty folder for the new store.
pub(super) fn new_folder(folder: &Path) -> Result<std::path::PathBuf, StoreError> {
    let new = folder.join(NEW_FOLDER);
    remove_folder(&new)?;
    Ok(new)
}

/// The new store is whole and closed: it takes the old one's place.
pub(super) fn swap(folder: &Path) -> Result<(), StoreError> {
    swap_in_steps(folder, &mut |_| Ok(()))
}

fn swap_in_steps(folder: &Path, step: Step<'_>) -> Result<(), StoreError> {
    let new = folder.join(NEW_FOLDER);
    step("the new folder is synced")?;
    segments::sync_folder(&new)?;
    segments::sync_folder(folder)?;
    step("the new store is called ready")?;
    let ready = new.join(READY_FILE);
    File::create(&ready).and_then(|file| file.sync_all()).map_err(|why| StoreError::io(&ready, &why))?;
    segments::sync_folder(&new)?;
    go_on(folder, step)
}

/// At an opening, before anything is read: goes on with a swap that was begun, or throws half a store away.
pub(super) fn settle(folder: &Path) -> Result<Option<String>, StoreError> {
    let new = folder.join(NEW_FOLDER);
    if !new.exists() {
        return Ok(None);
    }
    if new.join(READY_FILE).exists() {
        go_on(folder, &mut |_| Ok(()))?;
        return Ok(Some("a `store compact` that was cut short is done now".to_owned()));
    }
    remove_folder(&new)?;
    Ok(Some("a `store compact` that was cut short was thrown away; the store is as it was".to_owned()))
}

fn go_on(folder: &Path, step: Step<'_>) -> Result<(), StoreError> {
    let new = folder.join(NEW_FOLDER);
    for part in PARTS {
        let (from, to, old) = (new.join(part), folder.join(part), new.join(format!("old.{part}")));
        if !from.exists() {
            // Swapped already, before a death.
            continue;
        }
        if to.exists() {
            step(part)?;
            fs::rename(&to, &old).map_err(|why| StoreError::io(&to, &why))?;
        }
        step(part)?;
        fs::rename(&from, &to).map_err(|why| StoreError::io(&to, &why))?;
    }
    step("the names are synced")?;
    segments::sync_folder(&new)?;
    segments::sync_folder(folder)?;
    step("it is no longer called ready")?;
    let ready = new.join(READY_FILE);
    fs::remove_file(&ready).map_err(|why| StoreError::io(&ready, &why))?;
    segments::sync_folder(&new)?;
    step("the old one goes")?;
    remove_folder(&new)
}

fn remove_folder(folder: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(folder) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(StoreError::io(folder, &why)),
        _ => Ok(()),
    }
}

/// Bytes of all files of a store but exports.
pub(super) fn bytes_of(folder: &Path) -> u64 {
    let under = |path: &Path| -> u64 {
        let files = fs::read_dir(path).into_iter().flatten().flatten();
        files.filter_map(|file| file.metadata().ok()).filter(fs::Metadata::is_file).map(|file| file.len()).sum()
    };
    let blobs = folder.join("index").join("blobs");
    PARTS.iter().map(|part| under(&folder.join(part))).sum::<u64>() + under(&blobs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::Store;
    use crate::store::export;
    use crate::store::recovery;
    use crate::store::sled::SledStore;
    use crate::store::verify;

    fn copy_folder(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for file in fs::read_dir(from).unwrap() {
            let path = file.unwrap().path();
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() { copy_folder(&path, &target) } else { fs::copy(&path, &target).map(drop).unwrap() }
        }
    }

    async fn told(folder: &Path) -> (Vec<u8>, Vec<String>) {
        let (store, notes) = SledStore::open(folder).unwrap();
        store.verify().await.unwrap();
        let mut lines = Vec::new();
        export::export(&store, &mut lines).await.unwrap();
        (lines, notes)
    }

    #[tokio::test]
    async fn a_death_at_any_step_of_the_swap_loses_nothing() {
        let fixture = Path::new("fixtures/store/v1");
        let mut deaths = 0;
        loop {
            let case = tempfile::tempdir().unwrap();
            copy_folder(fixture, case.path());
            let before = told(case.path()).await.0;
            let (old, _) = recovery::open(case.path()).unwrap();
            let (new, _) = recovery::open(&new_folder(case.path()).unwrap()).unwrap();
            copy(&old, &new).unwrap();
            check(verify::verify(&old).unwrap(), verify::verify(&new).unwrap()).unwrap();
            drop((old, new));
            let mut steps = 0;
            let swapped = swap_in_steps(case.path(), &mut |what| {
                steps += 1;
                if steps > deaths { Err(StoreError::damaged(what, "a death")) } else { Ok(()) }
            });
            let (after, notes) = told(case.path()).await;
            assert_eq!(after, before, "death {deaths}");
            assert!(!case.path().join(NEW_FOLDER).exists());
            if swapped.is_ok() {
                assert!(notes.is_empty(), "{notes:?}");
                break;
            }
            assert!(notes[0].contains("store compact"), "{notes:?}");
            deaths += 1;
        }
        assert!(deaths >= 10, "only {deaths} steps");
    }
}
