//! Renames the test event of the corpus, for listeners that report only some names.

use std::ops::Range;

use event_datagram::{EventBuf, MAX_DATAGRAM, ParamBuf, ValueBuf};

use super::corpus::Corpus;
use super::vector::{Expectation, Step, Vector};
use crate::dialect::Dialect;

/// The name of the event in most vectors.
pub const TEST_EVENT: &str = "E_TEST";

/// The shortest run of equal letters, in bytes, that may be lengthened or shortened to keep the
/// size of a datagram.
const MIN_RUN: usize = 64;
/// The length in bytes from which a datagram keeps its size, if possible.
const MIN_SIZE: usize = 1_000;

impl Corpus {
    /// Renames the event [`TEST_EVENT`] in every datagram that has it as the event's name, and in
    /// the expectation of that datagram.
    ///
    /// A name with escapes is not changed, nor is a name that is part of another text. A long
    /// datagram keeps its size: a run of letters in it is lengthened or shortened. If this is
    /// impossible and the size matters, the vector does not apply.
    pub fn rename_test_event(&mut self, name: &str) {
        for vector in &mut self.vectors {
            rename_in_vector(vector, name);
        }
    }
}

/// Returns a datagram with this event name. In the text dialect, replaces the first line; in
/// JSON-RPC, every string that is the value of a member `method`. Returns `None` if there is no
/// name to replace.
#[cfg(feature = "runner")]
pub(crate) fn with_event_name(datagram: &[u8], dialect: Dialect, name: &str) -> Option<Vec<u8>> {
    let places = name_places(datagram, dialect);
    (!places.is_empty()).then(|| replaced(datagram, &places, &spelled(dialect, name)))
}

fn rename_in_vector(vector: &mut Vector, name: &str) {
    let tests_sizes = matches!(&vector.requirement[..], "T15" | "T16");
    for step in &mut vector.steps {
        let length = step.datagram.len();
        if !rename_in_step(step, vector.dialect, name) {
            continue;
        }
        let keeps_size =
            step.datagram.len() == length || length >= MIN_SIZE && restore_length(step, length);
        let is_above_maximum = length <= MAX_DATAGRAM && step.datagram.len() > MAX_DATAGRAM;
        if !keeps_size && (tests_sizes || is_above_maximum) {
            vector.not_applicable = Some(format!(
                "its datagram must have {length} bytes, and has {} with the event name {name} \
                 (--event)",
                step.datagram.len()
            ));
        }
    }
}

/// Renames the event in a step. Returns whether the datagram had the name of the test event.
fn rename_in_step(step: &mut Step, dialect: Dialect, name: &str) -> bool {
    let old = spelled(dialect, TEST_EVENT);
    let mut places = name_places(&step.datagram, dialect);
    places.retain(|place| step.datagram[place.clone()] == *old);
    if places.is_empty() {
        return false;
    }
    step.datagram = replaced(&step.datagram, &places, &spelled(dialect, name));
    for_each_event(&mut step.expect, &mut |event| {
        if event.name == TEST_EVENT.as_bytes() {
            event.name = name.into();
        }
    });
    true
}

/// Returns an event name as it is written in a datagram.
fn spelled(dialect: Dialect, name: &str) -> Vec<u8> {
    match dialect {
        Dialect::Text => name.into(),
        Dialect::JsonRpc => serde_json::Value::from(name).to_string().into_bytes(),
    }
}

fn replaced(datagram: &[u8], places: &[Range<usize>], new: &[u8]) -> Vec<u8> {
    let mut renamed = Vec::with_capacity(datagram.len() + new.len());
    let mut end = 0;
    for place in places {
        renamed.extend_from_slice(&datagram[end..place.start]);
        renamed.extend_from_slice(new);
        end = place.end;
    }
    renamed.extend_from_slice(&datagram[end..]);
    renamed
}

