use event_datagram::{EventBuf, ParamBuf, ValueBuf};

use super::line::{Content, EvidenceLine};
use super::{Evidence, Observed};
use crate::contract::Line;
use crate::escape::{escaped, quoted};
use crate::vectors::Expectation;

/// Returns an event on one line, such as `E_TEST ip="::1" "unnamed"`.
pub fn event_in_words(event: &EventBuf) -> String {
    let mut text = escaped(&event.name);
    for param in &event.params {
        text.push(' ');
        text.push_str(&param_in_words(param));
    }
    text
}

/// Returns a parameter on one line, such as `ip="::1"`.
pub fn param_in_words(param: &ParamBuf) -> String {
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

/// Returns evidence line by line.
pub fn evidence_lines(evidence: &Evidence) -> Vec<EvidenceLine> {
    let line = |label, text, content| EvidenceLine {
        label,
        text,
        content,
    };
    let mut lines = vec![EvidenceLine::sentence("why", &evidence.why)];
    for datagram in &evidence.sent {
        lines.extend([
            EvidenceLine::datagram("sent", datagram),
            EvidenceLine::datagram_in_hex("hex", datagram),
        ]);
    }
    let expected: Vec<_> = evidence.expected.iter().map(expectation_in_words).collect();
    let observed = observed_in_words(&evidence.observed);
    lines.extend([
        line("expected", expected.join("  then  "), Content::Events),
        line("observed", observed, Content::Events),
    ]);
    let then = evidence.misread_fence.iter();
    lines.extend(then.map(|then| line("then", then.text(), Content::Events)));
    let log = evidence.log.iter();
    lines.extend(log.map(|text| line("its log", text.clone(), Content::Log)));
    lines.push(line("again", evidence.replay.clone(), Content::Command));
    lines
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
