//! The worker under force: killed at any moment, twice at once, told to stop, on a broken disk.

mod support;

use std::collections::BTreeSet;
use std::io::Read;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::house::{House, Ran};
use support::prose::page_of_own_words;
use support::web::{Answer, Web};

/// Sources of the web that is read while the worker is killed.
const SOURCES: usize = 4;

/// New entries that each source has at each look.
const NEW_ENTRIES: u64 = 5;

/// A web whose sources have new entries each time they are asked, each with a page of its own.
async fn busy_web() -> (Web, String) {
    let web = Web::start().await;
    let asked = Arc::new(AtomicU64::new(0));
    let address = web.address();
    web.rule("/feed/", move |request| {
        let first = asked.fetch_add(NEW_ENTRIES, Ordering::SeqCst);
        let source = request.path.trim_start_matches("/feed/");
        let items: String = (first..first + NEW_ENTRIES)
            .map(|number| {
                format!(
                    "<item><title>Report {number} of {source}</title><link>http://{address}/page/{source}/{number}</link>\
                     <guid isPermaLink=\"false\">{source}-{number}</guid></item>"
                )
            })
            .collect();
        Answer::feed(format!(
            "<rss version=\"2.0\"><channel><title>{source}</title><link>http://{address}/</link>\
             <description>d</description>{items}</channel></rss>"
        ))
    });
    web.rule("/page/", |request| Answer::page(page_of_own_words(&request.path)));
    let sources = (0..SOURCES).map(|n| format!("[[source]]\nname = \"s{n}\"\nurl = \"http://{address}/feed/s{n}\"\n"));
    (web, sources.collect())
}

fn acknowledged(report: &str) -> Vec<String> {
    let events = report.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    events
        .filter(|event| event["event"] == "stored")
        .filter_map(|event| Some(event["guid"].as_str()?.to_owned()))
        .collect()
}

fn stored(house: &House) -> BTreeSet<String> {
    let listed = house.run(&["store", "list", "--json"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let lines = listed.stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| Some(line["guid"].as_str()?.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_kills_lose_nothing_that_was_told_as_stored() {
    // `FEEDATLAS_KILLS=500` for the figure of a release.
    let kills: u64 = std::env::var("FEEDATLAS_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(50);
    let (web, sources) = busy_web().await;
    let house = House::new(&[web.address()], &sources);
    let mut told = BTreeSet::new();
    for round in 0..kills {
        let mut command = house.command(&["run", "--force", "--report", "json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        // Spread over the whole of a pass, from its first moments on; no two rounds alike.
        let wait = Duration::from_millis(20 + (round * 37) % 400);
        tokio::time::sleep(wait).await;
        child.kill().expect("the program can be killed");
        let mut report = String::new();
        child.stdout.take().expect("piped").read_to_string(&mut report).expect("JSON is UTF-8");
        child.wait().expect("the program has ended");
        told.extend(acknowledged(&report));
        if round % 10 == 9 {
            let kept = stored(&house);
            let lost: Vec<&String> = told.difference(&kept).collect();
            assert!(lost.is_empty(), "round {round}: told as stored, and lost: {lost:?}");
        }
    }
    let ran = house.pass();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    told.extend(acknowledged(&ran.stdout));
    assert!(told.len() as u64 >= NEW_ENTRIES * SOURCES as u64, "only {} articles were stored at all", told.len());
    let kept = stored(&house);
    assert!(told.is_subset(&kept));
    assert_eq!(house.run(&["store", "verify"]).code, Some(0));
    let newest = house.read("feeds/all.xml");
    assert!(kept.iter().any(|guid| newest.contains(guid)), "what is kept is published");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_worker_ends_with_4_and_harms_nothing() {
    let web = Web::start().await;
    web.route(
        "/feed",
        Answer::feed("<rss version=\"2.0\"><channel><title>t</title></channel></rss>").wait(Duration::from_secs(3)),
    );
    let sources = format!("[[source]]\nname = \"slow\"\nurl = \"http://{}/feed\"\n", web.address());
    let house = House::new(&[web.address()], &sources);
    let first = house.command(&["run", "--report", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let first = first.expect("the program starts");
    let began = Instant::now();
    while web.asked("/feed").is_empty() && began.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let second = house.run(&["run"]);
    assert_eq!(second.code, Some(4), "{}", second.stderr);
    assert!(second.stderr.contains("another worker"), "{}", second.stderr);
    let first = Ran::of(&tokio::task::block_in_place(|| first.wait_with_output().expect("it ends")));
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.source("slow")["error"].is_null());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_a_pass_within_ten_seconds_and_what_was_read_is_kept() {
    let web = Web::start().await;
    let address = web.address();
    let items: String = (0..30)
        .map(|n| format!("<item><title>t{n}</title><link>http://{address}/page/{n}</link><guid>g{n}</guid></item>"))
        .collect();
    web.route("/feed", Answer::feed(format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")));
    web.rule("/page/", |request| Answer::page(page_of_own_words(&request.path)).wait(Duration::from_millis(300)));
    let house =
        House::new(&[address], &format!("per_host = 1\n[[source]]\nname = \"s\"\nurl = \"http://{address}/feed\"\n"));
    let child = house.command(&["run", "--report", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.expect("the program starts");
    let began = Instant::now();
    while web.log().iter().filter(|asked| asked.path.starts_with("/page/")).count() < 3
        && began.elapsed() < Duration::from_secs(20)
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told = Instant::now();
    let pid = child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there");
    let ran = Ran::of(&tokio::task::block_in_place(|| child.wait_with_output().expect("it ends")));
    assert!(told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let first = acknowledged(&ran.stdout).len();
    assert!((1..30).contains(&first), "{first} stored before the stop");
    // The next pass goes on where this one was stopped.
    let rest = house.pass();
    assert_eq!(first + acknowledged(&rest.stdout).len(), 30, "{}", rest.stdout);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_ends_with_3() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    /// Whoever runs the tests as root would be let in everywhere: the program is run as `nobody`.
    const NOBODY: u32 = 65534;
    let house = House::new(&[], "[store]\npath = \"locked/data\"\n");
    let locked = house.path("locked");
    std::fs::create_dir(&locked).expect("a folder can be made");
    // The program must be where `nobody` can read it.
    let program = house.path("feedatlas");
    std::fs::copy(support::house::PROGRAM, &program).expect("the program can be copied");
    let folder = locked.parent().expect("below the house");
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).expect("modes can be set");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o555)).expect("modes can be set");
    let mut command = std::process::Command::new(&program);
    command.current_dir(folder).args(["run"]).stdin(Stdio::null());
    let is_root = std::process::Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    let ran = Ran::of(&command.output().expect("the program starts"));
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("locked"), "{}", ran.stderr);
}
