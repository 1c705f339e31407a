use event_datagram::EventBuf;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::event_from_json;

/// What a subject says in one line of its output.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Line {
    /// It read an event.
    Event(EventBuf),
    /// It rejected a datagram, for this reason.
    Rejection(String),
    /// It is ready, and tells about itself.
    Start(Start),
    /// A line that the contract does not know, and in what it departs.
    Malformed(String),
}

/// What a subject tells about itself in its first line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Start {
    /// Where it listens, if not where it was told to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The dialects that it reads, if not the one that was asked for alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialects: Option<Vec<String>>,
    /// The longest datagram that it takes, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_datagram: Option<usize>,
    /// The requirements, or vectors, that do not apply to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<Vec<String>>,
}

/// Reads a line of a subject's output, without its line feed. `None` is a line of the program's own log: one that does
/// not start with `{`.
pub fn parse_line(line: &[u8]) -> Option<Line> {
    line.starts_with(b"{")
        .then(|| parse_object(line).unwrap_or_else(Line::Malformed))
}

fn parse_object(line: &[u8]) -> Result<Line, String> {
    let json: Value =
        serde_json::from_slice(line).map_err(|error| format!("it is not JSON: {error}"))?;
    if json.get("ready").is_some() {
        let start =
            Start::deserialize(&json).map_err(|error| format!("it is no start line: {error}"))?;
        return Ok(Line::Start(start));
    }
    match json.get("error") {
        None => event_from_json(&json).map(Line::Event),
        Some(Value::String(why)) => Ok(Line::Rejection(why.clone())),
        Some(why) => Ok(Line::Rejection(why.to_string())),
    }
}
