use std::borrow::Cow;
use std::collections::HashMap;

use super::difference;
use super::fit::{Answering, is_expected_event};
use super::pair::Pair;
use crate::contract::Line;
use crate::observation::Report;
use crate::vectors::Expectation;

/// One way in which reports depart from what was expected. The variants are in order of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Departure {
    /// The subject wrote a start line instead of a report.
    Restarted { datagram: usize },
    /// The line about a datagram is no report of the contract.
    Malformed { datagram: usize, report: usize },
    /// The subject reported the events of all datagrams, but in another order.
    OutOfOrder,
    /// The subject wrote several reports for one datagram.
    Surplus {
        datagram: usize,
        first: usize,
        count: usize,
    },
    /// The subject reported something, but no datagram was sent.
    Unasked { report: usize },
    /// A datagram that needs a report has none.
    Unanswered { datagram: usize },
    /// A report does not fit its datagram.
    Unfit { datagram: usize, report: usize },
}

/// Explains the gravest departure among some pairs, and the first departure of the next kind.
///
/// # Panics
///
/// If no pair departs.
pub(super) fn explain(
    pairs: &[Pair],
    expected: &[&Expectation],
    reports: &[Report],
    answering: Answering,
) -> String {
    let lines: Vec<_> = reports.iter().map(Report::line).collect();
    let case = Case {
        pairs,
        expected,
        lines: &lines,
        answering,
    };
    let departures = case.departures();
    let gravest = departures.first().expect("a pair departs");
    let why = case.sentence(*gravest);
    // Lost, invented or exchanged events cause wrong ones, so only another kind of departure is
    // added.
    let kind = std::mem::discriminant(gravest);
    let besides = departures
        .iter()
        .find(|departure| std::mem::discriminant(*departure) != kind);
    match besides {
        Some(besides) => format!("{why}; besides, {}", case.sentence(*besides)),
        None => why,
    }
}

/// What was expected and what the subject reported, in pairs.
struct Case<'a> {
    pairs: &'a [Pair],
    expected: &'a [&'a Expectation],
    lines: &'a [Option<Cow<'a, Line>>],
    answering: Answering,
}

