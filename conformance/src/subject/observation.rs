use std::borrow::Cow;

use event_datagram::EventBuf;

use super::lines::MAX_LINE;
use crate::contract::{Line, is_line_of, is_plainly_about_a_datagram, parse_line};
use crate::fence::Mark;

/// What a subject reported before the fence.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Observation {
    /// The reports in order.
    pub reports: Vec<Report>,
    /// The line that carried the fence, if the subject read it otherwise than the first one.
    pub misread_fence: Option<Vec<u8>>,
    /// Whether the fence never came back, though a later one did.
    pub swallowed_fence: bool,
    /// How many bytes of reports there are.
    bytes: usize,
}

/// One report.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The line as it was written.
    pub raw: Vec<u8>,
    /// What it says.
    pub says: Says,
    /// Whether it came before anything was sent.
    pub early: bool,
}

/// What a report says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Says {
    /// Something about a datagram.
    Line(Line),
    /// Something about a datagram that nobody has read yet: most lines are what was expected to the letter.
    Unread,
    /// A fence from before, again.
    OldFence,
    /// A fence that nobody ever sent.
    ForgedFence,
}

/// Reports kept of one exchange, and their bytes. More are a flood, and no use to anybody.
pub(super) const MAX_REPORTS: usize = 1_000;
const MAX_BYTES: usize = 2 * MAX_LINE;

impl Observation {
    /// Takes a report.
    pub(super) fn hear(&mut self, raw: Vec<u8>, says: Says, early: bool) {
        if self.reports.len() < MAX_REPORTS && self.bytes < MAX_BYTES {
            self.bytes += raw.len();
            self.reports.push(Report { raw, says, early });
        }
    }

    /// Takes note of a line that was too long to keep.
    pub(super) fn overhear(&mut self) {
        let line = Line::Malformed(format!("it is longer than {MAX_LINE} bytes"));
        self.hear(b"{".to_vec(), Says::Line(line), false);
    }
}

impl Says {
    /// Sorts a line that is not about the fence that is waited for.
    pub(super) fn of(mark: Mark) -> Self {
        match mark {
            // Only lines that are reports are handed on.
            Mark::None => Self::Unread,
            Mark::Forged => Self::ForgedFence,
            _ => Self::OldFence,
        }
    }
}

impl Report {
    /// Returns a report whose line was parsed already, as a parser in process makes one.
    pub fn parsed(raw: Vec<u8>, line: Line) -> Self {
        Self {
            raw,
            says: Says::Line(line),
            early: false,
        }
    }

    /// Gives what it says about a datagram. `None` if it is about a fence.
    pub fn line(&self) -> Option<Cow<'_, Line>> {
        match &self.says {
            Says::Line(line) => Some(Cow::Borrowed(line)),
            Says::Unread => parse_line(&self.raw).map(Cow::Owned),
            Says::OldFence | Says::ForgedFence => None,
        }
    }

    /// Tells whether it is this event, written as the contract's own examples are. Of one that is written otherwise, this
    /// tells nothing.
    pub(crate) fn is_plainly(&self, event: &EventBuf) -> bool {
        matches!(self.says, Says::Unread) && is_line_of(&self.raw, event)
    }

    /// Tells whether it is about a datagram, whatever it says of it. Of one that might be about the program, this tells
    /// nothing.
    pub(crate) fn is_plainly_about_a_datagram(&self) -> bool {
        matches!(self.says, Says::Unread) && is_plainly_about_a_datagram(&self.raw)
    }
}
