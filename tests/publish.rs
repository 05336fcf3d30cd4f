//! Whole published feeds, compared, and read again by another parser; hostile articles; the folder they go to.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use feedatlas::model::article::{Article, Credit, CreditRole, Match, Origin, Photo, Routed};
use feedatlas::model::cluster::{ArticleId, Cluster, Copy, Fingerprint, Stored};
use feedatlas::model::country::Country;
use feedatlas::model::language::Language;
use feedatlas::model::settings::{Alert, CountrySettings, Limits, Network, Publish, Settings, StoreSettings, Worker};
use feedatlas::model::source::{ArticleRule, Rights, Source, SourceName, SourceState};
use feedatlas::model::url::PageUrl;
use feedatlas::publish::country_feed::CountryFeed;
use feedatlas::publish::days::Days;
use feedatlas::publish::glance::{self, Glance};
use feedatlas::publish::month::Part;
use feedatlas::publish::pack::{Effort, brotli, gzip};
use feedatlas::publish::sink::{File, Folder, Sink};
use feedatlas::publish::site::Site;
use feedatlas::publish::status::{CountryStatus, SourceStatus, State, StatusFile};
use feedatlas::publish::{archive_file, atom, feed_files, json_feed, rss, site_files};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use quick_xml::events::Event;

fn url(text: &str) -> PageUrl {
    PageUrl::parse(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn source(name: &str, rights: Rights, rank: usize) -> Source {
    Source {
        name: SourceName(name.to_owned()),
        url: url(&format!("https://source-{rank}.example/feed?x=1&y=2")),
        kind: None,
        language: None,
        zone: TimeZone::UTC,
        select: None,
        article: ArticleRule::default(),
        countries: Vec::new(),
        only_countries: false,
        publish: rights,
        every: Duration::from_mins(30),
        soonest: Duration::from_mins(30),
        delay: Duration::from_secs(1),
        robots_for_feed: false,
        rank,
    }
}

fn settings() -> Settings {
    Settings {
        worker: Worker::default(),
        network: Network::default(),
        limits: Limits::default(),
        alert: Alert::default(),
        store: StoreSettings { path: PathBuf::from("data"), shared: None, keep: Duration::from_hours(24 * 180) },
        publish: Publish {
            to: PathBuf::from("public"),
            base_url: url("https://news.example/atlas"),
            items: 100,
            hub: None,
            selections: Vec::new(),
            language: Language::Russian,
        },
        sources: vec![
            source("Вестник <b>Примера</b>", Rights::Full, 0),
            source("Выписки", Rights::Excerpt, 1),
            source("Ссылки", Rights::Link, 2),
        ],
        countries: Country::lands().map(CountrySettings::of).collect(),
    }
}

fn site() -> Site {
    Site::of(&settings()).unwrap()
}

/// What was new of late, on the day after the articles of these tests were first seen.
fn days(clusters: &[Cluster]) -> Days {
    let seen: Vec<Timestamp> = clusters.iter().map(|cluster| cluster.leader.first_seen).collect();
    Days::of(&seen, "2024-02-02".parse().unwrap())
}

/// Something new on each of thirty days: the longest drawing.
fn every_day() -> Days {
    let today = "2024-02-02".parse().unwrap();
    let from = feedatlas::publish::days::from(today);
    let seen =
        (0..30).flat_map(|day| vec![from + SignedDuration::from_hours(24 * day); usize::try_from(day).unwrap() + 1]);
    Days::of(&seen.collect::<Vec<_>>(), today)
}

fn land(code: &str) -> feedatlas::publish::site::Land {
    site().land(Country::from_code(code).unwrap()).unwrap().clone()
}

/// An article of a source, with nothing in it but what every article has.
fn article(source: &str, number: u32) -> Article {
    Article {
        source: SourceName(source.to_owned()),
        entry_id: format!("entry-{number}"),
        link: url(&format!("https://source.example/{number}")),
        title: format!("Заголовок {number}"),
        authors: Vec::new(),
        published: Some(format!("2024-01-{:02}T14:05:00+03:00", 10 + number % 20).parse().unwrap()),
        updated: None,
        language: Some("ru".to_owned()),
        summary: format!("Краткое изложение {number}."),
        text: "Первый абзац.\n\nВторой абзац.".to_owned(),
        html: "<p>Первый абзац.</p>\n<p>Второй абзац.</p>".to_owned(),
        photos: Vec::new(),
        lead: None,
        tags: Vec::new(),
        enclosures: Vec::new(),
        origin: Origin::Page,
    }
}

fn photo(number: u32, credit: Option<(&str, &str, CreditRole)>) -> Photo {
    Photo {
        url: url(&format!("https://source.example/photos/{number}.jpg?w=1&h=2")),
        caption: Some(format!("Что на снимке {number}")),
        credit: credit.map(|(raw, name, role)| Credit { raw: raw.to_owned(), name: name.to_owned(), role }),
        alt: None,
        width: Some(1200),
        height: Some(800),
    }
}

fn cluster(article: Article, countries: &[&str]) -> Cluster {
    let id = ArticleId::of(&article.source, &article.entry_id);
    let countries = countries.iter().map(|code| Match {
        country: Country::from_code(code).unwrap(),
        strength: 0.9,
        reasons: Vec::new(),
    });
    let leader = Stored {
        id,
        cluster: id,
        routed: Routed { countries: countries.collect(), article },
        first_seen: at("2024-02-01T00:00:00Z"),
        last_seen: at("2024-02-01T00:00:00Z"),
        changed: at("2024-02-01T00:00:00Z"),
        rank: 0,
        entry_hash: 0,
        tries: 0,
        keys: Vec::new(),
        fingerprint: Fingerprint { address: [0; 16], exact: [0; 16], sketch: Vec::new(), bands: Vec::new() },
    };
    Cluster { leader, copies: Vec::new() }
}

/// Three sources with three kinds of rights; photos with three kinds of credits; a copy; a sound.
fn honest() -> Vec<Cluster> {
    let mut full = article("Вестник <b>Примера</b>", 1);
    full.authors = vec!["Анна Пример".to_owned(), "Б. Образец".to_owned()];
    full.updated = Some("2024-01-12T09:00:00+03:00".parse().unwrap());
    full.photos = vec![
        photo(1, Some(("Фото: В. Снимков / Пример-Пресс", "В. Снимков / Пример-Пресс", CreditRole::Photographer))),
        photo(2, Some(("Предоставлено МИД", "МИД", CreditRole::Provider))),
        photo(3, None),
    ];
    full.lead = Some(0);
    full.html = "<p>Первый абзац.</p>\n<figure><img src=\"https://source.example/photos/1.jpg?w=1&amp;h=2\" alt=\"\">\
                 <figcaption>Что на снимке 1 Фото: В. Снимков / Пример-Пресс</figcaption></figure>\n<p>Второй абзац.</p>"
        .into();
    full.enclosures = vec![(url("https://source.example/sound.mp3"), "audio/mpeg".to_owned(), 12_345)];
    let mut full = cluster(full, &["KP", "RU"]);
    full.copies.push(Copy {
        id: ArticleId::of(&SourceName("Выписки".to_owned()), "copy"),
        source: SourceName("Выписки".to_owned()),
        link: url("https://copy.example/a?b=1&c=2"),
        title: "Тот же текст & другой заголовок".to_owned(),
    });
    let mut excerpt = article("Выписки", 2);
    excerpt.photos = vec![photo(4, Some(("© Агентство", "Агентство", CreditRole::Agency))), photo(5, None)];
    let mut link = article("Ссылки", 3);
    link.photos = vec![photo(6, None)];
    let mut arabic = article("Вестник <b>Примера</b>", 4);
    arabic.language = Some("ar".to_owned());
    arabic.title = "عنوان تجريبي".into();
    vec![full, cluster(excerpt, &["KP"]), cluster(link, &["KP"]), cluster(arabic, &["KP", "SY"])]
}

/// Everything a source might throw in.
fn hostile() -> Vec<Cluster> {
    let mut first = article("Вестник <b>Примера</b>", 5);
    first.title =
        "\u{0}Bell\u{7} &amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt; \u{202e}evil ]]> <b>bold</b> AT&T &copy"
            .into();
    first.authors = vec!["<img src=x onerror=alert(1)>".to_owned(), "a\u{0}@example.org".to_owned(), String::new()];
    first.summary = "Q&A < B & <i>C</i> ]]> \u{ffff}\u{fffd}\u{85}x".into();
    first.language = Some("русский".to_owned());
    first.html = "<p style=\"x\" onclick=\"y\">a ]]> b</p><script>alert(1)</script><iframe src=\"//x\"></iframe>\
                  <p><img src=\"/relative.png\"><a href=\"javascript:alert(1)\">x</a><a href=\"https://u:p@пример.рф/ж\">y</a>\
                  <img src=\"https://t.example/dot.gif\" width=\"1\" height=\"1\">\u{0}\u{1b}[2J &#0; &bogus;"
        .into();
    let mut dot =
        photo(7, Some(("<b>Photo</b>: &lt;i&gt;Eve&lt;/i&gt;", "<i>Eve</i>\u{202e}", CreditRole::Photographer)));
    (dot.width, dot.height) = (Some(1), Some(1));
    let mut real =
        photo(8, Some(("<b>Photo</b>: &lt;i&gt;Eve&lt;/i&gt;", "<i>Eve</i>\u{202e}", CreditRole::Screenshot)));
    real.caption = Some("<script>x</script> \"quoted\" & <b>bold".to_owned());
    real.url = url("https://source.example/фото|1^2.jpg?x={y}&z=100%");
    (real.width, real.height) = (Some(0), Some(600));
    first.photos = vec![dot, real];
    first.enclosures = vec![(url("https://source.example/x"), "not a type".to_owned(), 0)];
    first.published = Some("0001-01-01T00:00:00Z".parse().unwrap());
    let mut second = article("Вестник <b>Примера</b>", 6);
    second.title = "<p> </p>".into();
    second.summary = String::new();
    second.text = String::new();
    second.html = String::new();
    second.published =
        Some("2999-01-01T00:00:00+25:30".parse().unwrap_or("2999-01-01T00:00:00+14:00".parse().unwrap()));
    let mut third = article("Нет такого источника", 7);
    third.title = "т".repeat(10_000);
    third.summary = "слово ".repeat(10_000);
    let mut deep = article("Вестник <b>Примера</b>", 8);
    deep.html = "<div>".repeat(50_000);
    let first = cluster(first, &["KP", "XP"]);
    vec![first.clone(), first, cluster(second, &["KP"]), cluster(third, &[]), cluster(deep, &["KP"])]
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn read_again(bytes: &[u8]) -> feed_rs::model::Feed {
    if bytes.starts_with(b"<") {
        assert_well_formed(bytes);
    }
    feed_rs::parser::parse(bytes).unwrap_or_else(|why| panic!("{why}: {}", String::from_utf8_lossy(bytes)))
}

#[test]
fn whole_feeds_of_honest_sources() {
    let site = site();
    let feed = CountryFeed::of_land(&land("KP"), &honest(), &site);
    insta::assert_snapshot!("honest.xml", text(rss::write(&feed, &site).unwrap()));
    insta::assert_snapshot!("honest.atom", text(atom::write(&feed, &site).unwrap()));
    insta::assert_snapshot!("honest.json", text(json_feed::write(&feed, &site).unwrap()));
}

#[test]
fn whole_feeds_of_hostile_sources() {
    let site = site();
    let feed = CountryFeed::of_all(&hostile(), &site);
    insta::assert_snapshot!("hostile.xml", text(rss::write(&feed, &site).unwrap()));
    insta::assert_snapshot!("hostile.atom", text(atom::write(&feed, &site).unwrap()));
    insta::assert_snapshot!("hostile.json", text(json_feed::write(&feed, &site).unwrap()));
}

#[test]
fn whole_pages() {
    let site = site();
    let clusters: Vec<Cluster> = honest().into_iter().chain(hostile()).collect();
    let feed = CountryFeed::of_land(&land("KP"), &clusters, &site);
    let files = feed_files(&feed, &site).unwrap();
    let page = |path: &str| {
        text(files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is written")).bytes.clone())
    };
    insta::assert_snapshot!("land.html", page("kndr/index.html"));
    let first = &feed.items.iter().find(|shown| shown.title == "Заголовок 1").unwrap();
    insta::assert_snapshot!("article.html", page(&format!("{}index.html", first.path())));
    for file in &files {
        let html = String::from_utf8_lossy(&file.bytes);
        if file.path.ends_with("index.html") {
            assert!(
                !html.contains("<script>") && !html.contains("onerror=") && !html.contains("javascript:"),
                "{html}"
            );
        }
    }
}

/// One source that was never asked, one that fails, one that is well.
fn status() -> StatusFile {
    let failing = SourceState {
        failures: 3,
        failing_since: Some(at("2024-01-31T00:00:00Z")),
        last_asked: Some(at("2024-02-01T00:00:00Z")),
        last_error: Some((feedatlas::model::fault::Fault::Timeout, "no answer <b>within</b> 30 s".to_owned())),
        ..SourceState::default()
    };
    let well = SourceState {
        last_asked: Some(at("2024-02-01T00:00:00Z")),
        last_success: Some(at("2024-02-01T00:00:00Z")),
        last_new: Some(at("2024-01-30T00:00:00Z")),
        entries: 20,
        ..SourceState::default()
    };
    let sources = &settings().sources;
    StatusFile {
        edition: "mark".to_owned(),
        feeds: Vec::new(),
        untold: None,
        forgot: None,
        passed: Some(at("2024-02-01T00:00:00Z")),
        articles: 4,
        sources: vec![
            SourceStatus::of(&sources[0], &SourceState::default(), None),
            SourceStatus::of(&sources[1], &failing, Some(at("2024-02-01T01:00:00Z"))),
            SourceStatus::of(&sources[2], &well, Some(at("2024-02-01T01:00:00Z"))),
        ],
        countries: vec![CountryStatus {
            code: Country::from_code("KP").unwrap(),
            slug: "kndr".to_owned(),
            name: "КНДР".to_owned(),
            articles: 4,
            newest: None,
        }],
        ..StatusFile::default()
    }
}

#[test]
fn the_site_as_a_whole() {
    let site = site();
    let clusters = honest();
    let glances: Vec<Glance> = site
        .lands
        .iter()
        .map(|land| {
            let code = land.country.code();
            let here: Vec<Cluster> = if matches!(code, "KP" | "RU") { clusters.clone() } else { Vec::new() };
            Glance::of(&CountryFeed::of_land(land, &here, &site), here.len() as u64, days(&here))
        })
        .collect();
    let status = status();
    let told: Vec<State> = status.sources.iter().map(|source| source.state).collect();
    assert_eq!(told, [State::Waiting, State::Failing, State::Well]);
    assert_eq!(serde_json::from_slice::<StatusFile>(&status.to_bytes()).unwrap(), status);
    let files = site_files(&glances, &status, &site).unwrap();
    for name in ["feeds.opml", "status.json", "sources/index.html", "sitemap.xml"] {
        let file = files.iter().find(|file| file.path == name).unwrap();
        insta::assert_snapshot!(name.replace('/', "-"), text(file.bytes.clone()));
    }
    let home = files.iter().find(|file| file.path == "index.html").unwrap();
    let home = String::from_utf8_lossy(&home.bytes);
    assert!(Country::lands().all(|land| home.contains(&format!("href=\"{}/\"", land.slug()))));
    assert!(home.len() < 60 * 1024, "{} bytes", home.len());
    assert_eq!(home.matches("https://source.example/photos/4.jpg").count(), 1, "each picture once");
}

#[test]
fn home_is_light_even_when_every_land_has_news() {
    let site = site();
    let glances: Vec<Glance> = site
        .lands
        .iter()
        .zip(1..)
        .map(|(land, number)| {
            let clusters = [number * 10, number * 10 + 1].map(|number| {
                let mut article = article("Выписки", number);
                article.title =
                    format!("Делегация прибыла в столицу на переговоры о железной дороге и мостах {number}");
                article.photos = vec![photo(number, Some(("Фото: Я", "Я", CreditRole::Photographer)))];
                cluster(article, &[land.country.code()])
            });
            Glance::of(&CountryFeed::of_land(land, &clusters, &site), 12_345, every_day())
        })
        .collect();
    let files = site_files(&glances, &StatusFile::default(), &site).unwrap();
    for home in ["index.html", "en/index.html"] {
        let own = [home, "assets/style.css", "assets/app.js"];
        let bytes = |path: &&str| &files.iter().find(|file| file.path == *path).unwrap().bytes;
        let sum = |length: &dyn Fn(&&str) -> usize| own.iter().map(length).sum::<usize>();
        let effort = |path: &&str| Effort::of(path, bytes(path).len()).unwrap();
        let plain = sum(&|path| bytes(path).len());
        let gzip = sum(&|path| gzip(bytes(path), effort(path)).len());
        let brotli = sum(&|path| brotli(bytes(path)).len());
        println!("{home} with styles and script: {plain} bytes, gzip {gzip}, brotli {brotli}");
        assert!(gzip < 30 * 1024 && brotli < 30 * 1024 && plain < 90 * 1024, "{home}: {plain}, {gzip}, {brotli}");
    }
}

#[test]
fn a_land_at_a_glance_is_the_same_from_its_newest_alone() {
    let site = site();
    let clusters: Vec<Cluster> = (1..=60).map(|number| cluster(article("Выписки", number), &["KP"])).collect();
    let whole = Glance::of(&CountryFeed::of_land(&land("KP"), &clusters, &site), 60, days(&clusters));
    let newest = Glance::of(&CountryFeed::of_land(&land("KP"), &clusters[..glance::ITEMS], &site), 60, days(&clusters));
    assert_eq!(format!("{whole:?}"), format!("{newest:?}"));
}

#[test]
fn feeds_are_read_again_by_another_parser() {
    let site = site();
    let feed = CountryFeed::of_land(&land("KP"), &honest(), &site);
    for bytes in
        [rss::write(&feed, &site).unwrap(), atom::write(&feed, &site).unwrap(), json_feed::write(&feed, &site).unwrap()]
    {
        let read = read_again(&bytes);
        assert_eq!(read.title.as_ref().unwrap().content, "КНДР");
        assert_eq!(read.entries.len(), 4);
        let entry = read.entries.iter().find(|entry| entry.title.as_ref().unwrap().content == "Заголовок 1").unwrap();
        assert_eq!(entry.id, ArticleId::of(&SourceName("Вестник <b>Примера</b>".to_owned()), "entry-1").guid());
        assert_eq!(entry.links[0].href, "https://source.example/1");
        assert_eq!(entry.published.unwrap().to_rfc3339(), "2024-01-11T11:05:00+00:00");
        assert_eq!(entry.summary.as_ref().unwrap().content, "Краткое изложение 1.");
        let body = entry.content.as_ref().and_then(|content| content.body.as_deref()).unwrap();
        assert!(body.contains("Второй абзац.") && body.contains("Пример-Пресс") && body.contains("Предоставлено МИД"));
        assert!(body.contains("https://copy.example/a?b=1&amp;c=2"));
    }
    let read = read_again(&rss::write(&feed, &site).unwrap());
    let entry = read.entries.iter().find(|entry| entry.title.as_ref().unwrap().content == "Заголовок 1").unwrap();
    let categories: Vec<&str> = entry.categories.iter().map(|category| category.term.as_str()).collect();
    assert_eq!(categories, ["КНДР", "KP", "Россия", "RU"]);
    let media: Vec<_> = entry.media.iter().filter(|media| !media.credits.is_empty()).collect();
    assert_eq!(media[0].credits[0].entity, "В. Снимков / Пример-Пресс");
}

#[test]
fn rights_hold_in_every_format() {
    let site = site();
    let feed = CountryFeed::of_land(&land("KP"), &honest(), &site);
    for file in feed_files(&feed, &site).unwrap() {
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        assert!(!text.contains("photos/6.jpg") && !text.contains("Краткое изложение 3"), "link: {}", file.path);
        assert!(!text.contains("photos/5.jpg"), "excerpt, second photo: {}", file.path);
        // Both bodies are the same words; only those of `full` may come through: the first article's and the Arabic one's.
        assert!(text.matches("Второй абзац").count() <= 2, "{}", file.path);
    }
}

#[test]
fn an_empty_land_has_its_feeds() {
    let site = site();
    let feed = CountryFeed::of_land(&land("TL"), &[], &site);
    assert!(!text(rss::write(&feed, &site).unwrap()).contains("lastBuildDate"));
    for bytes in
        [rss::write(&feed, &site).unwrap(), atom::write(&feed, &site).unwrap(), json_feed::write(&feed, &site).unwrap()]
    {
        assert!(read_again(&bytes).entries.is_empty());
    }
}

#[test]
fn archives_are_a_chain() {
    let site = site();
    let part = |text: &str| text.parse::<Part>().unwrap();
    let january = part("2024-01");
    let mut current = CountryFeed::of_land(&land("KP"), &honest(), &site);
    current.previous = Some(january);
    let current_text = text(rss::write(&current, &site).unwrap());
    assert!(
        current_text
            .contains("<atom:link href=\"https://news.example/atlas/feeds/kndr/2024-01.xml\" rel=\"prev-archive\"")
    );
    assert!(!current_text.contains("<fh:archive"));
    let chain = (Some(part("2023-12-2")), Some(part("2024-01-2")));
    let archive = CountryFeed { previous: chain.0, next: chain.1, ..current.archive(january, current.items.clone()) };
    let file = archive_file(&archive, &site).unwrap();
    assert_eq!(file.path, "feeds/kndr/2024-01.xml");
    insta::assert_snapshot!("archive.xml", text(file.bytes.clone()).lines().take(24).collect::<Vec<_>>().join("\n"));
    assert_eq!(read_again(&file.bytes).entries.len(), 4);
}

#[test]
fn the_same_store_gives_the_same_bytes_in_whatever_order() {
    let site = site();
    let mut clusters: Vec<Cluster> = honest().into_iter().chain(hostile()).collect();
    let first = feed_files(&CountryFeed::of_all(&clusters, &site), &site).unwrap();
    clusters.reverse();
    assert_eq!(first, feed_files(&CountryFeed::of_all(&clusters, &site), &site).unwrap());
}

/// Well-formed to the last entity: other parsers are stricter than the one that reads a feed again.
fn assert_well_formed(bytes: &[u8]) {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    reader.config_mut().check_comments = true;
    loop {
        match reader.read_event().unwrap_or_else(|why| panic!("{why}: {}", String::from_utf8_lossy(bytes))) {
            Event::Eof => return,
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    let value = attribute.unwrap().value;
                    let value = std::str::from_utf8(&value).unwrap();
                    assert!(!value.contains('<'), "{value}");
                    quick_xml::escape::unescape(value).unwrap_or_else(|why| panic!("{why}: {value}"));
                }
            }
            Event::Text(text) => assert!(!text.contains(&b'&') && !text.windows(3).any(|three| three == b"]]>")),
            _ => {}
        }
    }
}

/// XML 1.0's Char without control characters, and without what turns the direction of text.
fn may_be_published(character: char) -> bool {
    match character {
        '\n' | '\t' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffd}'..='\u{ffff}' => false,
        _ => !character.is_control(),
    }
}

#[test]
fn every_snapshot_is_compared_with_something() {
    let tests = include_str!("publish.rs");
    for file in fs::read_dir("tests/snapshots").unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        // What is being written beside them (`.snap.new` and the like) is no snapshot.
        let Some(name) = file.strip_suffix(".snap").filter(|name| !name.starts_with('.')) else { continue };
        let name = name.strip_prefix("publish__").expect(&file);
        let is_named =
            [name.to_owned(), name.replace('-', "/")].iter().any(|name| tests.contains(&format!("\"{name}\"")));
        assert!(is_named, "tests/snapshots/{file}: no test compares anything with it");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_published_feed_parses(
        title in ".{0,80}",
        summary in "(?s).{0,200}",
        html in "(<[a-z/!]{0,6}[ =\"a-z:/&;#0-9]{0,20}>?|(?s).{0,20}|&[#a-z0-9]{0,6};?|\\]\\]>){0,12}",
        name in ".{0,40}",
        address in "[ -~а-я]{0,40}",
        language in ".{0,10}",
        seconds in -90_000_i32..90_000,
    ) {
        let site = site();
        let mut given = article("Вестник <b>Примера</b>", 9);
        given.title = title;
        given.summary = summary;
        given.html = html;
        given.authors = vec![name.clone()];
        given.language = Some(language);
        if let Ok(link) = PageUrl::parse(&format!("https://source.example/{address}")) {
            given.link = link.clone();
            given.photos = vec![Photo { url: link, ..photo(9, Some((&name, &name, CreditRole::Photographer))) }];
        }
        let offset = jiff::tz::Offset::from_seconds(seconds).unwrap();
        given.published = Some(feedatlas::date::Moment::new(at("2024-01-16T11:05:00Z"), offset));
        let feed = CountryFeed::of_land(&land("KP"), &[cluster(given, &["KP"])], &site);
        for bytes in [rss::write(&feed, &site).unwrap(), atom::write(&feed, &site).unwrap(), json_feed::write(&feed, &site).unwrap()] {
            let read = read_again(&bytes);
            prop_assert_eq!(read.entries.len(), 1);
            prop_assert_eq!(read.entries[0].published.unwrap().timestamp(), at("2024-01-16T11:05:00Z").as_second());
            prop_assert!(read.entries[0].links.iter().all(|link| link.href.is_ascii()));
            let published = String::from_utf8(bytes).unwrap();
            let wrong = published.chars().find(|c| !may_be_published(*c));
            prop_assert_eq!(wrong, None);
        }
    }
}

fn all_files(folder: &Path) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let modified = fs::metadata(&path).unwrap().modified().unwrap();
                files.push((path.clone(), fs::read(&path).unwrap(), modified));
            }
        }
    }
    files.sort();
    files
}

