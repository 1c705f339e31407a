use std::collections::VecDeque;

use crate::escape::escaped;

/// The beginning and the end of a subject's log, which is its standard error and what is no report
/// on its standard output. The beginning often holds the reason of a failure.
#[derive(Clone, Debug, Default)]
pub(super) struct LogEnds {
    first: Vec<Vec<u8>>,
    last: VecDeque<Vec<u8>>,
    omitted: usize,
}

const FIRST_LINES: usize = 4;
const LAST_LINES: usize = 6;
const LINE_BYTES: usize = 400;

impl LogEnds {
    /// Adds a line.
    pub(super) fn push(&mut self, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return;
        }
        let line = line[..line.len().min(LINE_BYTES)].to_vec();
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

    /// Returns the lines, escaped so that they can be printed.
    pub(super) fn lines(&self) -> Vec<String> {
        let print = |line: &Vec<u8>| escaped(line.trim_ascii_end());
        let gap = (self.omitted > 0).then(|| format!("… ({} lines)", self.omitted));
        let first = self.first.iter().map(print);
        first
            .chain(gap)
            .chain(self.last.iter().map(print))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_lines_are_kept() {
        let mut log = LogEnds::default();
        assert_eq!(log.lines(), Vec::<String>::new());
        for number in 0..20 {
            log.push(format!("line {number}\r").as_bytes());
            log.push(b" ");
        }
        let lines = log.lines();
        assert_eq!(lines.len(), FIRST_LINES + 1 + LAST_LINES);
        assert_eq!(lines[3..6], ["line 3", "… (10 lines)", "line 14"]);
    }
}