impl Case<'_> {
    /// Returns all departures, the gravest first.
    fn departures(&self) -> Vec<Departure> {
        let mut departures: Vec<_> = self
            .pairs
            .iter()
            .filter(|pair| pair.reading.is_none())
            .filter_map(|pair| self.departure(*pair))
            .collect();
        departures.extend(self.surplus());
        if self.other_order().is_some() {
            departures.retain(|departure| {
                matches!(
                    departure,
                    Departure::Restarted { .. } | Departure::Malformed { .. }
                )
            });
            departures.push(Departure::OutOfOrder);
        }
        departures.sort_unstable();
        departures
    }

    /// Returns how a pair departs if it has a datagram and does not fit.
    fn departure(&self, pair: Pair) -> Option<Departure> {
        let line = |report: usize| self.lines[report].as_deref();
        Some(match (pair.datagram, pair.report) {
            (Some(datagram), None) => Departure::Unanswered { datagram },
            (datagram, Some(report)) => match (line(report), datagram) {
                (Some(Line::Start(_) | Line::MalformedStart(_)), _) => Departure::Restarted {
                    datagram: self.datagram_of(report)?,
                },
                (Some(Line::Malformed(_)), _) => Departure::Malformed {
                    datagram: self.datagram_of(report)?,
                    report,
                },
                (_, Some(datagram)) => Departure::Unfit { datagram, report },
                (_, None) => return None,
            },
            (None, None) => return None,
        })
    }

    /// Returns the datagrams with more than one report, or the first report if no datagram was
    /// sent.
    fn surplus(&self) -> Vec<Departure> {
        let mut counts: Vec<Departure> = Vec::new();
        let unpaired = self.pairs.iter().filter(|pair| pair.datagram.is_none());
        for report in unpaired.filter_map(|pair| pair.report) {
            match (self.datagram_of(report), counts.last_mut()) {
                (
                    Some(of),
                    Some(Departure::Surplus {
                        datagram, count, ..
                    }),
                ) if *datagram == of => {
                    *count += 1;
                }
                (Some(datagram), _) => counts.push(Departure::Surplus {
                    datagram,
                    first: self
                        .report_of(datagram)
                        .map_or(report, |own| own.min(report)),
                    count: 2,
                }),
                (None, None) => counts.push(Departure::Unasked { report }),
                (None, Some(_)) => {}
            }
        }
        counts
    }

    /// Returns the datagram that a report is about: the one in its pair, or else the last one
    /// before it that has a report, or else the first one that has a report.
    fn datagram_of(&self, report: usize) -> Option<usize> {
        let at = self
            .pairs
            .iter()
            .position(|pair| pair.report == Some(report))?;
        let answered = |pair: &&Pair| pair.datagram.is_some() && pair.report.is_some();
        let before = self.pairs[..=at].iter().rfind(answered);
        let pair = before.or_else(|| self.pairs.iter().find(answered))?;
        pair.datagram
    }

    fn report_of(&self, datagram: usize) -> Option<usize> {
        let mut pairs = self.pairs.iter();
        pairs.find(|pair| pair.datagram == Some(datagram))?.report
    }

    /// Returns the datagrams in the order of their reports, if the departing reports are a
    /// permutation of the events of the departing datagrams.
    fn other_order(&self) -> Option<Vec<usize>> {
        let departing = || self.pairs.iter().filter(|pair| pair.reading.is_none());
        let mut open: Vec<_> = departing().filter_map(|pair| pair.datagram).collect();
        let mut asked_by = HashMap::new();
        for report in departing().filter_map(|pair| pair.report) {
            let line = self.lines[report].as_deref()?;
            let at = open
                .iter()
                .position(|datagram| is_expected_event(self.expected[*datagram], line))?;
            asked_by.insert(report, open.remove(at));
        }
        let order = self.pairs.iter().filter_map(|pair| match pair.reading {
            Some(_) => pair.report.and(pair.datagram),
            None => asked_by.get(&pair.report?).copied(),
        });
        let order: Vec<_> = order.collect();
        (open.is_empty() && !order.is_sorted()).then_some(order)
    }

    /// Explains a departure in a sentence, which names the datagram if there are several.
    fn sentence(&self, departure: Departure) -> String {
        let (datagram, what) = match departure {
            Departure::Restarted { datagram } => (
                datagram,
                "it started anew: it must have died of this".into(),
            ),
            Departure::OutOfOrder => {
                let found = self.other_order().unwrap_or_default();
                let mut expected = found.clone();
                expected.sort_unstable();
                let mut both = expected.iter().zip(&found);
                let first = both.position(|(expected, found)| expected != found);
                let [expected, found] =
                    [&expected, &found].map(|order| numbers(&order[first.unwrap_or_default()..]));
                return format!(
                    "the reports came in another order (T19): expected those of datagrams \
                     {expected}, found {found}"
                );
            }
            Departure::Surplus {
                datagram,
                first,
                count,
            } => (datagram, self.surplus_in_words(first, count)),
            Departure::Unasked { report } => {
                let found = self.lines[report].as_deref();
                let found = found.map_or_else(|| "a report".into(), difference::found);
                return format!("expected no report, found {found} (T19)");
            }
            Departure::Unanswered { datagram } => {
                let what = match self.answering {
                    Answering::Always => "expected an answer, found none",
                    Answering::MayBeSilent => {
                        "expected an event, found no report, which means a rejection"
                    }
                };
                (datagram, what.into())
            }
            Departure::Malformed { datagram, report } | Departure::Unfit { datagram, report } => {
                let what = match self.lines[report].as_deref() {
                    Some(line) => difference::explain(self.expected[datagram], line),
                    None => "expected a report of it, found none".into(),
                };
                (datagram, what)
            }
        };
        match self.expected.len() {
            1 => what,
            count => format!("datagram {} of {count}: {what}", datagram + 1),
        }
    }

    fn surplus_in_words(&self, first: usize, count: usize) -> String {
        let lines = &self.lines[first..(first + count).min(self.lines.len())];
        let is_event =
            |line: &Option<Cow<'_, Line>>| matches!(line.as_deref(), Some(Line::Event(_)));
        let what = if lines.iter().all(is_event) {
            "events"
        } else {
            "reports"
        };
        let is_repeated = lines.iter().all(|line| *line == lines[0]);
        let repeated = if is_repeated { ", all the same" } else { "" };
        format!("{count} {what} came for one datagram{repeated} (T19)")
    }
}

/// Returns the numbers of datagrams, from 1, as many as fit into a sentence.
fn numbers(datagrams: &[usize]) -> String {
    const MAX: usize = 12;
    let shown = datagrams.iter().take(MAX);
    let mut shown: Vec<_> = shown.map(|datagram| (datagram + 1).to_string()).collect();
    if datagrams.len() > MAX {
        shown.push("…".into());
    }
    shown.join(", ")
}
