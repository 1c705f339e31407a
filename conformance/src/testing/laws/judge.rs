use crate::contract::Line;
use crate::judge::{Alignment, Answering, Judgment, Predecessor, judge, take_late};
use crate::observation::{Arrival, Report};
use crate::testing::JudgeCase;
use crate::vectors::{Expectation, Step};

/// The judge finds that an observation conforms exactly where some pairing of datagrams and reports
/// is right, of all that there are, and nothing is amiss besides; and the readings that it tells
/// are those of such a pairing, of each datagram the first that fits what it got. What was made to
/// be right conforms.
///
/// # Panics
///
/// If that does not hold.
pub fn the_judge_agrees_with_trying_everything(case: &JudgeCase) {
    let JudgeCase {
        steps,
        observation,
        answering,
        is_right,
    } = case;
    let amiss = observation.swallowed_fence
        || observation.misread_fence.is_some()
        || observation
            .reports
            .iter()
            .any(|report| report.arrival == Arrival::Early);
    let lines: Vec<_> = observation.reports.iter().map(Report::line).collect();
    let lines: Vec<_> = lines.iter().map(Option::as_deref).collect();
    let conforms = !amiss && is_pairing(steps, &lines, *answering, None);
    assert!(conforms || !is_right, "the case itself is wrong");
    match judge(steps, observation, *answering) {
        Judgment::Conforms { readings } => {
            assert!(conforms, "it conforms, though no pairing is right");
            assert_eq!(readings.len(), steps.len(), "a reading for each datagram");
            assert!(
                is_pairing(steps, &lines, *answering, Some(&readings)),
                "no right pairing goes these readings: {readings:?}"
            );
        }
        Judgment::Departs { why } => assert!(!conforms, "a right pairing is refused: {why}"),
    }
}

/// An alignment pairs every datagram and every report once, in order; each reading is the first
/// that fits; and where the judge finds that an observation conforms, the readings are the same.
///
/// # Panics
///
/// If that does not hold.
pub fn an_alignment_pairs_everything_in_order(case: &JudgeCase) {
    let (steps, reports) = (&case.steps, &case.observation.reports);
    let expected: Vec<_> = steps.iter().map(|step| &step.expect).collect();
    let pairs = Alignment::new(&expected, reports, case.answering).pairs();
    let datagrams = pairs.iter().filter_map(|pair| pair.datagram);
    assert!(datagrams.eq(0..steps.len()), "datagrams: {pairs:?}");
    let paired = pairs.iter().filter_map(|pair| pair.report);
    assert!(paired.eq(0..reports.len()), "reports: {pairs:?}");
    for pair in &pairs {
        let line = pair.report.map(|report| reports[report].line());
        let may_be_silent = case.answering == Answering::MayBeSilent;
        let first = pair.datagram.and_then(|datagram| {
            let mut alternatives = expected[datagram].alternatives().iter();
            match &line {
                Some(line) => {
                    let line = line.as_deref()?;
                    alternatives.position(|one| is_right(one, Some(line)))
                }
                None if may_be_silent => alternatives.position(|one| is_right(one, None)),
                None => None,
            }
        });
        assert_eq!(pair.reading, first, "{pair:?}");
    }
    if let Judgment::Conforms { readings } = judge(steps, &case.observation, case.answering) {
        let taken: Option<Vec<_>> = pairs.iter().map(|pair| pair.reading).collect();
        assert_eq!(taken, Some(readings));
    }
}

/// What the judge says of what departs is one line that does nothing to a terminal, and not
/// endless.
///
/// # Panics
///
/// If that does not hold.
pub fn what_the_judge_says_can_be_printed(case: &JudgeCase) {
    if let Judgment::Departs { why } = judge(&case.steps, &case.observation, case.answering) {
        assert!(!why.is_empty(), "it departs, and nobody knows why");
        assert!(
            !why.chars().any(char::is_control),
            "it moves the cursor: {why:?}"
        );
        assert!(why.len() < 4_096, "{} bytes to say why", why.len());
    }
}

/// Reports that came late are taken from the front, in their order: all that the steps before asked
/// for, up to the first that they did not ask for or that is asked for now. Where the steps before
/// got one of theirs, none is taken.
///
/// # Panics
///
/// If that does not hold.
pub fn late_reports_are_taken_from_the_front(before: &JudgeCase, case: &JudgeCase) {
    let is_asked_for = |steps: &[Step], report: &Report| match report.line().as_deref() {
        Some(line @ Line::Event(_)) => steps.iter().any(|step| is_event_of(step, line)),
        _ => false,
    };
    let reports = &case.observation.reports;
    let mut due = 0;
    while let Some(report) = reports.get(due) {
        if !is_asked_for(&before.steps, report) || is_asked_for(&case.steps[..1], report) {
            break;
        }
        due += 1;
    }
    let mut got = before.observation.reports.iter();
    if got.any(|report| is_asked_for(&before.steps, report)) {
        due = 0;
    }
    let mut observation = case.observation.clone();
    let predecessor = Predecessor {
        steps: &before.steps,
        observation: &before.observation,
    };
    let late = take_late(predecessor, &case.steps, &mut observation);
    assert_eq!(late, reports[..due], "taken (left), and due (right)");
    assert_eq!(observation.reports, reports[due..], "what is left");
}

/// Whether a line is an event that a datagram asks for.
fn is_event_of(step: &Step, line: &Line) -> bool {
    let alternatives = step.expect.alternatives().iter();
    let mut events = alternatives.filter(|one| matches!(one, Expectation::Event(_)));
    events.any(|one| is_right(one, Some(line)))
}

/// Tries every pairing: whether one is right, if wanted in these readings. What is `None` is a
/// report that is about no datagram.
fn is_pairing(
    steps: &[Step],
    lines: &[Option<&Line>],
    answering: Answering,
    readings: Option<&[usize]>,
) -> bool {
    let Some((step, steps)) = steps.split_first() else {
        return lines.is_empty();
    };
    let reading = readings.map(|readings| readings[0]);
    let readings = readings.map(|readings| &readings[1..]);
    let takes = |line: Option<&Line>| {
        let mut alternatives = step.expect.alternatives().iter();
        let first = alternatives.position(|one| is_right(one, line));
        first.is_some_and(|first| reading.is_none_or(|reading| reading == first))
    };
    if answering == Answering::MayBeSilent
        && takes(None)
        && is_pairing(steps, lines, answering, readings)
    {
        return true;
    }
    match lines.split_first() {
        Some((Some(line), lines)) => {
            takes(Some(line)) && is_pairing(steps, lines, answering, readings)
        }
        _ => false,
    }
}

/// Whether a line, or none, is right for one alternative, as SPEC.md has it.
fn is_right(expectation: &Expectation, line: Option<&Line>) -> bool {
    match (expectation, line) {
        (Expectation::Event(expected), Some(Line::Event(event))) => event == expected,
        (Expectation::Reject, None | Some(Line::Rejection(_))) => true,
        (Expectation::Survive, Some(Line::Start(_) | Line::MalformedStart(_))) => false,
        (Expectation::Survive, _) => true,
        _ => false,
    }
}
