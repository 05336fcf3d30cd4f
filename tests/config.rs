//! feeds.toml: every mistake with its place and its cure. A case is a folder of `fixtures/config/`, its words compared exactly.
//!
//! `UPDATE=1 cargo test --test config` writes the answers anew; read the difference before it is committed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use feedatlas::config::{self, Reading, TEMPLATE};
use feedatlas::model::country::Country;
use feedatlas::model::source::{Rights, SourceKind};
use feedatlas::model::url::PageUrl;

/// Reads a text as the feeds.toml of the folder at hand, with one variable in the environment.
fn read(text: &str) -> Result<Reading, String> {
    let environment = |name: &str| (name == "DATABASE_URL").then(|| "postgres://localhost/feedatlas".to_owned());
    config::read(text, Path::new("feeds.toml"), &environment).map_err(|error| error.to_string())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

#[test]
fn every_mistake_is_answered_with_its_place_and_its_cure() {
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(root().join("fixtures/config")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 25, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        // What a build with PostgreSQL answers here is tested in `tests/postgres.rs`.
        if cfg!(feature = "postgres") && case.to_string_lossy().contains("engine_postgres") {
            continue;
        }
        let text = std::fs::read_to_string(case.join("feeds.toml")).unwrap();
        let answer = match read(&text) {
            Ok(reading) => reading.warnings.to_string(),
            Err(answer) => answer,
        };
        let answer = answer + "\n";
        let expected = case.join("expected.txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &answer).unwrap();
        }
        if std::fs::read_to_string(&expected).unwrap_or_default() != answer {
            wrong.push(format!("{}:\n{answer}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_password_is_shown() {
    for url in ["https://reader:sécret@example.org/feed", "ftp://reader:sécret@example.org", "postgres://a:sécret@db/x"]
    {
        let text = format!("[[source]]\nname = 'x'\nurl = '{url}'\n[store]\nengine = 'sled'\nurl = \"{url}\"\n");
        let answer = read(&text).unwrap_err();
        assert!(!answer.contains("cret@") && answer.contains("***@"), "{answer}");
    }
}

#[test]
fn an_empty_file_is_a_feeds_toml_and_so_is_one_address() {
    let settings = read("").unwrap().settings;
    assert!(settings.sources.is_empty());
    assert_eq!(settings.countries.len(), 51);
    assert_eq!(settings.publish.base_url.as_str(), "http://127.0.0.1:8080/");
    assert_eq!(settings.store.path, Path::new("data"));
    let settings = read("[[source]]\nurl = \"https://example.org/feed\"\n").unwrap().settings;
    assert_eq!(settings.sources[0].name.as_str(), "https://example.org/feed");
    assert_eq!(settings.sources[0].every, Duration::from_mins(30));
}

#[test]
fn every_key_of_the_contract_is_read() {
    let text = r#"
[worker]
every = "20s"
soonest = "15s"
concurrency = 8
per_host = 1
delay = "0s"
contact = "https://example.org/bot"
site_rules = "rules"
robots = true
[network]
allow = ["127.0.0.1:8099", "[::1]:80"]
ca = "own.pem"
[limits]
body = "1MiB"
request = "5s"
failing = "7s"
pass = "1h30m"
first = 10
entries = 20
redirects = 3
pages = 2
depth = 99
[store]
engine = "sled"
path = "/var/lib/feedatlas"
keep = "90d"
[publish]
to = "out"
base_url = "https://news.example.org"
items = 7
[[source]]
url = "https://bigasia.ru/feed/"
name = "Большая Азия"
kind = "feed"
language = "ru"
zone = "Europe/Moscow"
[[source]]
url = "https://news.example.kp/list"
select = { item = "article.card", title = "h2", link = "a@href", date = "time@datetime", next = "a.next@href" }
article = { body = ".text", credit = [".caption", "figcaption"], remove = [".promo"], title = "h1", date = "time", author = ".by", image = "img" }
countries = ["KP"]
only_countries = true
publish = "excerpt"
every = "2h"
soonest = "1h"
delay = "5s"
robots = false
[country.KP]
slug = "north-korea"
title = "Северная Корея"
enabled = true
words = ["чучхе"]
not_words = ["корейка"]
threshold = 0.4
[country.US]
[alert]
command = ["/bin/notify", "a b"]
webhook = "http://10.0.0.7:8065/hooks/x"
ping = "https://hc.example.org/1"
failing = "1h"
quiet = "12h"
pictures = false
pass = "30m"
rest = "0s"
deadline = "3s"
"#;
    let Reading { settings, warnings } = read(text).unwrap();
    assert!(warnings.is_empty(), "{warnings}");
    assert_eq!(settings.worker.delay, Duration::ZERO);
    assert_eq!(settings.network.allow.len(), 2);
    assert_eq!(settings.network.ca.as_deref(), Some(Path::new("own.pem")));
    assert_eq!(settings.worker.site_rules.as_deref(), Some(Path::new("rules")));
    assert_eq!(settings.limits.pass, Duration::from_mins(90));
    assert_eq!(settings.publish.to, Path::new("out"));
    let [bigasia, kp] = settings.sources.as_slice() else { panic!("two sources") };
    assert_eq!((bigasia.kind, bigasia.rank, kp.rank), (Some(SourceKind::Feed), 0, 1));
    assert_eq!(bigasia.zone.iana_name(), Some("Europe/Moscow"));
    assert!(bigasia.robots_for_feed && !kp.robots_for_feed);
    assert_eq!(kp.publish, Rights::Excerpt);
    assert_eq!((bigasia.soonest, kp.soonest), (Duration::from_secs(15), Duration::from_hours(1)));
    assert_eq!((kp.every, kp.delay), (Duration::from_hours(2), Duration::from_secs(5)));
    assert_eq!(kp.article.credit.len(), 2);
    assert_eq!(kp.select.as_ref().unwrap().link.as_ref().unwrap().as_str(), "a@href");
    let country =
        |code| settings.countries.iter().find(|one| one.country == Country::from_code(code).unwrap()).unwrap();
    assert_eq!(country("KP").slug, "north-korea");
    assert_eq!((country("KP").threshold, settings.countries.len()), (Some(0.4), 52));
    assert!(country("US").enabled);
    let alert = &settings.alert;
    assert_eq!(alert.command, ["/bin/notify", "a b"]);
    assert_eq!(alert.webhook.as_ref().map(PageUrl::as_str), Some("http://10.0.0.7:8065/hooks/x"));
    assert_eq!(alert.ping.as_ref().map(PageUrl::as_str), Some("https://hc.example.org/1"));
    assert_eq!(
        (alert.failing, alert.quiet, alert.pass),
        (Duration::from_hours(1), Duration::from_hours(12), Duration::from_mins(30))
    );
    assert_eq!((alert.pictures, alert.deadline), (false, Duration::from_secs(3)));
}

#[test]
fn relative_paths_count_from_the_folder_of_the_file() {
    let settings = config::read("", Path::new("/etc/feedatlas/feeds.toml"), &|_| None).unwrap().settings;
    assert_eq!(settings.store.path, Path::new("/etc/feedatlas/data"));
    assert_eq!(settings.publish.to, Path::new("/etc/feedatlas/public"));
}

#[test]
fn marks_and_line_ends_of_other_systems_are_no_mistakes() {
    let text = "\u{feff}[worker]\r\nevery = \"1h\"\r\n\r\n[[source]]\r\nurl = \"https://example.org/\"\r\n";
    assert_eq!(read(text).unwrap().settings.sources.len(), 1);
}

#[test]
fn the_template_is_a_feeds_toml_without_mistakes() {
    let reading = read(TEMPLATE).unwrap();
    assert!(reading.warnings.is_empty(), "{}", reading.warnings);
    assert_eq!(reading.settings.sources.len(), 1);
    // Whoever takes the marks of its examples away must not be answered with mistakes either.
    let uncommented: String = TEMPLATE
        .lines()
        .map(|line| match line.strip_prefix("#: ") {
            Some(example) => format!("{example}\n"),
            None => format!("{line}\n"),
        })
        .collect();
    let reading = read(&uncommented).unwrap_or_else(|answer| panic!("{answer}"));
    assert!(reading.settings.sources.len() > 1);
}

#[test]
fn the_feeds_toml_at_the_top_has_a_source_for_every_land() {
    let text = std::fs::read_to_string(root().join("feeds.toml")).unwrap();
    let Reading { settings, warnings } = read(&text).unwrap_or_else(|answer| panic!("{answer}"));
    assert!(warnings.is_empty(), "{warnings}");
    assert!(settings.sources.len() >= 150, "{} sources", settings.sources.len());
    assert_eq!(settings.sources[0].name.as_str(), "Большая Азия");
    assert!(settings.sources.iter().all(|source| source.language.is_some()));
    // Each land has its part of the file, headed by its code; a source stands there or names the land itself.
    let mut parts: Vec<(Country, usize)> = Vec::new();
    for line in text.lines() {
        let heading = line.strip_prefix("# ── ").and_then(|line| line.split(' ').next());
        if let Some(country) = heading.and_then(Country::from_code) {
            parts.push((country, 0));
        }
        if let (true, Some((_, count))) = (line == "[[source]]", parts.last_mut()) {
            *count += 1;
        }
    }
    for land in Country::lands() {
        let count: usize = parts.iter().filter(|(country, _)| *country == land).map(|(_, count)| count).sum();
        assert!(count > 0, "no source for {land}");
    }
}