#[tokio::test]
async fn only_what_changed_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (site, clusters) = (site(), honest());
    let sink = Folder::open(&folder.path().join("public")).unwrap();
    let files = feed_files(&CountryFeed::of_land(&land("KP"), &clusters, &site), &site).unwrap();
    let count = files.len();
    assert_eq!(sink.write(files.clone()).await.unwrap().len(), count);
    let before = all_files(folder.path());
    assert!(before.iter().all(|(path, ..)| !path.file_name().unwrap().to_string_lossy().ends_with(".tmp")));
    assert!(before.iter().any(|(path, ..)| path.ends_with("feeds/kndr.xml.br")));
    assert_eq!(sink.write(files.clone()).await.unwrap(), []);
    assert_eq!(before, all_files(folder.path()));

    let mut changed = files;
    changed[0].bytes.push(b'\n');
    let written = sink.write(changed).await.unwrap();
    assert_eq!(written.iter().map(|changed| changed.path.as_str()).collect::<Vec<_>>(), ["feeds/kndr.xml"]);
    let same: HashSet<PathBuf> = before.iter().map(|(path, ..)| path.clone()).collect();
    let after: HashSet<PathBuf> = all_files(folder.path()).into_iter().map(|(path, ..)| path).collect();
    assert_eq!(same, after);

    // A packed form that went missing comes back; one that is not asked for any more goes with its file.
    fs::remove_file(folder.path().join("public/feeds/kndr.atom.gz")).unwrap();
    let atom = File::new("feeds/kndr.atom", fs::read(folder.path().join("public/feeds/kndr.atom")).unwrap(), 4);
    assert_eq!(sink.write(vec![atom]).await.unwrap().len(), 1);
    sink.remove(vec!["feeds/kndr.atom".to_owned(), "feeds/never.xml".to_owned()]).await.unwrap();
    assert!(!folder.path().join("public/feeds/kndr.atom.gz").exists());
}

