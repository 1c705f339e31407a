use super::alignment::Alignment;
use super::fit::Answering;
use super::{departure, difference};
use crate::observation::{Arrival, Observation, Report, ReportContent};
use crate::vectors::Step;

/// Whether an observation conforms to what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Judgment {
    /// The subject did what was expected.
    Conforms {
        /// The reading taken of each datagram: the index of the alternative.
        readings: Vec<usize>,
    },
    /// The subject did something else.
    Departs {
        /// What the subject did, in a sentence for its author.
        why: String,
    },
}

/// Compares what a subject reported with what was expected of it.
///
/// Reports belong to datagrams in order. A rejection needs no report if `answering` allows silence.
pub fn judge(steps: &[Step], observation: &Observation, answering: Answering) -> Judgment {
    match readings(steps, observation, answering) {
        Ok(readings) => Judgment::Conforms { readings },
        Err(why) => Judgment::Departs { why },
    }
}

/// Returns the readings taken, or the sentence that explains the gravest departure.
fn readings(
    steps: &[Step],
    observation: &Observation,
    answering: Answering,
) -> Result<Vec<usize>, String> {
    if let Some(why) = unasked(&observation.reports) {
        return Err(why.into());
    }
    let expected: Vec<_> = steps.iter().map(|step| &step.expect).collect();
    let alignment = Alignment::new(&expected, &observation.reports, answering);
    let readings = alignment.readings();
    let explain = || {
        departure::explain(
            alignment.pairs(),
            &expected,
            &observation.reports,
            answering,
        )
    };
    match (disturbed_fence(observation), readings) {
        (None, Some(readings)) => Ok(readings),
        (None, None) => Err(explain()),
        (Some(why), Some(_)) => Err(why),
        (Some(why), None) => Err(format!("{why}; besides, {}", explain())),
    }
}

/// Explains what happened to the fence, if the subject did not report it as usual.
fn disturbed_fence(observation: &Observation) -> Option<String> {
    let misread = observation.misread_fence.as_deref();
    if observation.swallowed_fence {
        let why = "the good event that followed was not reported, though a later one was: \
                   bytes that stayed in a buffer swallowed it (T20)";
        return Some(why.into());
    }
    misread.map(|line| {
        let line = difference::printable(line);
        format!(
            "the good event that followed was read wrong, so something stayed in a buffer (T20): {line}"
        )
    })
}

/// Explains the first report that cannot be about any of the datagrams.
fn unasked(reports: &[Report]) -> Option<&'static str> {
    let about_fence = reports.iter().find_map(|report| match report.content {
        ReportContent::ForgedFence => Some(
            "it reported a good event that nobody sent: it makes up what it has not received (T19)",
        ),
        ReportContent::OldFence if report.arrival == Arrival::Early => Some(
            "it reported the good event from before again, late: one datagram is one report (T19)",
        ),
        ReportContent::OldFence => {
            Some("it reported the good event from before again: one datagram is one report (T19)")
        }
        ReportContent::Line(_) | ReportContent::Unparsed => None,
    });
    let early = "it reported something before anything was sent: a late report of what came before \
                 (T19)";
    about_fence.or_else(|| {
        reports
            .iter()
            .any(|report| report.arrival == Arrival::Early)
            .then_some(early)
    })
}

#[cfg(test)]
mod tests {
    use event_datagram::EventBuf;

