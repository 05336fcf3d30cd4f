//! Bench of the stage `store`: commit, candidates, the newest 100, on a store of `STORE_ARTICLES` articles of 3 KB.
//!
//! `STORE_ARTICLES=1000000 cargo bench --bench store` fills a store of that size once and tells in figures what
//! RELIABILITY asks: time to open, disk, memory. `STORE_FOLDER` keeps it there for the next time.
//!
//! On the way it tells what a look-up of copies takes among 10,000 articles and among all, the median and the total of
//! 2,000: of texts that are new, as nearly all are, and of texts that are known.

#[path = "../tests/support/store_articles.rs"]
mod articles;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use feedatlas::model::cluster::{Batch, EntryKey, Known, Query};
use feedatlas::model::country::Country;
use feedatlas::model::settings::StoreSettings;
use feedatlas::store;
use feedatlas::store::contract::Store;
use feedatlas::store::sled::SledStore;
use jiff::SignedDuration;
use tokio::runtime::{Builder, Runtime};

use articles::{MORNING, Numbers, Sketch, batch};

/// Articles of the store where `STORE_ARTICLES` says nothing: enough to see what each call costs.
const ARTICLES: u64 = 5_000;
/// Articles of a source in one pass.
const BATCH: u64 = 20;
/// Articles among which look-ups are timed first.
const FEW: u64 = 10_000;
/// Look-ups that are timed.
const LOOKUPS: u64 = 2_000;
/// Articles that come within a day.
const DAY: u64 = 3_000;
const COUNTRIES: [&[&str]; 8] =
    [&["KP"], &["RU", "CN"], &["CN"], &["IR", "IQ"], &["KP", "RU"], &["UZ"], &["KZ", "RU"], &[]];

/// An article as the web brings them: 3 KB of text, bands as many as a sketch has.
fn sketch(number: u64) -> Sketch {
    let countries = COUNTRIES[usize::try_from(number % 8).unwrap_or_default()];
    let minutes = i64::try_from(number / DAY * 1440 + number % DAY / 3).unwrap_or_default();
    let seen = MORNING + SignedDuration::from_mins(minutes);
    Sketch { countries, seen, text_bytes: 3_000, bands: 8, ..Sketch::of(number) }
}

fn open(folder: &Path) -> (SledStore, Duration) {
    let begin = Instant::now();
    let (store, notes) = SledStore::open(folder).expect("the bench's own folder can be opened");
    for note in notes {
        println!("note: {note}");
    }
    (store, begin.elapsed())
}

fn fill(runtime: &Runtime, store: &SledStore, articles: u64) {
    let begin = Instant::now();
    let kept = runtime.block_on(store.count(Query::default())).unwrap_or_default();
    for first in (kept..articles).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        let stored = (first..first + BATCH).map(|number| sketch(number).stored()).collect();
        runtime.block_on(store.commit(batch(stored))).expect("the disk has room");
    }
    println!("fill: {} articles in {:.1?}", articles.saturating_sub(kept), begin.elapsed());
}

/// Times look-ups of copies among so many articles.
fn look_up(runtime: &Runtime, store: &SledStore, articles: u64) {
    let mut numbers = Numbers::from(articles);
    for (what, first) in [("new texts", articles), ("known texts", 0)] {
        let prints: Vec<_> =
            (0..LOOKUPS).map(|_| sketch(first + numbers.below(articles)).stored().fingerprint).collect();
        // Once before the clock runs: what is asked here for the first time is the disk.
        for timed in [false, true] {
            let mut times: Vec<Duration> = prints
                .iter()
                .map(|print| {
                    let begin = Instant::now();
                    let found = runtime.block_on(store.candidates(print)).expect("the store is whole");
                    assert_eq!(found.is_empty(), first > 0);
                    begin.elapsed()
                })
                .collect();
            times.sort_unstable();
            let total: Duration = times.iter().sum();
            if timed {
                println!(
                    "look-up of {what} among {articles}: median {:.2?}, {total:.2?} in all",
                    times[times.len() / 2]
                );
            }
        }
    }
}

fn bytes_under(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .map(
            |file| {
                if file.path().is_dir() { bytes_under(&file.path()) } else { file.metadata().map_or(0, |m| m.len()) }
            },
        )
        .sum()
}

/// Peak of resident memory, in MiB, where the system tells it.
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1024
}

fn tell(runtime: &Runtime, folder: &Path, store: SledStore) -> SledStore {
    drop(store);
    let (store, after_fill) = open(folder);
    drop(store);
    let (store, again) = open(folder);
    let (index, bodies) = (bytes_under(&folder.join("index")), bytes_under(&folder.join("bodies")));
    println!("open: {after_fill:.1?} after the fill, {again:.1?} again; peak {} MiB", peak_mib());
    println!("disk: index {} MiB, bodies {} MiB", index >> 20, bodies >> 20);
    let query = Query { country: Country::from_code("KP"), limit: 100, ..Query::default() };
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let begin = Instant::now();
            runtime.block_on(store.clusters(query)).expect("the store is whole");
            begin.elapsed()
        })
        .collect();
    let first = times[0];
    times.sort_unstable();
    println!("newest 100 of a country: first {first:.2?}, fastest {:.2?}, median {:.2?}", times[0], times[100]);
    store
}

