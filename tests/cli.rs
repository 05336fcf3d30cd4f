//! The command line: exit codes, help, the commands that need no web.

mod support;

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::Value;
use support::house::{House, PROGRAM, Ran};

/// Gives a filter these lines.
fn filter(command: &str, input: &str) -> Vec<Value> {
    let mut child = std::process::Command::new(PROGRAM)
        .arg(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("the filter reads");
    let ran = Ran::of(&child.wait_with_output().expect("the filter ends"));
    assert_eq!(ran.code, Some(0));
    ran.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| Value::String(line.to_owned())))
        .collect()
}

#[test]
fn a_page_that_cannot_be_had_is_told_and_is_no_failure_of_inspect() {
    let ran = House::new(&[], "").run(&["inspect", "http://127.0.0.1:1/article"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("127.0.0.1 is not a public address"), "{}", ran.stdout);
}

#[test]
fn a_folder_of_rules_stands_before_the_bundled_ones_and_a_missing_one_is_told() {
    let house = House::new(&[], "");
    fs::write(house.path("feeds.toml"), "[worker]\nsite_rules = \"rules\"\n").expect("a configuration can be written");
    let sentence =
        "The new bridge over the river was opened to traffic on Monday, and the first buses crossed it at noon.";
    let page = format!(
        "<html><head><title>Bridge opens</title></head><body><h1>Bridge opens</h1><div class=all><div class=story><p>{}</p></div>\
         <div class=more><p>{}</p></div></div></body></html>",
        [sentence; 6].join("</p><p>"),
        ["Our paper was founded long ago, and it has been printed in the same house ever since, every day."; 4]
            .join("</p><p>"),
    );
    fs::write(house.path("page.html"), page).expect("a page can be written");
    let inspect = ["inspect", "page.html", "--url", "https://www.bbc.com/news/bridge"];
    let ran = house.run(&inspect);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("[worker] site_rules names a folder"), "{}", ran.stderr);

    fs::create_dir(house.path("rules")).expect("a folder can be made");
    fs::write(house.path("rules/bbc.com.txt"), "body: //div[@class='story']\n").expect("a rule can be written");
    let ran = house.run(&inspect);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("by the rule of its site") && !ran.stdout.contains("line "), "{}", ran.stdout);
}

