//! Measures the diagnosis: how often it finds the faults of simulated listeners.
//!
//! `cargo run --release --example diagnosis_accuracy [NAME [STEP]]` prints a table, and exits with
//! 1 if a target is missed. NAME is a part of an experiment's name. With STEP, every STEP-th
//! listener is diagnosed. `ci/diagnosis` runs all experiments.

mod measurement;
mod subjects;

use std::process::ExitCode;

use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::vectors::{Corpus, Vector};

use measurement::Measurement;
use subjects::{Subject, Subjects};

struct Experiment {
    name: &'static str,
    subjects: fn(&mut Subjects<'_>) -> Vec<Subject>,
    /// The fraction of the results that is replaced by results of another vector.
    noise: f64,
    /// The least percentage of right diagnoses.
    target: usize,
}

const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "one fault",
        subjects: |subjects| subjects.singles(),
        noise: 0.0,
        target: 100,
    },
    Experiment {
        name: "two faults",
        subjects: |subjects| subjects.pairs(300),
        noise: 0.0,
        target: 99,
    },
    Experiment {
        name: "two faults that share a step",
        subjects: |subjects| subjects.related_pairs(300),
        noise: 0.0,
        target: 95,
    },
    Experiment {
        name: "three faults",
        subjects: |subjects| subjects.triples(100),
        noise: 0.0,
        target: 98,
    },
    Experiment {
        name: "one fault, and 2 % of the results changed",
        subjects: |subjects| subjects.singles(),
        noise: 0.02,
        target: 95,
    },
    Experiment {
        name: "a fault that is not in the list",
        subjects: |subjects| subjects.unknown(),
        noise: 0.0,
        target: 100,
    },
    Experiment {
        name: "such a fault beside one that is",
        subjects: |subjects| subjects.unknown_beside_known(),
        noise: 0.0,
        target: 100,
    },
];

fn main() -> ExitCode {
    let filter = std::env::args().nth(1).unwrap_or_default();
    let step = std::env::args()
        .nth(2)
        .and_then(|step| step.parse().ok())
        .unwrap_or(1);
    let corpus = Corpus::embedded().expect("the corpus is valid");
    let mut missed = false;
    println!("| dialect | listeners with | count | right | wrong causes | longest |");
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    for dialect in Dialect::ALL {
        let of_dialect = |vector: &&Vector| vector.dialect == *dialect;
        let vectors: Vec<_> = corpus.vectors.iter().filter(of_dialect).collect();
        for experiment in EXPERIMENTS {
            if !experiment.name.contains(&filter) {
                continue;
            }
            // Made anew, so that an experiment alone has the same listeners as among all.
            let mut subjects = Subjects::new(*dialect, &vectors, step);
            let listeners = (experiment.subjects)(&mut subjects);
            let measured = Measurement::of(&vectors, &listeners, experiment.noise);
            println!("| {dialect} | {} | {measured} |", experiment.name);
            missed |= measured.percent() < experiment.target;
            for line in &measured.others_found {
                eprintln!("{dialect}, {}: {line}", experiment.name);
            }
        }
    }
    ExitCode::from(u8::from(missed))
}
