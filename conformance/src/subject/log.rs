use std::collections::VecDeque;

use crate::escape::{beginning, escaped};

/// The beginning and the end of a subject's log: the lines of its standard error, and the lines of
/// its standard output that are no reports. The beginning often holds the reason of a failure.
#[derive(Clone, Debug, Default)]
pub(super) struct LogEnds {
    first: Vec<LogLine>,
    last: VecDeque<LogLine>,
    omitted: usize,
}

/// A line of a subject's log, or its beginning and its end if it is long.
#[derive(Clone, Debug)]
pub(super) struct LogLine {
    pub(super) stream: LogStream,
    pub(super) text: Vec<u8>,
}

/// Where a subject writes a line of its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogStream {
    /// The stream that carries the reports.
    Reports,
    /// Standard error.
    Errors,
}

const FIRST_LINES: usize = 4;
const LAST_LINES: usize = 6;
/// The longest line that is kept whole, in bytes. Of a longer line, both ends are kept, because the
/// end of a failed assertion is often the most useful part.
const MAX_BYTES: usize = 400;

impl LogEnds {
    /// Adds a line.
    pub(super) fn push(&mut self, stream: LogStream, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return;
        }
        let text = shortened(line);
        let line = LogLine { stream, text };
        if self.first.len() < FIRST_LINES {
            self.first.push(line);
            return;
        }
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
            self.omitted += 1;
        }
        self.last.push_back(line);
    }

    /// Returns the lines that are kept.
    pub(super) fn kept(&self) -> impl Iterator<Item = &LogLine> {
        self.first.iter().chain(&self.last)
    }

    /// Returns the lines, escaped so that they can be printed.
    pub(super) fn lines(&self) -> Vec<String> {
        let print = |line: &LogLine| escaped(line.text.trim_ascii_end());
        let gap = (self.omitted > 0).then(|| format!("… ({} lines)", self.omitted));
        let first = self.first.iter().map(print);
        first
            .chain(gap)
            .chain(self.last.iter().map(print))
            .collect()
    }
}

/// Returns a line, or its beginning and its end if it is long.
fn shortened(line: &[u8]) -> Vec<u8> {
    if line.len() <= MAX_BYTES {
        return line.to_vec();
    }
    let first = beginning(line, MAX_BYTES / 2);
    let last = &line[line.len() - MAX_BYTES / 2..];
    // The last part must not begin within a character. More than three continuation bytes are not
    // UTF-8.
    let is_start = |byte: &u8| byte & 0xc0 != 0x80;
    let start = last.iter().take(4).position(is_start).unwrap_or_default();
    [first, " … ".as_bytes(), &last[start..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_long_line_are_kept_without_parts_of_characters() {
        let mut log = LogEnds::default();
        let line = format!("assert{}1 == 2", "é".repeat(400));
        log.push(LogStream::Errors, line.as_bytes());
        let e = "é";
        assert_eq!(
            log.lines(),
            [format!("assert{} … {}1 == 2", e.repeat(97), e.repeat(97))]
        );
    }

    #[test]
    fn the_first_and_the_last_lines_are_kept() {
        let mut log = LogEnds::default();
        assert_eq!(log.lines(), Vec::<String>::new());
        for number in 0..20 {
            log.push(LogStream::Errors, format!("line {number}\r").as_bytes());
            log.push(LogStream::Reports, b" ");
        }
        let lines = log.lines();
        assert_eq!(lines.len(), FIRST_LINES + 1 + LAST_LINES);
        assert_eq!(lines[3..6], ["line 3", "… (10 lines)", "line 14"]);
    }
}
