use event_datagram::testing::reference::{Reading, text as reference};
use event_datagram::{EventBuf, text};

use super::corpus::Corpus;
use super::vector::{Dialect, Expectation, Level, Step, Vector};

/// Holds every vector of the text dialect against the reference and against the decoder. Gives a message for each that departs.
///
/// The first reading of both must be expected; whatever is expected must be admissible; and where one reading alone is
/// expected, no other may be admissible, but for advice (level `should`).
pub fn check(corpus: &Corpus) -> Vec<String> {
    let mut found = Vec::new();
    let of_text = |vector: &&Vector| vector.dialect == Dialect::Text;
    for vector in corpus.vectors.iter().filter(of_text) {
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
    for requirement in &corpus.requirements {
        if !corpus
            .vectors
            .iter()
            .any(|vector| vector.requirement == requirement.id)
        {
            found.push(format!(
                "requirement {}: no vector tests it",
                requirement.id
            ));
        }
    }
    found
}

/// Tells whether a vector names a requirement that there is.
pub(super) fn against_spec(vector: &Vector, corpus: &Corpus) -> Result<(), String> {
    match corpus.requirement(&vector.requirement) {
        Some(_) => Ok(()),
        None => Err(format!(
            "requirement: `{}` is not in SPEC.md",
            vector.requirement
        )),
    }
}

fn against_decoders(vector: &Vector, step: &Step) -> Result<(), String> {
    let first = reference::decode(&step.datagram);
    let decoded = match text::decode(&step.datagram) {
        Ok(event) => Reading::Event(EventBuf::from_event(&event)),
        Err(_) => Reading::Rejection,
    };
    if decoded != first {
        return Err(format!(
            "the decoder reads {decoded:?}, the reference {first:?}"
        ));
    }
    let alternatives = step.expect.alternatives();
    if alternatives.contains(&Expectation::Survive) {
        return Ok(());
    }
    let expected: Vec<_> = alternatives.iter().map(reading).collect();
    if !expected.contains(&first) {
        return Err(format!(
            "the reference reads {first:?}, which is not expected"
        ));
    }
    if let Some(odd) = expected
        .iter()
        .find(|reading| !reference::admits(&step.datagram, reading))
    {
        return Err(format!("{odd:?} is expected, and not admissible"));
    }
    // One reading more than expected is enough to know; all may be too many to list.
    let admissible = reference::readings(&step.datagram).take(expected.len() + 1);
    match admissible
        .into_iter()
        .find(|reading| !expected.contains(reading))
    {
        Some(other) if vector.level != Level::Should => {
            Err(format!("{other:?} is admissible, and not expected"))
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
