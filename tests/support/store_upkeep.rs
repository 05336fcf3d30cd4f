//! What the sled engine does to itself: compact, takedowns that outlive everything, exports by itself, what was lost put back.

use std::fs;

use jiff::SignedDuration;

use feedatlas::model::cluster::Query;
use feedatlas::model::settings::StoreSettings;
use feedatlas::store;
use feedatlas::store::backup;
use feedatlas::store::contract::Store;
use feedatlas::store::memory::MemoryStore;

use crate::articles::{MORNING, Sketch, batch};
use crate::contract::{everything, takedown_of};
use crate::damage::{Case, copy_folder, fill, lines};

fn compact(case: &Case) -> store::compact::Compacted {
    let settings = StoreSettings { path: case.path().to_owned(), shared: None, keep: std::time::Duration::MAX };
    store::compact(&settings).unwrap().0
}

fn holds(case: &Case, words: &str) -> bool {
    // Heads are not packed: the title stands in them as it is.
    let has = |bytes: &[u8]| bytes.windows(words.len()).any(|window| window == words.as_bytes());
    case.files().iter().any(|path| has(&fs::read(path).unwrap()))
}

#[tokio::test]
async fn compact_keeps_everything_and_gives_disk_back() {
    let (case, _) = Case::filled().await;
    let (store, _) = case.open();
    for round in 0..6 {
        // The same articles, changed each time: their old frames are dead.
        let articles = (0..40).map(|number| {
            let seen = MORNING + SignedDuration::from_mins(round);
            let mut stored = Sketch { seen, text_bytes: 3000, ..Sketch::of(number) }.stored();
            stored.routed.article.title += &format!(" {round}");
            stored
        });
        store.commit(batch(articles.collect())).await.unwrap();
    }
    let due = store.changed().await.unwrap();
    let told = everything(&store).await;
    drop(store);
    let compacted = compact(&case);
    assert_eq!(compacted.articles, 80);
    assert!(compacted.after_bytes * 2 < compacted.before_bytes, "{compacted:?}");
    let (store, notes) = case.open();
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(everything(&store).await, told);
    assert_eq!(store.changed().await.unwrap(), due);
    store.verify().await.unwrap();
    // What comes after it is stored as ever; an index made anew from the new bodies knows all of it.
    fill(&store, 4, 20).await;
    let told = everything(&store).await;
    drop(store);
    fs::remove_dir_all(case.path().join("index")).unwrap();
    let (store, _) = case.open();
    assert_eq!(everything(&store).await, told);
    store.verify().await.unwrap();
}

#[tokio::test]
async fn a_takedown_outlives_the_index_the_file_and_an_import() {
    let (case, _) = Case::filled().await;
    let (store, _) = case.open();
    let export = lines(&store).await;
    let gone = Sketch::of(7).stored();
    store.take_down(takedown_of(&gone)).await.unwrap();
    let told = everything(&store).await;
    drop(store);
    let title = gone.routed.article.title.as_str();
    assert!(holds(&case, title), "the body stays until the next compact");
    for lost in ["index", "takedowns"] {
        let copy = Case::new();
        copy_folder(case.path(), copy.path());
        let path = copy.path().join(lost);
        if path.is_dir() {
            fs::remove_dir_all(&path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        let (store, _) = copy.open();
        assert_eq!(everything(&store).await, told, "without its {lost}");
        store.verify().await.unwrap();
        drop(store);
        assert!(copy.path().join("takedowns").is_file());
    }
    // A line that is not what was written is told, and written anew.
    let file = case.path().join("takedowns");
    let mut bytes = fs::read(&file).unwrap();
    bytes[40] ^= 1;
    fs::write(&file, bytes).unwrap();
    let (store, notes) = case.open();
    assert!(notes[0].contains("1 lines of `takedowns` cannot be read"), "{notes:?}");
    assert_eq!(everything(&store).await, told);
    // An export from before does not bring it back; one from after takes it along.
    feedatlas::store::export::import(&store, &mut export.as_bytes()).await.unwrap();
    assert!(store.article(gone.id).await.unwrap().is_none());
    let (other, after) = (MemoryStore::default(), lines(&store).await);
    feedatlas::store::export::import(&other, &mut after.as_bytes()).await.unwrap();
    assert_eq!(lines(&other).await, after);
    drop(store);
    compact(&case);
    assert!(!holds(&case, title), "its body went with the compact");
    let (store, notes) = case.open();
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(lines(&store).await, after);
    store.verify().await.unwrap();
}

#[tokio::test]
async fn an_export_a_week_is_written_and_three_are_kept() {
    let (case, _) = Case::filled().await;
    let (store, _) = case.open();
    let (mut written, mut names) = (0, Vec::new());
    for day in 0..40 {
        let now = MORNING + SignedDuration::from_hours(24 * day);
        let exported = backup::keep_up(&store, case.path(), now).await.unwrap();
        written += u32::from(exported.is_some());
        names = backup::all(case.path(), now);
    }
    assert_eq!((written, names.len()), (6, 3));
    // A clock that ran ahead holds up no later export, and what it dated goes first.
    let ahead = MORNING + SignedDuration::from_hours(24 * 365 * 70);
    assert!(backup::keep_up(&store, case.path(), ahead).await.unwrap().is_some());
    let now = MORNING + SignedDuration::from_hours(24 * 41);
    assert!(backup::keep_up(&store, case.path(), now).await.unwrap().is_none());
    let later = now + SignedDuration::from_hours(24 * 7);
    assert!(backup::keep_up(&store, case.path(), later).await.unwrap().is_some());
    let told = everything(&store).await;
    let newest = backup::all(case.path(), later).remove(0);
    assert!(!newest.to_string_lossy().contains("2096"), "{newest:?}");
    let copy = MemoryStore::default();
    assert_eq!(backup::restore(&copy, &newest).await.unwrap(), 60);
    assert_eq!(everything(&copy).await, told);
    assert_eq!(backup::restore(&copy, &newest).await.unwrap(), 0, "what is there is left alone");
}

#[tokio::test]
async fn what_the_bodies_have_lost_comes_back_from_the_last_export() {
    let (case, told) = Case::filled().await;
    let (store, _) = case.open();
    backup::keep_up(&store, case.path(), MORNING).await.unwrap();
    drop(store);
    let segment = case.files().into_iter().find(|path| path.extension().is_some_and(|end| end == "seg")).unwrap();
    fs::remove_file(segment).unwrap();
    let (store, notes) = case.open();
    assert!(!notes.is_empty());
    assert!(backup::has_lost(case.path()));
    assert!(store.page(None, 1000).await.unwrap().len() < 60);
    let newest = backup::all(case.path(), MORNING).remove(0);
    assert!(backup::restore(&store, &newest).await.unwrap() > 15);
    assert_eq!(store.page(None, 1000).await.unwrap().len(), 60);
    assert_eq!(store.count(Query::default()).await.unwrap(), MemoryCount::of(&told));
    store.verify().await.unwrap();
}

/// The leaders that `everything` tells of: those of all come first.
struct MemoryCount;

impl MemoryCount {
    fn of(told: &str) -> u64 {
        let line = told.lines().find(|line| line.contains(" [Cluster")).unwrap();
        line.split(' ').next().unwrap().parse().unwrap()
    }
}
