//! What the store and what is published survive: takedowns asked for, a lost store, a full disk, a closed output, a clock that
//! jumps, a death between any two writes, power that fails.
//!
//! What needs `strace` is skipped in words where there is none, unless `FEEDATLAS_REQUIRE` names it. `FEEDATLAS_KILLS` says how
//! many deaths there are (50).

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use feedatlas::config;
use feedatlas::fetch::Fetcher;
use feedatlas::model::report::Event;
use feedatlas::pipeline::watcher::Watcher;
use feedatlas::pipeline::worker::Worker;
use feedatlas::pipeline::{self, Options};
use feedatlas::route::Gazetteer;
use feedatlas::store;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use support::house::{House, PROGRAM, Ran};
use support::prose::page_of_own_words;
use support::web::{Answer, Web};
use tokio_util::sync::CancellationToken;

fn feed(web: &Web, source: &str, numbers: impl Iterator<Item = u64>) -> String {
    let address = web.address();
    let items: String = numbers
        .map(|n| format!("<item><title>Report {n} from Россия of {source}</title><link>http://{address}/page/{n}</link><guid isPermaLink=\"false\">{source}-{n}</guid></item>"))
        .collect();
    format!(
        "<rss version=\"2.0\"><channel><title>{source}</title><link>http://{address}/</link><description>d</description>{items}</channel></rss>"
    )
}

fn source(web: &Web, name: &str) -> String {
    format!("[[source]]\nname = \"{name}\"\nurl = \"http://{}/feed/{name}\"\n", web.address())
}

/// A web of two sources that list the same ten pages.
async fn quiet_web() -> (Web, House) {
    let web = Web::start().await;
    for name in ["one", "two"] {
        web.route(&format!("/feed/{name}"), Answer::feed(feed(&web, name, 0..10)));
    }
    web.rule("/page/", |request| Answer::page(page_of_own_words(&request.path)));
    let house = House::new(&[web.address()], &source(&web, "one"));
    (web, house)
}

