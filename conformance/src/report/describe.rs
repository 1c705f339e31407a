use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use serde_json::{Value, json};

use crate::contract::{Line, Reported};
use crate::escape::{cut, escaped, quoted};
use crate::subject::{Observation, Report, Says};
use crate::vectors::{Expectation, Vector};

/// Prints a datagram on one line, as text and in hex.
pub fn datagram_in_words(datagram: &[u8]) -> [String; 2] {
    if datagram.is_empty() {
        return ["(no bytes)".into(), "(no bytes)".into()];
    }
    [escaped(datagram), hex::encode(datagram)]
}

/// Prints an event on one line, such as `E_TEST ip="::1" "unnamed"`.
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

/// Gives what a verdict rests on, line by line: a label and a text that is fit to print.
pub(crate) fn evidence(
    vector: &Vector,
    why: &str,
    observation: &Observation,
    log: &[String],
    replay: String,
) -> Vec<(&'static str, String)> {
    let mut lines = vec![("why", why.into())];
    for step in &vector.steps {
        let [text, hex] = datagram_in_words(&step.datagram);
        lines.extend([("sent", text), ("hex", hex)]);
    }
    lines.push(("expected", expected_in_words(vector)));
    lines.push(("observed", observed_in_words(observation)));
    lines.extend(
        observation
            .misread_fence
            .iter()
            .map(|line| ("then", escaped(line))),
    );
    lines.extend(log.iter().map(|line| ("its log", line.clone())));
    lines.push(("again", replay));
    lines
}

/// Cuts a line of evidence to so many characters, but for the command: that has to be whole.
pub(crate) fn shortened(label: &str, text: String, width: usize) -> String {
    if label == "again" {
        text
    } else {
        cut(&text, width)
    }
}

/// Prints an expectation on one line.
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

fn expected_in_words(vector: &Vector) -> String {
    let each: Vec<_> = vector
        .steps
        .iter()
        .map(|step| expectation_in_words(&step.expect))
        .collect();
    each.join("  then  ")
}

pub(super) fn observed_in_words(observation: &Observation) -> String {
    if observation.reports.is_empty() {
        return "nothing".into();
    }
    let each: Vec<_> = observation.reports.iter().map(report_in_words).collect();
    each.join("  then  ")
}

fn report_in_words(report: &Report) -> String {
    match &report.says {
        Says::Line(Line::Event(event)) => event_in_words(event),
        Says::Line(Line::Rejection(why)) => format!("rejected ({})", escaped(why.as_bytes())),
        Says::Line(Line::Start(_) | Line::MalformedStart(_)) => "a start line".into(),
        Says::Line(Line::Malformed(_)) | Says::OldFence | Says::ForgedFence => escaped(&report.raw),
    }
}

/// Gives an expectation in the form of vector files, with bytes in the form of the contract.
pub(crate) fn expectation_to_json(expectation: &Expectation) -> Value {
    match expectation {
        Expectation::Event(event) => json!({ "event": Reported(event) }),
        Expectation::Reject => "reject".into(),
        Expectation::Survive => "survive".into(),
        Expectation::AnyOf(several) => {
            json!({ "any_of": several.iter().map(expectation_to_json).collect::<Vec<_>>() })
        }
    }
}

/// Gives one of something as it is, several as a list.
pub(super) fn one_or_list(mut values: Vec<Value>) -> Value {
    if values.len() == 1 {
        values.remove(0)
    } else {
        values.into()
    }
}

/// Gives a reported line as the JSON that it is, or as text where it is none or longer than anybody reads.
pub(super) fn report_to_json(raw: &[u8]) -> Value {
    const LENGTH: usize = 1 << 17;
    if raw.len() > LENGTH {
        return format!("{}… ({} bytes)", escaped(&raw[..LENGTH]), raw.len()).into();
    }
    serde_json::from_slice(raw).unwrap_or_else(|_| escaped(raw).into())
}
