//! `check --probe` over a fake web: what each source is, and which lines of feeds.toml would fit it better.

mod support;

use support::house::{House, Ran};
use support::web::{Answer, Step, Web};

const FEED: &str = "<rss version=\"2.0\"><channel><title>t</title><language>ru</language><item><title>One</title>\
    <link>/a/1</link><pubDate>Tue, 16 Jan 2024 14:05:00 +0300</pubDate></item><item><title>Two</title><link>/a/2</link>\
    <pubDate>Mon, 15 Jan 2024 14:05:00 +0300</pubDate></item></channel></rss>";

/// A page of a site that names a feed.
fn page(feed: &str) -> Answer {
    Answer::page(format!(
        "<html><head><title>News</title><link rel=\"alternate\" type=\"application/rss+xml\" href=\"{feed}\"></head>\
         <body><h1>News</h1></body></html>"
    ))
}

fn source(name: &str, web: &Web, path: &str) -> String {
    format!("[[source]]\nname = \"{name}\"\nurl = \"{}\"\n", web.url(path))
}

/// Probes, and expects the command to end well and to store nothing.
fn probe(house: &House) -> Ran {
    let ran = house.run(&["check", "--probe"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    assert!(!house.path("data").exists() && !house.path("public").exists(), "a probe keeps nothing");
    ran
}

/// The cells of a source's row.
fn row(ran: &Ran, name: &str) -> Vec<String> {
    let row = ran.stdout.lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
    let row = row.unwrap_or_else(|| panic!("no row of `{name}`:\n{}", ran.stdout));
    row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
}

/// The lines that are suggested for a source.
fn suggested(ran: &Ran, name: &str) -> Vec<String> {
    let mut lines = ran.stdout.lines().skip_while(|line| *line != name).skip(1);
    lines.by_ref().take_while(|line| line.starts_with("    ")).map(|line| line.trim().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_well_is_told_with_all_that_it_is() {
    let web = Web::start().await;
    web.route("/feed", Answer::feed(FEED).etag("\"1\""));
    let house = House::new(&[web.address()], &(source("well", &web, "/feed") + "language = \"ru\"\n"));
    let ran = probe(&house);
    assert_eq!(row(&ran, "well"), ["well", "well", "feed", "2", "2024-01-16T14:05:00+03:00", "+03", "UTF-8", "allows"]);
    assert_eq!(suggested(&ran, "well"), Vec::<String>::new());
    assert_eq!(
        (web.paths().len(), web.asked("/feed").len(), web.asked("/robots.txt").len()),
        (2, 1, 1),
        "{:?}",
        web.paths()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moved_for_good_is_suggested_and_what_moved_for_now_is_not() {
    let web = Web::start().await;
    web.route("/real", Answer::feed(FEED));
    web.route("/old", Answer::redirect(301, "/real"));
    web.route("/new", Answer::feed(FEED));
    web.route("/other", Answer::redirect(302, "/new"));
    let house = House::new(&[web.address()], &(source("old", &web, "/old") + &source("other", &web, "/other")));
    let ran = probe(&house);
    assert_eq!(row(&ran, "old").last(), Some(&web.url("/real").to_string()));
    assert!(suggested(&ran, "old")[0].starts_with(&format!("url = \"{}\"", web.url("/real"))));
    let other = suggested(&ran, "other");
    assert!(other.iter().all(|line| !line.starts_with("url")), "{other:?}");
    assert!(other[0].starts_with("language = \"ru\""), "{other:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_names_a_feed_is_told_with_the_feed() {
    let web = Web::start().await;
    web.route("/news", page("/feed"));
    web.route("/feed", Answer::feed(FEED));
    let sources = source("page", &web, "/news") + &(source("wrong", &web, "/news?b") + "kind = \"feed\"\n");
    web.route("/news?b", page("/feed2"));
    web.route("/feed2", Answer::feed(FEED));
    let house = House::new(&[web.address()], &sources);
    let ran = probe(&house);
    for (name, path) in [("page", "/feed"), ("wrong", "/feed2")] {
        assert_eq!(row(&ran, name)[1], "not_a_feed", "nothing is listed on it");
        let lines = suggested(&ran, name);
        assert!(lines[0].starts_with(&format!("url = \"{}\"", web.url(path))), "{lines:?}");
        assert!(lines[0].ends_with("2 entries"), "{lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_a_feed_is_told_as_a_page() {
    let web = Web::start().await;
    let card = |n| {
        format!(
            "<article><h2><a href=\"/2024/01/16/story-{n}\">A headline number {n} of several words</a></h2><time datetime=\"2024-01-16T1{n}:05\">16.01</time></article>"
        )
    };
    web.route(
        "/list",
        Answer::page(format!("<html><body><main>{}</main></body></html>", (0..6).map(card).collect::<String>())),
    );
    web.route("/robots.txt", Answer::ok("User-agent: *\nDisallow: /2024/\n"));
    let house = House::new(&[web.address()], &source("list", &web, "/list"));
    let ran = probe(&house);
    assert_eq!(row(&ran, "list")[1..4], ["well", "page", "6"]);
    assert!(row(&ran, "list").contains(&"not printed".to_owned()) && row(&ran, "list").contains(&"forbids".to_owned()));
    let lines = suggested(&ran, "list");
    assert!(lines[0].starts_with("kind = \"page\""), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("zone = \"Area/City\"")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("robots.txt forbids")), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_source_is_told_by_its_class_with_what_helps() {
    let (web, bare) = (Web::start().await, Web::start_at("127.0.0.2").await);
    web.route("/gone", Answer::status(410));
    web.route("/", page("/feed"));
    web.route("/feed", Answer::feed(FEED));
    bare.route("/404", Answer::status(404));
    bare.route("/500", Answer::status(500));
    bare.route("/cut", Answer::steps(vec![Step::Reset]));
    let sources = source("gone", &web, "/gone")
        + &source("missing", &bare, "/404")
        + &source("broken", &bare, "/500")
        + &source("cut", &bare, "/cut")
        + "[[source]]\nname = \"private\"\nurl = \"http://127.0.0.3/feed\"\n";
    let house = House::new(&[web.address(), bare.address()], &sources);
    let ran = probe(&house);
    let class = |name| row(&ran, name)[1].clone();
    assert_eq!([class("gone"), class("missing"), class("broken")], ["gone 410", "http_status 404", "http_status 500"]);
    assert_eq!([class("cut"), class("private")], ["reset", "blocked_address"]);
    // The front page of the one names the feed that took its place; of the others, only what helps can be said.
    assert!(suggested(&ran, "gone")[0].starts_with(&format!("url = \"{}\"", web.url("/feed"))), "{}", ran.stdout);
    for name in ["missing", "broken", "cut", "private"] {
        let lines = suggested(&ran, name);
        assert!(lines.len() == 2 && lines.iter().all(|line| line.starts_with("# ")), "{name}: {lines:?}");
    }
    assert!(bare.asked("/500").len() == 1 && bare.asked("/404").len() == 1, "{:?}", bare.paths());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_that_are_suggested_are_feeds_toml() {
    let web = Web::start().await;
    web.route("/old", Answer::redirect(308, "/news"));
    web.route("/news", page("/feed"));
    web.route("/feed", Answer::feed(FEED));
    let house = House::new(&[web.address()], &source("s", &web, "/old"));
    let lines = suggested(&probe(&house), "s");
    house.write_config(&[web.address()], "", &format!("[[source]]\nname = \"s\"\n{}\n", lines.join("\n")));
    let ran = probe(&house);
    assert_eq!(row(&ran, "s")[1..4], ["well", "feed", "2"], "{}", ran.stdout);
    assert_eq!(suggested(&ran, "s"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asked_for_quiet_has_it_and_410_is_not_asked_again() {
    let (web, busy) = (Web::start().await, Web::start_at("127.0.0.2").await);
    web.route("/gone", Answer::status(410));
    web.route("/", page("/feed"));
    web.route("/feed", Answer::feed(FEED));
    busy.route("/busy", Answer::status(429).header("Retry-After", "7200"));
    let sources = source("gone", &web, "/gone") + &source("busy", &busy, "/busy");
    let house = House::new(&[web.address(), busy.address()], &sources);
    assert_eq!(house.pass().code, Some(0));
    web.forget();
    busy.forget();
    let ran = house.run(&["check", "--probe"]);
    assert_eq!((row(&ran, "gone")[1].as_str(), row(&ran, "busy")[1].as_str()), ("gone 410", "rate_limited 429"));
    assert!(busy.log().is_empty() && web.asked("/gone").is_empty(), "{:?}", web.paths());
    assert!(suggested(&ran, "gone")[0].starts_with(&format!("url = \"{}\"", web.url("/feed"))), "{}", ran.stdout);
}
