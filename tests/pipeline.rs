//! The whole pipeline over a fake web: feeds.toml in, `/feeds/kndr.xml` out, with the program itself.

mod support;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::house::{House, Ran};
use support::web::{Answer, Step, Web};

const SEED: &str = "glavy-mid-rossii-i-mid-kndr-provodyat-peregovory-v-moskve";

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/articles").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn seed_page() -> Vec<u8> {
    fixture("bigasia/2024-01-16/page.html")
}

fn seed_expected() -> Value {
    serde_json::from_slice(&fixture("bigasia/2024-01-16/expected.json")).expect("expected.json is JSON")
}

fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel><title>Большая Азия</title>\
         <link>https://bigasia.ru/</link><description>Новости</description>{items}</channel></rss>"
    )
}

fn item(web: &Web, path: &str, title: &str) -> String {
    let link = web.url(path);
    format!(
        "<item><title>{title}</title><link>{link}</link><guid isPermaLink=\"false\">{path}</guid>\
         <pubDate>Tue, 16 Jan 2024 14:05:00 +0300</pubDate><description>Кратко о главном.</description></item>"
    )
}

fn source(web: &Web, name: &str, path: &str) -> String {
    format!("[[source]]\nname = \"{name}\"\nurl = \"{}\"\nlanguage = \"ru\"\nzone = \"Europe/Moscow\"\n", web.url(path))
}

/// A web with the seed article, and a house that reads it.
async fn seed() -> (Web, House) {
    let web = Web::start().await;
    let page = format!("/{SEED}/");
    let title = "Главы МИД России и МИД КНДР проводят переговоры в Москве";
    web.route("/feed/", Answer::feed(rss(&item(&web, &page, title))).etag("W/\"seed-1\""));
    web.route(&page, Answer::page(seed_page()));
    let house = House::new(&[web.address()], &source(&web, "Большая Азия", "/feed/"));
    (web, house)
}

