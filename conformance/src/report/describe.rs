use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use serde_json::{Value, json};

use super::record::{Evidence, Observed, Record};
use crate::contract::{Line, event_from_json, event_to_json};
use crate::escape::{cut, escaped, quoted};
use crate::vectors::Expectation;

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

/// Gives what a verdict rests on, line by line: a label and a text that is fit to print. Nothing for a pass.
pub(super) fn evidence(record: &Record) -> Vec<(&'static str, String)> {
    record.evidence.as_deref().map(lines).unwrap_or_default()
}

/// Gives evidence line by line.
pub(crate) fn lines(evidence: &Evidence) -> Vec<(&'static str, String)> {
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

/// Cuts a line of evidence to so many characters, but for the command: that has to be whole.
pub fn shortened(label: &str, text: String, width: usize) -> String {
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

fn observed_in_words(observed: &[Observed]) -> String {
    if observed.is_empty() {
        return "nothing".into();
    }
    let each: Vec<_> = observed.iter().map(report_in_words).collect();
    each.join("  then  ")
}

/// Prints a report on one line.
pub(super) fn report_in_words(observed: &Observed) -> String {
    match observed.line() {
        Some(Line::Event(event)) => event_in_words(&event),
        Some(Line::Rejection(why)) => format!("rejected ({})", escaped(why.as_bytes())),
        Some(Line::Start(_) | Line::MalformedStart(_)) => "a start line".into(),
        Some(Line::Malformed(_)) | None => observed.text(),
    }
}

/// Gives an expectation in the form of vector files, with bytes in the form of the contract.
pub(crate) fn expectation_to_json(expectation: &Expectation) -> Value {
    match expectation {
        Expectation::Event(event) => json!({ "event": event_to_json(event) }),
        Expectation::Reject => "reject".into(),
        Expectation::Survive => "survive".into(),
        Expectation::AnyOf(several) => {
            json!({ "any_of": several.iter().map(expectation_to_json).collect::<Vec<_>>() })
        }
    }
}

/// Reads what [`expectation_to_json`] wrote.
pub(super) fn expectation_from_json(json: &Value) -> Result<Expectation, String> {
    match json {
        Value::String(word) if word == "reject" => Ok(Expectation::Reject),
        Value::String(word) if word == "survive" => Ok(Expectation::Survive),
        Value::Object(object) if object.contains_key("event") => {
            event_from_json(&object["event"]).map(Expectation::Event)
        }
        Value::Object(object) => {
            let several = object.get("any_of").and_then(Value::as_array);
            let several = several.ok_or("expected `event` or `any_of`")?;
            let each = several.iter().map(expectation_from_json);
            each.collect::<Result<_, _>>().map(Expectation::AnyOf)
        }
        _ => Err("expected \"reject\", \"survive\" or an object".into()),
    }
}
