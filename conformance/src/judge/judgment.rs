use super::alignment::{Alignment, Departure};
use super::difference;
use super::fit::Answering;
use crate::contract::Line;
use crate::observation::{Arrival, Observation, Report, ReportContent};
use crate::vectors::{Expectation, Step};

/// What an observation comes to.
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
        /// What, in a sentence for the author of the subject.
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

/// Returns the readings taken, or the sentence that explains the first departure.
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
    let readings = alignment
        .readings()
        .map_err(|departure| explain(departure, &expected, &observation.reports, answering))?;
    if observation.swallowed_fence {
        let why = "the good event that followed was not reported, though a later one was: \
                   something stayed behind and swallowed it (T20)";
        return Err(why.into());
    }
    if let Some(line) = &observation.misread_fence {
        let line = difference::printable(line);
        return Err(format!(
            "the good event that followed was read wrong, so something stayed behind (T20): {line}"
        ));
    }
    Ok(readings)
}

/// Explains the first report that is about none of the datagrams, whatever it says.
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

/// Explains a departure in a sentence.
fn explain(
    departure: &Departure<'_>,
    expected: &[&Expectation],
    reports: &[Report],
    answering: Answering,
) -> String {
    let last = expected.len().saturating_sub(1);
    let (datagram, what) = match departure {
        Departure::Unfit { datagram, line, .. } => (*datagram, unfit(expected[*datagram], line)),
        Departure::LastUnfit { line, .. } => (last, difference::explain(expected[last], line)),
        Departure::OutOfOrder { datagram } => {
            let what = "the report is what another of the datagrams asks for: they are out of \
                        order, or one is lost (T19)";
            (*datagram, what.into())
        }
        Departure::Unanswered { datagram } => {
            let what = match answering {
                Answering::Always => "it did not answer",
                Answering::MayBeSilent => "nothing was reported, which means rejected",
            };
            (*datagram, what.into())
        }
        Departure::Surplus => {
            let (count, due) = (reports.len(), expected.len());
            let datagrams = if due == 1 { "datagram" } else { "datagrams" };
            let what = if count > due {
                "too many"
            } else {
                "they do not belong to them in this order"
            };
            let what = format!("{count} reports for {due} {datagrams}: {what} (T19)");
            (last, what)
        }
    };
    match expected.len() {
        1 => what,
        count => format!("datagram {} of {count}: {what}", (datagram + 1).min(count)),
    }
}

/// Explains a report that does not fit its datagram.
fn unfit(expected: &Expectation, line: &Line) -> String {
    match line {
        Line::Start(_) | Line::MalformedStart(_) => {
            "it started anew: it must have died of this".into()
        }
        Line::Malformed(why) => format!(
            "the report is not by the contract: {}",
            difference::printable(why.as_bytes())
        ),
        line => difference::explain(expected, line),
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
    fn reports_that_fit_in_another_order_are_told_without_a_panic() {
        // Found by fuzzing: the last report is what the last datagram asks for, and still they do
        // not fit.
        let rejected = || Expectation::AnyOf(vec![Expectation::Reject, Expectation::Reject]);
        let last = Expectation::AnyOf(vec![Expectation::Reject, event("E_A")]);
        let expected = vec![Expectation::Reject, rejected(), rejected(), last];
        departs(expected, &["E_A", "E_A", "E_B"], "(T19)");
    }
}
