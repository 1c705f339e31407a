use std::collections::BTreeSet;

use event_datagram::EventBuf;
use memchr::memmem;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::event::{event_from_json, event_in_usual_form};

/// A report or a start line: a line of a subject's output.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Line {
    /// The subject read an event.
    Event(EventBuf),
    /// The subject rejected a datagram, for this reason.
    Rejection(String),
    /// The subject is ready, and declares facts about itself.
    Start(Start),
    /// The subject is ready, but its declaration departs from the contract in this way.
    MalformedStart(String),
    /// The line departs from the contract in this way.
    Malformed(String),
}

/// What a subject declares about itself in its first line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Start {
    /// The socket on which the subject listens, if it is another one than the runner's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket: Option<String>,
    /// The name of the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The version of the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The dialects that the subject reads. `None` for the requested one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialects: Option<Vec<String>>,
    /// Whether the subject tells the dialects apart by itself, so that one instance can receive
    /// both.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tells_dialects_apart: bool,
    /// The length of the longest datagram that the subject accepts, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_datagram: Option<usize>,
    /// The requirements and vectors that do not apply to the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<BTreeSet<String>>,
}

/// Parses a line of a subject's output, without its line feed. Returns `None` for a line of the
/// program's log, which does not start with `{`.
pub fn parse_line(line: &[u8]) -> Option<Line> {
    line.starts_with(b"{")
        .then(|| match event_in_usual_form(line) {
            Some(event) => Line::Event(event),
            None => match serde_json::from_slice(line) {
                Ok(json) => line_from_json(&json),
                Err(error) => rejection_with_lone_surrogate(line)
                    .unwrap_or_else(|| Line::Malformed(format!("it is not JSON: {error}"))),
            },
        })
}

/// Returns whether a line is certainly about a datagram and no start line, without parsing it.
pub(crate) fn is_plainly_about_a_datagram(line: &[u8]) -> bool {
    // JSON may write the word with escapes.
    let contains = |part: &[u8]| memmem::find(line, part).is_some();
    line.starts_with(b"{") && !contains(b"ready") && !contains(b"\\u")
}

/// Parses a line that was parsed as JSON.
pub fn line_from_json(json: &Value) -> Line {
    parse_object(json).unwrap_or_else(Line::Malformed)
}

fn parse_object(json: &Value) -> Result<Line, String> {
    if json.get("ready") == Some(&Value::Bool(true)) {
        return Ok(match serde_path_to_error::deserialize(json) {
            Ok(start) => Line::Start(start),
            Err(error) => Line::MalformedStart(error.to_string()),
        });
    }
    let is_event = json
        .get("event")
        .or(json.get("event_hex"))
        .is_some_and(Value::is_string);
    match json.get("error") {
        None | Some(Value::Null) => event_from_json(json).map(Line::Event),
        // Some programs always write all members, and leave this one empty.
        Some(Value::String(why)) if why.is_empty() && is_event => {
            event_from_json(json).map(Line::Event)
        }
        Some(Value::String(why)) => Ok(Line::Rejection(why.clone())),
        Some(why) => Ok(Line::Rejection(why.to_string())),
    }
}

/// Parses a rejection whose reason contains half of a surrogate pair, which some JSON libraries
/// write.
fn rejection_with_lone_surrogate(line: &[u8]) -> Option<Line> {
    #[derive(Deserialize)]
    struct Rejection<'a> {
        #[serde(borrow)]
        error: &'a RawValue,
    }

    let Rejection { error } = serde_json::from_slice(line).ok()?;
    let why = error.get().strip_prefix('"')?.strip_suffix('"')?;
    (!why.is_empty()).then(|| Line::Rejection(why.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_event(line: &str) {
        assert!(
            matches!(parse_line(line.as_bytes()), Some(Line::Event(_))),
            "{line}"
        );
    }

    #[test]
    fn members_that_are_always_written_do_no_harm() {
        is_event(r#"{"event":"E","params":[],"error":null}"#);
        is_event(r#"{"event":"E","params":null,"error":"","ready":false,"more":[1]}"#);
        is_event(
            r#"{"event":null,"event_hex":"45","params":[{"name":null,"value":null,"value_hex":"ff"}]}"#,
        );
        is_event(r#"{"event":"E","event_hex":"","params":[]}"#);
    }

    #[test]
    fn anything_else_under_error_is_a_rejection() {
        for line in [
            r#"{"error":"why"}"#,
            r#"{"error":""}"#,
            r#"{"error":{"code":1}}"#,
            r#"{"event":"E","error":"why"}"#,
            // As JavaScript quotes half of an emoji.
            r#"{"error":"unexpected \ud83d"}"#,
        ] {
            assert!(
                matches!(parse_line(line.as_bytes()), Some(Line::Rejection(_))),
                "{line}"
            );
        }
    }

    #[test]
    fn a_list_is_no_parameter() {
        for params in [r#"[["key","b::c"]]"#, r#"[["b::c"]]"#, r#"["b::c"]"#] {
            let line = format!(r#"{{"event":"E","params":{params}}}"#);
            let said = parse_line(line.as_bytes());
            assert!(matches!(said, Some(Line::Malformed(_))), "{said:?}");
        }
    }

    #[test]
    fn only_lines_that_begin_like_an_object_are_reports() {
        assert_eq!(parse_line(b"ready"), None);
        assert_eq!(parse_line(b" {\"event\":\"E\"}"), None);
        assert!(matches!(parse_line(b"{"), Some(Line::Malformed(_))));
    }

    #[test]
    fn a_start_line_that_cannot_be_used_names_the_member() {
        for (line, member) in [
            (r#"{"ready":true,"max_datagram":"1"}"#, "max_datagram: "),
            (r#"{"ready":true,"dialects":["text",1]}"#, "dialects[1]: "),
        ] {
            match parse_line(line.as_bytes()) {
                Some(Line::MalformedStart(why)) => assert!(why.starts_with(member), "{why}"),
                said => panic!("{said:?}"),
            }
        }
    }
}
