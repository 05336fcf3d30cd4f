//! Archives (RFC 5005) over passes at chosen times: complete, written once, rewritten only for what may no longer stand; pages of
//! what is forgotten go; feeds of an operator's own choice; what a pass writes and what it leaves alone.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use feedatlas::config;
use feedatlas::fetch::Fetcher;
use feedatlas::model::cluster::Query;
use feedatlas::model::report::Event;
use feedatlas::pipeline::revision::{Gone, retract};
use feedatlas::pipeline::watcher::Watcher;
use feedatlas::pipeline::worker::Worker;
use feedatlas::pipeline::{self, Options};
use feedatlas::route::Gazetteer;
use feedatlas::store::contract::Store;
use feedatlas::store::memory::MemoryStore;
use jiff::Timestamp;
use support::web::{Answer, Web};
use tokio_util::sync::CancellationToken;

/// Keeps the paths of what is published.
#[derive(Default)]
struct Seen(Mutex<Vec<String>>);

impl Watcher for Seen {
    fn due(&self, _sources: usize) {}
    fn event(&self, event: &Event) {
        if let Event::Published { path, .. } = event {
            self.0.lock().unwrap().push(path.clone());
        }
    }
}

/// A web, a published folder and a store that outlives its workers.
struct House {
    web: Web,
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
}

impl House {
    async fn new() -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        Self { web: Web::start().await, folder: tempfile::tempdir().unwrap(), store }
    }

    fn public(&self) -> PathBuf {
        self.folder.path().join("public")
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.public().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    fn has(&self, path: &str) -> bool {
        self.public().join(path).exists()
    }

    /// From now on the source `s` lists these numbers.
    fn lists(&self, name: &str, numbers: impl IntoIterator<Item = u32>) {
        let items: String = numbers.into_iter().map(item).collect();
        self.web.route(&format!("/{name}"), Answer::feed(format!(
            "<rss version=\"2.0\"><channel><title>t</title><link>https://e.example/</link><description>d</description>{items}</channel></rss>"
        )));
    }

    fn source(&self, name: &str, rest: &str) -> String {
        format!(
            "[[source]]\nname = \"{name}\"\nurl = \"{}\"\nlanguage = \"en\"\n{rest}\n",
            self.web.url(&format!("/{name}"))
        )
    }

    fn worker(&self, toml: &str) -> Arc<Worker> {
        let toml = format!("[worker]\ndelay = \"0s\"\n[network]\nallow = [\"{}\"]\n{toml}", self.web.address());
        let settings = config::read(&toml, &self.folder.path().join("feeds.toml"), &|_| None);
        let settings = settings.unwrap_or_else(|why| panic!("{why}")).settings;
        let fetcher = Fetcher::new(&settings.worker, &settings.network, &settings.limits).expect("a client");
        let gazetteer = Arc::new(Gazetteer::new(&settings.countries));
        Arc::new(Worker::new(Arc::new(settings), fetcher, Arc::clone(&self.store), gazetteer))
    }

    /// A pass at a time; what it published.
    async fn pass(&self, toml: &str, now: Timestamp) -> Vec<String> {
        let (worker, seen) = (self.worker(toml), Seen::default());
        let options = Options { force: true, ..Options::default() };
        pipeline::run(&worker, &options, now, &CancellationToken::new(), &seen).await.expect("a pass");
        let published = seen.0.lock().unwrap().clone();
        published.into_iter().filter(|path| path != "status.json").collect()
    }

    /// Every article that a reader finds who follows a feed's archives, and the parts from the newest on.
    fn followed(&self, slug: &str) -> (BTreeSet<String>, Vec<String>) {
        let (mut all, mut parts) = (BTreeSet::new(), Vec::new());
        let mut path = format!("feeds/{slug}.xml");
        loop {
            let text = self.read(&path);
            let links: Vec<String> = titles(&text);
            all.extend(links);
            let Some(previous) = link(&text, "prev-archive") else { return (all, parts) };
            path = previous.strip_prefix("https://news.example/").expect("an address of ours").to_owned();
            assert!(text.contains("rel=\"self\""));
            let part = self.read(&path);
            assert!(part.contains("<fh:archive/>"), "{part}");
            assert_eq!(link(&part, "current"), Some(format!("https://news.example/feeds/{slug}.xml")));
            assert_eq!(link(&part, "self"), Some(format!("https://news.example/{path}")));
            parts.push(path.clone());
        }
    }

    /// When each part of an archive was written, as which file.
    fn stamps(&self, slug: &str) -> BTreeMap<String, (SystemTime, u64)> {
        stamps(&self.public().join("feeds").join(slug))
    }
}

