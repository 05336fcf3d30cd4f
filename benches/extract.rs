//! Bench of the stage `extract`: a whole reading beside html5ever's DOM of the same page, which is what no reader can do
//! without.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use feedatlas::extract;
use feedatlas::extract::reading::Page;
use feedatlas::html::dom;
use feedatlas::model::source::ArticleRule;
use feedatlas::model::url::PageUrl;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use scraper::Html;

/// Depth to which elements may nest, as `[limits]` has it.
const DEPTH: usize = 256;

fn bench(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/articles/bigasia/2024-01-16");
    let small = fs::read_to_string(folder.join("page.html")).expect("the fixture is there");
    // A page of a large site: the same article among a thousand links.
    let links = "<li class=\"item\"><a href=\"/news/1/\"><span>Заголовок другой новости</span></a></li>".repeat(1_000);
    let large = small.replace("</footer>", &format!("<ul>{links}</ul></footer>"));
    for (name, page) in [("small", &small), ("large", &large)] {
        let mut group = criterion.benchmark_group(format!("extract/{name}"));
        group.throughput(Throughput::Bytes(page.len() as u64));
        group.bench_function("html5ever", |bencher| {
            bencher.iter_batched(|| page.as_str(), |page| black_box(Html::parse_document(page)), BatchSize::SmallInput);
        });
        group.bench_function("dom", |bencher| bencher.iter(|| black_box(dom::parse(page, DEPTH))));
        group.bench_function("read", |bencher| bencher.iter(|| black_box(read(page))));
        group.finish();
    }
}

fn read(html: &str) -> usize {
    let url = PageUrl::parse("https://bigasia.ru/a/").expect("an address");
    let (rule, zone) = (ArticleRule::default(), TimeZone::UTC);
    let now: Timestamp = Timestamp::UNIX_EPOCH;
    let page = Page { url: &url, html, rule: &rule, entry: None, language: None, zone: &zone, depth: DEPTH, now };
    extract::read(&page).map_or(0, |reading| reading.text.len())
}

criterion_group!(benches, bench);
criterion_main!(benches);