    use super::*;
    use crate::contract::Line;
    use crate::vectors::Expectation;

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
            Judgment::Departs { why } => assert_eq!(why, because),
            Judgment::Conforms { readings } => panic!("conforms by {readings:?}"),
        }
    }

    #[test]
    fn the_datagram_that_got_something_else_is_named() {
        let expected = || vec![event("E_A"), event("E_B"), event("E_C")];
        departs(
            expected(),
            &["E_X", "E_B", "E_C"],
            r#"datagram 1 of 3: expected the event name "E_A", found "E_X""#,
        );
        departs(
            expected(),
            &["E_A", "E_X", "E_C"],
            r#"datagram 2 of 3: expected the event name "E_B", found "E_X""#,
        );
        departs(
            expected(),
            &["E_A", "E_B"],
            "datagram 3 of 3: expected an event, found no report, which means a rejection",
        );
        departs(
            expected(),
            &["E_A", "E_C", "E_B"],
            "the reports came in another order (T19): expected those of datagrams 2, 3, found 3, 2",
        );
    }

    #[test]
    fn an_event_after_a_silent_rejection_belongs_to_its_own_datagram() {
        let state = || vec![Expectation::Reject, event("E_A"), event("E_B")];
        departs(
            state(),
            &["E_BAD", "E_A", "E_B"],
            "datagram 1 of 3: expected a rejection, found an event",
        );
        departs(
            state(),
            &["E_BADE_A", "E_B"],
            r#"datagram 2 of 3: expected the event name "E_A", found "E_BADE_A""#,
        );
    }

    #[test]
    fn lost_and_invented_events_come_before_wrong_ones() {
        departs(
            vec![event("E_A")],
            &["E_X", "E_Y"],
            r#"2 events came for one datagram (T19); besides, expected the event name "E_A", found "E_X""#,
        );
        departs(
            vec![event("E_A"), event("E_B")],
            &["E_X"],
            "datagram 2 of 2: expected an event, found no report, which means a rejection; \
             besides, datagram 1 of 2: expected the event name \"E_A\", found \"E_X\"",
        );
        departs(
            vec![event("E_A"), event("E_B"), event("E_C")],
            &["E_A", "E_B", "E_B", "E_X"],
            r#"datagram 2 of 3: 2 events came for one datagram, all the same (T19); besides, datagram 3 of 3: expected the event name "E_C", found "E_X""#,
        );
        let mut swallowed = observation(&["E_X"]);
        swallowed.swallowed_fence = true;
        let judgment = judge(
            &steps(vec![event("E_A")]),
            &swallowed,
            Answering::MayBeSilent,
        );
        let why = "the good event that followed was not reported, though a later one was: \
                   bytes that stayed in a buffer swallowed it (T20); besides, expected the event \
                   name \"E_A\", found \"E_X\"";
        assert_eq!(judgment, Judgment::Departs { why: why.into() });
    }

    #[test]
    fn a_report_that_breaks_the_contract_says_so_whatever_was_expected() {
        let broken = |expect| {
            let mut observation = Observation::default();
            let line = Line::Malformed("it is not JSON".into());
            observation.reports.push(Report::parsed(Vec::new(), line));
            judge(&steps(vec![expect]), &observation, Answering::MayBeSilent)
        };
        let why = "the report breaks the contract: it is not JSON";
        let any_of = Expectation::AnyOf(vec![event("E_A"), Expectation::Reject]);
        for expect in [event("E_A"), Expectation::Reject, any_of] {
            assert_eq!(broken(expect), Judgment::Departs { why: why.into() });
        }
    }

    #[test]
    fn a_start_line_among_the_reports_is_a_new_start() {
        let mut observation = observation(&["E_A"]);
        let start = Line::Start(crate::contract::Start::default());
        observation.reports.push(Report::parsed(Vec::new(), start));
        let judgment = judge(
            &steps(vec![event("E_A")]),
            &observation,
            Answering::MayBeSilent,
        );
        let why = "it started anew: it must have died of this; \
                   besides, 2 reports came for one datagram (T19)";
        assert_eq!(judgment, Judgment::Departs { why: why.into() });
    }

    #[test]
    fn the_first_alternative_that_fits_is_the_reading() {
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
        // The report has a space that the usual spelling lacks, so its bytes alone do not show that
        // it fits.
        let spelled = r#"{"event":"E_A", "params":[]}"#;
        assert_eq!(readings(survives(), spelled), conforms(0));
        assert_eq!(
            readings(survives(), r#"{"event":"E_B","params":[]}"#),
            conforms(1)
        );
        // `survive` fits every report, whatever its spelling, and is listed before the event.
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
    fn silence_is_a_rejection_unless_each_datagram_needs_an_answer() {
        let judgment = |answering| judge(&steps(vec![event("E_A")]), &observation(&[]), answering);
        let departs = |why: &str| Judgment::Departs { why: why.into() };
        assert_eq!(
            judgment(Answering::MayBeSilent),
            departs("expected an event, found no report, which means a rejection")
        );
        assert_eq!(
            judgment(Answering::Always),
            departs("expected an answer, found none")
        );
    }

    #[test]
    fn more_reports_than_datagrams_are_told_apart_from_wrong_ones() {
        let may_reject = || vec![event("E_A"), Expectation::Reject];
        departs(
            may_reject(),
            &["E_A", "E_X"],
            "datagram 2 of 2: expected a rejection, found an event",
        );
        departs(
            may_reject(),
            &["E_A", "E_A"],
            "datagram 1 of 2: 2 events came for one datagram, all the same (T19)",
        );
        departs(
            may_reject(),
            &["E_A", "E_A", "E_A"],
            "datagram 1 of 2: 3 events came for one datagram, all the same (T19)",
        );
        let last = Expectation::AnyOf(vec![Expectation::Reject, event("E_A")]);
        departs(
            vec![Expectation::Reject, last],
            &["E_A", "E_A"],
            "datagram 2 of 2: 2 events came for one datagram, all the same (T19)",
        );
        departs(
            vec![event("E_A")],
            &["E_A", "E_B"],
            "2 events came for one datagram (T19)",
        );
        departs(vec![], &["E_A"], "expected no report, found an event (T19)");
    }

    #[test]
    fn reports_that_fit_other_datagrams_are_told_without_a_panic() {
        // Found by fuzzing: the last report is what the last datagram expects, but the reports as a
        // whole do not fit.
        let rejected = || Expectation::AnyOf(vec![Expectation::Reject, Expectation::Reject]);
        let last = Expectation::AnyOf(vec![Expectation::Reject, event("E_A")]);
        let expected = vec![Expectation::Reject, rejected(), rejected(), last];
        departs(
            expected,
            &["E_A", "E_A", "E_B"],
            "datagram 4 of 4: 3 events came for one datagram (T19)",
        );
    }
}
