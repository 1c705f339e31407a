use event_datagram::EventBuf;
#[cfg(feature = "reference")]
use event_datagram_oracle::reference::Reading;
use serde::{Deserialize, Serialize};

use crate::dialect::Dialect;
use crate::named_enum::named_enum;

/// One case of the corpus.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Vector {
    /// A stable slug, unique in the corpus.
    pub id: String,
    /// The name of the vector's file, which is its topic.
    pub topic: String,
    /// The dialect of the vector's datagrams.
    pub dialect: Dialect,
    /// The requirement that the vector tests, an id of SPEC.md.
    pub requirement: String,
    /// The level of the vector: must, should or may.
    pub level: Level,
    /// The authority on which the expectations are based.
    pub authority: Authority,
    /// Why the vector exists, in one sentence.
    pub summary: String,
    /// The datagrams, which are sent back to back, each with its expectation. Never empty.
    pub steps: Vec<Step>,
    /// The source of the bytes, if real servers sent them.
    pub captured: Option<Captured>,
    /// Further information for readers.
    pub notes: Option<String>,
    /// Why the vector applies to no subject, if `--event` has changed its datagrams so that they no
    /// longer test the requirement.
    pub not_applicable: Option<String>,
}

impl Vector {
    /// Returns the length of the longest datagram, in bytes.
    pub fn longest_datagram(&self) -> usize {
        self.steps
            .iter()
            .map(|step| step.datagram.len())
            .max()
            .unwrap_or_default()
    }
}

/// A datagram, and the expectation for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The bytes to send.
    pub datagram: Vec<u8>,
    /// What the subject should do with the datagram.
    pub expect: Expectation,
}

impl Step {
    /// Returns a step with a datagram and its expectation.
    pub const fn new(datagram: Vec<u8>, expect: Expectation) -> Self {
        Self { datagram, expect }
    }
}

/// What a subject should do with a datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expectation {
    /// The subject reports this event.
    Event(EventBuf),
    /// The subject rejects the datagram.
    Reject,
    /// The subject may report anything, at most once, and goes on.
    Survive,
    /// The subject does one of these.
    AnyOf(Vec<Self>),
}

impl Expectation {
    /// Returns the expectation of one of these readings. There must be at least one.
    #[cfg(feature = "reference")]
    pub fn any_of(readings: Vec<Reading>) -> Self {
        let each = readings.into_iter().map(|reading| match reading {
            Reading::Event(event) => Self::Event(event),
            _ => Self::Reject,
        });
        let mut each: Vec<_> = each.collect();
        if each.len() == 1 {
            each.remove(0)
        } else {
            Self::AnyOf(each)
        }
    }

    /// Returns the expectations that are equally right: the alternatives, or the expectation
    /// itself.
    pub fn alternatives(&self) -> &[Self] {
        match self {
            Self::AnyOf(alternatives) => alternatives,
            single => std::slice::from_ref(single),
        }
    }
}

/// The source of a captured datagram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Captured {
    /// The case of the capture file.
    pub case: String,
    /// The OpenSIPS releases that sent these bytes.
    pub opensips: Vec<String>,
    /// The parameters whose values were changed: process ids and memory addresses were replaced by
    /// neutral ones of the same length.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
}

named_enum! {
    /// How binding a requirement is.
    Level {
        /// A listener that departs does not conform.
        Must = "must",
        /// A listener that departs gets a warning.
        Should = "should",
        /// Several readings are right. The report says which one the listener took.
        May = "may",
    }
}

named_enum! {
    /// The basis of a requirement.
    Authority {
        /// The module's documentation for the text dialect; JSON-RPC 2.0 and RFC 8259 for the
        /// other.
        Documented = "documented",
        /// The bytes that real servers sent.
        Sender = "sender",
        /// A decision of this project, if the other two disagree or say nothing.
        Ruling = "ruling",
    }
}