#[test]
fn inspect_writes_a_page_that_needs_nothing_else_and_escapes_what_it_shows() {
    let house = House::new(&[], "");
    let hostile = "<!doctype html><html lang=\"en\"><head><title>t</title></head><body><article>\
        <h1>Bridge &lt;script&gt;alert(1)&lt;/script&gt; opens in Pyongyang</h1>\
        <figure><img src=\"/bridge-at-night.jpg\" onerror=\"alert(2)\"><figcaption>The bridge. Photo: \
        &lt;img src=x onerror=alert(3)&gt;</figcaption></figure><div class=\"article-body\">\
        <p>A new bridge over the Taedong opened to traffic in the capital of North Korea on Monday, officials said.</p>\
        <p>It took four years to build and cost less than was planned &lt;b&gt;in the beginning&lt;/b&gt;.</p>\
        <div class=\"related\"><p>Another story that is about something else &lt;iframe src=//x&gt; altogether, of course.</p>\
        </div></div></article></body></html>";
    fs::write(house.path("page.html"), hostile).expect("a page can be written");
    let ran = house.run(&["inspect", "page.html", "--url", "https://example.org/b", "--html"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let page = &ran.stdout;
    for tag in ["<script", "<img", "<iframe", "<link", "<b>in", "href=", "src=\""] {
        assert!(!page.contains(tag), "{tag} in\n{page}");
    }
    for told in ["<!DOCTYPE html>", "beside the article, as div.related says", "h1", "KP", "alert(1)"] {
        assert!(page.contains(told), "no {told} in\n{page}");
    }
    let lines = house.run(&["inspect", "page.html", "--url", "https://example.org/b"]).stdout;
    assert!(
        lines.contains("said by h1") && lines.contains("taken: ") && lines.contains("beside the article"),
        "{lines}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn five_mistakes_are_answered_at_once_with_line_column_and_cure() {
    let house = House::new(&[], "");
    let text = "[worker]\nevry = \"30m\"\nconcurrency = \"many\"\n\n[[source]]\nurl = \"ftp://example.org/feed\"\n\
                countries = [\"kndr\"]\nzone = \"Europe/Moskva\"\n";
    fs::write(house.path("feeds.toml"), text).expect("feeds.toml can be written");
    for command in ["check", "run"] {
        let ran = house.run(&[command]);
        assert_eq!(ran.code, Some(2), "{command}: {}", ran.stderr);
        for place in ["feeds.toml:2:", "feeds.toml:3:", "feeds.toml:6:", "feeds.toml:7:", "feeds.toml:8:"] {
            assert!(ran.stderr.contains(place), "{command}: no {place} in\n{}", ran.stderr);
        }
        assert!(ran.stderr.contains("`every`") && ran.stderr.contains("\"KP\""), "{}", ran.stderr);
        assert!(ran.stderr.contains("5 mistakes; nothing was changed"), "{}", ran.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn init_writes_a_file_that_check_accepts_and_never_replaces_one_unasked() {
    let house = House::new(&[], "");
    fs::remove_file(house.path("feeds.toml")).expect("it was there");
    assert_eq!(house.run(&["check"]).code, Some(2), "there is no file yet");
    assert_eq!(house.run(&["init"]).code, Some(0));
    let checked = house.run(&["check"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    let again = house.run(&["init"]);
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("--force"), "{}", again.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feeds_toml_of_the_repository_has_no_mistakes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/feeds.toml");
    let house = House::new(&[], "");
    let ran = house.run(&["check", "--config", path]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.is_empty(), "warnings: {}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_command_lines_end_with_2_and_help_with_0() {
    let house = House::new(&[], "");
    assert_eq!(house.run(&["nonsense"]).code, Some(2));
    assert_eq!(house.run(&["run", "--source", "nobody"]).code, Some(2));
    let help = house.run(&["--help"]);
    assert_eq!(help.code, Some(0));
    assert!(help.stdout.contains("Exit codes"));
    assert_eq!(house.run(&["--version"]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn config_may_stand_before_or_after_the_command() {
    let house = House::new(&[], "");
    fs::rename(house.path("feeds.toml"), house.path("other.toml")).expect("it can be renamed");
    assert_eq!(house.run(&["--config", "other.toml", "check"]).code, Some(0));
    assert_eq!(house.run(&["check", "--config", "other.toml"]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_sources_makes_an_empty_house_that_is_published() {
    let house = House::new(&[], "");
    assert_eq!(house.run(&["run"]).code, Some(0));
    let feeds = house.published().into_keys().filter(|name| name.starts_with("feeds/") && name.ends_with(".xml"));
    assert_eq!(feeds.count(), 52);
}

#[tokio::test(flavor = "multi_thread")]
async fn demo_publishes_the_sample_site_as_its_editor_would() {
    let house = House::new(&[], "");
    let ran = house.run(&["demo", "--once", "shown"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let site = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/site/expected.json");
    let expected: Vec<Value> = serde_json::from_slice(&fs::read(site).expect("it is there")).expect("it is JSON");
    let feed = |slug: &str| {
        let path = house.path("shown").join(format!("feeds/{slug}.json"));
        let json: Value = serde_json::from_slice(&fs::read(&path).expect("a feed")).expect("JSON Feed is JSON");
        json["items"].as_array().cloned().unwrap_or_default()
    };
    let path_of = |url: &str| url.splitn(4, '/').nth(3).unwrap_or_default().to_owned();
    let links = |items: &[Value]| -> Vec<String> {
        items.iter().map(|item| path_of(item["url"].as_str().unwrap_or_default())).collect()
    };
    let all = feed("all");
    let originals: Vec<&Value> = expected.iter().filter(|article| article["copy_of"].is_null()).collect();
    assert_eq!(all.len(), originals.len(), "every article once, copies folded, templates with other figures apart");
    let mut kndr: Vec<String> = links(&feed("kndr"));
    kndr.sort();
    let mut wanted: Vec<String> = originals
        .iter()
        .filter(|article| article["countries"].as_array().is_some_and(|codes| codes.contains(&"KP".into())))
        .map(|article| path_of(article["link"].as_str().unwrap_or_default()))
        .collect();
    wanted.sort();
    assert_eq!(kndr, wanted, "kndr.xml has exactly the articles about the DPRK");
    // The source that answered the second pass with an error page is still published.
    assert!(links(&all).iter().any(|link| link.starts_with("poputchik/")));
    let text = all.iter().map(|item| item["content_html"].as_str().unwrap_or_default()).collect::<String>();
    for trap in ["Телепрограмма", "Подпишитесь на рассылку", "newsletter", "Читайте также", "Most read"]
    {
        assert!(!text.contains(trap), "`{trap}` is no part of an article");
    }
}

#[test]
fn filters_answer_every_line_and_a_broken_one_with_its_error() {
    let canonical = filter("canonical", "https://www.example.org/a?utm_source=x&id=7\nnot an address\n");
    assert_eq!(canonical.len(), 2);
    assert_eq!(canonical[1], "not an address");
    let credits = filter("credit", "{\"lang\":\"ru\",\"caption\":\"Зал. Фото: Ирина Полевая\"}\nbroken\n");
    assert_eq!(credits[0]["credit"], "Ирина Полевая");
    assert_eq!(credits[1]["error"], "malformed_json");
    let routed = filter(
        "route",
        "{\"id\":\"a\",\"title\":\"Выставка в Пхеньяне\",\"text\":\"В КНДР открыли выставку.\",\"lang\":\"ru\"}\n{}\n",
    );
    assert_eq!(routed[0]["countries"][0]["code"], "KP");
    assert!(routed[0]["countries"][0]["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()));
    assert_eq!(routed.len(), 2);
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let mut child = std::process::Command::new(PROGRAM)
        .arg("canonical")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let mut input = child.stdin.take().expect("piped");
    let line = "https://example.org/\n".repeat(100_000);
    // The filter may end before it has read everything: that is the point.
    let _ = input.write_all(line.as_bytes());
    drop(input);
    assert_eq!(child.wait().expect("the filter ends").code(), Some(0));
}
