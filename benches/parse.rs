//! Bench of the stage `parse`: clean feeds, escaped ones, a page without selectors, and the worst that may come.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use feedatlas::model::document::{Caching, Document};
use feedatlas::model::source::Source;
use feedatlas::model::url::PageUrl;
use feedatlas::parse;
use jiff::Timestamp;

const DEPTH: usize = 256;
const ITEMS: usize = 250;
/// The size limit of a body.
const WORST_BYTES: usize = 10_000_000;

fn document(body: String) -> Document {
    Document {
        url: PageUrl::parse("https://example.org/feed").expect("an address"),
        content_type: None,
        body: body.into_bytes(),
        caching: Caching::default(),
        links: Vec::new(),
    }
}

fn feed(escape: bool) -> String {
    let paragraph = "<p>Министр прибыл в столицу с визитом. <a href=\"/a?c=1&amp;d=2\">Подробнее</a> <img src=\"/i/1.jpg\" alt=\"x\"></p>";
    let text = paragraph.repeat(20);
    let text = if escape { text.replace('&', "&amp;").replace('<', "&lt;") } else { format!("<![CDATA[{text}]]>") };
    let mut out = String::from(
        "<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:media=\"http://search.yahoo.com/mrss/\"><channel><title>T</title>",
    );
    for i in 0..ITEMS {
        let _ = write!(
            out,
            "<item><title>Новость {i} о погоде</title><link>https://example.org/{i}/</link><guid>{i}</guid><pubDate>Tue, 16 Jan 2024 14:05:00 +0300</pubDate><category>Азия</category><content:encoded>{text}</content:encoded><media:content url=\"https://example.org/{i}.jpg\"><media:credit role=\"photographer\">А. Пример</media:credit></media:content></item>"
        );
    }
    out + "</channel></rss>"
}

fn page() -> String {
    let mut out = String::from("<html><body><main>");
    for i in 0..ITEMS {
        let _ = write!(
            out,
            "<div class=card><h3><a href=\"/news/{i}/\">Новость номер {i} о погоде и дорогах</a></h3><span class=date>16 января 2024</span></div>"
        );
    }
    out + "</main></body></html>"
}

fn bench(criterion: &mut Criterion) {
    let source = Source::bare(PageUrl::parse("https://example.org/feed").expect("an address"), Duration::ZERO);
    let now: Timestamp = "2024-02-04T09:00:00Z".parse().expect("a time");
    let mut group = criterion.benchmark_group("parse");
    let worst = |unit: &str| format!("<rss><channel><item><title>x</title>{}", unit.repeat(WORST_BYTES / unit.len()));
    let cases = [
        ("clean feed", feed(false)),
        ("escaped feed", feed(true)),
        ("page by its shape", page()),
        ("10 MB of items without ends", worst("<item><title>a")),
        ("10 MB of references", worst("&#1;")),
        ("10 MB of unclosed quotes", worst("<a b=\"")),
    ];
    for (name, body) in cases {
        group.throughput(Throughput::Bytes(body.len() as u64)).sample_size(10);
        let document = document(body);
        group
            .bench_function(name, |bencher| bencher.iter(|| parse::entries(&source, black_box(&document), DEPTH, now)));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