#[tokio::test]
async fn a_short_page_of_an_article_is_published_as_it_is_and_leaves_no_old_packed_form() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Folder::open(folder.path()).unwrap();
    let page = |bytes: usize| File::new("a/1/index.html", vec![b'x'; bytes], 1);
    let names = || {
        let mut names: Vec<_> =
            fs::read_dir(folder.path().join("a/1")).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    sink.write(vec![page(20_000)]).await.unwrap();
    assert_eq!(names(), ["index.html", "index.html.gz"]);
    sink.write(vec![page(2_000)]).await.unwrap();
    assert_eq!(names(), ["index.html"]);
    assert_eq!(sink.write(vec![page(2_000)]).await.unwrap(), []);
}

#[tokio::test]
async fn nothing_is_written_outside_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Folder::open(&folder.path().join("public")).unwrap();
    for path in ["../out.xml", "/etc/out.xml", "feeds/../../out.xml", "", "a//b", ".hidden", "a\\b", "feeds/", "a\0b"] {
        assert!(sink.write(vec![File::new(path, b"x".to_vec(), 0)]).await.is_err(), "{path:?}");
        assert!(sink.remove(vec![path.to_owned()]).await.is_err(), "{path:?}");
    }
    assert_eq!(all_files(folder.path()).len(), 0);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("public"), "a file").unwrap();
    let why = Folder::open(&folder.path().join("public")).unwrap_err().to_string();
    assert!(why.ends_with("public: cannot be written"), "{why}");
}