/// How many fingerprints a second are looked up, and kept where they are new: batches of entries, half of them new.
fn check_and_set(runtime: &Runtime, store: &SledStore, articles: u64) {
    const ENTRIES: u64 = 1_000;
    const ROUNDS: u64 = 20;
    let mut numbers = Numbers::from(articles + 1);
    let mut next = 1_u64 << 40;
    let mut spent = Duration::ZERO;
    for _ in 0..ROUNDS {
        let mut keys: Vec<EntryKey> = (0..ENTRIES / 2).map(|_| sketch(numbers.below(articles)).key()).collect();
        keys.extend((next..next + ENTRIES / 2).map(|number| EntryKey(Numbers::from(number).bytes())));
        next += ENTRIES / 2;
        let asked: Vec<Vec<EntryKey>> = keys.iter().map(|key| vec![*key]).collect();
        let begin = Instant::now();
        let known = runtime.block_on(store.known(&asked)).expect("the store is whole");
        let noted: Vec<EntryKey> =
            keys.into_iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(key, _)| key).collect();
        assert!(noted.len() as u64 >= ENTRIES / 2);
        runtime.block_on(store.commit(Batch { noted, ..batch(Vec::new()) })).expect("the disk has room");
        spent += begin.elapsed();
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let rate = (ENTRIES * ROUNDS) as f64 / spent.as_secs_f64();
    println!("check-and-set: {rate:.0} entries a second, half of them new, flushed by the thousand");
}

/// Disk against what lives, after every article was replaced so many times and the store compacted.
fn turnovers(runtime: &Runtime) {
    const ARTICLES: u64 = 4_000;
    const TURNOVERS: u64 = 20;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (store, _) = open(folder.path());
    for turn in 0..=TURNOVERS {
        let before = MORNING + SignedDuration::from_hours(24 * i64::try_from(turn).unwrap_or(0) * 2);
        let numbers: Vec<u64> = (turn * ARTICLES..(turn + 1) * ARTICLES).collect();
        for some in numbers.chunks(20) {
            let stored = some.iter().map(|number| Sketch { seen: before, ..sketch(*number) }.stored()).collect();
            runtime.block_on(store.commit(batch(stored))).expect("the disk has room");
        }
        runtime.block_on(store.forget(before)).expect("the store is whole");
    }
    assert_eq!(runtime.block_on(store.count(Query::default())).ok(), Some(ARTICLES));
    drop(store);
    let settings = StoreSettings { path: folder.path().to_owned(), shared: None, keep: Duration::MAX };
    let begin = Instant::now();
    let (compacted, _) = store::compact(&settings).expect("it can be compacted");
    let took = begin.elapsed();
    let bodies = bytes_under(&folder.path().join("bodies"));
    println!(
        "{TURNOVERS} turnovers of {ARTICLES}: {} KiB, compacted in {took:.1?} to {} KiB, of them {} KiB of bodies",
        compacted.before_bytes >> 10,
        bytes_under(folder.path()) >> 10,
        bodies >> 10
    );
}

fn bench(criterion: &mut Criterion) {
    let runtime = Builder::new_multi_thread().worker_threads(1).build().expect("threads can be made");
    let articles = std::env::var("STORE_ARTICLES").ok().and_then(|count| count.parse().ok()).unwrap_or(ARTICLES);
    let temporary = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = std::env::var_os("STORE_FOLDER").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let (store, opened) = open(&folder);
    println!("open: {opened:.1?}; peak {} MiB", peak_mib());
    fill(&runtime, &store, FEW.min(articles));
    look_up(&runtime, &store, FEW.min(articles));
    fill(&runtime, &store, articles);
    look_up(&runtime, &store, articles);
    let store = tell(&runtime, &folder, store);
    check_and_set(&runtime, &store, articles);
    turnovers(&runtime);

    let mut numbers = Numbers::from(articles);
    let mut any = move || numbers.below(articles);
    criterion.bench_function("store/candidates of a known text", |bencher| {
        bencher.iter(|| {
            let fingerprint = sketch(any()).stored().fingerprint;
            black_box(runtime.block_on(store.candidates(&fingerprint)).map(|found| found.len()))
        });
    });
    let mut numbers = Numbers::from(articles);
    criterion.bench_function("store/known, 100 entries", |bencher| {
        let keys: Vec<_> = (0..100).map(|_| vec![sketch(numbers.below(articles)).key()]).collect();
        bencher.iter(|| black_box(runtime.block_on(store.known(&keys)).map(|known: Vec<Option<Known>>| known.len())));
    });
    criterion.bench_function("store/newest 100 of a country", |bencher| {
        let query = Query { country: Country::from_code("KP"), limit: 100, ..Query::default() };
        bencher.iter(|| black_box(runtime.block_on(store.clusters(query)).map(|clusters| clusters.len())));
    });
    let mut next = articles;
    criterion.bench_function("store/commit of 20 new articles", |bencher| {
        bencher.iter_batched(
            || {
                next += BATCH;
                batch((next..next + BATCH).map(|number| sketch(number).stored()).collect())
            },
            |batch| runtime.block_on(store.commit(batch)).expect("the disk has room"),
            criterion::BatchSize::PerIteration,
        );
    });
    println!("peak {} MiB", peak_mib());
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = bench
}
criterion_main!(benches);
