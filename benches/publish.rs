//! Bench of the stage `publish`: a feed written and packed, a pass that changed two lands of 51, and one that changed none.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use feedatlas::model::article::{Article, Credit, CreditRole, Match, Origin, Photo, Routed};
use feedatlas::model::cluster::{ArticleId, Cluster, Fingerprint, Stored};
use feedatlas::model::country::Country;
use feedatlas::model::settings::{Alert, CountrySettings, Limits, Network, Publish, Settings, StoreSettings, Worker};
use feedatlas::model::source::SourceName;
use feedatlas::model::url::PageUrl;
use feedatlas::publish::country_feed::CountryFeed;
use feedatlas::publish::pack::{Effort, brotli, gzip};
use feedatlas::publish::shown::Shown;
use feedatlas::publish::sink::{Folder, Sink};
use feedatlas::publish::site::Site;
use feedatlas::publish::{archive_file, atom, feed_files, json_feed, rss};
use jiff::Timestamp;

/// Articles of a feed, and words of an article: what a news agency writes.
const ITEMS: u64 = 100;
const PARAGRAPHS: u64 = 12;

fn site(sources: Vec<feedatlas::model::source::Source>) -> Site {
    let settings = Settings {
        worker: Worker::default(),
        network: Network::default(),
        limits: Limits::default(),
        alert: Alert::default(),
        store: StoreSettings { path: PathBuf::from("data"), shared: None, keep: Duration::from_hours(24) },
        publish: Publish {
            to: PathBuf::from("public"),
            base_url: PageUrl::parse("https://news.example").expect("an address"),
            items: 100,
            hub: None,
            selections: Vec::new(),
            language: feedatlas::model::language::Language::Russian,
        },
        sources,
        countries: Country::lands().map(CountrySettings::of).collect(),
    };
    Site::of(&settings).expect("an address")
}

fn source() -> feedatlas::model::source::Source {
    feedatlas::model::source::Source {
        name: SourceName("Агентство".to_owned()),
        url: PageUrl::parse("https://agency.example/feed").expect("an address"),
        kind: None,
        language: None,
        zone: jiff::tz::TimeZone::UTC,
        select: None,
        article: feedatlas::model::source::ArticleRule::default(),
        countries: Vec::new(),
        only_countries: false,
        publish: feedatlas::model::source::Rights::Full,
        every: Duration::from_mins(30),
        soonest: Duration::from_mins(30),
        delay: Duration::from_secs(1),
        robots_for_feed: false,
        rank: 0,
    }
}

/// Words that differ from article to article, as a compressor would meet them.
fn words(seed: u64, count: u64) -> String {
    const WORDS: [&str; 24] = [
        "делегация",
        "граница",
        "поезд",
        "мост",
        "договор",
        "министр",
        "столица",
        "переговоры",
        "весна",
        "ремонт",
        "река",
        "газета",
        "выставка",
        "урожай",
        "порт",
        "корабль",
        "школа",
        "закон",
        "рынок",
        "дорога",
        "станция",
        "завод",
        "остров",
        "праздник",
    ];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut out = String::new();
    for _ in 0..count {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.push_str(WORDS[usize::try_from(state % 24).unwrap_or(0)]);
        out.push(' ');
    }
    out
}

