use super::judgment::Judgment;
use super::verdict::{Strictness, Verdict};
use crate::vectors::Vector;

/// Returns the verdict of a judgment, and the reason in a sentence, which is empty for a pass.
pub fn grade(vector: &Vector, judgment: Judgment) -> (Verdict, String) {
    let verdict = Verdict::of(vector.level, &judgment);
    let why = match judgment {
        Judgment::Departs { why } => why,
        Judgment::Conforms { .. } if verdict == Verdict::Pass => String::new(),
        Judgment::Conforms { readings } => readings_in_words(vector, &readings),
    };
    (verdict, why)
}

/// Returns the verdict of a vector that is listed as a known failure with `reason`, and the reason
/// for the verdict in a sentence.
pub fn apply_known(verdict: Verdict, why: String, reason: &str) -> (Verdict, String) {
    if verdict.is_failure(Strictness::Should) {
        (Verdict::Known, format!("{why} (known: {reason})"))
    } else if verdict == Verdict::NotApplicable {
        (verdict, why)
    } else {
        let why = format!(
            "it is listed as known to fail ({reason}), but passes: remove it from the list"
        );
        (Verdict::Fixed, why)
    }
}

/// Returns which of the listed readings the subject took, in words.
fn readings_in_words(vector: &Vector, readings: &[usize]) -> String {
    let chosen = vector
        .steps
        .iter()
        .zip(readings)
        .filter_map(|(step, reading)| {
            let count = step.expect.alternatives().len();
            (count > 1).then(|| format!("{} of {count}", reading + 1))
        });
    match chosen.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "it went on".into(),
        chosen => format!("takes reading {chosen}"),
    }
}
