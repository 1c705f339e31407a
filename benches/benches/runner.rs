//! Measures how many vectors per second the runner tests on the reference listener: `cargo bench
//! --bench runner`.
//!
//! The runner starts this program again as the listener.

use std::num::NonZero;
use std::time::Duration;
use std::{env, io};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use event_datagram::Socket;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::fence::{FenceTemplate, TagSource};
use event_datagram_conformance::judge::Strictness;
use event_datagram_conformance::known::KnownList;
use event_datagram_conformance::listen::Listener;
use event_datagram_conformance::run::{RunEvent, TestPlan, run};
use event_datagram_conformance::subject::{Kind, Stop, SubjectCommand, SubjectSettings};
use event_datagram_conformance::transport::{Address, SocketKind};
use event_datagram_conformance::vectors::{Corpus, Vector};

fn main() {
    if let Ok(socket) = env::var("EVDG_SOCKET") {
        return listen(&socket);
    }
    let mut criterion = Criterion::default().configure_from_args();
    vectors_per_second(&mut criterion);
    criterion.final_summary();
}

/// How many times one listener gets all vectors, so that its start takes a small part of the time.
const ROUNDS: usize = 20;

fn vectors_per_second(criterion: &mut Criterion) {
    let corpus = Corpus::embedded().expect("the embedded corpus is valid");
    let mut group = criterion.benchmark_group("vectors");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    for dialect in [Dialect::Text, Dialect::JsonRpc] {
        let of_dialect = corpus
            .vectors
            .iter()
            .filter(|vector| vector.dialect == dialect);
        let vectors: Vec<_> = of_dialect.collect();
        // A few vectors with tens of thousands of parameters take most of the time, so the
        // benchmark also measures the short vectors alone.
        let short: Vec<_> = vectors
            .iter()
            .copied()
            .filter(|vector| vector.longest_datagram() <= 1500)
            .collect();
        for (name, vectors) in [("all", vectors), ("up-to-1500-bytes", short)] {
            for socket in [SocketKind::Unix, SocketKind::Udp] {
                let plan = plan(&vectors, socket);
                group.throughput(Throughput::Elements(plan.vectors.len() as u64));
                let id = BenchmarkId::new(format!("{dialect}/{name}"), socket);
                group.bench_function(id, |bench| bench.iter(|| run_all(&plan)));
            }
        }
    }
    group.finish();
}

fn plan<'c>(vectors: &[&'c Vector], socket: SocketKind) -> TestPlan<'c> {
    let program = env::current_exe().expect("this program has a path");
    let command = SubjectCommand::new(Kind::Listener, &[program.into()]);
    TestPlan {
        vectors: vectors.repeat(ROUNDS),
        subject: command.expect("the command is not empty").into(),
        sockets: vec![socket],
        jobs: NonZero::<usize>::MIN,
        settings: SubjectSettings {
            timeout: Duration::from_secs(10),
            fence: FenceTemplate::default(),
            tags: TagSource::default(),
            stop: Stop::default(),
        },
        linger: Duration::ZERO,
        known: KnownList::default(),
        set: None,
    }
}

/// Runs all vectors, which must pass.
fn run_all(plan: &TestPlan<'_>) {
    let mut count = 0;
    let result = run(plan, |event| {
        if let RunEvent::Outcome(outcome) = event {
            assert!(
                !outcome.verdict.is_failure(Strictness::Should),
                "{}: {}",
                outcome.vector.id,
                outcome.why
            );
            count += 1;
        }
    });
    result.expect("the listener starts");
    assert_eq!(count, plan.vectors.len());
}

/// Runs the reference listener until it is killed.
fn listen(socket: &str) {
    let dialect = env::var("EVDG_DIALECT").unwrap_or_default();
    let dialect = Dialect::named(&dialect).expect("the runner sets EVDG_DIALECT");
    let socket = Socket::parse(socket).expect("the runner sets EVDG_SOCKET");
    let address = Address::resolve(&socket).expect("the socket is an address");
    let listener = Listener::bind(&address).expect("the address is free");
    // No process writes to this pipe.
    let (wake, _writer) = io::pipe().expect("the system has pipes");
    // The listener ends when the runner exits or kills it.
    let _ = listener.report(&[dialect], &mut io::stdout().lock(), &wake);
}
