use std::collections::HashSet;

use super::difference;
use crate::contract::Line;
use crate::observation::{Arrival, Observation, Report, ReportContent};
use crate::vectors::{Expectation, Step};

/// How a subject answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answering {
    /// At most one line a datagram: silence is a rejection.
    MayBeSilent,
    /// Exactly one line a datagram.
    Always,
}

/// What the judge finds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Judgment {
    /// The subject did what was expected: of several right readings the one of this number, from 0, for each datagram.
    Conforms {
        /// The readings taken.
        readings: Vec<usize>,
    },
    /// It did something else.
    Departs {
        /// What, in a sentence for the author of the subject.
        why: String,
    },
}

/// Holds what a subject reported against what was expected of it.
///
/// Reports belong to datagrams in order. For a rejection there need not be one, if `answering` allows that.
pub fn judge(steps: &[Step], observation: &Observation, answering: Answering) -> Judgment {
    match find(steps, observation, answering) {
        Ok(readings) => Judgment::Conforms { readings },
        Err(why) => Judgment::Departs { why },
    }
}

fn find(
    steps: &[Step],
    observation: &Observation,
    answering: Answering,
) -> Result<Vec<usize>, String> {
    for report in &observation.reports {
        match report.content {
            ReportContent::ForgedFence => {
                return Err("it reported a good event that nobody sent: it makes up what it has not received (T19)".into());
            }
            ReportContent::OldFence => {
                let when = if report.arrival == Arrival::Early {
                    "again, late"
                } else {
                    "again"
                };
                return Err(format!(
                    "it reported the good event from before {when}: one datagram is one report (T19)"
                ));
            }
            ReportContent::Line(_) | ReportContent::Unparsed => {}
        }
    }
    if observation
        .reports
        .iter()
        .any(|report| report.arrival == Arrival::Early)
    {
        return Err("it reported something before anything was sent: a late report of what came before (T19)".into());
    }
    let readings = align(steps, &observation.reports, answering)
        .map_err(|stuck| stuck.explain(steps, observation, answering))?;
    if observation.swallowed_fence {
        return Err("the good event that followed was not reported, though a later one was: something stayed behind and \
                    swallowed it (T20)"
            .into());
    }
    if let Some(line) = &observation.misread_fence {
        let line = difference::words(line);
        return Err(format!(
            "the good event that followed was read wrong, so something stayed behind (T20): {line}"
        ));
    }
    Ok(readings)
}

/// How far the reports went along with what was expected.
struct Stuck {
    step: usize,
    report: usize,
}

/// Pairs datagrams with reports. Where a datagram may stay without report, both readings are tried.
fn align(steps: &[Step], reports: &[Report], answering: Answering) -> Result<Vec<usize>, Stuck> {
    let mut furthest = Stuck { step: 0, report: 0 };
    // Each entry: so many steps and reports are paired, in these readings.
    let mut open = vec![(0, 0, Vec::new())];
    let mut seen = HashSet::new();
    while let Some((step, report, readings)) = open.pop() {
        if !seen.insert((step, report)) {
            continue;
        }
        if (step, report) > (furthest.step, furthest.report) {
            furthest = Stuck { step, report };
        }
        let Some(Step { expect, .. }) = steps.get(step) else {
            if report == reports.len() {
                return Ok(readings);
            }
            continue;
        };
        let silence = match answering {
            Answering::MayBeSilent => expect.alternatives().iter().position(takes_silence),
            Answering::Always => None,
        };
        if let Some(reading) = silence {
            open.push((step + 1, report, [&readings[..], &[reading]].concat()));
        }
        if let Some(reading) = reports
            .get(report)
            .and_then(|report| reading_of(expect, report))
        {
            open.push((step + 1, report + 1, [&readings[..], &[reading]].concat()));
        }
    }
    Err(furthest)
}

/// Takes out of what was observed the reports at its beginning that the steps before asked for and did not get, and the
/// first of these steps does not ask for: they came late, and say nothing about these.
pub fn take_late(
    (before, got): (&[Step], &Observation),
    steps: &[Step],
    observation: &mut Observation,
) -> Vec<Report> {
    let of_before = |report: &Report| {
        let line = report.line();
        line.is_some_and(|line| before.iter().any(|step| asks_for(step, &line)))
    };
    if got.reports.iter().any(of_before) {
        return Vec::new();
    }
    let of_this = |report: &Report| {
        let line = report.line();
        line.is_some_and(|line| steps.first().is_some_and(|step| asks_for(step, &line)))
    };
    let reports = observation.reports.iter();
    let count = reports
        .take_while(|report| of_before(report) && !of_this(report))
        .count();
    observation.reports.drain(..count).collect()
}

/// Tells whether a report is the event that a datagram asks for.
fn asks_for(step: &Step, line: &Line) -> bool {
    let alternatives = step.expect.alternatives();
    alternatives
        .iter()
        .any(|one| matches!(one, Expectation::Event(_)) && takes(one, line))
}

