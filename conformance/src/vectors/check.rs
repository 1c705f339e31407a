use std::collections::HashSet;

use event_datagram_oracle::reference::Reading;

use super::corpus::Corpus;
use super::vector::{Expectation, Level, Step, Vector};
use crate::contract::event_line;

/// Compares every vector with the reference decoder and the decoder of its dialect, and returns a
/// message for each difference.
///
/// The vector must expect the first reading of both decoders, and may expect only admissible
/// readings. It must expect all admissible readings, unless its level is `should`. Every
/// requirement must have a vector, unless the corpus is a part of another one.
pub fn check(corpus: &Corpus) -> Vec<String> {
    let mut found = Vec::new();
    for vector in &corpus.vectors {
        for (index, step) in vector.steps.iter().enumerate() {
            if let Err(message) = against_decoders(vector, step) {
                found.push(format!(
                    "vector `{}`: datagram {}: {message}",
                    vector.id,
                    index + 1
                ));
            }
        }
    }
    let vectors = corpus.vectors.iter();
    let tested: HashSet<_> = vectors.map(|it| it.requirement.as_str()).collect();
    for requirement in &corpus.requirements {
        if !corpus.is_part && !tested.contains(requirement.id.as_str()) {
            found.push(format!(
                "requirement {}: no vector tests it",
                requirement.id
            ));
        }
    }
    found
}

/// Compares one datagram of a vector with the decoders.
fn against_decoders(vector: &Vector, step: &Step) -> Result<(), String> {
    let (of, datagram) = (vector.dialect, &step.datagram[..]);
    let first = of.first_reading(datagram);
    let decoded = of
        .decode(datagram)
        .map_or(Reading::Rejection, Reading::Event);
    if decoded != first {
        return Err(format!(
            "the decoder reads {}, the reference {}",
            line(&decoded),
            line(&first)
        ));
    }
    let alternatives = step.expect.alternatives();
    if alternatives.contains(&Expectation::Survive) {
        return Ok(());
    }
    let readings: Vec<_> = alternatives.iter().map(reading).collect();
    let expected: HashSet<_> = readings.iter().collect();
    if !expected.contains(&first) {
        return Err(format!(
            "the reference reads {}, which is not expected",
            line(&first)
        ));
    }
    if let Some(odd) = of.find_inadmissible(datagram, &readings) {
        let odd = line(odd);
        return Err(format!("{odd} is expected, and not admissible"));
    }
    // Lists one reading more than the vector expects, which suffices to find a difference. All
    // readings may be too many.
    let admissible = of.readings(datagram, expected.len() + 1);
    match admissible
        .into_iter()
        .find(|reading| !expected.contains(reading))
    {
        Some(other) if vector.level != Level::Should => {
            let other = line(&other);
            Err(format!("{other} is admissible, and not expected"))
        }
        _ => Ok(()),
    }
}

fn reading(expectation: &Expectation) -> Reading {
    match expectation {
        Expectation::Event(event) => Reading::Event(event.clone()),
        _ => Reading::Rejection,
    }
}

/// Returns the line by which a subject reports a reading.
fn line(reading: &Reading) -> String {
    match reading {
        Reading::Event(event) => String::from_utf8_lossy(&event_line(event)).into_owned(),
        _ => "a rejection".into(),
    }
}
