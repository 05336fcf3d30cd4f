//! The whole program against hostile answers: each has its class, every healthy source is published whole, what was
//! published stays, memory and time are bounded, and what is published is sound.

mod support;

use std::fs::{self, File};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::hostile::{self as wire, Bounds};
use support::hostile_content::{self as content, Case};
use support::hostile_pages as pages;
use support::house::{House, Ran};
use support::prose::{html, item, page, rss};
use support::sound::assert_sound;
use support::web::{Answer, Web};

/// Memory of a pass, at its highest (RELIABILITY, 1).
const MEMORY_KIB_MAX: u64 = 128 * 1024;
/// Time of a pass (RELIABILITY, 1).
const PASS_MAX: Duration = Duration::from_secs(35);
/// Size limit where answers have to exceed it.
const BODY_BYTES: usize = 256 * 1024;
/// Deadline of a request where answers have to exceed it: short for a short suite, long enough for a busy machine.
const REQUEST: Duration = Duration::from_secs(4);

/// Three healthy sources on one web, which have one item more in every pass.
struct Healthy {
    web: Web,
    passes: usize,
}

impl Healthy {
    async fn start() -> Self {
        let web = Web::start().await;
        web.rule("/well/", |asked| {
            let number: u64 = asked.path["/well/".len()..].parse().expect("a number");
            Answer::page(page(&format!("Well {number} it is"), &html(100_000 + number)))
        });
        Self { web, passes: 0 }
    }

    fn sources(&self) -> String {
        (0..3).map(|number| source(&self.web, &format!("healthy {number}"), &format!("/healthy/{number}"))).collect()
    }

    fn numbers(&self) -> Vec<usize> {
        (0..3).flat_map(|source| (0..=self.passes).map(move |pass| source * 1000 + pass)).collect()
    }

    /// One item more for each.
    fn next(&mut self) {
        self.passes += 1;
        for number in 0..3 {
            let items = self.numbers().into_iter().filter(|item| item / 1000 == number);
            let items: String = items
                .map(|item_number| {
                    let link = self.web.url(&format!("/well/{item_number}"));
                    item(&format!("Well {item_number} it is"), link.as_str(), 50_000 + item_number as u64)
                })
                .collect();
            self.web.route(&format!("/healthy/{number}"), Answer::feed(rss(&items)));
        }
    }

    fn assert_published(&self, all: &str, during: &str) {
        for number in self.numbers() {
            assert!(
                all.contains(&format!("<title>Well {number} it is</title>")),
                "{during}: a healthy item {number} is missing"
            );
        }
    }
}

fn source(web: &Web, name: &str, path: &str) -> String {
    format!("[[source]]\nname = \"{name}\"\nurl = \"{}\"\nlanguage = \"en\"\n", web.url(path))
}

fn limits(body: usize, request: Duration) -> String {
    let (seconds, items) = (request.as_secs(), 5000);
    format!(
        "[limits]\nbody = \"{body}B\"\nrequest = \"{seconds}s\"\nfailing = \"15s\"\nentries = 40\n[publish]\nitems = {items}\n"
    )
}

/// How a pass ended, and its memory at its highest.
struct Passed {
    ran: Ran,
    memory_kib: u64,
    took: Duration,
}

/// A pass whose memory is watched: the kernel keeps the highest mark, and it is read until the end.
fn watched_pass(house: &House) -> Passed {
    let (out, err) = (house.path("out"), house.path("err"));
    let mut command = house.command(&["run", "--force", "--report", "json"]);
    command.stdout(File::create(&out).expect("a file")).stderr(File::create(&err).expect("a file"));
    let began = Instant::now();
    tokio::task::block_in_place(|| {
        let mut child = command.spawn().expect("the program starts");
        let status = format!("/proc/{}/status", child.id());
        let mut memory_kib = 0;
        let ended = loop {
            if let Some(ended) = child.try_wait().expect("a child") {
                break ended;
            }
            let text = fs::read_to_string(&status).unwrap_or_default();
            let mark =
                text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
            memory_kib = memory_kib.max(mark.unwrap_or(0));
            std::thread::sleep(Duration::from_millis(4));
        };
        let read = |path| String::from_utf8_lossy(&fs::read(path).expect("a file")).into_owned();
        let ran = Ran { code: ended.code(), stdout: read(out), stderr: read(err) };
        Passed { ran, memory_kib, took: began.elapsed() }
    })
}

