use serde_json::Value;

use super::record::{Evidence, Observed, Record, Started};
use crate::contract::{Line, Start, parse_line};
use crate::escape::{escaped, visible_command};
use crate::judge::Verdict;
use crate::run::Outcome;
use crate::subject::{Observation, SocketKind};
use crate::vectors::{Dialect, Vector};

/// Turns what a run tells into what reports take.
#[derive(Clone, Debug)]
pub struct Recorder {
    /// The options with which a vector is run again, each with a space before it.
    pub options: String,
    /// Whether the subject runs already, on the one socket that the options name.
    pub is_attached: bool,
    /// The subject's command behind ` -- `; empty for the built-in listener.
    pub command: String,
}

/// Longer lines are nothing that anybody reads: they are cut. No event that a datagram has room for takes as much, each of its
/// bytes being at most six in JSON.
const MAX_LINE: usize = 1 << 19;

impl Recorder {
    /// Takes down that a subject stands ready.
    pub fn started(&self, socket: SocketKind, dialects: &[Dialect], start: &Start) -> Started {
        Started {
            socket,
            dialects: dialects.into(),
            start: start.clone(),
        }
    }

    /// Takes down an outcome, with its evidence unless it is a pass.
    pub fn record(&self, outcome: &Outcome<'_>) -> Record {
        let vector = outcome.vector;
        let has_evidence = outcome.verdict != Verdict::Pass;
        Record {
            id: vector.id.clone(),
            requirement: vector.requirement.clone(),
            topic: vector.topic.clone(),
            level: vector.level,
            authority: vector.authority,
            dialect: vector.dialect,
            socket: outcome.socket,
            verdict: outcome.verdict,
            decides: outcome.decides,
            millis: (outcome.duration.as_secs_f64() * 1e6).round() / 1e3,
            evidence: has_evidence.then(|| Box::new(self.evidence(outcome))),
        }
    }

    fn evidence(&self, outcome: &Outcome<'_>) -> Evidence {
        let (vector, observation) = (outcome.vector, &outcome.observation);
        let replay = self.replay(vector, outcome.socket);
        Evidence::of(vector, &outcome.why, observation, &outcome.log, replay)
    }

    /// Gives the command line that runs a vector again over a socket.
    fn replay(&self, vector: &Vector, socket: SocketKind) -> String {
        let dialect = match vector.dialect {
            Dialect::Text => String::new(),
            dialect => format!(" --dialect {dialect}"),
        };
        let socket = match socket {
            SocketKind::Stdin => String::new(),
            _ if self.is_attached => String::new(),
            socket => format!(" --socket {socket}"),
        };
        let (id, options, command) = (&vector.id, &self.options, &self.command);
        visible_command(&format!(
            "evdg test --filter {id}{dialect}{socket}{options}{command}"
        ))
    }
}

impl Evidence {
    /// Takes down what a verdict rests on.
    pub(crate) fn of(
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
            log: log.into(),
            replay,
        }
    }
}

/// Gives a reported line as the JSON that it is if it is by the contract, else as the text that it is.
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
