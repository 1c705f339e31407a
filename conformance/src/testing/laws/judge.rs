use crate::contract::Line;
use crate::judge::{Alignment, Answering, Judgment, Predecessor, judge, take_late};
use crate::observation::{Arrival, Report};
use crate::testing::JudgeCase;
use crate::vectors::{Expectation, Step};

/// Asserts that the judge finds an observation conforming if and only if brute force finds a right
/// pairing of datagrams and reports, no fence was swallowed or misread, and no report came early.
/// The returned readings belong to such a pairing: each is the first reading of the datagram that
/// fits its report. A case that is right by construction conforms.
///
/// # Panics
///
/// If the law does not hold.
pub fn judge_agrees_with_brute_force(case: &JudgeCase) {
    let JudgeCase {
        steps,
        observation,
        answering,
        is_right,
    } = case;
    let is_disturbed = observation.swallowed_fence
        || observation.misread_fence.is_some()
        || observation
            .reports
            .iter()
            .any(|report| report.arrival == Arrival::Early);
    let lines: Vec<_> = observation.reports.iter().map(Report::line).collect();
    let lines: Vec<_> = lines.iter().map(Option::as_deref).collect();
    let conforms = !is_disturbed && has_pairing(steps, &lines, *answering, None);
    assert!(conforms || !is_right, "the case itself is wrong");
    match judge(steps, observation, *answering) {
        Judgment::Conforms { readings } => {
            assert!(conforms, "it conforms, though no pairing is right");
            assert_eq!(readings.len(), steps.len(), "a reading for each datagram");
            assert!(
                has_pairing(steps, &lines, *answering, Some(&readings)),
                "no right pairing has these readings: {readings:?}"
            );
        }
        Judgment::Departs { why } => assert!(!conforms, "a right pairing is rejected: {why}"),
    }
}

/// Asserts that an alignment pairs every datagram and every report once, in order, and that each
/// reading is the first one that fits. If the judge finds that an observation conforms, it returns
/// the same readings.
///
/// # Panics
///
/// If the law does not hold.
pub fn alignments_pair_everything_in_order(case: &JudgeCase) {
    let (steps, reports) = (&case.steps, &case.observation.reports);
    let expected: Vec<_> = steps.iter().map(|step| &step.expect).collect();
    let alignment = Alignment::new(&expected, reports, case.answering);
    let pairs = alignment.pairs();
    let datagrams = pairs.iter().filter_map(|pair| pair.datagram);
    assert!(datagrams.eq(0..steps.len()), "datagrams: {pairs:?}");
    let paired = pairs.iter().filter_map(|pair| pair.report);
    assert!(paired.eq(0..reports.len()), "reports: {pairs:?}");
    for pair in pairs {
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

/// Asserts that the reason for a departure is a line of limited length without control characters.
///
/// # Panics
///
/// If the law does not hold.
pub fn judge_reasons_are_printable(case: &JudgeCase) {
    if let Judgment::Departs { why } = judge(&case.steps, &case.observation, case.answering) {
        assert!(!why.is_empty(), "a departure without a reason");
        assert!(
            !why.chars().any(char::is_control),
            "control characters: {why:?}"
        );
        assert!(why.len() < 4_096, "the reason has {} bytes", why.len());
    }
}

/// Asserts that late reports are taken from the front, in order: all that the earlier case expects,
/// up to the first one that it does not expect or that the current case expects. If the earlier
/// case got a report that it expects, no report is taken.
///
/// # Panics
///
/// If the law does not hold.
pub fn late_reports_are_taken_in_order(before: &JudgeCase, case: &JudgeCase) {
    let is_expected = |steps: &[Step], report: &Report| match report.line().as_deref() {
        Some(line @ Line::Event(_)) => steps.iter().any(|step| is_event_of(step, line)),
        _ => false,
    };
    let reports = &case.observation.reports;
    let mut late_count = 0;
    while let Some(report) = reports.get(late_count) {
        if !is_expected(&before.steps, report) || is_expected(&case.steps[..1], report) {
            break;
        }
        late_count += 1;
    }
    let got = &before.observation.reports;
    let is_event = |report: &&Report| matches!(report.line().as_deref(), Some(Line::Event(_)));
    if got.iter().any(|report| is_expected(&before.steps, report))
        || got.iter().filter(is_event).count() >= before.steps.len()
    {
        late_count = 0;
    }
    let mut observation = case.observation.clone();
    let predecessor = Predecessor {
        steps: &before.steps,
        observation: &before.observation,
    };
    let late = take_late(predecessor, &case.steps, &mut observation);
    assert_eq!(
        late,
        reports[..late_count],
        "taken (left), and expected (right)"
    );
    assert_eq!(observation.reports, reports[late_count..], "what is left");
}

/// Returns whether a line is an event that a step expects.
fn is_event_of(step: &Step, line: &Line) -> bool {
    let alternatives = step.expect.alternatives().iter();
    let mut events = alternatives.filter(|one| matches!(one, Expectation::Event(_)));
    events.any(|one| is_right(one, Some(line)))
}

/// Returns whether a pairing is right, by brute force. With `readings`, the pairing must have these
/// readings. A line that is `None` is a report about no datagram.
fn has_pairing(
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
        && has_pairing(steps, lines, answering, readings)
    {
        return true;
    }
    match lines.split_first() {
        Some((Some(line), lines)) => {
            takes(Some(line)) && has_pairing(steps, lines, answering, readings)
        }
        _ => false,
    }
}

/// Returns whether a line, or a missing line, fits one alternative, by SPEC.md.
fn is_right(expectation: &Expectation, line: Option<&Line>) -> bool {
    match (expectation, line) {
        (Expectation::Event(expected), Some(Line::Event(event))) => event == expected,
        (Expectation::Reject, None | Some(Line::Rejection(_))) => true,
        (Expectation::Survive, Some(Line::Start(_) | Line::MalformedStart(_))) => false,
        (Expectation::Survive, _) => true,
        _ => false,
    }
}