impl Passed {
    /// What is wrong with its time and its memory, in words.
    fn excess(&self, during: &str) -> Option<String> {
        let is_bounded = (1..=MEMORY_KIB_MAX).contains(&self.memory_kib) && self.took <= PASS_MAX;
        (!is_bounded).then(|| format!("{during}: {} MiB, {:?}", self.memory_kib / 1024, self.took))
    }

    fn assert_whole(&self, during: &str) {
        println!("{during}: {} MiB, {:?}", self.memory_kib / 1024, self.took);
        assert_eq!(self.ran.code, Some(0), "{during}: {}", self.ran.stderr);
        assert!(!self.ran.stderr.contains("panicked"), "{during}: {}", self.ran.stderr);
        assert!(!self.ran.stdout.contains("defect of ours"), "{during}: {}", self.ran.stdout);
    }

    fn assert_bounded(&self, during: &str) {
        self.assert_whole(during);
        assert_eq!(self.excess(during), None);
    }
}

/// Sources that answered well once, each on a web of its own.
struct Stage {
    healthy: Healthy,
    webs: Vec<Web>,
    house: House,
}

impl Stage {
    async fn start(count: usize, limits: &str) -> Self {
        let mut healthy = Healthy::start().await;
        let mut webs = Vec::new();
        for number in 0..count {
            let web = Web::start().await;
            let before = item(&format!("Before {number} came"), web.url("/before").as_str(), number as u64);
            web.route("/feed", Answer::feed(rss(&before)));
            web.route("/before", Answer::page(page(&format!("Before {number} came"), &html(200_000 + number as u64))));
            webs.push(web);
        }
        let allow: Vec<_> = webs.iter().chain([&healthy.web]).map(Web::address).collect();
        let hostile: String =
            webs.iter().enumerate().map(|(n, web)| source(web, &format!("case {n}"), "/feed")).collect();
        let house = House::new(&allow, &format!("{limits}{}{hostile}", healthy.sources()));
        healthy.next();
        let stage = Self { healthy, webs, house };
        let passed = watched_pass(&stage.house);
        passed.assert_bounded("all well");
        stage.assert_published("all well");
        stage
    }

    fn pass(&mut self, during: &str) -> Passed {
        self.healthy.next();
        let passed = watched_pass(&self.house);
        passed.assert_whole(during);
        self.assert_published(during);
        passed
    }

    /// What the healthy sources have, and what was published before.
    fn assert_published(&self, during: &str) {
        let all = self.house.read("feeds/all.xml");
        self.healthy.assert_published(&all, during);
        for number in 0..self.webs.len() {
            assert!(
                all.contains(&format!("<title>Before {number} came</title>")),
                "{during}: case {number} lost what it had"
            );
        }
        assert!(!all.contains("root:x:0"), "{during}: a file of this machine is published");
        assert_sound(&self.house.published());
    }
}

fn class(event: &Value) -> Option<&str> {
    event["error"].as_str()
}

