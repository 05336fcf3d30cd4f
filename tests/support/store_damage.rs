//! What the sled engine must survive: deaths, damage, twins, other versions. Each is told in words or not seen at all.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use feedatlas::model::cluster::{Known, Stored};
use feedatlas::store::backup;
use feedatlas::store::contract::Store;
use feedatlas::store::error::StoreError;
use feedatlas::store::export::{export, import};
use feedatlas::store::memory::MemoryStore;
use feedatlas::store::sled::SledStore;

use crate::articles::{MORNING, Numbers, Sketch, batch};
use crate::contract::{everything, takedown_of};

/// A store in a folder of its own.
pub(crate) struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn open(&self) -> (SledStore, Vec<String>) {
        SledStore::open(self.path()).unwrap()
    }

    /// A store with a bit of everything, and what it says.
    pub(crate) async fn filled() -> (Self, String) {
        let case = Self::new();
        let (store, _) = case.open();
        for day in 0..3 {
            fill(&store, day, 20).await;
        }
        let told = everything(&store).await;
        (case, told)
    }

    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(self.path(), &mut files);
        files.sort();
        files
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let path = file.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy_folder(&path, &target) } else { fs::copy(&path, &target).map(drop).unwrap() }
    }
}

pub(crate) async fn fill(store: &dyn Store, day: u64, articles: u64) {
    let seen = MORNING + SignedDuration::from_hours(24) * i32::try_from(day).unwrap();
    let sketch = |number: u64| Sketch { seen, countries: &["KP", "RU"], ..Sketch::of(day * 100 + number) };
    let mut articles: Vec<Stored> = (0..articles).map(|number| sketch(number).stored()).collect();
    articles[3].cluster = articles[2].id;
    if day > 0 {
        // An update of an article of the day before.
        articles.push(Stored { changed: seen, ..Sketch { seen, ..Sketch::of((day - 1) * 100 + 5) }.stored() });
    }
    let first = articles[0].id;
    let mut whole = batch(articles);
    whole.noted = vec![sketch(50).key()];
    store.commit(whole).await.unwrap();
    let mut bare = batch(Vec::new());
    bare.aliases = vec![(sketch(60).key(), Known::Article { id: first, entry_hash: 9, tries: 0 })];
    store.commit(bare).await.unwrap();
}

#[tokio::test]
async fn what_was_stored_is_there_at_the_next_opening() {
    let (case, told) = Case::filled().await;
    let (store, notes) = case.open();
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(everything(&store).await, told);
    assert_eq!(store.changed().await.unwrap().len(), 3);
    store.verify().await.unwrap();
}

#[tokio::test]
async fn a_second_opener_is_told_that_another_is_at_it() {
    let case = Case::new();
    let (_store, _) = case.open();
    assert!(matches!(SledStore::open(case.path()), Err(StoreError::Busy { .. })));
}

#[tokio::test]
async fn a_folder_that_is_none_is_unusable() {
    let case = Case::new();
    let file = case.path().join("file");
    fs::write(&file, b"").unwrap();
    assert!(matches!(SledStore::open(&file), Err(StoreError::Unusable { .. })));
    assert!(matches!(SledStore::open(&file.join("below")), Err(StoreError::Unusable { .. })));
}

#[tokio::test]
async fn a_store_of_a_later_version_is_refused_in_words() {
    let (case, _) = Case::filled().await;
    fs::write(case.path().join("schema"), "feedatlas store 2\n").unwrap();
    let why = SledStore::open(case.path()).err().unwrap().to_string();
    assert!(why.contains("version 2, this one reads 1"), "{why}");
    fs::write(case.path().join("schema"), "feedatXas store 1\n").unwrap();
    let why = SledStore::open(case.path()).err().unwrap().to_string();
    assert!(why.contains("write `feedatlas store 1` into it"), "{why}");
}

#[tokio::test]
async fn a_cut_snapshot_is_set_aside_and_nothing_is_lost() {
    let (case, told) = Case::filled().await;
    drop(case.open());
    let files = case.files();
    let is_snapshot = |path: &&PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("snap.");
    let snapshots: Vec<&PathBuf> = files.iter().filter(is_snapshot).collect();
    assert!(!snapshots.is_empty());
    for snapshot in snapshots {
        let bytes = fs::read(snapshot).unwrap();
        fs::write(snapshot, &bytes[..bytes.len() / 2]).unwrap();
    }
    let (store, notes) = case.open();
    assert!(notes.iter().any(|note| note.contains("snapshot was set aside")), "{notes:?}");
    assert_eq!(everything(&store).await, told);
    store.verify().await.unwrap();
}

