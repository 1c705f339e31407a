use crate::contract::Start;
use crate::dialect::Dialect;
use crate::vectors::{Expectation, Vector};

/// Returns why a vector does not apply to a subject, from the vector itself and from what the
/// subject declared in its start line; `None` where it applies.
pub fn not_applicable(vector: &Vector, start: &Start) -> Option<String> {
    if vector.not_applicable.is_some() {
        return vector.not_applicable.clone();
    }
    let listed = start.not_applicable.as_ref();
    if listed.is_some_and(|ids| ids.contains(&vector.requirement) || ids.contains(&vector.id)) {
        return Some("the subject declares that it does not apply".into());
    }
    let longest = vector.longest_datagram();
    if let Some(max) = start.max_datagram.filter(|max| *max < longest) {
        return Some(format!(
            "the subject declares that it takes at most {max} bytes, and this has {longest}"
        ));
    }
    if start.tells_dialects_apart && is_event_of_other_dialect(vector) {
        return Some(
            "the subject tells the dialects apart, and in the other one this is an event".into(),
        );
    }
    let dialects = start.dialects.as_ref()?;
    let unknown = !dialects
        .iter()
        .any(|dialect| dialect == vector.dialect.as_str());
    unknown.then(|| format!("the subject declares that it reads {}", dialects.join(", ")))
}

/// Returns whether a datagram of a vector is an event of the other dialect, and the vector does not
/// expect that event.
fn is_event_of_other_dialect(vector: &Vector) -> bool {
    vector.steps.iter().any(|step| {
        let other = Dialect::detect(&step.datagram);
        let expected = step.expect.alternatives();
        other != vector.dialect
            && !expected.contains(&Expectation::Survive)
            && other
                .decode(&step.datagram)
                .is_ok_and(|event| !expected.contains(&Expectation::Event(event)))
    })
}