/// Each stored article: its guid and its address.
fn listed(house: &House) -> BTreeMap<String, String> {
    let listed = house.run(&["store", "list", "--json"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let lines = listed.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is whole"));
    lines.map(|line| (line["guid"].as_str().unwrap().to_owned(), line["link"].as_str().unwrap().to_owned())).collect()
}

/// The guids of the feed of all; each stands there once.
fn published(house: &House) -> BTreeSet<String> {
    let json: Value = serde_json::from_str(&house.read("feeds/all.json")).expect("a feed is whole");
    let ids: Vec<String> =
        json["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect();
    let once: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!(once.len(), ids.len(), "published twice: {ids:?}");
    once
}

fn acknowledged(report: &str) -> BTreeSet<String> {
    let events = report.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let stored = events.filter(|event| event["event"] == "stored");
    stored.filter_map(|event| Some(event["guid"].as_str()?.to_owned())).collect()
}

fn well(house: &House) {
    let verified = house.run(&["store", "verify"]);
    assert_eq!(verified.code, Some(0), "{}", verified.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_removed_is_gone_from_everything_and_never_fetched_again() {
    let (web, house) = quiet_web().await;
    assert_eq!(house.pass().code, Some(0));
    let link = format!("http://{}/page/3", web.address());
    let (guid, _) = listed(&house).into_iter().find(|(_, of)| *of == link).expect("it is stored");
    let id = guid.trim_start_matches("urn:uuid:").replace('-', "");
    assert!(house.path("public/a").join(&id).join("index.html").is_file());
    let removed = house.run(&["store", "remove", &link]);
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    assert!(removed.stderr.contains("1 articles of"), "{}", removed.stderr);
    // Another source lists the page as well, and the first one a changed entry of it.
    web.forget();
    web.route("/feed/one", Answer::feed(feed(&web, "one", 0..12).replace("Report 3 ", "Report 3 anew ")));
    house.write_config(&[web.address()], "", &format!("{}{}", source(&web, "one"), source(&web, "two")));
    for _ in 0..2 {
        assert_eq!(house.pass().code, Some(0));
        assert!(web.asked("/page/3").is_empty(), "fetched again");
        assert!(!web.asked("/page/11").is_empty());
        assert!(listed(&house).values().all(|of| *of != link));
        for (path, bytes) in house.published() {
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(&guid) && !text.contains(&format!("{link}<")) && !text.contains(&id), "{path}");
        }
    }
    assert!(!house.path("public/a").join(&id).join("index.html").exists());
    assert_eq!(house.run(&["store", "compact"]).code, Some(0));
    assert!(listed(&house).len() >= 11);
    well(&house);
    // By its guid; and in words where nothing is named.
    let (other, of) = listed(&house).into_iter().next().expect("others are there");
    assert_eq!(house.run(&["store", "remove", &other]).code, Some(0));
    assert!(listed(&house).values().all(|link| *link != of));
    let again = house.run(&["store", "remove", &other]);
    assert_eq!(again.code, Some(2), "{}", again.stderr);
    assert_eq!(house.run(&["store", "remove", "neither"]).code, Some(2));
    let never = house.run(&["store", "remove", "https://example.org/never"]);
    assert!(never.stderr.contains("will never be fetched"), "{}", never.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_dropped_keeps_its_articles() {
    let (web, house) = quiet_web().await;
    assert_eq!(house.pass().code, Some(0));
    let (kept, shown) = (listed(&house), published(&house));
    house.write_config(&[web.address()], "", "");
    assert_eq!(house.pass().code, Some(0));
    assert_eq!((listed(&house), published(&house)), (kept, shown));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_lost_is_read_back_from_what_is_published() {
    let (web, house) = quiet_web().await;
    assert_eq!(house.pass().code, Some(0));
    let (kept, shown) = (listed(&house), published(&house));
    let order = |house: &House| -> Vec<String> {
        let json: Value = serde_json::from_str(&house.read("feeds/all.json")).expect("a feed is whole");
        json["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    };
    let before = order(&house);
    fs::remove_dir_all(house.path("data")).expect("it can be lost");
    // Half of the articles are no longer listed by their source.
    web.route("/feed/one", Answer::feed(feed(&web, "one", 5..10)));
    let ran = house.pass();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("the store is empty, and 10 articles are published"), "{}", ran.stderr);
    assert!(ran.stderr.contains("10 articles that the store had lost were read back"), "{}", ran.stderr);
    assert_eq!((listed(&house), published(&house)), (kept, shown));
    assert_eq!(order(&house), before);
    assert_eq!(ran.events("pass")[0]["new"], 0, "nothing is new: {}", ran.stdout);
    let again = house.pass();
    assert!(!again.stderr.contains("lost"), "{}", again.stderr);
    assert_eq!(order(&house), before);
    well(&house);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_output_that_is_full_ends_nothing_but_the_listing() {
    if !Path::new("/dev/full").exists() {
        eprintln!("skipped: this system has no /dev/full");
        return;
    }
    let (_web, house) = quiet_web().await;
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("it can be opened");
    let run = |arguments: &[&str]| {
        let output = house.command(arguments).stdout(full()).stderr(Stdio::piped()).output();
        Ran::of(&output.expect("the program starts"))
    };
    let ran = run(&["run", "--report", "json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("the report cannot be written"), "{}", ran.stderr);
    assert_eq!((listed(&house).len(), published(&house).len()), (10, 10));
    for arguments in
        [&["store", "list"][..], &["store", "export"], &["store", "verify"], &["store", "export", "/dev/full"]]
    {
        let ran = run(arguments);
        assert_eq!(ran.code, Some(3), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("No space left"), "{arguments:?}: {}", ran.stderr);
    }
    well(&house);
}

/// A disk that is full: no file may grow beyond so many bytes. Each write fails as on a full disk, at another place for each size.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_and_the_next_pass_makes_it_good() {
    let (web, house) = quiet_web().await;
    let mut told = BTreeSet::new();
    let mut refused = 0;
    for (round, blocks) in [0, 1, 4, 8, 16, 24, 32, 48, 64, 128, 1024].into_iter().enumerate() {
        let more = 10 + 5 * round as u64;
        web.route("/feed/one", Answer::feed(feed(&web, "one", 0..more)));
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.current_dir(house.path("")).args(["-c", &limited, PROGRAM, "run", "--force", "--report", "json"]);
        let ran = tokio::task::block_in_place(|| command.stdin(Stdio::null()).output().expect("sh is there"));
        let ran = Ran::of(&ran);
        assert!(matches!(ran.code, Some(0 | 3)), "{blocks} blocks: {:?} {}", ran.code, ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        refused += u32::from(ran.code == Some(3));
        told.extend(acknowledged(&ran.stdout));
        if house.path("public/feeds/all.json").exists() {
            published(&house);
        }
        let kept = listed(&house);
        assert!(told.iter().all(|guid| kept.contains_key(guid)), "{blocks} blocks: lost");
        well(&house);
    }
    assert!(refused >= 3, "{refused} refused");
    let ran = house.pass();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let kept = listed(&house);
    assert_eq!((kept.len(), published(&house).len()), (60, 60));
    let links: BTreeSet<&String> = kept.values().collect();
    assert_eq!(links.len(), 60, "stored twice");
}

struct Nobody;

impl Watcher for Nobody {
    fn due(&self, _sources: usize) {}
    fn event(&self, _event: &Event) {}
}

async fn pass_at(house: &House, now: Timestamp) {
    let path = house.path("feeds.toml");
    let text = fs::read_to_string(&path).expect("feeds.toml is there");
    let settings = config::read(&text, &path, &|_| None).unwrap_or_else(|error| panic!("{error}")).settings;
    let store = store::open(&settings.store).expect("the store opens").store;
    let fetcher = Fetcher::new(&settings.worker, &settings.network, &settings.limits).expect("a client");
    let worker = Arc::new(Worker::new(Arc::new(settings), fetcher, store, Arc::new(Gazetteer::new(&[]))));
    let stop = CancellationToken::new();
    pipeline::run(&worker, &Options::default(), now, &stop, &Nobody).await.expect("a pass");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_by_decades_loses_nothing_and_silences_nobody() {
    let (web, house) = quiet_web().await;
    let now = Timestamp::now();
    let years = |years: i64| now + SignedDuration::from_hours(24 * 365 * years);
    pass_at(&house, now).await;
    let kept = listed(&house);
    assert_eq!(kept.len(), 10);
    let mut number = 10;
    for at in [
        years(-50),
        now,
        years(70),
        years(70) + SignedDuration::from_hours(25),
        now,
        now + SignedDuration::from_hours(24),
    ] {
        number += 1;
        web.route("/feed/one", Answer::feed(feed(&web, "one", 0..number)));
        pass_at(&house, at).await;
        let listed = listed(&house);
        assert_eq!(listed.len() as u64, number, "{at}: what is new comes in whatever the clock says");
        assert!(kept.keys().all(|guid| listed.contains_key(guid)));
        assert!(published(&house).len() >= 10);
        well(&house);
    }
}

/// Whether `strace` can look at the program; where it must, it has to.
fn strace() -> bool {
    let traced = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    let is_there = traced.is_ok_and(|output| output.status.success());
    let required = std::env::var("FEEDATLAS_REQUIRE").unwrap_or_default();
    assert!(
        is_there || !required.split(',').any(|tool| tool.trim() == "strace"),
        "strace is required, and cannot trace"
    );
    if !is_there {
        eprintln!("skipped: there is no strace here that can trace");
    }
    is_there
}

/// Calls that change the disk, each with how many of them one thread makes in a small pass.
const WRITES: [(&str, u64); 6] =
    [("pwrite64", 2), ("fdatasync", 2), ("fsync", 4), ("rename", 40), ("write", 50), ("mkdir", 2)];

#[tokio::test(flavor = "multi_thread")]
async fn a_death_between_any_two_writes_loses_nothing_and_publishes_nothing_twice() {
    if !strace() {
        return;
    }
    let kills: u64 = std::env::var("FEEDATLAS_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(50);
    let (web, house) = quiet_web().await;
    let newest = Arc::new(AtomicU64::new(10));
    let mut told = BTreeSet::new();
    let mut died = 0;
    for round in 0..kills {
        let count = newest.fetch_add(2, Ordering::SeqCst) + 2;
        web.route("/feed/one", Answer::feed(feed(&web, "one", count.saturating_sub(60)..count)));
        let (call, most) = WRITES[usize::try_from(round % 6).unwrap_or(0)];
        let when = 1 + (round / 6 * 7) % most;
        let inject = format!("inject={call}:signal=KILL:when={when}");
        // Every tenth death strikes a compact.
        let arguments: &[&str] =
            if round % 10 == 9 { &["store", "compact"] } else { &["run", "--force", "--report", "json"] };
        let mut command = Command::new("strace");
        command.current_dir(house.path("")).args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
        command.args(["-e", &inject, PROGRAM]).args(arguments).stdin(Stdio::null());
        let ran = Ran::of(&tokio::task::block_in_place(|| command.output().expect("strace starts")));
        died += u64::from(ran.code != Some(0));
        told.extend(acknowledged(&ran.stdout));
        if house.path("public/feeds/all.json").exists() {
            published(&house);
        }
        let kept = listed(&house);
        let lost: Vec<&String> = told.iter().filter(|guid| !kept.contains_key(*guid)).collect();
        assert!(lost.is_empty(), "round {round}, {call} {when}: told as stored, and lost: {lost:?}");
        let links: BTreeSet<&String> = kept.values().collect();
        assert_eq!(links.len(), kept.len(), "round {round}, {call} {when}: stored twice");
        well(&house);
    }
    println!("{died} of {kills} died; {} articles told as stored; 0 lost, 0 twice, 0 unreadable", told.len());
    assert!(died * 3 > kills, "only {died} of {kills} died");
    let ran = house.pass();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let kept = listed(&house);
    assert!(published(&house).iter().all(|guid| kept.contains_key(guid)));
}

/// The calls of a pass in their order, by the files they touch.
#[tokio::test(flavor = "multi_thread")]
async fn power_may_fail_at_any_moment_data_is_synced_before_its_name_and_before_it_is_told() {
    if !strace() {
        return;
    }
    let (_web, house) = quiet_web().await;
    let trace = house.path("trace");
    let mut command = Command::new("strace");
    let calls = "trace=write,pwrite64,fsync,fdatasync,rename,sync_file_range";
    command.current_dir(house.path("")).args(["-f", "-y", "-qq", "-s", "40", "-o"]).arg(&trace).args(["-e", calls]);
    command.args([PROGRAM, "run", "--report", "json"]).stdin(Stdio::null());
    let ran = Ran::of(&tokio::task::block_in_place(|| command.output().expect("strace starts")));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let text = fs::read_to_string(&trace).expect("it was traced");
    let order = Order::of(&text, &house.path(""));
    assert!(order.mistakes.is_empty(), "{}", order.mistakes.join("\n"));
    assert!(order.renames > 50 && order.told > 0, "{} renames, {} told", order.renames, order.told);
    assert!(order.named.is_empty(), "folders that were never synced: {:?}", order.named);
}

/// What a trace says of what is on disk.
#[derive(Default)]
struct Order {
    /// Where the program ran.
    root: PathBuf,
    /// Files with bytes that are not on disk.
    dirty: BTreeSet<String>,
    /// Folders with names that are not on disk.
    named: BTreeSet<String>,
    renames: u32,
    told: u32,
    mistakes: Vec<String>,
}

impl Order {
    fn of(trace: &str, root: &Path) -> Self {
        let mut order = Self { root: root.canonicalize().expect("it is there"), ..Self::default() };
        // A call that another thread interrupts stands on two lines: its beginning counts, but for a sync, which counts when it ends.
        let mut begun: BTreeMap<&str, &str> = BTreeMap::new();
        for line in trace.lines() {
            let (thread, call) = line.split_once(' ').unwrap_or_default();
            let call = call.trim_start();
            let is_sync = |call: &str| call.starts_with("fsync(") || call.starts_with("fdatasync(");
            if call.starts_with("<...") {
                if let Some(call) = begun.remove(thread) {
                    order.take(call);
                }
            } else if call.ends_with("<unfinished ...>") && is_sync(call) {
                begun.insert(thread, call);
            } else {
                order.take(call);
            }
        }
        order
    }

    fn take(&mut self, call: &str) {
        let Some((name, rest)) = call.split_once('(') else { return };
        let file = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(file, _)| file.to_owned());
        let folder =
            |path: &str| self.root.join(path).parent().map(|path| path.display().to_string()).unwrap_or_default();
        match (name, file) {
            ("write", Some(_)) if rest.starts_with("1<") => self.tell(rest),
            ("write" | "pwrite64", Some(file)) if file.starts_with('/') && !file.starts_with("/dev/") => {
                self.dirty.insert(file);
            }
            ("fsync" | "fdatasync" | "sync_file_range", Some(file)) => {
                self.dirty.remove(&file);
                self.named.remove(&file);
            }
            ("rename", _) => {
                let parts: Vec<&str> = rest.split('"').collect();
                let (from, to) = (parts[1], parts[3]);
                self.renames += 1;
                if self.dirty.iter().any(|file| file.ends_with(from.trim_start_matches("./"))) {
                    self.mistakes.push(format!("renamed before it was synced: {from}"));
                }
                self.named.insert(folder(to));
            }
            _ => {}
        }
    }

    /// A line of the report: what it tells as stored must be on disk.
    fn tell(&mut self, rest: &str) {
        if rest.contains("stored") {
            self.told += 1;
            let waiting = self.dirty.iter().filter(|file| file.contains("/bodies/") || file.ends_with("/index/db"));
            self.mistakes.extend(waiting.map(|file| format!("told as stored before it was synced: {file}")));
        }
    }
}