/// Returns the ranges of the event's name in a datagram: in the text dialect the first line, if it
/// is not empty; in JSON-RPC the strings after `"method":` in the outer object.
fn name_places(datagram: &[u8], dialect: Dialect) -> Vec<Range<usize>> {
    match dialect {
        Dialect::Text => {
            let end = datagram.iter().position(|byte| *byte == b'\n');
            let end = end.filter(|end| *end > 0);
            end.map(|end| 0..end).into_iter().collect()
        }
        Dialect::JsonRpc => method_places(datagram),
    }
}

fn method_places(datagram: &[u8]) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = datagram.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let Some(end) = string_end(datagram, at) else {
                    break;
                };
                let is_method = depth == 1 && is_spelling_of_method(&datagram[at..end]);
                at = end;
                if is_method && let Some(value) = value_behind(datagram, end) {
                    at = value.end;
                    places.push(value);
                }
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    places
}

/// Returns whether a JSON string, with its quotes, is `method`, perhaps with escapes.
fn is_spelling_of_method(string: &[u8]) -> bool {
    serde_json::from_slice(string).is_ok_and(|name: String| name == "method")
}

/// Returns the range of the string after a colon, with its quotes.
fn value_behind(datagram: &[u8], at: usize) -> Option<Range<usize>> {
    let skip_blanks = |at: usize| {
        let rest = datagram.get(at..)?;
        Some(at + (rest.len() - rest.trim_ascii_start().len()))
    };
    let colon = skip_blanks(at)?;
    (datagram.get(colon) == Some(&b':')).then_some(())?;
    let start = skip_blanks(colon + 1)?;
    (datagram.get(start) == Some(&b'"')).then_some(())?;
    Some(start..string_end(datagram, start)?)
}

