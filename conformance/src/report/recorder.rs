use super::record::{ReadySubject, Record};
use crate::contract::Start;
use crate::dialect::Dialect;
use crate::escape::visible_command;
use crate::evidence::Evidence;
use crate::judge::Verdict;
use crate::run::Outcome;
use crate::transport::SocketKind;
use crate::vectors::Vector;

/// Turns the events of a run into the records of reports.
#[derive(Clone, Debug)]
pub struct Recorder {
    /// The options of the command that runs a vector again, each with a space before it.
    pub options: String,
    /// Whether the subject runs already, on the only socket that the options name.
    pub is_attached: bool,
    /// The subject's command after ` -- `; empty for the built-in listener.
    pub command: String,
}

impl Recorder {
    /// Returns the record of a subject that is ready.
    pub fn ready_subject(
        &self,
        socket: SocketKind,
        dialects: &[Dialect],
        start: &Start,
    ) -> ReadySubject {
        ReadySubject {
            socket,
            dialects: dialects.into(),
            start: start.clone(),
        }
    }

    /// Returns the record of an outcome, with its evidence unless it is a pass.
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
        let behaviour = outcome.behaviour.map(|behaviour| behaviour.slug().into());
        Evidence {
            behaviour,
            ..Evidence::of(vector, &outcome.why, observation, &outcome.log, replay)
        }
    }

    /// Returns the command line that runs a vector again over a socket.
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
