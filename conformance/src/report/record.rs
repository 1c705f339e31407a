use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::behaviour::BehaviourEvidence;
use crate::contract::Start;
use crate::dialect::Dialect;
use crate::escape::{visible, visible_command};
use crate::evidence::{Evidence, EvidenceLine, Observed, evidence_lines};
use crate::judge::{Strictness, Verdict};
use crate::transport::SocketKind;
use crate::vectors::{Authority, Level, Vector, expectation_from_json};

/// The result of one vector over one socket, from which every report is made. Its JSON form is a
/// result of the JSON report.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// The vector.
    pub id: String,
    /// The requirement that the vector tests.
    pub requirement: String,
    /// The topic of the vector's file.
    pub topic: String,
    /// The level of the vector.
    pub level: Level,
    /// The authority of the vector.
    pub authority: Authority,
    /// The dialect of the vector's datagrams.
    pub dialect: Dialect,
    /// The socket.
    pub socket: SocketKind,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether the result decides about conformance. Results of vectors outside the requirement set
    /// do not.
    #[serde(skip_serializing_if = "is_true")]
    pub decides: bool,
    /// The time from the first datagram to the fence's report, in milliseconds.
    pub millis: f64,
    /// The evidence for the verdict; `None` for a pass.
    #[serde(flatten)]
    pub evidence: Option<Box<Evidence>>,
}

/// A subject that is ready, and what it declared. Precedes the results of its socket and its
/// dialects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReadySubject {
    /// The socket.
    pub socket: SocketKind,
    /// The dialects in which the subject is tested: one, or all if the subject tells them apart.
    pub dialects: Vec<Dialect>,
    /// What the subject declared about itself.
    pub start: Start,
}

/// The sentence in place of a vector's summary.
const IN_THE_WHOLE_RUN: &str = "The whole run showed this, not this vector alone.";

impl Record {
    /// Returns the record of a case that is no vector of the corpus. `evidence` is `None` if the
    /// case passed.
    pub fn of_case(
        vector: &Vector,
        socket: SocketKind,
        verdict: Verdict,
        evidence: Option<Evidence>,
    ) -> Self {
        Self {
            id: vector.id.clone(),
            requirement: vector.requirement.clone(),
            topic: vector.topic.clone(),
            level: vector.level,
            authority: vector.authority,
            dialect: vector.dialect,
            socket,
            verdict,
            decides: true,
            millis: 0.0,
            evidence: evidence.map(Box::new),
        }
    }

    /// Returns whether this result makes the subject fail.
    pub fn is_failure(&self, strictness: Strictness) -> bool {
        self.decides && self.verdict.is_failure(strictness)
    }

    /// Returns the evidence line by line. Empty for a pass.
    pub(super) fn evidence_lines(&self) -> Vec<EvidenceLine> {
        let Some(evidence) = self.evidence.as_deref() else {
            return Vec::new();
        };
        let mut lines = evidence_lines(evidence);
        if let Some(of) = BehaviourEvidence::of(evidence) {
            let is_of_vector =
                |line: &EvidenceLine| ["sent", "hex", "expected", "observed"].contains(&line.label);
            let at = lines.iter().position(is_of_vector).unwrap_or(lines.len());
            lines.retain(|line| !is_of_vector(line));
            let of = [
                ("sent", of.sent),
                ("expected", of.expected),
                ("observed", of.observed),
            ];
            let of = of.map(|(label, text)| EvidenceLine::sentence(label, text));
            lines.splice(at..at, of);
        }
        lines
    }

    /// Returns the summary of the vector, or a sentence in its place if the result is about a
    /// behaviour that no single vector shows. Empty for a pass.
    pub(super) fn summary(&self) -> &str {
        let Some(evidence) = self.evidence.as_deref() else {
            return "";
        };
        match BehaviourEvidence::of(evidence) {
            Some(_) => IN_THE_WHOLE_RUN,
            None => &evidence.summary,
        }
    }

    /// Returns the reason for the verdict in a sentence; empty for a pass.
    pub fn why(&self) -> &str {
        self.evidence
            .as_ref()
            .map_or("", |evidence| evidence.why.as_str())
    }
}

/// The members of a result in a file, before they are checked.
#[derive(Deserialize)]
struct RecordMembers {
    id: String,
    requirement: String,
    topic: String,
    level: Level,
    authority: Authority,
    dialect: Dialect,
    socket: SocketKind,
    verdict: Verdict,
    #[serde(default = "default_decides")]
    decides: bool,
    millis: f64,
    summary: Option<String>,
    why: Option<String>,
    sent_hex: Option<OneOrMany<String>>,
    expected: Option<OneOrMany<Value>>,
    observed: Option<Vec<Observed>>,
    misread_fence: Option<Observed>,
    #[serde(default)]
    log: Vec<String>,
    behaviour: Option<String>,
    replay: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a value or a list of values")]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

/// Removes control characters from all texts, because the file may come from anybody.
impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = RecordMembers::deserialize(deserializer)?;
        let id = visible(&members.id);
        let (verdict, requirement) = (members.verdict, visible(&members.requirement));
        let (topic, level, authority) = (visible(&members.topic), members.level, members.authority);
        let (dialect, socket, decides) = (members.dialect, members.socket, members.decides);
        let millis = members.millis;
        if !(0.0..1e12).contains(&millis) {
            return Err(D::Error::custom(format!(
                "result `{id}`: millis: {millis} is no time"
            )));
        }
        let evidence = if verdict == Verdict::Pass {
            None
        } else {
            let evidence = members.evidence();
            Some(Box::new(evidence.map_err(|why| {
                D::Error::custom(format!("result `{id}`: {why}"))
            })?))
        };
        Ok(Self {
            id,
            requirement,
            topic,
            level,
            authority,
            dialect,
            socket,
            verdict,
            decides,
            millis,
            evidence,
        })
    }
}

impl RecordMembers {
    fn evidence(self) -> Result<Evidence, String> {
        let verdict = self.verdict;
        let missing =
            |member: &str| format!("{member}: it is missing, though the verdict is {verdict}");
        let digits = self
            .sent_hex
            .ok_or_else(|| missing("sent_hex"))?
            .into_list();
        let expected = self
            .expected
            .ok_or_else(|| missing("expected"))?
            .into_list();
        if digits.is_empty() || digits.len() != expected.len() {
            return Err(format!(
                "expected: {} for {} datagrams",
                expected.len(),
                digits.len()
            ));
        }
        let sent = digits.iter().map(hex::decode).collect::<Result<_, _>>();
        let expected = expected
            .iter()
            .map(expectation_from_json)
            .collect::<Result<_, _>>();
        Ok(Evidence {
            summary: visible(&self.summary.ok_or_else(|| missing("summary"))?),
            why: visible(&self.why.ok_or_else(|| missing("why"))?),
            sent: sent.map_err(|error| format!("sent_hex: {error}"))?,
            expected: expected.map_err(|error| format!("expected: {error}"))?,
            observed: self.observed.ok_or_else(|| missing("observed"))?,
            misread_fence: self.misread_fence,
            log: self.log.iter().map(|line| visible(line)).collect(),
            behaviour: self.behaviour.as_deref().map(visible),
            replay: visible_command(&self.replay.ok_or_else(|| missing("replay"))?),
        })
    }
}

impl<T> OneOrMany<T> {
    fn into_list(self) -> Vec<T> {
        match self {
            Self::Many(several) => several,
            Self::One(one) => vec![one],
        }
    }
}

const fn default_decides() -> bool {
    true
}

fn is_true(value: &bool) -> bool {
    *value
}
