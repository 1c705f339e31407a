//! Measures the linter and the plain decoder, in datagrams per second: `cargo bench --package
//! event-datagram-benches --bench lint`.
//!
//! Both process all captures of a dialect in turn. In the end, the program prints the ratio of
//! their fastest rounds. The rounds alternate, so that noise of the machine affects both.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use event_datagram::{jsonrpc, text};
use event_datagram_benches::cases::captures;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::lint::Linter;
use event_datagram_corpus::CAPTURES;

/// A function that processes all datagrams once.
type Take = fn(Dialect, &mut Linter, &[Vec<u8>]);

/// The linter, and the decoder to compare it with.
const IMPLEMENTATIONS: [(&str, Take); 2] = [("lint", lint), ("decode", decode)];
/// The number of rounds for the ratio.
const ROUNDS: usize = 200;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for dialect in [Dialect::Text, Dialect::JsonRpc] {
        let datagrams = captured(dialect);
        let mut group = criterion.benchmark_group(format!("lint/{dialect}"));
        group.throughput(Throughput::Elements(datagrams.len() as u64));
        for (name, take) in IMPLEMENTATIONS {
            group.bench_function(BenchmarkId::from_parameter(name), |bench| {
                let mut linter = used_linter(&datagrams);
                bench.iter(|| take(dialect, &mut linter, &datagrams));
            });
        }
        group.finish();
    }
    criterion.final_summary();
    for dialect in [Dialect::Text, Dialect::JsonRpc] {
        print_ratio(dialect);
    }
}

/// Returns the captured datagrams of a dialect.
fn captured(dialect: Dialect) -> Vec<Vec<u8>> {
    let captured = CAPTURES.iter().flat_map(|(path, _)| captures(path));
    let datagrams = captured.map(|(_, datagram)| datagram);
    let datagrams: Vec<Vec<u8>> = datagrams
        .filter(|bytes: &Vec<u8>| Dialect::detect(bytes) == dialect)
        .collect();
    assert!(!datagrams.is_empty(), "no capture is in {dialect}");
    datagrams
}

/// Returns a linter that has described each kind of finding already, because it describes only the
/// first datagram of a kind.
fn used_linter(datagrams: &[Vec<u8>]) -> Linter {
    let mut linter = Linter::new(None);
    for datagram in datagrams {
        linter.add(1, datagram);
    }
    assert_eq!(linter.summary().datagrams, datagrams.len() as u64);
    linter
}

fn lint(_: Dialect, linter: &mut Linter, datagrams: &[Vec<u8>]) {
    for datagram in datagrams {
        linter.add(1, black_box(datagram));
    }
}

/// Decodes each datagram and visits its parameters.
fn decode(dialect: Dialect, _: &mut Linter, datagrams: &[Vec<u8>]) {
    for datagram in datagrams {
        let datagram = black_box(&datagram[..]);
        let params = match dialect {
            Dialect::Text => text::decode(datagram).ok().map(|it| it.params().count()),
            _ => jsonrpc::decode(datagram).ok().map(|it| it.params().count()),
        };
        let _ = black_box(params);
    }
}

/// Prints how many datagrams per second each processes, and the ratio.
fn print_ratio(dialect: Dialect) {
    let datagrams = captured(dialect);
    let mut linter = used_linter(&datagrams);
    let mut fastest = [Duration::MAX; IMPLEMENTATIONS.len()];
    for _ in 0..ROUNDS {
        for ((_, take), fastest) in IMPLEMENTATIONS.iter().zip(&mut fastest) {
            let begin = Instant::now();
            take(dialect, &mut linter, &datagrams);
            *fastest = begin.elapsed().min(*fastest);
        }
    }
    let [lint, decode] = fastest.map(|time| datagrams.len() as f64 / time.as_secs_f64());
    println!(
        "{dialect}: {lint:.0} datagrams a second linted, {decode:.0} decoded: {:.1} times as long",
        decode / lint
    );
}