#[tokio::test]
async fn a_lost_index_is_made_anew_from_the_segments() {
    let (case, told) = Case::filled().await;
    fs::remove_dir_all(case.path().join("index")).unwrap();
    fs::remove_dir_all(case.path().join("hashes")).unwrap();
    let (store, notes) = case.open();
    assert!(notes.iter().any(|note| note.contains("made anew")), "{notes:?}");
    assert_eq!(everything(&store).await, told);
    store.verify().await.unwrap();
    drop(store);
    let (store, notes) = case.open();
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(everything(&store).await, told);
}

#[tokio::test]
async fn a_commit_that_the_index_lost_is_taken_up() {
    let (case, _) = Case::filled().await;
    let before = tempfile::tempdir().unwrap();
    copy_folder(&case.path().join("index"), before.path());
    let (store, _) = case.open();
    fill(&store, 3, 20).await;
    let told = everything(&store).await;
    drop(store);
    fs::remove_dir_all(case.path().join("index")).unwrap();
    copy_folder(before.path(), &case.path().join("index"));
    let (store, notes) = case.open();
    assert!(notes.iter().any(|note| note.contains("taken up")), "{notes:?}");
    assert_eq!(everything(&store).await, told);
    store.verify().await.unwrap();
}

#[tokio::test]
async fn half_a_commit_is_as_if_it_had_not_been() {
    let (case, told) = Case::filled().await;
    let segment = case.files().into_iter().rfind(|path| path.extension().is_some_and(|end| end == "seg")).unwrap();
    let whole = fs::read(&segment).unwrap();
    // A death while the same commit was written again: all but its last bytes.
    let mut torn = whole.clone();
    torn.extend_from_slice(&whole[..whole.len() - 700]);
    fs::write(&segment, torn).unwrap();
    let (store, notes) = case.open();
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(everything(&store).await, told);
    fill(&store, 2, 20).await;
    fill(&store, 3, 20).await;
    let told = everything(&store).await;
    drop(store);
    assert_eq!(everything(&case.open().0).await, told);
}

#[tokio::test]
async fn a_cut_segment_loses_its_own_articles_and_says_so() {
    let (case, _) = Case::filled().await;
    let segment = case.files().into_iter().find(|path| path.extension().is_some_and(|end| end == "seg")).unwrap();
    let bytes = fs::read(&segment).unwrap();
    fs::write(&segment, &bytes[..bytes.len() / 2]).unwrap();
    let (store, notes) = case.open();
    assert!(notes.iter().any(|note| note.contains("made anew")), "{notes:?}");
    store.verify().await.unwrap();
    let kept = store.page(None, 1000).await.unwrap().len();
    assert!((41..60).contains(&kept), "{kept}");
    // The articles come again from their sources, under the ids that they had.
    fill(&store, 0, 20).await;
    assert_eq!(store.page(None, 1000).await.unwrap().len(), 60);
    store.verify().await.unwrap();
}

/// Opens, reads everything, verifies. In words where it cannot.
async fn try_to_read(case: &Case) -> Result<(String, Vec<String>), StoreError> {
    let (store, notes) = SledStore::open(case.path())?;
    let verified = store.verify().await;
    let told = match &verified {
        Ok(_) => everything(&store).await,
        Err(_) => String::new(),
    };
    verified.map(|_| (told, notes))
}

