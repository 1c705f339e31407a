use event_datagram::{Event, EventBuf};
use event_datagram_conformance::contract::{Line, event_line, parse_line};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::judge::{Answering, Judgment, judge};
use event_datagram_conformance::observation::{Observation, Report};
use event_datagram_conformance::vectors::{Expectation, Step};
use event_datagram_oracle::reference::Reading;

/// Returns what is wrong with a reading of a datagram, and which readings are admissible; of an
/// admissible reading only the latter.
pub fn explanation(dialect: Dialect, datagram: &[u8], event: Option<&impl Event>) -> String {
    let line = event.map_or(Line::Rejection(String::new()), |event| {
        Line::Event(EventBuf::from_event(event))
    });
    explain(dialect, datagram, line)
}

/// Returns what is wrong with a line that a parser reported for a datagram, and which readings are
/// admissible; an empty text if the line is about no datagram.
pub fn line_explanation(dialect: Dialect, datagram: &[u8], line: &[u8]) -> String {
    match parse_line(line) {
        Some(line @ (Line::Event(_) | Line::Rejection(_) | Line::Malformed(_))) => {
            explain(dialect, datagram, line)
        }
        _ => String::new(),
    }
}

/// There may be very many readings; the difference is explained from the nearest of these.
const COMPARED: usize = 64;
/// Readings that are shown.
const SHOWN: usize = 4;

fn explain(dialect: Dialect, datagram: &[u8], line: Line) -> String {
    let readings = dialect.readings(datagram, COMPARED);
    let mut parts = Vec::new();
    if !dialect.is_unspecified(datagram) {
        parts.extend(difference(&readings, line));
    }
    let shown: Vec<_> = readings.iter().take(SHOWN).map(in_words).collect();
    let rest = if readings.len() > SHOWN { ", …" } else { "" };
    parts.push(format!("admissible: {}{rest}", shown.join(", or ")));
    let advice = dialect.advice(datagram);
    if !advice.is_empty() {
        parts.push(format!("advice: {}", advice.join(", ")));
    }
    parts.join("; ")
}

/// Returns how a line differs from the nearest reading, as the judge says it.
fn difference(readings: &[Reading], line: Line) -> Option<String> {
    let step = Step::new(Vec::new(), Expectation::any_of(readings.to_vec()));
    let mut observation = Observation::default();
    observation.reports.push(Report::parsed(Vec::new(), line));
    match judge(&[step], &observation, Answering::Always) {
        Judgment::Departs { why } => Some(why),
        _ => None,
    }
}

fn in_words(reading: &Reading) -> String {
    match reading {
        Reading::Event(event) => String::from_utf8_lossy(&event_line(event)).into_owned(),
        _ => "a rejection".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_reading_explains_the_difference() {
        let datagram = b"E_TEST\n2001:db8::1\n\n";
        let line = br#"{"event":"E_TEST","params":[{"name":"2001","value":"db8::1"}]}"#;
        assert_eq!(
            line_explanation(Dialect::Text, datagram, line),
            "none of the listed readings; compared with the nearest: parameter 1: expected no name, \
             found \"2001\"; admissible: {\"event\":\"E_TEST\",\"params\":[{\"name\":\"2001:db8\",\"value\":\"1\"}]}, \
             or {\"event\":\"E_TEST\",\"params\":[{\"value\":\"2001:db8::1\"}]}"
        );
    }

    #[test]
    fn advice_is_named() {
        let why = explanation(Dialect::Text, b"E\n::1\n\n", None::<&EventBuf>);
        assert!(why.ends_with("; advice: T5"), "{why}");
    }

    #[test]
    fn a_line_about_no_datagram_has_no_explanation() {
        assert_eq!(line_explanation(Dialect::Text, b"E\n\n", b"listening"), "");
    }
}
