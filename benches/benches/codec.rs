//! Measures the codec, its baseline and other implementations: `cargo bench --package
//! event-datagram-benches --bench codec [-- FILTER]`.
//!
//! A group is one kind of work on one case. Before the measurement, the program checks that all
//! implementations return the same result.

use std::time::Instant;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use event_datagram_benches::benchmarks::Benchmark;
use event_datagram_benches::cases::CodecCase;

fn codec(criterion: &mut Criterion) {
    let cases = CodecCase::all();
    for mut benchmark in Benchmark::all(&cases) {
        let mut group = criterion.benchmark_group(benchmark.name.as_str());
        group.throughput(Throughput::ElementsAndBytes {
            elements: benchmark.params as u64,
            bytes: benchmark.bytes as u64,
        });
        for implementation in &mut benchmark.implementations {
            group.bench_function(BenchmarkId::from_parameter(implementation.name), |bench| {
                bench.iter_custom(|times| {
                    let start = Instant::now();
                    (implementation.run)(times);
                    start.elapsed()
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, codec);
criterion_main!(benches);