/// All cases in one pass.
async fn check(cases: Vec<Case>, limits: &str, during: &str) {
    let mut stage = Stage::start(cases.len(), limits).await;
    for ((_, answer, _), web) in cases.iter().zip(&stage.webs) {
        web.route("/feed", answer.clone());
    }
    let passed = stage.pass(during);
    assert_eq!(passed.excess(during), None);
    let wrong: Vec<String> = cases
        .iter()
        .enumerate()
        .filter_map(|(number, (name, _, expected))| {
            let event = passed.ran.source(&format!("case {number}"));
            (!expected.contains(&class(&event))).then(|| format!("{name}: {event}, not {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn check_wire(cases: Vec<wire::Case>, request: Duration, during: &str) {
    let cases = cases.into_iter().map(|(name, answer, faults)| {
        let classes: Vec<Option<&str>> = faults.iter().map(|fault| Some(fault.as_str())).collect();
        (name, answer, &*classes.leak())
    });
    check(cases.collect(), &limits(BODY_BYTES, request), during).await;
}

fn bounds() -> Bounds {
    Bounds { body_bytes: BODY_BYTES, request: REQUEST }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_slow_or_endless_harms_no_one() {
    check_wire(wire::slow(bounds()), REQUEST, "slow").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_or_no_http_harms_no_one() {
    check_wire(wire::cut(), REQUEST * 2, "cut").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bombs_harm_no_one() {
    check_wire(wire::packings(bounds()), REQUEST * 2, "packings").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_harm_no_one() {
    check_wire(wire::statuses(), REQUEST * 2, "statuses").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_lead_no_one_astray() {
    check_wire(wire::redirects(), REQUEST * 2, "redirects").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_are_wrong_in_themselves_harm_no_one() {
    check(content::documents(), &limits(10 << 20, REQUEST * 2), "documents").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_wrong_once_harms_no_one_again() {
    check(content::found_before(), &limits(10 << 20, REQUEST * 2), "found before").await;
}

/// What a document has beyond its bounds is left out, and the pass says that there was more.
#[tokio::test(flavor = "multi_thread")]
async fn limits_of_documents_are_told() {
    let mut stage = Stage::start(4, &limits(10 << 20, REQUEST * 5)).await;
    let entries = (0..10_001).map(|n| format!("<item><guid>{n}</guid><title>Entry {n}</title></item>"));
    let deep_page = format!("{}{}", "<div>".repeat(400), html(500_000));
    stage.webs[0].route("/feed", Answer::feed(rss(&entries.collect::<String>())));
    stage.webs[1].route("/feed", Answer::feed(rss(&"<a>".repeat(400))));
    stage.webs[2].route("/deep", Answer::page(page("Deep", &deep_page)));
    stage.webs[2].route("/feed", Answer::feed(rss(&story(&stage.webs[2], "/deep", 1))));
    stage.webs[3].route("/feed", Answer::feed(rss(&"<a/>".repeat(400_001))));
    let passed = stage.pass("limits");
    let pass = passed.ran.events("pass").remove(0);
    let reached: Vec<&str> = pass["reached"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    for limit in ["entries 10000", "entries 40", "depth", "depth 256", "elements 400000"] {
        assert!(reached.contains(&limit), "{limit} is not among {reached:?}");
    }
    assert_eq!(passed.ran.source("case 0")["limit"], "entries 10000");
    assert_eq!(passed.ran.source("case 1")["limit"], "depth");
    assert_eq!(passed.ran.source("case 2")["limit"], "depth 256");
    assert_eq!(passed.ran.source("case 3")["limit"], "elements 400000");
}

/// The suite is as large as it is said to be.
#[test]
fn there_are_enough_cases() {
    const CASES_MIN: usize = 120;
    let wire = wire::all(bounds()).len();
    let content = [content::documents(), content::found_before(), content::items(), content::heavy()];
    let pages = [pages::pages(), pages::heavy_pages(), pages::robots()];
    let count = wire + content.iter().chain(&pages).map(Vec::len).sum::<usize>();
    println!("{count} hostile cases");
    assert!(count >= CASES_MIN, "{count} cases");
}

#[tokio::test(flavor = "multi_thread")]
async fn items_that_are_wrong_in_themselves_harm_no_one() {
    check(content::items(), &limits(10 << 20, REQUEST * 2), "items").await;
}

/// One source that answers with one after another.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_stays_within_time_and_memory() {
    let mut stage = Stage::start(1, &limits(10 << 20, REQUEST * 5)).await;
    let mut wrong = Vec::new();
    for (name, answer, expected) in content::heavy() {
        stage.webs[0].route("/feed", answer);
        let passed = stage.pass(name);
        let event = passed.ran.source("case 0");
        wrong.extend(passed.excess(name));
        if !expected.contains(&class(&event)) {
            wrong.push(format!("{name}: {event}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The class of a page in the report.
fn page_class(ran: &Ran, link: &str) -> Option<String> {
    let event = ran.events("article").into_iter().find(|event| event["link"] == link);
    event.and_then(|event| class(&event).map(str::to_owned))
}

/// What is wrong with one page's class, and with its entry.
fn page_mistake(case: &Case, passed: &Passed, number: usize, story: &str, stage: &Stage) -> Option<String> {
    let (name, _, expected) = case;
    let event = passed.ran.source(&format!("case {number}"));
    let class = page_class(&passed.ran, story);
    let is_there = stage.house.read("feeds/all.xml").contains(story);
    let is_right = !is_failed(&event) && expected.contains(&class.as_deref()) && is_there;
    (!is_right).then(|| format!("{name}: {class:?}, not {expected:?}; published: {is_there}; {event}"))
}

fn story(web: &Web, path: &str, number: usize) -> String {
    item(&format!("Story {number} told"), web.url(path).as_str(), 7000 + number as u64)
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_articles_cost_their_entries_nothing() {
    let cases = pages::pages();
    let mut stage = Stage::start(cases.len(), &limits(1 << 20, REQUEST)).await;
    for (number, ((_, answer, _), web)) in cases.iter().zip(&stage.webs).enumerate() {
        web.route("/story", answer.clone());
        web.route("/feed", Answer::feed(rss(&story(web, "/story", number))));
    }
    let passed = stage.pass("pages");
    assert_eq!(passed.excess("pages"), None);
    let wrong =
        cases.iter().zip(&stage.webs).enumerate().filter_map(|(number, (case, web))| {
            page_mistake(case, &passed, number, web.url("/story").as_str(), &stage)
        });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One page after another.
#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_too_much_stay_within_time_and_memory() {
    let mut stage = Stage::start(1, &limits(10 << 20, REQUEST * 5)).await;
    let mut wrong = Vec::new();
    for (number, case) in pages::heavy_pages().iter().enumerate() {
        let (path, web) = (format!("/story/{number}"), &stage.webs[0]);
        let url = web.url(&path).to_string();
        web.route(&path, case.1.clone());
        web.route("/feed", Answer::feed(rss(&story(web, &path, number))));
        let passed = stage.pass(case.0);
        wrong.extend(passed.excess(case.0));
        wrong.extend(page_mistake(case, &passed, 0, &url, &stage));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_failed(event: &Value) -> bool {
    class(event).is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn robots_txt_costs_a_feed_nothing() {
    let cases = pages::robots();
    let mut healthy = Healthy::start().await;
    healthy.next();
    let mut webs = Vec::new();
    for (number, (_, answer, _)) in cases.iter().enumerate() {
        let web = Web::start().await;
        web.route("/robots.txt", answer.clone());
        web.route("/story", Answer::page(page(&format!("Story {number} told"), &html(300_000 + number as u64))));
        web.route(
            "/feed",
            Answer::feed(rss(&item(&format!("Story {number} told"), web.url("/story").as_str(), 9000 + number as u64))),
        );
        webs.push(web);
    }
    let allow: Vec<_> = webs.iter().chain([&healthy.web]).map(Web::address).collect();
    let sources: String = webs.iter().enumerate().map(|(n, web)| source(web, &format!("case {n}"), "/feed")).collect();
    let house = House::new(&allow, &format!("{}{}{sources}", limits(10 << 20, REQUEST), healthy.sources()));
    let passed = watched_pass(&house);
    passed.assert_bounded("robots");
    let all = house.read("feeds/all.xml");
    healthy.assert_published(&all, "robots");
    let mut wrong = Vec::new();
    for (number, (name, _, expected)) in cases.iter().enumerate() {
        let event = passed.ran.source(&format!("case {number}"));
        let class = page_class(&passed.ran, webs[number].url("/story").as_str());
        let is_there = all.contains(&webs[number].url("/story").to_string());
        let waits = event["limit"].is_string();
        if is_failed(&event) || !expected.contains(&class.as_deref()) || !(is_there || waits) {
            wrong.push(format!("{name}: {class:?}, not {expected:?}; published: {is_there}; {event}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_sound(&house.published());
}

/// Entries without a link have the address of their source in common, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn entries_without_links_are_each_their_own() {
    let mut stage = Stage::start(1, &limits(10 << 20, REQUEST * 2)).await;
    let bare = |number: u64| {
        let text = support::prose::paragraphs(400_000 + number).join(" ");
        format!("<item><guid>bare {number}</guid><title>Bare {number}</title><description>{text}</description></item>")
    };
    stage.webs[0].route("/feed", Answer::feed(rss(&(0..9).map(bare).collect::<Vec<_>>().concat())));
    let passed = stage.pass("no links");
    let event = passed.ran.source("case 0");
    assert_eq!((&event["new"], &event["copies"]), (&Value::from(9), &Value::from(0)), "{event}");
}

/// Guids that churn make no second article of the same page; what one source calls its own is not another's.
#[tokio::test(flavor = "multi_thread")]
async fn guids_that_churn_make_no_copies() {
    let mut stage = Stage::start(1, &limits(10 << 20, REQUEST * 2)).await;
    let web = &stage.webs[0];
    web.route("/churn", Answer::page(page("Churned", &html(77))));
    let link = web.url("/churn");
    for turn in 0..3 {
        let churned = format!("<item><guid>{turn}-{turn}</guid><title>Churned</title><link>{link}</link></item>");
        stage.webs[0].route("/feed", Answer::feed(rss(&churned)));
        stage.pass("churn");
    }
    let all = stage.house.read("feeds/all.xml");
    assert_eq!(all.matches("<title>Churned</title>").count(), 1);
}
