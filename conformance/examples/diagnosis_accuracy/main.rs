//! Measures the diagnosis: how often it finds the faults of simulated listeners.
//!
//! `cargo run --release --example diagnosis_accuracy [NAME [STEP]]` prints a table, and exits with 1
//! if a target is missed. NAME is a part of a measurement's name; of STEP subjects one is measured.

mod measurement;
mod subjects;

use std::process::ExitCode;

use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::vectors::{Corpus, Vector};

use measurement::Measurement;
use subjects::Subjects;

fn main() -> ExitCode {
    let filter = std::env::args().nth(1).unwrap_or_default();
    let step = std::env::args()
        .nth(2)
        .and_then(|step| step.parse().ok())
        .unwrap_or(1);
    let corpus = Corpus::embedded().expect("the corpus is valid");
    let mut missed = false;
    println!("| dialect | subjects | right | wrong causes | mean time |");
    println!("| --- | --- | ---: | ---: | ---: |");
    for dialect in Dialect::ALL {
        let vectors: Vec<&Vector> = corpus
            .vectors
            .iter()
            .filter(|vector| vector.dialect == *dialect)
            .collect();
        let mut subjects = Subjects::new(*dialect, 1);
        let measurements: [(&str, Vec<_>, usize, f64); 5] = [
            ("one fault", subjects.singles(), 100, 0.0),
            ("two faults", subjects.pairs(300), 99, 0.0),
            (
                "two faults of one kind",
                subjects.related_pairs(300),
                95,
                0.0,
            ),
            ("three faults", subjects.triples(100), 98, 0.0),
            ("one fault, 2 % noise", subjects.singles(), 95, 0.02),
        ];
        for (name, sets, target, noise) in measurements {
            if !name.contains(&filter) {
                continue;
            }
            let sets: Vec<_> = sets.into_iter().step_by(step).collect();
            let measured = Measurement::of(&vectors, &sets, noise);
            println!("| {dialect} | {} × {name} | {measured} |", sets.len());
            missed |= measured.percent() < target;
            for line in &measured.failures {
                eprintln!("{dialect} {name}: {line}");
            }
        }
    }
    ExitCode::from(u8::from(missed))
}
