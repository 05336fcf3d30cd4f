//! One whole pass: four sources of twenty articles on a web of our own, read, routed, compared, stored, published.

#[path = "../tests/support/web.rs"]
mod web;

use std::path::Path;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use feedatlas::config;
use feedatlas::fetch::Fetcher;
use feedatlas::model::report::Event;
use feedatlas::pipeline::watcher::Watcher;
use feedatlas::pipeline::worker::Worker;
use feedatlas::pipeline::{self, Options};
use feedatlas::route::Gazetteer;
use feedatlas::store::memory::MemoryStore;
use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use web::{Answer, Web};

const SOURCES: usize = 4;
const ENTRIES: usize = 20;

struct Nobody;

impl Watcher for Nobody {
    fn due(&self, _: usize) {}
    fn event(&self, _: &Event) {}
}

/// A page whose words are its own, with the clutter that real ones have.
fn page(path: &str) -> String {
    let words = |from: usize, count: usize| -> String {
        (from..from + count).map(|n| format!("слово{}{} ", n * 31 % 97, path.len() * n % 89)).collect()
    };
    let paragraphs: String = (0..12).map(|n| format!("<p>{path} {}.</p>", words(n * 40, 40))).collect();
    let menu: String = (0..200).map(|n| format!("<li><a href=\"/tag/{n}\">Страна номер {n}</a></li>")).collect();
    format!(
        "<html lang=ru><head><title>{path}</title></head><body><nav><ul>{menu}</ul></nav><article><h1>Новости {path}</h1>\
         <figure><img src=\"/photo{path}.jpg\"><figcaption>Вид. Фото: Иван Пример</figcaption></figure>{paragraphs}\
         </article><footer>{menu}</footer></body></html>"
    )
}

async fn served() -> Web {
    let web = Web::start().await;
    let address = web.address();
    web.rule("/feed/", move |asked| {
        let items: String = (0..ENTRIES)
            .map(|n| {
                let path = format!("/page{}/{n}", asked.path);
                format!("<item><title>{path}</title><link>http://{address}{path}</link><guid>{path}</guid></item>")
            })
            .collect();
        Answer::feed(format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>"))
    });
    web.rule("/page/", |asked| Answer::page(page(&asked.path)));
    web
}

fn worker(web: &Web, folder: &Path) -> Arc<Worker> {
    let address = web.address();
    let sources: String = (0..SOURCES).map(|n| format!("[[source]]\nurl = \"http://{address}/feed/{n}\"\n")).collect();
    let text = format!("[network]\nallow = [\"{address}\"]\n[worker]\ndelay = \"0s\"\n{sources}");
    let settings = config::read(&text, &folder.join("feeds.toml"), &|_| None).expect("no mistakes").settings;
    let fetcher = Fetcher::new(&settings.worker, &settings.network, &settings.limits).expect("a client");
    let gazetteer = Arc::new(Gazetteer::new(&settings.countries));
    Arc::new(Worker::new(Arc::new(settings), fetcher, Arc::new(MemoryStore::default()), gazetteer))
}

fn bench(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let web = runtime.block_on(served());
    let mut group = criterion.benchmark_group("pass");
    group.sample_size(10).throughput(Throughput::Elements((SOURCES * ENTRIES) as u64));
    group.bench_function("cold", |bencher| {
        let prepare = || {
            let folder = tempfile::tempdir().expect("a folder");
            (worker(&web, folder.path()), folder)
        };
        bencher.iter_batched(
            prepare,
            |(worker, folder)| {
                let stop = CancellationToken::new();
                let options = Options::default();
                let pass = pipeline::run(&worker, &options, Timestamp::now(), &stop, &Nobody);
                let report = runtime.block_on(pass).expect("a pass");
                assert_eq!(report.new + report.copies, (SOURCES * ENTRIES) as u64);
                (worker, folder)
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
