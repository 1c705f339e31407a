use std::collections::HashSet;

use super::closest::closest_pairs;
use super::fit::{Answering, reading_of_report, reading_of_silence};
use super::pair::Pair;
use crate::observation::Report;
use crate::vectors::Expectation;

/// The datagrams of a vector paired with the reports about them, both in order.
///
/// The judge takes its verdict and its sentence from here, and reports show the same pairs.
#[derive(Debug)]
pub struct Alignment {
    pairs: Vec<Pair>,
}

impl Alignment {
    /// Pairs datagrams with reports so that all fit, or else so that as little as possible departs.
    ///
    /// Where they do not all fit, time and memory grow with the product of the numbers of datagrams
    /// and reports.
    pub fn new(expected: &[&Expectation], reports: &[Report], answering: Answering) -> Self {
        let pairs = fitting_pairs(expected, reports, answering).unwrap_or_else(|| {
            let lines: Vec<_> = reports.iter().map(Report::line).collect();
            closest_pairs(expected, &lines, answering)
        });
        Self { pairs }
    }

    /// Returns the pairs in order.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// Returns the reading of each datagram, or `None` if anything departs.
    pub(super) fn readings(&self) -> Option<Vec<usize>> {
        self.pairs.iter().map(|pair| pair.reading).collect()
    }
}

/// A state of the search: how many datagrams and reports are paired.
#[derive(Clone, Copy)]
struct SearchState {
    datagrams: usize,
    reports: usize,
    /// The index of the state before this one, and the reading by which the search came from there.
    before: usize,
    reading: usize,
}

/// Returns pairs that all fit, if there are such. Where a datagram may stay without a report, both
/// is tried.
fn fitting_pairs(
    expected: &[&Expectation],
    reports: &[Report],
    answering: Answering,
) -> Option<Vec<Pair>> {
    let start = SearchState {
        datagrams: 0,
        reports: 0,
        before: 0,
        reading: 0,
    };
    let mut states = vec![start];
    let (mut open, mut seen) = (vec![0], HashSet::new());
    while let Some(before) = open.pop() {
        let SearchState {
            datagrams,
            reports: paired,
            ..
        } = states[before];
        if !seen.insert((datagrams, paired)) {
            continue;
        }
        let Some(expected) = expected.get(datagrams) else {
            if paired == reports.len() {
                return Some(path(&states, before));
            }
            continue;
        };
        let mut add = |reports, reading| {
            open.push(states.len());
            states.push(SearchState {
                datagrams: datagrams + 1,
                reports,
                before,
                reading,
            });
        };
        if let Some(reading) = reading_of_silence(expected, answering) {
            add(paired, reading);
        }
        // Comes last, so that it is tried first.
        if let Some(report) = reports.get(paired)
            && let Some(reading) = reading_of_report(expected, report)
        {
            add(paired + 1, reading);
        }
    }
    None
}

/// Returns the pairs by which the search came to a state: one for each of its datagrams.
fn path(states: &[SearchState], end: usize) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(states[end].datagrams);
    let mut state = states[end];
    while state.datagrams > 0 {
        let before = states[state.before];
        pairs.push(Pair {
            datagram: Some(before.datagrams),
            report: (state.reports > before.reports).then_some(before.reports),
            reading: Some(state.reading),
        });
        state = before;
    }
    pairs.reverse();
    pairs
}
