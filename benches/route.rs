//! Bench of the stage `route`: reading words, judging an article, starting up.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use feedatlas::route::{Gazetteer, Words};
use feedatlas::text::fold::fold;
use feedatlas::text::scan::tokens;

/// An article of made-up news in Russian, about as long as most.
fn article() -> String {
    let paragraph = "Делегация министерства транспорта Монголии прибыла в Иркутск, чтобы обсудить расписание поездов и ремонт путей у границы. \
        Стороны договорились, что грузовые составы пойдут чаще, а пассажирский поезд вернут летом, сообщил представитель дороги. \
        По его словам, вагоны уже заказаны, а вокзал обновят к осени: там появятся камеры хранения, комната матери и ребёнка, буфет.";
    [paragraph; 6].join("\n\n")
}

fn bench(criterion: &mut Criterion) {
    let text = article();
    let gazetteer = Gazetteer::new(&[]);
    let mut group = criterion.benchmark_group("route");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("judge", |bencher| {
        let words = Words {
            title: "Поезд вернут летом", text: &text, language: Some("ru"), ..Words::default()
        };
        bencher.iter(|| gazetteer.judge(black_box(&words)));
    });
    group.bench_function("scan", |bencher| {
        let mut found = Vec::new();
        bencher.iter(|| {
            found.clear();
            tokens(black_box(&text), &mut found);
            found.len()
        });
    });
    group.bench_function("fold_alone", |bencher| bencher.iter(|| fold(black_box(&text))));
    group.bench_function("to_lowercase_alone", |bencher| bencher.iter(|| black_box(&text).to_lowercase()));
    group.finish();
    criterion.bench_function("route/start", |bencher| bencher.iter(|| Gazetteer::new(&[])));
}

criterion_group!(benches, bench);
criterion_main!(benches);
