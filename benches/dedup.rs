//! Bench of the stage `dedup`: what an article costs, and whether a look-up grows with what is remembered.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use feedatlas::dedup;
use feedatlas::dedup::canonical::canonical;
use feedatlas::dedup::window::Window;
use feedatlas::model::cluster::Fingerprint;

/// Words from which texts are made: the fixtures' own.
fn vocabulary() -> Vec<String> {
    let lines = include_str!("../fixtures/dedup/articles.jsonl").lines();
    let texts = lines.map(|line| {
        let article: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        article["text"].as_str().unwrap_or_default().to_owned()
    });
    texts.flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// An article of 150 words, different for each number: about 2 KB of mostly Cyrillic text.
fn text(vocabulary: &[String], number: usize) -> String {
    let mut state = number as u64 + 1;
    let mut words = Vec::with_capacity(150);
    for _ in 0..150 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        words.push(vocabulary[usize::try_from(state >> 33).expect("31 bits") % vocabulary.len()].as_str());
    }
    words.join(" ")
}

fn fingerprint(vocabulary: &[String], number: usize) -> Fingerprint {
    let text = text(vocabulary, number);
    dedup::fingerprint_of(&format!("https://example.org/news/{number}"), "", &text)
}

fn bench(criterion: &mut Criterion) {
    let vocabulary = vocabulary();
    let article = text(&vocabulary, 7);
    let mut group = criterion.benchmark_group("dedup");
    group.throughput(Throughput::Bytes(article.len() as u64));
    group.bench_function("fingerprint", |bencher| {
        bencher.iter(|| dedup::fingerprint_of("https://example.org/news/7", "", black_box(&article)));
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("canonical", |bencher| {
        bencher.iter(|| canonical(black_box("http://www.m.example.org:80/news/7/amp/?utm_source=rss&id=3#top")));
    });
    for remembered in [1_000, 10_000, 50_000] {
        let mut window = Window::default();
        for number in 0..remembered {
            window.add(&number.to_string(), fingerprint(&vocabulary, number));
        }
        let mut number = remembered;
        group.bench_function(format!("look-up among {remembered}"), |bencher| {
            bencher.iter_batched(
                || {
                    number += 1;
                    (number.to_string(), fingerprint(&vocabulary, number))
                },
                |(id, fingerprint)| window.add(&id, fingerprint),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