/// Gives which of the alternatives a report is, the first that fits.
fn reading_of(expect: &Expectation, report: &Report) -> Option<usize> {
    let alternatives = expect.alternatives();
    let is_plainly = |one: &Expectation| match one {
        Expectation::Event(event) => report.is_plainly(event),
        Expectation::Survive => report.is_plainly_about_a_datagram(),
        _ => false,
    };
    // Of several, one that takes nearly anything may not be the first that fits, nor may what stands behind it.
    let may_be_first =
        |one: &&Expectation| alternatives.len() == 1 || **one != Expectation::Survive;
    let mut plain = alternatives.iter().take_while(may_be_first);
    plain.position(is_plainly).or_else(|| {
        let line = report.line()?;
        alternatives.iter().position(|one| takes(one, &line))
    })
}

/// Tells whether a line is one of the alternatives.
fn is_any_of(expect: &Expectation, line: &Line) -> bool {
    expect.alternatives().iter().any(|one| takes(one, line))
}

fn takes_silence(expectation: &Expectation) -> bool {
    matches!(expectation, Expectation::Reject | Expectation::Survive)
}

fn takes(expectation: &Expectation, line: &Line) -> bool {
    match (expectation, line) {
        (Expectation::Event(expected), Line::Event(event)) => expected == event,
        (Expectation::Reject, Line::Rejection(_)) => true,
        (Expectation::Survive, Line::Event(_) | Line::Rejection(_) | Line::Malformed(_)) => true,
        _ => false,
    }
}

impl Stuck {
    /// Tells whether a report that does not fit here is the very event that another datagram asks for.
    fn is_anothers(&self, steps: &[Step], line: &Line) -> bool {
        let others = steps
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != self.step);
        matches!(line, Line::Event(_)) && others.into_iter().any(|(_, step)| asks_for(step, line))
    }

    fn explain(&self, steps: &[Step], observation: &Observation, answering: Answering) -> String {
        let place = match steps.len() {
            1 => String::new(),
            count => format!("datagram {} of {count}: ", (self.step + 1).min(count)),
        };
        let report = observation.reports.get(self.report).and_then(Report::line);
        let report = report.as_deref();
        let what = match (steps.get(self.step), report) {
            // One that may stay without a report had one, and that does not fit.
            (None, Some(line))
                if observation.reports.len() <= steps.len()
                    && !is_any_of(&steps[steps.len() - 1].expect, line) =>
            {
                difference::explain(&steps[steps.len() - 1].expect, line)
            }
            (None, _) => {
                let (count, due) = (observation.reports.len(), steps.len());
                let datagrams = if due == 1 { "datagram" } else { "datagrams" };
                let what = if count > due {
                    "too many"
                } else {
                    "they do not belong to them in this order"
                };
                format!("{count} reports for {due} {datagrams}: {what} (T19)")
            }
            (Some(_), None) if answering == Answering::Always => "it did not answer".into(),
            (Some(_), None) => "nothing was reported, which means rejected".into(),
            (Some(_), Some(Line::Start(_) | Line::MalformedStart(_))) => {
                "it started anew: it must have died of this".into()
            }
            (Some(_), Some(Line::Malformed(why))) => {
                format!(
                    "the report is not by the contract: {}",
                    difference::words(why.as_bytes())
                )
            }
            (Some(_), Some(line)) if self.is_anothers(steps, line) => {
                "the report is what another of the datagrams asks for: they are out of order, or one is lost (T19)".into()
            }
            (Some(step), Some(line)) => difference::explain(&step.expect, line),
        };
        format!("{place}{what}")
    }
}

#[cfg(test)]
mod tests {
    use event_datagram::EventBuf;

    use super::*;

    fn event(name: &str) -> Expectation {
        Expectation::Event(EventBuf::new(name, []))
    }

    fn steps(expected: Vec<Expectation>) -> Vec<Step> {
        let step = |expect| Step {
            datagram: Vec::new(),
            expect,
        };
        expected.into_iter().map(step).collect()
    }

    fn observation(reported: &[&str]) -> Observation {
        let mut observation = Observation::default();
        observation.reports.extend(reported.iter().map(|name| {
            let line = Line::Event(EventBuf::new(*name, []));
            Report {
                raw: Vec::new(),
                content: ReportContent::Line(line),
                arrival: Arrival::InTime,
            }
        }));
        observation
    }

    fn judgment(expected: Vec<Expectation>, reported: &[&str]) -> Judgment {
        judge(
            &steps(expected),
            &observation(reported),
            Answering::MayBeSilent,
        )
    }

    #[track_caller]
    fn departs(expected: Vec<Expectation>, reported: &[&str], because: &str) {
        match judgment(expected, reported) {
            Judgment::Departs { why } => assert!(why.contains(because), "{why}"),
            Judgment::Conforms { readings } => panic!("conforms by {readings:?}"),
        }
    }