#[tokio::test]
async fn a_flipped_byte_is_survived_mended_or_refused_in_words() {
    let (original, _) = Case::filled().await;
    let (store, _) = original.open();
    store.take_down(takedown_of(&Sketch::of(9).stored())).await.unwrap();
    backup::keep_up(&store, original.path(), MORNING).await.unwrap();
    let told = everything(&store).await;
    let articles = store.page(None, usize::MAX).await.unwrap().len();
    drop(store);
    drop(original.open());
    let mut numbers = Numbers::from(2026);
    let (mut survived, mut mended, mut refused) = (0, 0, 0);
    for _ in 0..tries() {
        let case = Case::new();
        copy_folder(original.path(), case.path());
        let files: Vec<PathBuf> =
            case.files().into_iter().filter(|path| fs::metadata(path).unwrap().len() > 0).collect();
        let file = &files[usize::try_from(numbers.below(files.len() as u64)).unwrap()];
        let mut bytes = fs::read(file).unwrap();
        let at = usize::try_from(numbers.below(bytes.len() as u64)).unwrap();
        bytes[at] ^= u8::try_from(1 + numbers.below(255)).unwrap();
        fs::write(file, bytes).unwrap();
        let place = format!("{} at {at}", file.strip_prefix(case.path()).unwrap().display());
        match try_to_read(&case).await {
            Ok((now, notes)) if notes.is_empty() => {
                assert!(now == told, "lost in silence: {place}");
                survived += 1;
            }
            Ok(_) => {
                mended += 1;
                if backup::has_lost(case.path()) {
                    let (store, _) = case.open();
                    let export = backup::all(case.path(), MORNING).remove(0);
                    backup::restore(&store, &export).await.unwrap();
                    assert_eq!(store.page(None, usize::MAX).await.unwrap().len(), articles, "not put back: {place}");
                    store.verify().await.unwrap();
                }
            }
            Err(why) => {
                refused += 1;
                assert!(!why.to_string().is_empty());
                // What was refused is mended at the next opening, or refused again because a person must look.
                let again = try_to_read(&case).await;
                let is_schema = place.starts_with("schema");
                assert!(again.is_ok() != is_schema, "{place}: {why}; then {:?}", again.err());
            }
        }
    }
    println!("{survived} survived, {mended} mended, {refused} refused in words");
}

/// `STORE_FLIPS=500` for the figure of the release.
fn tries() -> u32 {
    std::env::var("STORE_FLIPS").ok().and_then(|tries| tries.parse().ok()).unwrap_or(60)
}

#[tokio::test]
async fn dead_segments_go_and_what_they_alone_told_stays() {
    let (case, _) = Case::filled().await;
    let (store, _) = case.open();
    let segments =
        |case: &Case| case.files().iter().filter(|path| path.extension().is_some_and(|e| e == "seg")).count();
    assert_eq!(segments(&case), 3);
    let noted = store.noted(None, 10).await.unwrap();
    store.forget(MORNING + SignedDuration::from_hours(30)).await.unwrap();
    assert_eq!(segments(&case), 1);
    store.verify().await.unwrap();
    let told = everything(&store).await;
    drop(store);
    // An index made anew knows what was carried over.
    fs::remove_dir_all(case.path().join("index")).unwrap();
    let (store, _) = case.open();
    assert_eq!(store.noted(None, 10).await.unwrap(), noted);
    assert_eq!(everything(&store).await, told);
}

/// With `STORE_FIXTURE=1` the fixture is written instead: once for each form of a store, never again.
#[tokio::test]
async fn a_store_that_version_1_wrote_opens() {
    let (fixture, words) = (Path::new("fixtures/store/v1"), Path::new("fixtures/store/v1.jsonl"));
    if std::env::var_os("STORE_FIXTURE").is_some() {
        let case = Case::new();
        let (store, _) = case.open();
        fill(&store, 0, 6).await;
        fill(&store, 1, 6).await;
        fs::write(words, lines(&store).await).unwrap();
        drop(store);
        copy_folder(case.path(), fixture);
        return;
    }
    let case = Case::new();
    copy_folder(fixture, case.path());
    let (store, notes) = case.open();
    assert!(notes.is_empty(), "{notes:?}");
    store.verify().await.unwrap();
    let exported = fs::read_to_string(words).unwrap();
    // What stood empty in version 1 has a name now.
    let told = exported.replace("\"template\":[]", "\"learned\":\"\"");
    assert!(lines(&store).await == told, "the store tells something else");
    // An export of version 1 is read as well.
    let other = MemoryStore::default();
    import(&other, &mut exported.as_bytes()).await.unwrap();
    assert!(lines(&other).await == told, "the import tells something else");
}

pub(crate) async fn lines(store: &dyn Store) -> String {
    let mut lines = Vec::new();
    export(store, &mut lines).await.unwrap();
    String::from_utf8(lines).unwrap()
}
