//! Bench of the stage `pass`.

use criterion::{criterion_group, criterion_main};

fn bench(_criterion: &mut criterion::Criterion) {}

criterion_group!(benches, bench);
criterion_main!(benches);
