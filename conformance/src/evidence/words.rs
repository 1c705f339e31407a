use event_datagram::{EventBuf, ParamBuf, ValueBuf};

use super::{Evidence, Observed};
use crate::contract::Line;
use crate::escape::{cut, escaped, quoted};
use crate::vectors::Expectation;

/// Returns a datagram on one line, as escaped text and in hex.
pub fn datagram_in_words(datagram: &[u8]) -> [String; 2] {
    if datagram.is_empty() {
        return ["(no bytes)".into(), "(no bytes)".into()];
    }
    [escaped(datagram), hex::encode(datagram)]
}

/// Returns an event on one line, such as `E_TEST ip="::1" "unnamed"`.
pub fn event_in_words(event: &EventBuf) -> String {
    let mut text = escaped(&event.name);
    for param in &event.params {
        text.push(' ');
        text.push_str(&param_in_words(param));
    }
    text
}

fn param_in_words(param: &ParamBuf) -> String {
    let value = match &param.value {
        ValueBuf::Bytes(bytes) => quoted(bytes),
        ValueBuf::Integer(integer) => integer.to_string(),
        _ => "null".into(),
    };
    match &param.name {
        Some(name) => format!("{}={value}", escaped(name)),
        None => value,
    }
}

/// Returns evidence line by line: a label, and a text without control characters.
pub fn labelled_lines(evidence: &Evidence) -> Vec<(&'static str, String)> {
    let mut lines = vec![("why", evidence.why.clone())];
    for datagram in &evidence.sent {
        let [text, hex] = datagram_in_words(datagram);
        lines.extend([("sent", text), ("hex", hex)]);
    }
    let expected: Vec<_> = evidence.expected.iter().map(expectation_in_words).collect();
    lines.push(("expected", expected.join("  then  ")));
    lines.push(("observed", observed_in_words(&evidence.observed)));
    lines.extend(
        evidence
            .misread_fence
            .iter()
            .map(|line| ("then", line.text())),
    );
    lines.extend(evidence.log.iter().map(|line| ("its log", line.clone())));
    lines.push(("again", evidence.replay.clone()));
    lines
}

/// Returns a line of evidence cut to a number of characters. The command that runs the vector again
/// stays whole.
pub fn shortened(label: &str, text: String, width: usize) -> String {
    if label == "again" {
        text
    } else {
        cut(&text, width)
    }
}

/// Returns an expectation on one line.
pub fn expectation_in_words(expectation: &Expectation) -> String {
    match expectation {
        Expectation::Event(event) => event_in_words(event),
        Expectation::Reject => "rejected".into(),
        Expectation::Survive => "anything, and it goes on".into(),
        Expectation::AnyOf(several) => several
            .iter()
            .map(expectation_in_words)
            .collect::<Vec<_>>()
            .join("  or  "),
    }
}

fn observed_in_words(observed: &[Observed]) -> String {
    if observed.is_empty() {
        return "nothing".into();
    }
    let each: Vec<_> = observed.iter().map(report_in_words).collect();
    each.join("  then  ")
}

/// Returns a report on one line.
pub fn report_in_words(observed: &Observed) -> String {
    match observed.line() {
        Some(Line::Event(event)) => event_in_words(&event),
        Some(Line::Rejection(why)) => format!("rejected ({})", escaped(why.as_bytes())),
        Some(Line::Start(_) | Line::MalformedStart(_)) => "a start line".into(),
        Some(Line::Malformed(_)) | None => observed.text(),
    }
}
