use std::borrow::Cow;

use super::fit::{Answering, agreement, reading_of_line, reading_of_silence};
use super::pair::Pair;
use crate::contract::Line;
use crate::vectors::Expectation;

/// The cost of a datagram or a report without a pair. Two of them cost more than a pair that does
/// not fit.
const UNPAIRED: usize = 20;
/// The cost of an unpaired report that repeats the report before it. Lower, because such a report
/// is probably surplus and not a wrong answer to the next datagram.
const REPEATED: usize = 19;
/// The cost of a pair of a report and a datagram that the subject could have rejected silently.
/// Equal to that of a surplus report, so that the search prefers the pair, and the explanation
/// names the datagram.
const INSTEAD_OF_SILENCE: usize = 20;
/// The cost of a pair of two events that have nothing in common. Each equal part lowers the cost.
const UNLIKE: usize = 35;
const MAX_DISCOUNT: usize = 10;

/// Pairs datagrams with lines, both in order, and minimises the departures, as an edit distance
/// does. Time and memory grow with the product of the numbers of datagrams and lines.
pub(super) fn closest_pairs(
    expected: &[&Expectation],
    lines: &[Option<Cow<'_, Line>>],
    answering: Answering,
) -> Vec<Pair> {
    let matrix = CostMatrix::new(expected, lines, answering);
    let mut pairs = Vec::new();
    let (mut datagram, mut report) = (0, 0);
    while let Some((pair, _)) = matrix.cheapest(datagram, report) {
        pairs.push(pair);
        (datagram, report) = next(pair, datagram, report);
    }
    pairs
}

/// The least costs of pairing the rest, for each datagram and report at which the rest may begin.
struct CostMatrix<'a> {
    expected: &'a [&'a Expectation],
    lines: &'a [Option<Cow<'a, Line>>],
    answering: Answering,
    costs: Vec<Vec<usize>>,
}

impl<'a> CostMatrix<'a> {
    fn new(
        expected: &'a [&'a Expectation],
        lines: &'a [Option<Cow<'a, Line>>],
        answering: Answering,
    ) -> Self {
        let mut matrix = Self {
            expected,
            lines,
            answering,
            costs: vec![vec![0; lines.len() + 1]; expected.len() + 1],
        };
        for datagram in (0..=expected.len()).rev() {
            for report in (0..=lines.len()).rev() {
                let cheapest = matrix.cheapest(datagram, report);
                matrix.costs[datagram][report] = cheapest.map_or(0, |(_, cost)| cost);
            }
        }
        matrix
    }

    /// Returns the next pair, for a rest that begins at this datagram and report, and the least
    /// cost of the rest. If several pairs cost the same, prefers both together to the datagram
    /// alone, and that to the report alone.
    fn cheapest(&self, datagram: usize, report: usize) -> Option<(Pair, usize)> {
        let options = [
            self.together(datagram, report),
            self.without_report(datagram),
            self.without_datagram(report),
        ];
        let totals = options.into_iter().flatten().map(|(pair, cost)| {
            let (datagram, report) = next(pair, datagram, report);
            (pair, cost + self.costs[datagram][report])
        });
        totals.min_by_key(|(_, cost)| *cost)
    }

    fn together(&self, datagram: usize, report: usize) -> Option<(Pair, usize)> {
        let expected = self.expected.get(datagram)?;
        let line = self.lines.get(report)?.as_deref();
        let reading = line.and_then(|line| reading_of_line(expected, line));
        let cost = if reading.is_some() {
            0
        } else if reading_of_silence(expected, self.answering).is_some() {
            INSTEAD_OF_SILENCE
        } else {
            UNLIKE - line.map_or(0, |line| discount(expected, line))
        };
        let pair = Pair {
            datagram: Some(datagram),
            report: Some(report),
            reading,
        };
        Some((pair, cost))
    }

    fn without_report(&self, datagram: usize) -> Option<(Pair, usize)> {
        let reading = reading_of_silence(self.expected.get(datagram)?, self.answering);
        let pair = Pair {
            datagram: Some(datagram),
            report: None,
            reading,
        };
        Some((pair, if reading.is_some() { 0 } else { UNPAIRED }))
    }

    fn without_datagram(&self, report: usize) -> Option<(Pair, usize)> {
        let line = self.lines.get(report)?;
        let before = report.checked_sub(1).map(|before| &self.lines[before]);
        let is_repeated = line.is_some() && before == Some(line);
        let pair = Pair {
            datagram: None,
            report: Some(report),
            reading: None,
        };
        Some((pair, if is_repeated { REPEATED } else { UNPAIRED }))
    }
}

/// Returns by how much a pair that does not fit is cheaper because its events have equal parts.
fn discount(expected: &Expectation, line: &Line) -> usize {
    let Line::Event(event) = line else {
        return 0;
    };
    let each = expected.alternatives().iter().filter_map(|one| match one {
        Expectation::Event(expected) => {
            let parts = 2 + expected.params.len().max(event.params.len());
            Some(MAX_DISCOUNT * agreement(expected, event) / parts)
        }
        _ => None,
    });
    each.max().unwrap_or_default()
}

/// Returns the datagram and the report that follow a pair.
fn next(pair: Pair, datagram: usize, report: usize) -> (usize, usize) {
    let datagram = datagram + usize::from(pair.datagram.is_some());
    (datagram, report + usize::from(pair.report.is_some()))
}
