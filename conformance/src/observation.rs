//! The observation of a subject, which the judge compares with the expectations.

use std::borrow::Cow;

use event_datagram::EventBuf;

use crate::contract::{Line, is_line_of, is_plainly_about_a_datagram, parse_line};
use crate::fence::Mark;

/// What a subject reported before the fence.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Observation {
    /// The reports in order.
    pub reports: Vec<Report>,
    /// The line that reports the fence, if the subject read the fence in another way than the first
    /// one.
    pub misread_fence: Option<Vec<u8>>,
    /// Whether the subject did not report the fence, but a later one.
    pub swallowed_fence: bool,
    /// The total length of the reports, in bytes.
    bytes: usize,
}

/// One report: a line that the subject wrote.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The line, unchanged.
    pub raw: Vec<u8>,
    /// What the line is about.
    pub content: ReportContent,
    /// When the report came.
    pub arrival: Arrival,
}

/// What a report is about.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ReportContent {
    /// A datagram.
    Line(Line),
    /// Probably a datagram. The line is parsed only when it is needed, because most lines are byte
    /// for byte the expected ones.
    Unparsed,
    /// A fence of an earlier exchange, reported again.
    OldFence,
    /// A fence that was never sent.
    ForgedFence,
}

/// When a report came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Before the first datagram was sent.
    Early,
    /// After the first datagram was sent.
    InTime,
    /// After the first datagram was sent, and byte for byte equal to a report of an earlier
    /// exchange, from a subject that repeats reports.
    Repeated,
}

/// The length of the longest line that is accepted as a report, in bytes. 65449 empty parameters in
/// their longest spelling take a third of it.
pub(crate) const MAX_LINE: usize = 8 << 20;
/// The most reports that are kept of one exchange.
pub(crate) const MAX_REPORTS: usize = 1_000;
/// The most bytes of reports that are kept of one exchange, not counting the last report.
const MAX_BYTES: usize = 2 * MAX_LINE;

impl Observation {
    /// Adds a report, unless there are too many already.
    pub fn record(&mut self, raw: Vec<u8>, content: ReportContent, arrival: Arrival) {
        if self.reports.len() < MAX_REPORTS && self.bytes < MAX_BYTES {
            self.bytes += raw.len();
            self.reports.push(Report {
                raw,
                content,
                arrival,
            });
        }
    }

    /// Removes and returns the reports that came before anything was sent.
    #[cfg(feature = "runner")]
    pub(crate) fn take_early(&mut self) -> Vec<Report> {
        let is_early = |report: &mut Report| report.arrival == Arrival::Early;
        self.reports.extract_if(.., is_early).collect()
    }

    /// Adds a malformed report for a line that is longer than 8 MiB and was not kept.
    pub fn record_oversized(&mut self) {
        let line = Line::Malformed(format!("it is longer than {MAX_LINE} bytes"));
        self.record(b"{".to_vec(), ReportContent::Line(line), Arrival::InTime);
    }
}

impl ReportContent {
    /// Returns the content of a line that does not have the tag of the awaited fence.
    pub fn of(mark: Mark) -> Self {
        match mark {
            Mark::None => Self::Unparsed,
            Mark::Forged => Self::ForgedFence,
            Mark::This | Mark::Other => Self::OldFence,
        }
    }
}

impl Report {
    /// Returns a report whose line is parsed already, for a parser in this process.
    pub fn parsed(raw: Vec<u8>, line: Line) -> Self {
        Self {
            raw,
            content: ReportContent::Line(line),
            arrival: Arrival::InTime,
        }
    }

    /// Returns the parsed line of a report about a datagram. `None` if it is about a fence.
    pub fn line(&self) -> Option<Cow<'_, Line>> {
        match &self.content {
            ReportContent::Line(line) => Some(Cow::Borrowed(line)),
            ReportContent::Unparsed => parse_line(&self.raw).map(Cow::Owned),
            ReportContent::OldFence | ReportContent::ForgedFence => None,
        }
    }

    /// Returns whether the report is byte for byte the usual line for this event. `false` does not
    /// exclude that it is another spelling of the event.
    pub(crate) fn is_plainly(&self, event: &EventBuf) -> bool {
        matches!(self.content, ReportContent::Unparsed) && is_line_of(&self.raw, event)
    }

    /// Returns whether the report is certainly about a datagram, which is decided without parsing.
    /// `false` means that the line may also be a start line.
    pub(crate) fn is_plainly_about_a_datagram(&self) -> bool {
        matches!(self.content, ReportContent::Unparsed) && is_plainly_about_a_datagram(&self.raw)
    }
}
