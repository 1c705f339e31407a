use super::lines::MAX_LINE;
use crate::contract::{Line, parse_line};
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
    /// Reads a line that is not about the fence that is waited for.
    pub(super) fn of(raw: &[u8], mark: Mark) -> Self {
        match (mark, parse_line(raw)) {
            (Mark::Forged, _) => Self::ForgedFence,
            (Mark::None, Some(line)) => Self::Line(line),
            // Only lines that are reports are handed on.
            _ => Self::OldFence,
        }
    }
}
