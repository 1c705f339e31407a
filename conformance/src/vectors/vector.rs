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
    /// The file it stands in, and the topic of that file.
    pub topic: String,
    /// The dialect of its datagrams.
    pub dialect: Dialect,
    /// The requirement that it tests, an id of SPEC.md.
    pub requirement: String,
    /// How binding it is.
    pub level: Level,
    /// What it rests on.
    pub authority: Authority,
    /// Why it exists, in one sentence.
    pub summary: String,
    /// The datagrams, sent back to back, each with what is expected of it. Never empty.
    pub steps: Vec<Step>,
    /// Whether the bytes come from real servers, and which.
    pub captured: Option<Captured>,
    /// More that a reader should know.
    pub notes: Option<String>,
    /// Why the vector applies to no subject: its datagrams lost what they test when they were
    /// renamed.
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

/// A datagram, and what a subject should make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The bytes to send.
    pub datagram: Vec<u8>,
    /// What the subject should make of them.
    pub expect: Expectation,
}

impl Step {
    /// Puts a datagram and its expectation together.
    pub const fn new(datagram: Vec<u8>, expect: Expectation) -> Self {
        Self { datagram, expect }
    }
}

/// What a subject should make of a datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expectation {
    /// It reports this event.
    Event(EventBuf),
    /// It reports no event.
    Reject,
    /// It reports what it likes, once, and goes on.
    Survive,
    /// It does one of these.
    AnyOf(Vec<Self>),
}

impl Expectation {
    /// Returns the expectation of one of these readings, of which there is at least one.
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

/// Where a captured datagram comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Captured {
    /// The case of the capture file.
    pub case: String,
    /// The OpenSIPS releases that sent these bytes.
    pub opensips: Vec<String>,
    /// The parameters whose values were changed: process ids and memory addresses in them were
    /// replaced by neutral ones of the same length.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
}

named_enum! {
    /// How binding a requirement is.
    Level {
        /// A listener that departs does not conform.
        Must = "must",
        /// A listener that departs is warned of.
        Should = "should",
        /// Several ways are right; the report tells which was taken.
        May = "may",
    }
}

named_enum! {
    /// What a requirement rests on.
    Authority {
        /// The module's documentation for the text dialect; JSON-RPC 2.0 and RFC 8259 for the
        /// other.
        Documented = "documented",
        /// What real servers put on the wire.
        Sender = "sender",
        /// A decision of this project, where the other two disagree or are silent.
        Ruling = "ruling",
    }
}
