//! The codec beside its limits and peers: `cargo bench --package event-datagram-benches --bench codec [-- FILTER]`.
//!
//! A group is a work on a case, so that its figures are ratios of each other. Why a case is there is said when it begins. Peers were held to the same
//! result before anything is measured.

use std::time::Instant;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use event_datagram_benches::cases::Case;
use event_datagram_benches::contests::Contest;

fn codec(criterion: &mut Criterion) {
    let cases = Case::all();
    for mut contest in Contest::all(&cases) {
        let mut group = criterion.benchmark_group(contest.name.as_str());
        group.throughput(Throughput::ElementsAndBytes {
            elements: contest.params as u64,
            bytes: contest.bytes as u64,
        });
        for contestant in &mut contest.contestants {
            group.bench_function(BenchmarkId::from_parameter(contestant.name), |bench| {
                bench.iter_custom(|times| {
                    let start = Instant::now();
                    (contestant.run)(times);
                    start.elapsed()
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, codec);
criterion_main!(benches);