    #[test]
    fn the_datagram_that_got_something_else_is_named() {
        let expected = || vec![event("E_A"), event("E_B"), event("E_C")];
        departs(
            expected(),
            &["E_X", "E_B", "E_C"],
            r#"datagram 1 of 3: the event's name is "E_X""#,
        );
        departs(expected(), &["E_A", "E_X", "E_C"], "datagram 2 of 3: ");
        departs(expected(), &["E_A", "E_B"], "datagram 3 of 3: nothing");
        departs(expected(), &["E_A", "E_C", "E_B"], "out of order");
        // Where a datagram may be rejected in silence, the reading that went furthest counts.
        let may_reject = vec![Expectation::Reject, event("E_A"), event("E_B")];
        departs(may_reject, &["E_A", "E_X"], "datagram 3 of 3: ");
    }

    #[test]
    fn of_several_ways_the_first_that_fits_is_told() {
        let readings = |expected: Vec<Expectation>, raw: &str| {
            let mut observation = Observation::default();
            observation.reports.push(Report {
                raw: raw.into(),
                content: ReportContent::Unparsed,
                arrival: Arrival::InTime,
            });
            let steps = steps(vec![Expectation::AnyOf(expected)]);
            judge(&steps, &observation, Answering::MayBeSilent)
        };
        let conforms = |reading| Judgment::Conforms {
            readings: vec![reading],
        };
        let survives = || vec![event("E_A"), Expectation::Survive];
        // Spelled as nobody here does, it has to be read to be known.
        let spelled = r#"{"event":"E_A", "params":[]}"#;
        assert_eq!(readings(survives(), spelled), conforms(0));
        assert_eq!(
            readings(survives(), r#"{"event":"E_B","params":[]}"#),
            conforms(1)
        );
        // However it is spelled, what takes everything is the first to take it.
        let survives_first = || vec![event("E_B"), Expectation::Survive, event("E_A")];
        assert_eq!(readings(survives_first(), spelled), conforms(1));
        assert_eq!(
            readings(survives_first(), r#"{"event":"E_A","params":[]}"#),
            conforms(1)
        );
        let rejects = || vec![Expectation::Reject, event("E_A")];
        assert_eq!(readings(rejects(), spelled), conforms(1));
        assert_eq!(readings(rejects(), r#"{"error":"why"}"#), conforms(0));
    }

    #[test]
    fn silence_is_an_answer_only_where_there_need_not_be_one() {
        let judgment = |answering| judge(&steps(vec![event("E_A")]), &observation(&[]), answering);
        let departs = |why: &str| Judgment::Departs { why: why.into() };
        assert_eq!(
            judgment(Answering::MayBeSilent),
            departs("nothing was reported, which means rejected")
        );
        assert_eq!(judgment(Answering::Always), departs("it did not answer"));
    }

    #[test]
    fn more_reports_than_datagrams_are_told_apart_from_wrong_ones() {
        let may_reject = || vec![event("E_A"), Expectation::Reject];
        departs(may_reject(), &["E_A", "E_X"], "had to be rejected");
        departs(may_reject(), &["E_A", "E_A", "E_A"], "too many");
        let last = Expectation::AnyOf(vec![Expectation::Reject, event("E_A")]);
        departs(
            vec![Expectation::Reject, last],
            &["E_A", "E_A"],
            "they do not belong to them in this order",
        );
        departs(
            vec![event("E_A")],
            &["E_A", "E_A"],
            "2 reports for 1 datagram: too many",
        );
    }

    #[test]
    fn what_came_late_belongs_to_who_asked_for_it() {
        let (before, none) = (steps(vec![event("E_A")]), observation(&[]));
        let late = |got: &Observation, expected: &str, reported: &[&str]| {
            let mut observation = observation(reported);
            let steps = steps(vec![event(expected)]);
            let taken = take_late((&before, got), &steps, &mut observation);
            (taken.len(), observation.reports.len())
        };
        assert_eq!(late(&none, "E_B", &["E_A", "E_B"]), (1, 1));
        assert_eq!(late(&none, "E_B", &["E_A", "E_A"]), (2, 0));
        // Only at the beginning, not what is asked for now, and not what came in time.
        assert_eq!(late(&none, "E_B", &["E_B", "E_A"]), (0, 2));
        assert_eq!(late(&none, "E_A", &["E_A"]), (0, 1));
        assert_eq!(late(&none, "E_B", &["E_X", "E_A"]), (0, 2));
        assert_eq!(late(&observation(&["E_A"]), "E_B", &["E_A"]), (0, 1));
        assert_eq!(late(&observation(&["E_X"]), "E_B", &["E_A"]), (1, 0));
    }

    #[test]
    fn reports_that_fit_in_another_order_are_told_without_a_panic() {
        // Found by fuzzing: the last report is what the last datagram asks for, and still they do not fit.
        let rejected = || Expectation::AnyOf(vec![Expectation::Reject, Expectation::Reject]);
        let last = Expectation::AnyOf(vec![Expectation::Reject, event("E_A")]);
        let expected = vec![Expectation::Reject, rejected(), rejected(), last];
        departs(expected, &["E_A", "E_A", "E_B"], "(T19)");
    }
}