/// Writes what the tests publish into a folder, to be looked at and validated by hand: `PUBLISH_TO=DIR cargo test --test publish by_hand`.
#[tokio::test]
async fn for_a_look_by_hand() {
    let Some(folder) = std::env::var_os("PUBLISH_TO") else { return };
    let site = site();
    let clusters: Vec<Cluster> = honest().into_iter().chain(hostile()).collect();
    let sink = Folder::open(Path::new(&folder)).unwrap();
    let mut glances = Vec::new();
    for land in &site.lands {
        let here: Vec<Cluster> = clusters
            .iter()
            .filter(|cluster| cluster.leader.routed.countries.iter().any(|matched| matched.country == land.country))
            .cloned()
            .collect();
        let feed = CountryFeed::of_land(land, &here, &site);
        glances.push(Glance::of(&feed, here.len() as u64, days(&here)));
        let archive = feed.archive("2024-02".parse().unwrap(), feed.items.clone());
        sink.write(vec![archive_file(&archive, &site).unwrap()]).await.unwrap();
        sink.write(feed_files(&feed, &site).unwrap()).await.unwrap();
    }
    let all = CountryFeed::of_all(&clusters, &site);
    glances.insert(0, Glance::of(&all, clusters.len() as u64, days(&clusters)));
    sink.write(feed_files(&all, &site).unwrap()).await.unwrap();
    sink.write(site_files(&glances, &status(), &site).unwrap()).await.unwrap();
}