fn assert_done(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seed_article_is_published_whole_with_its_photographer_in_both_its_countries() {
    let (web, house) = seed().await;
    assert_done(&house.pass());
    let kndr = house.read("feeds/kndr.xml");
    let expected = seed_expected();
    let paragraphs = expected["text"].as_array().expect("paragraphs");
    assert_eq!(paragraphs.len(), 8);
    for paragraph in paragraphs {
        let paragraph = paragraph.as_str().expect("a text");
        assert!(kndr.contains(paragraph), "a paragraph is missing: {paragraph}");
    }
    let (before, content) = kndr.split_once("<content:encoded>").expect("content:encoded");
    let figcaption =
        content.split_once("<figcaption").expect("a figcaption").1.split_once("</figcaption>").expect("its end").0;
    assert!(figcaption.contains("Телеграм-канал МИД России"), "{figcaption}");
    assert!(before.contains("<rss") && kndr.contains("<media:content"));
    assert!(kndr.contains("<media:credit role=") && kndr.contains("Телеграм-канал МИД России</media:credit>"));
    assert!(kndr.contains("<dc:creator>"));
    assert!(kndr.contains(&format!("<source url=\"{}\">Большая Азия</source>", web.url("/feed/"))));
    assert!(kndr.contains("<pubDate>Tue, 16 Jan 2024 14:05:00 +0300</pubDate>"), "the printed zone is kept");
    assert!(kndr.contains("<guid isPermaLink=\"false\">urn:uuid:"));
    assert!(kndr.contains("<category"));
    for (slug, has_it) in [("rossiya", true), ("all", true), ("kitaj", false), ("respublika-koreya", false)] {
        assert_eq!(house.read(&format!("feeds/{slug}.xml")).contains(SEED), has_it, "{slug}");
    }
    for name in ["feeds/kndr.atom", "feeds/kndr.json", "feeds/all.json", "feeds.opml", "index.html", "status.json"] {
        assert!(house.path("public").join(name).is_file(), "{name}");
    }
    // Every land has its feeds, the empty ones too.
    let feeds =
        house.published().into_keys().filter(|name| name.starts_with("feeds/") && name.matches('/').count() == 1);
    assert_eq!(feeds.filter(|name| name.ends_with(".xml")).count(), 52);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_pass_with_nothing_new_asks_no_article_and_changes_no_byte() {
    let (web, house) = seed().await;
    assert_done(&house.pass());
    let before = house.published();
    web.forget();
    let ran = house.pass();
    assert_done(&ran);
    let paths = web.paths();
    assert!(!paths.iter().any(|path| path.contains(SEED)), "{paths:?}");
    assert_eq!(web.asked("/feed/")[0].header("if-none-match"), Some("W/\"seed-1\""));
    assert_eq!(ran.source("Большая Азия")["not_modified"], true);
    assert_eq!(house.published(), before);
    assert!(ran.events("published").iter().all(|event| event["path"] == "status.json"), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_feed_without_validators_asks_no_article_either() {
    let (web, house) = seed().await;
    let page = format!("/{SEED}/");
    web.route("/feed/", Answer::feed(rss(&item(&web, &page, "Заголовок"))));
    assert_done(&house.pass());
    let before = house.published();
    web.forget();
    assert_done(&house.pass());
    assert!(web.asked(&page).is_empty());
    assert_eq!(house.published(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_breaks_leaves_what_was_published_as_it_was() {
    let (web, house) = seed().await;
    assert_done(&house.pass());
    let before = house.published();
    let whole = rss(&item(&web, &format!("/{SEED}/"), "t"));
    let half = whole[..whole.len() / 2].to_owned();
    let broken = [
        (Answer::ok("").header("Content-Type", "application/rss+xml"), Some("empty_body")),
        (Answer::page("<html><head><title>Ошибка</title></head><body><h1>500</h1></body></html>"), Some("not_a_feed")),
        (Answer::status(500), Some("http_status")),
        (Answer::status(404), Some("http_status")),
        (Answer::steps(vec![Step::Reset]), Some("reset")),
        (
            Answer::raw(format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{half}",
                whole.len()
            )),
            Some("incomplete"),
        ),
        // A valid feed without items is no error, and deletes nothing.
        (Answer::feed(rss("")), None),
    ];
    for (answer, class) in broken {
        web.route("/feed/", answer);
        let ran = house.pass();
        assert_done(&ran);
        let event = ran.source("Большая Азия");
        assert_eq!(event["error"].as_str(), class, "{event}");
        let after = house.published();
        for (name, bytes) in &before {
            if name.starts_with("feeds/") {
                assert_eq!(after.get(name), Some(bytes), "{name} changed by {class:?}");
            }
        }
    }
    // A source that is down altogether.
    drop(web);
    let ran = house.pass();
    assert_eq!(ran.source("Большая Азия")["error"], "connect");
    assert!(house.read("feeds/kndr.xml").contains(SEED));
    assert_eq!(house.run(&["run", "--force", "--strict"]).code, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_text_from_two_sources_is_published_once_with_a_link_to_the_other() {
    let (web, house) = seed().await;
    let other = Web::start_at("127.0.0.1").await;
    other.route("/rss", Answer::feed(rss(&item(&other, "/story/77", "Переговоры глав МИД в Москве"))));
    other.route("/story/77", Answer::page(seed_page()));
    let sources = source(&web, "Большая Азия", "/feed/") + &source(&other, "Перепечатка", "/rss");
    house.write_config(&[web.address(), other.address()], "", &sources);
    let ran = house.pass();
    assert_done(&ran);
    let stored = ran.events("stored");
    assert_eq!(stored.iter().filter(|event| event["kind"] == "copy").count(), 1, "{}", ran.stdout);
    let kndr = house.read("feeds/kndr.xml");
    assert_eq!(kndr.matches("<item>").count(), 1);
    let (first, second) = (web.url(&format!("/{SEED}/")), other.url("/story/77"));
    assert!(kndr.contains(first.as_str()) && kndr.contains(second.as_str()), "{kndr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_source_harms_no_other() {
    let (web, house) = seed().await;
    let bad = Web::start_at("127.0.0.2").await;
    bad.route("/hang", Answer::steps(vec![Step::Hang]));
    bad.route(
        "/endless",
        Answer::steps(vec![
            Step::Send(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n".to_vec()),
            Step::Endless(vec![b'x'; 65536]),
        ]),
    );
    bad.route("/inside", Answer::redirect(302, "http://127.0.0.1:22/"));
    let long = format!("<rss version=\"2.0\"><channel><title>t</title>{}</channel></rss>", "<a>".repeat(1_000_000));
    bad.route("/deep", Answer::feed(long));
    let names = ["hang", "endless", "inside", "deep"];
    let sources: String = names.iter().map(|name| source(&bad, name, &format!("/{name}"))).collect();
    let limits = "[limits]\nrequest = \"2s\"\nbody = \"4MiB\"\n";
    let all = format!("{limits}{}{sources}", source(&web, "Большая Азия", "/feed/"));
    house.write_config(&[web.address(), bad.address()], "", &all);
    let began = Instant::now();
    let ran = house.pass();
    assert_done(&ran);
    assert!(began.elapsed() < Duration::from_secs(35), "{:?}", began.elapsed());
    let class = |name: &str| ran.source(name)["error"].as_str().unwrap_or("none").to_owned();
    assert_eq!(class("hang"), "timeout");
    assert_eq!(class("endless"), "too_large");
    assert_eq!(class("inside"), "blocked_address");
    assert!(["too_deep", "malformed_xml", "not_a_feed", "none"].contains(&class("deep").as_str()), "{}", class("deep"));
    assert!(house.read("feeds/kndr.xml").contains(SEED));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_million_nested_tags_is_bounded_and_its_summary_is_published() {
    let (web, house) = seed().await;
    let page = format!("<html><body>{}</body></html>", "<div>".repeat(1_000_000));
    web.route(&format!("/{SEED}/"), Answer::page(page));
    let began = Instant::now();
    let ran = house.pass();
    assert_done(&ran);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(ran.events("article").len(), 1, "{}", ran.stdout);
    assert!(house.read("feeds/all.xml").contains("Кратко о главном."));
}

#[tokio::test(flavor = "multi_thread")]
async fn control_characters_in_a_title_leave_the_published_xml_well_formed() {
    let web = Web::start().await;
    let body = rss("<item><title>A\u{0}B\u{1}C \u{202e}D &lt;script&gt;alert(1)&lt;/script&gt;</title><guid>1</guid>\
                    <link>http://x.example/</link><description>\u{b}ok &amp;lt;b&amp;gt;</description></item>");
    web.route("/feed", Answer::feed(body));
    let house = House::new(&[web.address()], &source(&web, "s", "/feed"));
    assert_done(&house.pass());
    for name in ["feeds/all.xml", "feeds/all.atom"] {
        let text = house.read(name);
        assert!(!text.chars().any(|c| (c.is_control() && !"\n\r\t".contains(c)) || c == '\u{202e}'), "{name}");
        assert!(!text.contains("<script") && !text.contains("&lt;script"), "{name}: {text}");
        let feed = feed_rs::parser::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(feed.entries.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_entry_changes_its_article_in_place() {
    let (web, house) = seed().await;
    assert_done(&house.pass());
    let guid = |xml: &str| xml.split("urn:uuid:").nth(1).expect("a guid")[..36].to_owned();
    let before = guid(&house.read("feeds/kndr.xml"));
    let page = String::from_utf8(seed_page()).expect("UTF-8").replace("с официальным визитом", "с рабочим визитом");
    web.route(&format!("/{SEED}/"), Answer::page(page));
    web.route("/feed/", Answer::feed(rss(&item(&web, &format!("/{SEED}/"), "Главы МИД: уточнение"))));
    let ran = house.pass();
    assert_eq!(ran.events("stored")[0]["kind"], "update", "{}", ran.stdout);
    let after = house.read("feeds/kndr.xml");
    assert!(after.contains("с рабочим визитом"));
    assert_eq!(after.matches("<item>").count(), 1);
    assert_eq!(guid(&after), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_refused_later_never_takes_away_the_text_that_was_read() {
    let (web, house) = seed().await;
    assert_done(&house.pass());
    web.route(&format!("/{SEED}/"), Answer::status(404));
    web.route("/feed/", Answer::feed(rss(&item(&web, &format!("/{SEED}/"), "Другой заголовок"))));
    let ran = house.pass();
    assert_eq!(ran.events("article")[0]["error"], "http_status", "{}", ran.stdout);
    assert!(house.read("feeds/kndr.xml").contains("Министр иностранных дел Цой Сон Хи"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_failed_in_a_way_that_may_pass_is_read_by_a_later_pass() {
    let (web, house) = seed().await;
    let page = format!("/{SEED}/");
    web.script(&page, vec![Answer::status(503), Answer::status(503), Answer::page(seed_page())]);
    assert_done(&house.pass());
    assert!(house.read("feeds/all.xml").contains("Кратко о главном."), "the summary stands in meanwhile");
    for _ in 0..3 {
        web.route("/feed/", Answer::feed(rss(&item(&web, &page, "Главы МИД России и МИД КНДР проводят переговоры"))));
        assert_done(&house.pass());
    }
    assert!(house.read("feeds/kndr.xml").contains("Министр иностранных дел Цой Сон Хи"));
    assert_eq!(house.read("feeds/all.xml").matches("<item>").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_stores_and_publishes_nothing() {
    let (_web, house) = seed().await;
    let ran = house.run(&["run", "--dry-run", "--report", "json"]);
    assert_done(&ran);
    assert_eq!(ran.source("Большая Азия")["new"], 1);
    assert!(ran.events("stored").is_empty());
    assert!(!house.path("public").exists() || house.published().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn robots_txt_is_obeyed_for_pages_and_the_summary_is_published() {
    let (web, house) = seed().await;
    web.route("/robots.txt", Answer::ok("User-agent: *\nDisallow: /glavy"));
    let ran = house.pass();
    assert_done(&ran);
    assert_eq!(ran.events("article")[0]["error"], "robots_denied");
    assert!(web.asked(&format!("/{SEED}/")).is_empty());
    assert!(house.read("feeds/all.xml").contains("Кратко о главном."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_asked_again_only_when_it_is_due() {
    let (web, house) = seed().await;
    assert_done(&house.run(&["run"]));
    web.forget();
    let ran = house.run(&["run", "--report", "json"]);
    assert_done(&ran);
    assert!(web.log().is_empty());
    let event = ran.source("Большая Азия");
    assert_eq!((event["asked"].as_bool(), event["error"].is_null()), (Some(false), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_and_410_hold_under_force_too() {
    let (web, house) = seed().await;
    web.route("/feed/", Answer::status(429).header("Retry-After", "3600"));
    assert_eq!(house.pass().source("Большая Азия")["error"], "rate_limited");
    web.forget();
    assert_eq!(house.pass().source("Большая Азия")["asked"], false);
    assert!(web.log().is_empty());

    let (web, house) = seed().await;
    web.route("/feed/", Answer::status(410));
    assert_eq!(house.pass().source("Большая Азия")["error"], "gone");
    web.forget();
    assert_eq!(house.pass().source("Большая Азия")["asked"], false);
    assert!(web.log().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_without_a_page_of_their_own_are_all_published() {
    let web = Web::start().await;
    let items = "<item><title>Первая заметка</title><guid>n1</guid><description>Одна строка.</description></item>\
                 <item><title>Вторая заметка</title><guid>n2</guid><description>Другая строка.</description></item>\
                 <item><title>Третья заметка</title><guid>n2</guid><description>С чужим номером.</description></item>";
    web.route("/feed", Answer::feed(rss(items)));
    let house = House::new(&[web.address()], &source(&web, "s", "/feed"));
    assert_done(&house.pass());
    assert_eq!(house.read("feeds/all.xml").matches("<item>").count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_was_asked_too_often_gives_its_pages_later_and_costs_none_of_them_a_try() {
    let (web, house) = seed().await;
    let page = format!("/{SEED}/");
    web.route(&page, Answer::status(429));
    for _ in 0..6 {
        let ran = house.pass();
        assert_done(&ran);
        assert_eq!(ran.events("article")[0]["error"], "rate_limited", "{}", ran.stdout);
        assert!(house.read("feeds/all.xml").contains("Кратко о главном."), "the summary stands in meanwhile");
    }
    web.route(&page, Answer::page(seed_page()));
    assert_done(&house.pass());
    assert!(house.read("feeds/kndr.xml").contains("Министр иностранных дел Цой Сон Хи"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_fails_again_behind_a_304_takes_nothing_away() {
    let web = Web::start().await;
    let link = web.url("/page");
    let item = format!(
        "<item><title>Заметка</title><link>{link}</link><guid>g</guid><description>Одна строка.</description>\
         <media:content url=\"{}\" type=\"image/jpeg\"><media:credit role=\"photographer\">Анна Лесная</media:credit>\
         </media:content></item>",
        web.url("/photo.jpg")
    );
    let feed = rss(&item).replace("<rss ", "<rss xmlns:media=\"http://search.yahoo.com/mrss/\" ");
    web.route("/feed", Answer::feed(feed).etag("\"1\""));
    web.route("/page", Answer::status(503));
    let house = House::new(&[web.address()], &source(&web, "s", "/feed"));
    assert_done(&house.pass());
    assert!(house.read("feeds/all.xml").contains("Анна Лесная"));
    let ran = house.pass();
    assert_eq!(ran.source("s")["not_modified"], true);
    assert_eq!(web.asked("/page").len(), 2, "the page is asked for again, though the feed has nothing new");
    assert!(house.read("feeds/all.xml").contains("Анна Лесная"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_a_pass_though_a_source_hangs() {
    let (web, house) = seed().await;
    web.route("/hang", Answer::steps(vec![Step::Hang]));
    let sources = source(&web, "hang", "/hang") + &source(&web, "Большая Азия", "/feed/");
    house.write_config(&[web.address()], "", &sources);
    let child =
        house.command(&["run", "--report", "json"]).stdout(std::process::Stdio::piped()).spawn().expect("it starts");
    let began = Instant::now();
    while web.asked("/hang").is_empty() && began.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told = Instant::now();
    std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill is there");
    let output = tokio::task::block_in_place(|| child.wait_with_output().expect("it ends"));
    assert!(told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
    assert_eq!(Ran::of(&output).code, Some(0));
}
