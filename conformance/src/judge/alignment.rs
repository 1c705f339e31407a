use std::borrow::Cow;
use std::collections::HashSet;

use super::fit::{
    Answering, is_expected_event, reading_of_line, reading_of_report, reading_of_silence,
};
use crate::contract::Line;
use crate::observation::Report;
use crate::vectors::Expectation;

/// The datagrams of a vector paired with the reports about them, both in order.
///
/// The judge takes its verdict and its sentence from here, and reports show the same pairs.
#[derive(Debug)]
pub struct Alignment<'a> {
    expected: &'a [&'a Expectation],
    reports: &'a [Report],
    answering: Answering,
    /// A pair for each datagram from the first on, as far as all of them fit.
    fitting: Vec<Pair>,
    departure: Option<Departure<'a>>,
}

/// A datagram and the report about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pair {
    /// The index of the datagram; `None` for a report that belongs to no datagram.
    pub datagram: Option<usize>,
    /// The index of the report; `None` for a datagram without a report.
    pub report: Option<usize>,
    /// The index of the first alternative that the report fits, or its absence; `None` where it
    /// fits none.
    pub reading: Option<usize>,
}

/// Where the reports first depart from what was expected.
#[derive(Debug)]
pub(super) enum Departure<'a> {
    /// A report does not fit the datagram whose turn it is.
    Unfit {
        datagram: usize,
        report: usize,
        line: Cow<'a, Line>,
    },
    /// A report is the event that another datagram asks for.
    OutOfOrder { datagram: usize },
    /// A datagram that needs a report has none.
    Unanswered { datagram: usize },
    /// The last datagram may stay without a report; it has one, which does not fit.
    LastUnfit { report: usize, line: Cow<'a, Line> },
    /// Every datagram is paired, and reports are left.
    Surplus,
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

impl<'a> Alignment<'a> {
    /// Pairs datagrams with reports. Where a datagram may stay without a report, both is tried.
    pub fn new(
        expected: &'a [&'a Expectation],
        reports: &'a [Report],
        answering: Answering,
    ) -> Self {
        let start = SearchState {
            datagrams: 0,
            reports: 0,
            before: 0,
            reading: 0,
        };
        let mut states = vec![start];
        let (mut open, mut seen, mut furthest) = (vec![0], HashSet::new(), 0);
        let mut is_complete = false;
        while let Some(before) = open.pop() {
            let SearchState {
                datagrams,
                reports: paired,
                ..
            } = states[before];
            if !seen.insert((datagrams, paired)) {
                continue;
            }
            if (datagrams, paired) > (states[furthest].datagrams, states[furthest].reports) {
                furthest = before;
            }
            let Some(expected) = expected.get(datagrams) else {
                if paired == reports.len() {
                    is_complete = true;
                    break;
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
        let mut alignment = Self {
            expected,
            reports,
            answering,
            fitting: path(&states, furthest),
            departure: None,
        };
        if !is_complete {
            let departure = alignment.departure_at(states[furthest]);
            alignment.departure = Some(departure);
        }
        alignment
    }

    /// Returns the reading of each datagram, or where the reports first depart.
    pub(super) fn readings(&self) -> Result<Vec<usize>, &Departure<'a>> {
        match &self.departure {
            None => Ok(self
                .fitting
                .iter()
                .filter_map(|pair| pair.reading)
                .collect()),
            Some(departure) => Err(departure),
        }
    }

    /// Returns all pairs in order. Behind the first departure, those that depart least.
    ///
    /// Behind a departure, the time and the memory grow with the product of the numbers of
    /// datagrams and reports that are left.
    pub fn pairs(&self) -> Vec<Pair> {
        let (mut datagrams, unfit) = match &self.departure {
            None => return self.fitting.clone(),
            Some(Departure::Unfit {
                datagram, report, ..
            }) => (*datagram, Some(*report)),
            Some(Departure::LastUnfit { report, .. }) => (self.expected.len() - 1, Some(*report)),
            Some(Departure::OutOfOrder { datagram } | Departure::Unanswered { datagram }) => {
                (*datagram, None)
            }
            Some(Departure::Surplus) => (self.expected.len(), None),
        };
        let mut pairs = self.fitting[..datagrams].to_vec();
        let mut reports = pairs.iter().filter(|pair| pair.report.is_some()).count();
        if let Some(report) = unfit {
            pairs.extend((reports..report).map(Pair::without_datagram));
            pairs.push(Pair {
                datagram: Some(datagrams),
                report: Some(report),
                reading: None,
            });
            (datagrams, reports) = (datagrams + 1, report + 1);
        }
        let lines: Vec<_> = self.reports[reports..].iter().map(Report::line).collect();
        let rest = closest_pairs(&self.expected[datagrams..], &lines, self.answering);
        pairs.extend(rest.into_iter().map(|pair| Pair {
            datagram: pair.datagram.map(|index| datagrams + index),
            report: pair.report.map(|index| reports + index),
            ..pair
        }));
        pairs
    }

    /// Classifies the departure at the furthest state of the search.
    fn departure_at(&self, furthest: SearchState) -> Departure<'a> {
        let (datagram, report) = (furthest.datagrams, furthest.reports);
        let line = self.reports.get(report).and_then(Report::line);
        match (datagram < self.expected.len(), line) {
            (false, Some(line)) if self.is_about_last(&line) => {
                Departure::LastUnfit { report, line }
            }
            (false, _) => Departure::Surplus,
            (true, None) => Departure::Unanswered { datagram },
            (true, Some(line)) if self.is_expected_elsewhere(datagram, &line) => {
                Departure::OutOfOrder { datagram }
            }
            (true, Some(line)) => Departure::Unfit {
                datagram,
                report,
                line,
            },
        }
    }

    /// Returns whether a line that is left can only be about the last datagram: there are no more
    /// reports than datagrams, and it does not fit.
    fn is_about_last(&self, line: &Line) -> bool {
        let last = self.expected.last();
        self.reports.len() <= self.expected.len()
            && last.is_some_and(|last| reading_of_line(last, line).is_none())
    }

    /// Returns whether a line is the event that another datagram asks for.
    fn is_expected_elsewhere(&self, datagram: usize, line: &Line) -> bool {
        let expected = self.expected.iter().enumerate();
        let mut others = expected.filter(|(index, _)| *index != datagram);
        others.any(|(_, expected)| is_expected_event(expected, line))
    }
}

impl Pair {
    /// Returns the pair of a report that belongs to no datagram.
    const fn without_datagram(report: usize) -> Self {
        Self {
            datagram: None,
            report: Some(report),
            reading: None,
        }
    }

    /// Returns what the pair costs in an edit distance.
    const fn cost(self) -> usize {
        match self {
            Self {
                reading: Some(_), ..
            } => 0,
            Self {
                datagram: Some(_),
                report: Some(_),
                ..
            } => 3,
            _ => 2,
        }
    }

    /// Returns the datagram and the report that are next behind the pair.
    fn next(self, datagram: usize, report: usize) -> (usize, usize) {
        let datagram = datagram + usize::from(self.datagram.is_some());
        (datagram, report + usize::from(self.report.is_some()))
    }
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

/// Pairs datagrams with lines so that as much as possible fits: an edit distance.
fn closest_pairs(
    expected: &[&Expectation],
    lines: &[Option<Cow<'_, Line>>],
    answering: Answering,
) -> Vec<Pair> {
    // What the next pair can be. Of several that cost the same the first is taken.
    let options = |datagram: usize, report: usize| {
        let expected = expected.get(datagram);
        let line = lines.get(report);
        let together = expected.zip(line).map(|(expected, line)| Pair {
            datagram: Some(datagram),
            report: Some(report),
            reading: line
                .as_deref()
                .and_then(|line| reading_of_line(expected, line)),
        });
        let without_report = expected.map(|expected| Pair {
            datagram: Some(datagram),
            report: None,
            reading: reading_of_silence(expected, answering),
        });
        let without_datagram = line.map(|_| Pair::without_datagram(report));
        let options = [together, without_report, without_datagram];
        options.into_iter().flatten()
    };
    // The least cost of pairing what is left from a datagram and a report on.
    let mut costs = vec![vec![0; lines.len() + 1]; expected.len() + 1];
    let cost = |pair: Pair, costs: &[Vec<usize>], datagram: usize, report: usize| {
        let (datagram, report) = pair.next(datagram, report);
        pair.cost() + costs[datagram][report]
    };
    for datagram in (0..=expected.len()).rev() {
        for report in (0..=lines.len()).rev() {
            let each = options(datagram, report).map(|pair| cost(pair, &costs, datagram, report));
            costs[datagram][report] = each.min().unwrap_or_default();
        }
    }
    let mut pairs = Vec::new();
    let (mut datagram, mut report) = (0, 0);
    while let Some(pair) =
        options(datagram, report).min_by_key(|pair| cost(*pair, &costs, datagram, report))
    {
        pairs.push(pair);
        (datagram, report) = pair.next(datagram, report);
    }
    pairs
}