fn cluster(number: u64) -> Cluster {
    let paragraphs: Vec<String> = (0..PARAGRAPHS).map(|line| words(number * 100 + line, 45)).collect();
    let photo = Photo {
        url: PageUrl::parse(&format!("https://agency.example/{number}.jpg")).expect("an address"),
        caption: Some(words(number, 8)),
        credit: Some(Credit {
            raw: "Фото: Агентство".into(), name: "Агентство".into(), role: CreditRole::Agency
        }),
        alt: None,
        width: Some(1200),
        height: Some(800),
    };
    let article = Article {
        source: SourceName("Агентство".to_owned()),
        entry_id: number.to_string(),
        link: PageUrl::parse(&format!("https://agency.example/{number}")).expect("an address"),
        title: words(number, 9),
        authors: vec!["Анна Пример".to_owned()],
        published: "2024-01-16T14:05:00+03:00".parse().ok(),
        updated: None,
        language: Some("ru".to_owned()),
        summary: words(number, 25),
        text: paragraphs.join("\n\n"),
        html: paragraphs.iter().fold(String::new(), |html, paragraph| html + "<p>" + paragraph.trim() + "</p>\n"),
        photos: vec![photo],
        lead: Some(0),
        tags: Vec::new(),
        enclosures: Vec::new(),
        origin: Origin::Page,
    };
    let id = ArticleId::of(&article.source, &article.entry_id);
    let country = Country::from_code("KP").expect("a country");
    let leader = Stored {
        id,
        cluster: id,
        routed: Routed { article, countries: vec![Match { country, strength: 0.9, reasons: Vec::new() }] },
        first_seen: Timestamp::constant(1_706_745_600, 0),
        last_seen: Timestamp::constant(1_706_745_600, 0),
        changed: Timestamp::constant(1_706_745_600, 0),
        rank: 0,
        entry_hash: 0,
        tries: 0,
        keys: Vec::new(),
        fingerprint: Fingerprint { address: [0; 16], exact: [0; 16], sketch: Vec::new(), bands: Vec::new() },
    };
    Cluster { leader, copies: Vec::new() }
}

fn bench(criterion: &mut Criterion) {
    let site = site(vec![source()]);
    let clusters: Vec<Cluster> = (0..ITEMS).map(cluster).collect();
    let land = site.lands[0].clone();
    let feed = CountryFeed::of_land(&land, &clusters, &site);
    let bytes = rss::write(&feed, &site).expect("a feed");
    println!("a feed of {ITEMS} articles has {} bytes", bytes.len());

    let mut group = criterion.benchmark_group("publish");
    group.sample_size(20);
    group.bench_function("100 clusters cleaned and cut", |b| {
        b.iter(|| CountryFeed::of_land(&land, black_box(&clusters), &site));
    });
    group.bench_function("rss of 100", |b| b.iter(|| rss::write(black_box(&feed), &site).expect("a feed")));
    group.bench_function("atom of 100", |b| b.iter(|| atom::write(black_box(&feed), &site).expect("a feed")));
    group.bench_function("json of 100", |b| b.iter(|| json_feed::write(black_box(&feed), &site).expect("a feed")));
    group.bench_function("gzip of a feed", |b| b.iter(|| gzip(black_box(&bytes), Effort::Quick)));
    group.bench_function("brotli of a feed", |b| b.iter(|| brotli(black_box(&bytes))));
    let archived: Vec<Shown> = (0..500).map(|number| Shown::of(&cluster(number), 0, &site)).collect();
    group.bench_function("a part of an archive, 500 articles, written and packed", |b| {
        b.iter(|| {
            let part = feed.archive("2024-02".parse().expect("a part"), archived.clone());
            let file = archive_file(black_box(&part), &site).expect("a part");
            let effort = Effort::of(&file.path, file.bytes.len()).expect("it is packed");
            gzip(&file.bytes, effort)
        });
    });
    println!("packed: gzip {}, brotli {}", gzip(&bytes, Effort::Quick).len(), brotli(&bytes).len());

    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let sink = Folder::open(folder.path()).expect("a folder");
    let feeds: Vec<CountryFeed> = site.lands.iter().map(|land| CountryFeed::of_land(land, &clusters, &site)).collect();
    for feed in &feeds {
        runtime.block_on(sink.write(feed_files(feed, &site).expect("files"))).expect("written");
    }
    group.bench_function("51 lands, nothing changed", |b| {
        b.iter(|| {
            for feed in &feeds {
                let changed = runtime.block_on(sink.write(feed_files(feed, &site).expect("files"))).expect("written");
                assert!(changed.is_empty());
            }
        });
    });
    let mut turn = 0_u64;
    group.bench_function("2 lands of 51 changed by an article", |b| {
        b.iter(|| {
            turn += 1;
            let newer: Vec<Cluster> = (turn..turn + ITEMS).map(cluster).collect();
            for land in &site.lands[..2] {
                let feed = CountryFeed::of_land(land, &newer, &site);
                let changed = runtime.block_on(sink.write(feed_files(&feed, &site).expect("files"))).expect("written");
                assert!(changed.len() >= 4);
            }
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
