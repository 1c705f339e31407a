use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::contract::{Line, line_from_json, parse_line};
use crate::escape::{escaped, unescaped, visible, with_single_backslashes};
use crate::observation::{MAX_REPORTS, Observation, Report};
use crate::vectors::{Expectation, Vector, expectation_to_json};

/// The evidence for a verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Evidence {
    /// The summary of the vector: why it exists, in one sentence.
    pub summary: String,
    /// The reason for the verdict, in a sentence.
    pub why: String,
    /// The datagrams. In JSON they are in hex: a string for one, a list for several.
    #[serde(rename = "sent_hex", serialize_with = "sent_to_json")]
    pub sent: Vec<Vec<u8>>,
    /// The expectation for each datagram. In JSON, an object for one, a list for several.
    #[serde(serialize_with = "expected_to_json")]
    pub expected: Vec<Expectation>,
    /// What the subject reported.
    pub observed: Vec<Observed>,
    /// The line that reports the fence, if the subject misread the fence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub misread_fence: Option<Observed>,
    /// The subject's log, if it died. It can be printed: invisible characters are escaped, and
    /// backslashes are unchanged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
    /// The slug of the behaviour that the verdict reports, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behaviour: Option<String>,
    /// The command that runs the vector again.
    pub replay: String,
}

/// A line that a subject reported: JSON if it is a line of the contract, or else an escaped text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Observed(pub(crate) Value);

/// The most bytes of a reported line that are kept. The line of an event is shorter: each byte of a
/// datagram takes at most nineteen bytes as a parameter in JSON.
const MAX_LINE: usize = 1 << 21;

impl Evidence {
    /// Returns the evidence for a verdict on a vector. `log` must be escaped.
    pub fn of(
        vector: &Vector,
        why: &str,
        observation: &Observation,
        log: &[String],
        replay: String,
    ) -> Self {
        let steps = &vector.steps;
        let reports = observation
            .reports
            .iter()
            .map(|report| observed(&report.raw));
        Self {
            summary: vector.summary.clone(),
            why: why.into(),
            sent: steps.iter().map(|step| step.datagram.clone()).collect(),
            expected: steps.iter().map(|step| step.expect.clone()).collect(),
            observed: reports.collect(),
            misread_fence: observation.misread_fence.as_deref().map(observed),
            log: (log.iter())
                .map(|line| with_single_backslashes(line))
                .collect(),
            behaviour: None,
            replay,
        }
    }

    /// Returns the reports as the judge reads them, as many as a session keeps. A line that was cut
    /// is malformed.
    pub fn reports(&self) -> Vec<Report> {
        let observed = self.observed.iter().take(MAX_REPORTS);
        observed.map(Observed::report).collect()
    }
}

impl Observed {
    /// Returns the parsed line. Returns `None` if it is no line of the contract.
    pub fn line(&self) -> Option<Line> {
        match &self.0 {
            Value::Object(_) => Some(line_from_json(&self.0)),
            _ => None,
        }
    }

    /// Returns the report as the judge reads it.
    fn report(&self) -> Report {
        let line = self.line().or_else(|| parse_line(&self.bytes()));
        let line = line.unwrap_or_else(|| Line::Malformed(self.text()));
        Report::parsed(Vec::new(), line)
    }

    /// Returns the bytes of the line, in JSON without blanks. If the line was cut, returns the text
    /// that was kept.
    pub fn bytes(&self) -> Vec<u8> {
        match &self.0 {
            Value::String(text) => unescaped(text).unwrap_or_else(|| text.clone().into_bytes()),
            json => json.to_string().into_bytes(),
        }
    }

    /// Returns the line as a text without control characters.
    pub fn text(&self) -> String {
        match &self.0 {
            Value::String(text) => visible(text),
            json => escaped(json.to_string().as_bytes()),
        }
    }
}

/// Returns a reported line as JSON if it is a line of the contract, or else as escaped text.
fn observed(line: &[u8]) -> Observed {
    if line.len() > MAX_LINE {
        let (start, length) = (escaped(&line[..MAX_LINE]), line.len());
        return Observed(format!("{start}… ({length} bytes)").into());
    }
    let json = match parse_line(line) {
        None | Some(Line::Malformed(_)) => None,
        Some(_) => serde_json::from_slice::<Value>(line).ok(),
    };
    Observed(json.unwrap_or_else(|| escaped(line).into()))
}

fn sent_to_json<S: Serializer>(sent: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
    one_or_list(sent.iter().map(hex::encode).collect::<Vec<_>>(), serializer)
}

fn expected_to_json<S: Serializer>(
    expected: &[Expectation],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    one_or_list(
        expected.iter().map(expectation_to_json).collect::<Vec<_>>(),
        serializer,
    )
}

/// Serializes a single value without a list, and several values as a list.
fn one_or_list<T: Serialize, S: Serializer>(
    values: Vec<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match &values[..] {
        [one] => one.serialize(serializer),
        several => several.serialize(serializer),
    }
}
