use std::collections::HashSet;

use super::closest::closest_pairs;
use super::fit::{Answering, reading_of_report, reading_of_silence};
use super::pair::Pair;
use crate::observation::Report;
use crate::vectors::Expectation;

/// The datagrams of a vector paired with the reports about them, both in order.
///
/// The judge takes its verdict and its sentence from these pairs, and reports show the same pairs.
#[derive(Debug)]
pub struct Alignment {
    pairs: Vec<Pair>,
}

impl Alignment {
    /// Pairs datagrams with reports so that all pairs fit. If that is impossible, minimises the
    /// departures.
    ///
    /// In the second case, time and memory grow with the product of the numbers of datagrams and
    /// reports.
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

    /// Returns the reading of each datagram, or `None` if a pair does not fit.
    pub(super) fn readings(&self) -> Option<Vec<usize>> {
        self.pairs.iter().map(|pair| pair.reading).collect()
    }
}

/// A state of the search: how many datagrams and reports are paired.
#[derive(Clone, Copy)]
struct SearchState {
    datagrams: usize,
    reports: usize,
    /// The index of the previous state, and the reading that led from there to this state.
    before: usize,
    reading: usize,
}

/// Returns pairs that all fit, if they exist. If a datagram may stay without a report, tries both
/// ways.
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
        // Added last, so that the search tries this state first.
        if let Some(report) = reports.get(paired)
            && let Some(reading) = reading_of_report(expected, report)
        {
            add(paired + 1, reading);
        }
    }
    None
}

/// Returns the pairs on the path to a state, one for each datagram.
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