fn stamps(folder: &Path) -> BTreeMap<String, (SystemTime, u64)> {
    use std::os::unix::fs::MetadataExt;
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let of = |entry: fs::DirEntry| {
        let data = entry.metadata().unwrap();
        (entry.file_name().into_string().unwrap(), (data.modified().unwrap(), data.ino()))
    };
    entries.filter(|entry| entry.path().is_file()).map(of).collect()
}

fn item(number: u32) -> String {
    format!(
        "<item><title>Pyongyang news {number}x</title><guid>g{number}</guid><link>https://e.example/{number}</link>\
         <description>Summary {number}.</description><content:encoded xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\
         <![CDATA[<p>{}</p>]]></content:encoded></item>",
        support::prose::html(u64::from(number)).replace("<p>", "").replace("</p>", " ")
    )
}

fn titles(feed: &str) -> Vec<String> {
    feed.split("<item>")
        .skip(1)
        .map(|item| item.split_once("<title>").unwrap().1.split_once('<').unwrap().0.to_owned())
        .collect()
}

fn link(feed: &str, rel: &str) -> Option<String> {
    let line = feed.lines().find(|line| line.contains("<atom:link") && line.contains(&format!("rel=\"{rel}\"")))?;
    Some(line.split_once("href=\"")?.1.split_once('"')?.0.to_owned())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn numbers(numbers: impl IntoIterator<Item = u32>) -> BTreeSet<String> {
    numbers.into_iter().map(|number| format!("Pyongyang news {number}x")).collect()
}

const PUBLISH: &str = "[publish]\nitems = 3\nbase_url = \"https://news.example\"\n";

fn toml(house: &House, rest: &str) -> String {
    format!("{PUBLISH}{}", house.source("s", &format!("countries = [\"KP\"]\n{rest}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_are_complete_and_a_part_is_written_once() {
    let house = House::new().await;
    let toml = toml(&house, "");
    house.lists("s", 1..=10);
    let first = house.pass(&toml, at("2024-01-20T00:00:00Z")).await;
    assert!(first.contains(&"feeds/kndr/2024-01.xml".to_owned()), "{first:?}");
    assert_eq!(house.followed("kndr"), (numbers(1..=10), vec!["feeds/kndr/2024-01.xml".to_owned()]));
    assert_eq!(house.followed("all").0, numbers(1..=10));
    assert_eq!(titles(&house.read("feeds/kndr.xml")).len(), 3);
    assert!(house.read("feeds/kndr.atom").contains("rel=\"prev-archive\""));
    // Three more fit beside what is archived: nothing is closed, and nothing archived is touched.
    let stamps = house.stamps("kndr");
    house.lists("s", 8..=13);
    house.pass(&toml, at("2024-01-21T00:00:00Z")).await;
    assert_eq!((house.followed("kndr").0, house.stamps("kndr")), (numbers(1..=13), stamps.clone()));
    // One more, and all that is loose is archived.
    house.lists("s", 8..=14);
    house.pass(&toml, at("2024-01-22T00:00:00Z")).await;
    let parts = ["feeds/kndr/2024-01-2.xml", "feeds/kndr/2024-01.xml"].map(str::to_owned);
    assert_eq!(house.followed("kndr"), (numbers(1..=14), parts.to_vec()));
    assert_eq!(titles(&house.read(&parts[0])).len(), 4);
    // A month that is over is closed though nothing is new; on another day of it only what is new today is told anew.
    house.lists("s", 15..=15);
    house.pass(&toml, at("2024-01-23T00:00:00Z")).await;
    assert!(!house.has("feeds/kndr/2024-01-3.xml"));
    let turned = house.pass(&toml, at("2024-02-01T00:00:00Z")).await;
    assert!(turned.contains(&"feeds/kndr/2024-01-3.xml".to_owned()), "{turned:?}");
    assert_eq!(house.followed("kndr").0, numbers(1..=15));
    assert_eq!(house.pass(&toml, at("2024-02-02T00:00:00Z")).await, ["index.html", "en/index.html"]);
    // February begins its own.
    house.lists("s", 16..=19);
    house.pass(&toml, at("2024-02-03T00:00:00Z")).await;
    assert_eq!(house.followed("kndr").1[0], "feeds/kndr/2024-02.xml");
    for (name, stamp) in stamps {
        assert_eq!(house.stamps("kndr")[&name], stamp, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_bounded_and_know_each_other() {
    let house = House::new().await;
    let toml = format!("[limits]\nfirst = 2000\nentries = 2000\n{}", toml(&house, ""));
    house.lists("s", 1..=1100);
    house.pass(&toml, at("2024-01-20T00:00:00Z")).await;
    let (all, parts) = house.followed("kndr");
    assert_eq!((all.len(), parts.len()), (1100, 3));
    let counts: Vec<usize> = parts.iter().map(|part| titles(&house.read(part)).len()).collect();
    assert_eq!(counts, [100, 500, 500]);
    let next = link(&house.read("feeds/kndr/2024-01.xml"), "next-archive");
    assert_eq!(next.as_deref(), Some("https://news.example/feeds/kndr/2024-01-2.xml"));
    assert_eq!(link(&house.read("feeds/kndr/2024-01-3.xml"), "next-archive"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_that_was_killed_before_its_end_is_made_good() {
    let house = House::new().await;
    let toml = toml(&house, "");
    house.lists("s", 1..=5);
    house.pass(&toml, at("2024-01-20T00:00:00Z")).await;
    // Killed after parts were written, before anybody was told of them; and what it did store was not marked as published.
    fs::remove_file(house.public().join("archives.json")).unwrap();
    fs::write(house.public().join("feeds/kndr/2024-01-2.xml"), "a part that nobody was told of").unwrap();
    house.lists("s", 6..=12);
    house.pass(&toml, at("2024-01-21T00:00:00Z")).await;
    let (all, parts) = house.followed("kndr");
    assert_eq!((all, parts.len()), (numbers(1..=12), 1));
    house.lists("s", 13..=20);
    house.pass(&toml, at("2024-01-22T00:00:00Z")).await;
    assert_eq!(house.followed("kndr").0, numbers(1..=20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_latecomer_is_archived_though_its_time_is_past() {
    let house = House::new().await;
    let both = |words: &str| format!("{}[country.JP]\nwords = [{words}]\n", toml(&house, ""));
    house.lists("s", 1..=10);
    house.pass(&both("\"nobody-says-this\""), at("2024-01-20T00:00:00Z")).await;
    house.web.route("/s", Answer::feed("<rss version=\"2.0\"><channel><title>t</title></channel></rss>"));
    // Its country is found when its source changes it.
    let changed = item(2).replace("Pyongyang news 2x", "Tokyo and Osaka, Japan: Japanese news 2x");
    house.web.route(
        "/s",
        Answer::feed(format!(
            "<rss version=\"2.0\"><channel><title>t</title>{}{changed}</channel></rss>",
            (20..=26)
                .map(|number| item(number).replace("Pyongyang", "Tokyo and Osaka, Japan: Japanese"))
                .collect::<String>()
        )),
    );
    house.pass(&both("\"nobody-says-this\""), at("2024-01-21T00:00:00Z")).await;
    let (all, _) = house.followed("yaponiya");
    assert!(all.iter().any(|title| title.ends_with(" 2x")), "{all:?}");
    assert_eq!(all.len(), 8, "{all:?}");
    // And one more, when all that is older is archived.
    let changed = item(3).replace("Pyongyang news 3x", "Tokyo and Osaka, Japan: Japanese news 3x");
    house
        .web
        .route("/s", Answer::feed(format!("<rss version=\"2.0\"><channel><title>t</title>{changed}</channel></rss>")));
    house.pass(&both("\"nobody-says-this\""), at("2024-01-22T00:00:00Z")).await;
    let (all, parts) = house.followed("yaponiya");
    assert!(all.iter().any(|title| title.ends_with(" 3x")), "{all:?} {parts:?}");
}

/// Everything published that holds a text.
fn holders(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(here).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if String::from_utf8_lossy(&fs::read(&path).unwrap()).contains(text) {
                found.push(path.strip_prefix(folder).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found
}

/// A few words of an article's text that stand in no summary.
fn words_of(number: u32) -> String {
    let html = support::prose::html(u64::from(number)).replace("<p>", "").replace("</p>", " ");
    html.split_whitespace().skip(3).take(5).collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_allows_less_loses_its_texts_everywhere_at_the_next_pass() {
    let house = House::new().await;
    let with = |rights: &str| {
        format!(
            "[store]\nkeep = \"2d\"\n{}{}",
            toml(&house, &format!("publish = \"{rights}\"")),
            house.source("other", "countries = [\"KP\"]")
        )
    };
    house.lists("other", 50..=52);
    house.lists("s", 1..=2);
    house.pass(&with("full"), at("2024-01-20T00:00:00Z")).await;
    house.lists("s", 3..=8);
    house.pass(&with("full"), at("2024-01-21T00:00:00Z")).await;
    // 1 and 2 are forgotten by the store and live on in the archive.
    house.lists("s", (3..=8).rev());
    house.pass(&with("full"), at("2024-01-22T00:00:00Z")).await;
    house.lists("s", 3..=8);
    house.pass(&with("full"), at("2024-01-23T01:00:00Z")).await;
    let kept = house.store.count(Query { limit: 0, ..Query::default() }).await.unwrap();
    assert_eq!(kept, 9, "1 and 2 are forgotten, and stand in the archive still");
    let text = |number| words_of(number);
    assert!(!holders(&house.public(), &text(1)).is_empty());
    assert!(holders(&house.public(), &text(5)).len() > 3);
    let (before, _) = house.followed("kndr");

    house.pass(&with("excerpt"), at("2024-01-23T02:00:00Z")).await;
    for number in 1..=8 {
        let last = words_at_the_end(number);
        assert_eq!(holders(&house.public(), &last), [] as [&str; 0], "{number}");
    }
    house.pass(&with("link"), at("2024-01-23T03:00:00Z")).await;
    for number in 1..=8 {
        assert_eq!(holders(&house.public(), &text(number)), [] as [&str; 0], "{number}");
        assert_eq!(holders(&house.public(), &format!("Summary {number}.")), [] as [&str; 0], "{number}");
    }
    assert!(!holders(&house.public(), &text(50)).is_empty(), "another source keeps its own");
    assert_eq!(house.followed("kndr").0, before, "titles and links stay");
}

fn words_at_the_end(number: u32) -> String {
    let html = support::prose::html(u64::from(number)).replace("<p>", "").replace("</p>", " ");
    let words: Vec<&str> = html.split_whitespace().collect();
    words[words.len() - 6..].join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_what_is_forgotten_go_and_the_archive_stays() {
    let house = House::new().await;
    let toml = format!("[store]\nkeep = \"2d\"\n{}", toml(&house, ""));
    house.lists("s", 1..=2);
    house.pass(&toml, at("2024-01-20T00:00:00Z")).await;
    let pages = || fs::read_dir(house.public().join("a")).map_or(0, Iterator::count);
    assert_eq!(pages(), 2);
    for day in 21..=24 {
        // Another answer each day: what is listed is what it says, and no 304.
        house.lists("s", 3..=day - 17);
        house.pass(&toml, at(&format!("2024-01-{day}T01:00:00Z"))).await;
    }
    let kept = house.store.count(Query { limit: 0, ..Query::default() }).await.unwrap();
    assert_eq!((pages(), kept), (5, 5), "only what is listed still");
    let titles = house.followed("kndr").0;
    assert!(titles.contains("Pyongyang news 1x"), "{titles:?}");
    assert!(titles.contains("Pyongyang news 4x"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_down_leaves_every_archive_and_its_page() {
    let house = House::new().await;
    let toml = toml(&house, "");
    house.lists("s", 1..=10);
    house.pass(&toml, at("2024-01-20T00:00:00Z")).await;
    house.lists("s", 11..=20);
    house.pass(&toml, at("2024-01-21T00:00:00Z")).await;
    let before = house.stamps("kndr");
    let gone = Gone { links: ["https://e.example/4".to_owned()].into(), ..Gone::default() };
    retract(&house.worker(&toml), &gone, &Seen::default()).await.unwrap();
    let (titles, parts) = house.followed("kndr");
    assert_eq!(titles, numbers((1..=3).chain(5..=20)));
    assert_eq!(parts.len(), 2);
    let after = house.stamps("kndr");
    assert_eq!(before["2024-01-2.xml"], after["2024-01-2.xml"], "a part without it is left alone");
    assert_ne!(before["2024-01.xml"], after["2024-01.xml"]);
    assert_eq!(holders(&house.public().join("feeds/all"), "https://e.example/4<"), [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_move_with_the_site_and_go_with_their_land() {
    let house = House::new().await;
    house.lists("s", 1..=10);
    house.pass(&toml(&house, ""), at("2024-01-20T00:00:00Z")).await;
    let moved = toml(&house, "").replace("https://news.example", "https://other.example/atlas");
    house.pass(&moved, at("2024-01-20T01:00:00Z")).await;
    assert_eq!(holders(&house.public().join("feeds"), "https://news.example"), [] as [&str; 0]);
    assert_eq!(titles(&house.read("feeds/kndr/2024-01.xml")).len(), 10);
    let renamed = format!("{}[country.KP]\nslug = \"north\"\n", toml(&house, ""));
    house.pass(&renamed, at("2024-01-20T02:00:00Z")).await;
    assert!(!house.has("feeds/kndr/2024-01.xml") && !house.has("feeds/kndr.xml"));
    assert_eq!(house.followed("north").0, numbers(1..=10));
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_of_ones_own_choice_hold_what_they_ask_for_and_archive_the_rest() {
    let house = House::new().await;
    let feed = "[[feed]]\nslug = \"seven\"\ntitle = \"Sevens\"\nsources = [\"s\"]\ncountries = [\"KP\"]\nwords = [\"7x\", \"17*\", \"27x\", \"37x\", \"news 47x\"]\nlanguage = \"en\"\n";
    let toml = format!("{}{}{feed}", toml(&house, ""), house.source("other", "countries = [\"KP\"]"));
    house.lists("s", 1..=20);
    house.lists("other", 1007..=1007);
    house.pass(&toml, at("2024-01-20T00:00:00Z")).await;
    assert_eq!(house.followed("seven"), (numbers([7, 17]), vec![]));
    for path in ["feeds/seven.atom", "feeds/seven.json", "seven/index.html"] {
        assert!(house.read(path).contains("Pyongyang news 17x"), "{path}");
    }
    assert!(house.read("feeds.opml").contains("https://news.example/feeds/seven.xml"));
    let status: serde_json::Value = serde_json::from_str(&house.read("status.json")).unwrap();
    assert_eq!(status["feeds"][0]["articles"], 2);
    house.lists("s", 21..=50);
    let written = house.pass(&toml, at("2024-01-21T00:00:00Z")).await;
    assert!(written.contains(&"feeds/seven.xml".to_owned()));
    assert_eq!(house.followed("seven"), (numbers([7, 17, 27, 37, 47]), vec!["feeds/seven/2024-01.xml".to_owned()]));
    // What is none of its business does not touch it.
    house.lists("s", 51..=55);
    let written = house.pass(&toml, at("2024-01-22T00:00:00Z")).await;
    assert!(!written.iter().any(|path| path.starts_with("feeds/seven")), "{written:?}");
    // Another choice of the same name is another feed; without it all of it goes.
    let other = toml.replace("\"7x\", \"17*\", \"27x\", \"37x\"", "\"8x\"");
    house.pass(&other, at("2024-01-23T00:00:00Z")).await;
    assert!(house.followed("seven").0.contains("Pyongyang news 8x"));
    house.pass(&toml.replace(feed, ""), at("2024-01-24T00:00:00Z")).await;
    assert!(!house.has("feeds/seven.xml") && !house.has("feeds/seven/2024-01.xml") && !house.has("seven/index.html"));
    assert!(!house.read("archives.json").contains("seven"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_that_changes_two_feeds_writes_those_and_leaves_every_other_file_alone() {
    let house = House::new().await;
    let toml = format!("{}{}", toml(&house, ""), house.source("m", "countries = [\"MN\"]\nonly_countries = true"));
    // Pages that are refused for good: they are not asked for again.
    let here = house.web.url("/gone/").to_string();
    let list = |path: &str, place: &str, numbers: std::ops::RangeInclusive<u32>| {
        let items: String = numbers.map(item).collect();
        let items = items.replace("Pyongyang", place).replace("https://e.example/", &here);
        let feed = format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>");
        house.web.route(path, Answer::feed(feed));
    };
    list("/s", "Pyongyang", 1..=3);
    list("/m", "Ulaanbaatar", 31..=33);
    house.pass(&toml, at("2024-01-20T00:00:00Z")).await;
    let before = stamps(&house.public().join("feeds"));
    assert!(before.len() > 52 * 3 * 3 - 10, "{} files", before.len());
    list("/m", "Ulaanbaatar", 31..=34);
    house.pass(&toml, at("2024-01-20T05:00:00Z")).await;
    let after = stamps(&house.public().join("feeds"));
    let touched: BTreeSet<&str> = after
        .iter()
        .filter(|(name, stamp)| before.get(*name) != Some(stamp))
        .map(|(name, _)| name.split_once('.').unwrap().0)
        .collect();
    assert_eq!(touched, BTreeSet::from(["all", "mongoliya"]));
    let touched = after.iter().filter(|(name, stamp)| before.get(*name) != Some(stamp)).count();
    assert_eq!(touched, 2 * 3 * 3, "three formats of two feeds, each plain, gzip and brotli");
}
