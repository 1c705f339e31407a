//! The runner on the built-in listener: vectors a second, and datagrams a second beside them.
//!
//! `cargo bench --bench runner`. The listener is this program, started as a process of its own.

use std::num::NonZero;
use std::time::Duration;
use std::{env, io};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use event_datagram::Socket;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::judge::Strictness;
use event_datagram_conformance::known::KnownList;
use event_datagram_conformance::listen::Listener;
use event_datagram_conformance::run::{Event, TestPlan, run};
use event_datagram_conformance::subject::{Kind, Stop, SubjectCommand, SubjectSettings};
use event_datagram_conformance::transport::Address;
use event_datagram_conformance::transport::SocketKind;
use event_datagram_conformance::vectors::{Corpus, Vector};

fn main() {
    if let Ok(socket) = env::var("EVDG_SOCKET") {
        return listen(&socket);
    }
    let mut criterion = Criterion::default().configure_from_args();
    vectors_a_second(&mut criterion);
    criterion.final_summary();
}

/// So often the corpus goes through one listener, so that its start does not count.
const ROUNDS: usize = 20;

fn vectors_a_second(criterion: &mut Criterion) {
    let corpus = Corpus::embedded().expect("it is sound");
    let mut group = criterion.benchmark_group("vectors");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    for dialect in [Dialect::Text, Dialect::JsonRpc] {
        let of_dialect = corpus
            .vectors
            .iter()
            .filter(|vector| vector.dialect == dialect);
        let vectors: Vec<_> = of_dialect.collect();
        // Most of the bytes, and of the time, are in a few vectors of tens of thousands of parameters.
        let plain: Vec<_> = vectors
            .iter()
            .copied()
            .filter(|vector| vector.longest_datagram() <= 1500)
            .collect();
        for (name, vectors) in [("all", vectors), ("up-to-1500-bytes", plain)] {
            for socket in [SocketKind::Unix, SocketKind::Udp] {
                let plan = plan(&vectors, socket);
                group.throughput(Throughput::Elements(plan.vectors.len() as u64));
                let id = BenchmarkId::new(format!("{dialect}/{name}"), socket);
                group.bench_function(id, |bench| bench.iter(|| passes(&plan)));
            }
        }
    }
    group.finish();
}

fn plan<'c>(vectors: &[&'c Vector], socket: SocketKind) -> TestPlan<'c> {
    let program = env::current_exe().expect("it has a path");
    let command = SubjectCommand::new(Kind::Listener, &[program.into()]);
    TestPlan {
        vectors: vectors.repeat(ROUNDS),
        subject: command.expect("it is not empty").into(),
        sockets: vec![socket],
        jobs: NonZero::<usize>::MIN,
        settings: SubjectSettings {
            limit: Duration::from_secs(10),
            fence: "E_EVDG_FENCE".into(),
            stop: Stop::default(),
        },
        known: KnownList::default(),
        set: None,
    }
}

fn passes(plan: &TestPlan<'_>) {
    let mut count = 0;
    let result = run(plan, |event| {
        if let Event::Outcome(outcome) = event {
            assert!(
                !outcome.verdict.is_failure(Strictness::Should),
                "{}: {}",
                outcome.vector.id,
                outcome.why
            );
            count += 1;
        }
    });
    result.expect("it starts");
    assert_eq!(count, plan.vectors.len());
}

/// The reference listener, until it is killed.
fn listen(socket: &str) {
    let dialect = env::var("EVDG_DIALECT").unwrap_or_default();
    let dialect = Dialect::named(&dialect).expect("the runner says which");
    let socket = Socket::parse(socket).expect("the runner's is right");
    let address = Address::resolve(&socket).expect("it is an address");
    let listener = Listener::bind(&address).expect("nobody has it");
    // Nobody writes to it.
    let (wake, _writer) = io::pipe().expect("there is room");
    // The runner has gone, or kills it.
    let _ = listener.report(&[dialect], &mut io::stdout().lock(), &wake);
}