/// Returns the end of a string, after its closing quote.
fn string_end(datagram: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match datagram.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Restores the length of a datagram by resizing its longest run of equal letters, and the run of
/// the same length in the expectation. Returns `false` if there is no such run.
fn restore_length(step: &mut Step, length: usize) -> bool {
    let Some(run) = longest_run(&step.datagram) else {
        return false;
    };
    let Some(new) = (run.len() + length).checked_sub(step.datagram.len()) else {
        return false;
    };
    if run.len() < MIN_RUN || new == 0 {
        return false;
    }
    let (letter, old) = (step.datagram[run.start], run.len());
    resize_run(&mut step.datagram, run, new);
    let mut resize = |bytes: &mut Vec<u8>| {
        let run = longest_run(bytes);
        if let Some(run) = run.filter(|run| run.len() == old && bytes[run.start] == letter) {
            resize_run(bytes, run, new);
        }
    };
    for_each_event(&mut step.expect, &mut |event| {
        for ParamBuf { name, value } in &mut event.params {
            name.iter_mut().for_each(&mut resize);
            if let ValueBuf::Bytes(bytes) = value {
                resize(bytes);
            }
        }
    });
    true
}

/// Returns the longest run of one ASCII letter.
fn longest_run(bytes: &[u8]) -> Option<Range<usize>> {
    let mut at = 0;
    let runs = bytes.chunk_by(|one, other| one == other).map(|run| {
        at += run.len();
        at - run.len()..at
    });
    let letters = runs.filter(|run| bytes[run.start].is_ascii_alphabetic());
    letters.max_by_key(Range::len)
}

fn resize_run(bytes: &mut Vec<u8>, run: Range<usize>, length: usize) {
    let letter = bytes[run.start];
    bytes.splice(run, std::iter::repeat_n(letter, length));
}

fn for_each_event(expect: &mut Expectation, change: &mut impl FnMut(&mut EventBuf)) {
    match expect {
        Expectation::Event(event) => change(event),
        Expectation::AnyOf(each) => each.iter_mut().for_each(|one| for_each_event(one, change)),
        Expectation::Reject | Expectation::Survive => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["E_UL_AOR_INSERT", "E_A", "E \"quoted\" é"];

    fn corpus() -> Corpus {
        Corpus::embedded().expect("it is sound")
    }

    fn renamed(name: &str) -> Corpus {
        let mut corpus = corpus();
        corpus.rename_test_event(name);
        corpus
    }

    #[test]
    fn the_name_is_replaced_where_it_names_the_event() {
        let after = |datagram: &str, dialect| {
            let mut step = Step {
                datagram: datagram.into(),
                expect: Expectation::Event(EventBuf::new(TEST_EVENT, [])),
            };
            let is_renamed = rename_in_step(&mut step, dialect, "E_NEW");
            let expected = if is_renamed { "E_NEW" } else { TEST_EVENT };
            let expected = Expectation::Event(EventBuf::new(expected, []));
            assert_eq!(step.expect, expected, "{datagram}");
            String::from_utf8(step.datagram).expect("it is UTF-8")
        };
        for (datagram, renamed) in [
            ("E_TEST\nE_TEST::E_TEST\n\n", "E_NEW\nE_TEST::E_TEST\n\n"),
            ("E_TEST", "E_TEST"),
            ("E_TEST2\n\n", "E_TEST2\n\n"),
            ("\nE_TEST\n\n", "\nE_TEST\n\n"),
        ] {
            assert_eq!(after(datagram, Dialect::Text), renamed);
        }
        for (datagram, renamed) in [
            (
                r#"{"params":{"method":"E_TEST"},"method" : "E_TEST"}"#,
                r#"{"params":{"method":"E_TEST"},"method" : "E_NEW"}"#,
            ),
            (
                r#"{"x":"\"method\":\"E_TEST\""}"#,
                r#"{"x":"\"method\":\"E_TEST\""}"#,
            ),
            (r#"{"m\u0065thod":"E_TEST"}"#, r#"{"m\u0065thod":"E_NEW"}"#),
            (r#"{"method":"\u0045_TEST"}"#, r#"{"method":"\u0045_TEST"}"#),
            (r#"{"method":"E_TE"#, r#"{"method":"E_TE"#),
        ] {
            assert_eq!(after(datagram, Dialect::JsonRpc), renamed);
        }
    }

    #[test]
    fn sizes_that_matter_are_kept_or_the_vector_does_not_apply() {
        for name in NAMES {
            let mut kept = 0;
            for (old, new) in corpus().vectors.iter().zip(renamed(name).vectors) {
                let lengths = |vector: &Vector| -> Vec<_> {
                    let steps = vector.steps.iter();
                    steps.map(|step| step.datagram.len()).collect()
                };
                if matches!(&new.requirement[..], "T15" | "T16") && new.not_applicable.is_none() {
                    assert_eq!(lengths(old), lengths(&new), "{}", old.id);
                    kept += 1;
                }
                let largest = old.longest_datagram().max(MAX_DATAGRAM);
                assert!(new.longest_datagram() <= largest || new.not_applicable.is_some());
            }
            assert!(kept >= 50, "{kept} vectors keep their sizes");
        }
    }

    #[cfg(feature = "runner")]
    #[test]
    fn expectations_follow_their_datagrams() {
        let readings = |step: &Step, dialect: Dialect| {
            Expectation::any_of(dialect.readings(&step.datagram, 65))
        };
        for name in NAMES {
            let mut count = 0;
            for (old, new) in corpus().vectors.iter().zip(renamed(name).vectors) {
                for (old_step, step) in old.steps.iter().zip(&new.steps) {
                    count += usize::from(old_step.datagram != step.datagram);
                    if new.not_applicable.is_none()
                        && old_step.expect == readings(old_step, old.dialect)
                    {
                        assert!(step.expect == readings(step, new.dialect), "{}", new.id);
                    }
                }
            }
            assert!(count > 600, "{count} datagrams are renamed");
        }
    }

    #[cfg(feature = "runner")]
    #[test]
    fn a_name_is_given_to_any_datagram_that_has_one() {
        let text = with_event_name(b"x\na::b\n", Dialect::Text, "E_A");
        assert_eq!(text.as_deref(), Some(&b"E_A\na::b\n"[..]));
        assert_eq!(with_event_name(b"\na\n", Dialect::Text, "E_A"), None);
        let json = with_event_name(br#"{"method":"\u0000"}"#, Dialect::JsonRpc, "E_A");
        assert_eq!(json.as_deref(), Some(&br#"{"method":"E_A"}"#[..]));
        assert_eq!(with_event_name(b"", Dialect::JsonRpc, "E_A"), None);
    }
}
