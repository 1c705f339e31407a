use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::diff::{Piece, Unit, compared, hex_units, marked, plain, quoted, units, words};
use crate::contract::Line;
use crate::escape::cut;
use crate::evidence::{Evidence, Observed, expectation_in_words};
use crate::vectors::Expectation;

/// A datagram, with what was expected of it and what was reported for it, side by side.
#[derive(Debug, Serialize)]
pub(super) struct Exchange {
    /// What was sent; `None` where something was reported for which nothing was sent.
    pub(super) sent: Option<Sent>,
    pub(super) rows: Vec<Row>,
    /// Whether what was reported is what was expected.
    pub(super) is_right: bool,
    /// What would have been right as well.
    pub(super) alternatives: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Sent {
    pub(super) length: usize,
    /// The text, line by line.
    pub(super) lines: Vec<Vec<Piece>>,
    pub(super) dump: String,
}

/// A line of what was expected beside the line of what was reported that corresponds to it.
#[derive(Debug, Default, Serialize)]
pub(super) struct Row {
    pub(super) expected: Option<Vec<Piece>>,
    pub(super) observed: Option<Vec<Piece>>,
    pub(super) differs: bool,
    /// Whether both sides are the very same line.
    pub(super) is_same: bool,
    /// The bytes of both, where they differ and are not many.
    pub(super) hex: Option<[Vec<Piece>; 2]>,
    /// So many lines that are the same on both sides are left out here.
    pub(super) left_out: usize,
}

/// What is shown of a datagram: characters, and bytes of the dump.
const MAX_SHOWN: usize = 1_500;
const MAX_DUMPED: usize = 1_024;
/// More equal lines than that are left out but for the first ones; more lines that differ are counted.
const MAX_SAME: usize = 6;
const MAX_ROWS: usize = 60;
/// Longer values are not shown in hex.
const MAX_HEX: usize = 48;

/// Puts side by side what was expected and what was reported.
pub(super) fn exchanges(evidence: &Evidence) -> Vec<Exchange> {
    let lines: Vec<_> = evidence.observed.iter().map(Observed::line).collect();
    let mut exchanges = Vec::new();
    for (step, report) in paired(&evidence.expected, &lines) {
        let observed = report.map(|report| (&evidence.observed[report], lines[report].as_ref()));
        let sent = step.map(|step| sent(&evidence.sent[step]));
        let expected = step.map(|step| &evidence.expected[step]);
        let is_right = match (expected, observed) {
            (Some(expected), Some((_, Some(line)))) => takes(expected, line),
            (Some(expected), None) => takes_silence(expected),
            _ => false,
        };
        let (nearest, alternatives) = nearest(expected, observed.and_then(|(_, line)| line));
        let left = expected_side(nearest);
        let right = observed_side(observed);
        let both = match (nearest, observed) {
            (Some(Expectation::Event(event)), Some((_, Some(Line::Event(came))))) => {
                Some((event, came))
            }
            _ => None,
        };
        let rows = match both {
            Some((expected, came)) => event_rows(expected, came),
            None => plain_rows(&left, &right, is_right),
        };
        exchanges.push(Exchange {
            sent,
            rows: shortened(rows),
            is_right,
            alternatives,
        });
    }
    exchanges
}

/// Pairs datagrams with reports, both in order, so that as much as can be is as expected.
fn paired(expected: &[Expectation], lines: &[Option<Line>]) -> Vec<(Option<usize>, Option<usize>)> {
    const OFF: usize = 2;
    const WRONG: usize = 3;
    let (steps, reports) = (expected.len(), lines.len().min(1_000));
    // The least cost of pairing what comes from here on.
    let mut costs = vec![vec![0; reports + 1]; steps + 1];
    let alone = |step: usize| {
        if takes_silence(&expected[step]) {
            0
        } else {
            OFF
        }
    };
    let together = |step: usize, report: usize| match &lines[report] {
        Some(line) if takes(&expected[step], line) => 0,
        _ => WRONG,
    };
    for step in (0..=steps).rev() {
        for report in (0..=reports).rev() {
            let skip_step = (step < steps).then(|| alone(step) + costs[step + 1][report]);
            let skip_report = (report < reports).then(|| OFF + costs[step][report + 1]);
            let both = (step < steps && report < reports)
                .then(|| together(step, report) + costs[step + 1][report + 1]);
            let least = [both, skip_step, skip_report].into_iter().flatten().min();
            costs[step][report] = least.unwrap_or_default();
        }
    }
    let (mut step, mut report) = (0, 0);
    let mut pairs = Vec::new();
    while step < steps || report < reports {
        let cost = costs[step][report];
        if step < steps
            && report < reports
            && cost == together(step, report) + costs[step + 1][report + 1]
        {
            pairs.push((Some(step), Some(report)));
            (step, report) = (step + 1, report + 1);
        } else if step < steps && cost == alone(step) + costs[step + 1][report] {
            pairs.push((Some(step), None));
            step += 1;
        } else {
            pairs.push((None, Some(report)));
            report += 1;
        }
    }
    pairs
}

fn takes_silence(expectation: &Expectation) -> bool {
    let silent = |one: &Expectation| matches!(one, Expectation::Reject | Expectation::Survive);
    expectation.alternatives().iter().any(silent)
}

fn takes(expectation: &Expectation, line: &Line) -> bool {
    expectation
        .alternatives()
        .iter()
        .any(|one| match (one, line) {
            (Expectation::Event(expected), Line::Event(event)) => expected == event,
            (Expectation::Reject, Line::Rejection(_)) => true,
            (Expectation::Survive, Line::Event(_) | Line::Rejection(_) | Line::Malformed(_)) => {
                true
            }
            _ => false,
        })
}

/// Gives the expectation that comes closest to what was reported, and the others in words.
fn nearest<'e>(
    expected: Option<&'e Expectation>,
    line: Option<&Line>,
) -> (Option<&'e Expectation>, Vec<String>) {
    let Some(expected) = expected else {
        return (None, Vec::new());
    };
    let several = expected.alternatives();
    let closeness = |one: &Expectation| match (one, line) {
        (Expectation::Event(expected), Some(Line::Event(event))) => 1 + agreement(expected, event),
        (Expectation::Reject, Some(Line::Rejection(_)) | None) => 1,
        _ => 0,
    };
    // The first of those that are equally close.
    let nearest = (0..several.len())
        .rev()
        .max_by_key(|index| closeness(&several[*index]));
    let others = (0..several.len()).filter(|index| Some(*index) != nearest);
    let others = others
        .map(|index| cut(&expectation_in_words(&several[index]), 300))
        .collect();
    (nearest.map(|index| &several[index]), others)
}

/// Counts how much of an event is as expected.
fn agreement(expected: &EventBuf, event: &EventBuf) -> usize {
    let pairs = expected.params.iter().zip(&event.params);
    let same = pairs.filter(|(expected, param)| expected == param).count();
    let same_count = usize::from(expected.params.len() == event.params.len());
    usize::from(expected == event) * 1_000_000
        + usize::from(expected.name == event.name)
        + same
        + same_count
}

fn expected_side(expected: Option<&Expectation>) -> Vec<Vec<Unit>> {
    match expected {
        Some(Expectation::Event(event)) => event_lines(event),
        Some(other) => vec![words(&expectation_in_words(other))],
        None => vec![words("nothing more")],
    }
}

fn observed_side(observed: Option<(&Observed, Option<&Line>)>) -> Vec<Vec<Unit>> {
    match observed {
        None => vec![words("nothing reported")],
        Some((_, Some(Line::Event(event)))) => event_lines(event),
        Some((_, Some(Line::Rejection(why)))) => {
            let mut line = words("rejected: ");
            line.extend(units(why.as_bytes()));
            vec![line]
        }
        Some((observed, _)) => vec![words(&observed.text())],
    }
}

fn event_lines(event: &EventBuf) -> Vec<Vec<Unit>> {
    let params = event.params.iter().map(param_line);
    std::iter::once(units(&event.name)).chain(params).collect()
}

fn param_line(param: &ParamBuf) -> Vec<Unit> {
    let mut line = Vec::new();
    if let Some(name) = &param.name {
        line.extend(units(name));
        line.extend(words(" = "));
    }
    line.extend(match &param.value {
        ValueBuf::Bytes(bytes) => quoted(bytes),
        ValueBuf::Integer(integer) => words(&integer.to_string()),
        _ => words("null"),
    });
    line
}

/// Two sides that do not correspond line by line.
fn plain_rows(left: &[Vec<Unit>], right: &[Vec<Unit>], is_right: bool) -> Vec<Row> {
    let show = |lines: &[Vec<Unit>], index: usize| {
        let line = lines.get(index)?;
        Some(if is_right { plain(line) } else { marked(line) })
    };
    let rows = (0..left.len().max(right.len())).map(|index| Row {
        expected: show(left, index),
        observed: show(right, index),
        differs: !is_right,
        ..Row::default()
    });
    rows.collect()
}

fn event_rows(expected: &EventBuf, came: &EventBuf) -> Vec<Row> {
    let mut rows = vec![row(
        (&units(&expected.name), &units(&came.name)),
        (expected.name != came.name).then_some((&expected.name[..], &came.name[..])),
        expected.name != came.name,
    )];
    let (left, right): (Vec<_>, Vec<_>) = (
        expected.params.iter().map(param_line).collect(),
        came.params.iter().map(param_line).collect(),
    );
    let lone = |line: &Vec<Unit>| Some(marked(line));
    for op in capture_diff_slices(Algorithm::Myers, &left, &right) {
        let (old, new) = (op.old_range(), op.new_range());
        let both = old.len().min(new.len());
        let is_same = matches!(op, DiffOp::Equal { .. });
        for (old, new) in old.clone().zip(new.clone()) {
            let bytes = value_bytes(&expected.params[old]).zip(value_bytes(&came.params[new]));
            rows.push(row((&left[old], &right[new]), bytes, !is_same));
        }
        rows.extend(old.skip(both).map(|index| Row {
            expected: lone(&left[index]),
            differs: true,
            ..Row::default()
        }));
        rows.extend(new.skip(both).map(|index| Row {
            observed: lone(&right[index]),
            differs: true,
            ..Row::default()
        }));
    }
    rows
}

fn value_bytes(param: &ParamBuf) -> Option<&[u8]> {
    match &param.value {
        ValueBuf::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

fn row(lines: (&[Unit], &[Unit]), bytes: Option<(&[u8], &[u8])>, differs: bool) -> Row {
    let [expected, observed] = compared(lines.0, lines.1);
    let hex = bytes
        .filter(|(left, right)| differs && left != right && left.len().max(right.len()) <= MAX_HEX);
    Row {
        expected: Some(expected),
        observed: Some(observed),
        differs,
        is_same: !differs,
        hex: hex.map(|(left, right)| compared(&hex_units(left), &hex_units(right))),
        left_out: 0,
    }
}

/// Leaves out the middle of long runs of lines that are the same, and what nobody reads to its end.
fn shortened(rows: Vec<Row>) -> Vec<Row> {
    let mut kept = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while let Some(row) = rows.next() {
        if kept.len() == MAX_ROWS {
            kept.push(Row {
                left_out: 1 + rows.count(),
                differs: true,
                ..Row::default()
            });
            break;
        }
        let mut run = vec![row];
        while !run[0].differs && rows.peek().is_some_and(|next| !next.differs) {
            run.extend(rows.next());
        }
        let left_out = run.len().saturating_sub(MAX_SAME);
        if left_out > 1 {
            let tail = run.split_off(run.len() - 2);
            run.truncate(MAX_SAME - 2);
            run.push(Row {
                left_out,
                ..Row::default()
            });
            run.extend(tail);
        }
        kept.extend(run);
    }
    kept
}

fn sent(datagram: &[u8]) -> Sent {
    let (head, tail) = if datagram.len() > MAX_SHOWN {
        (
            &datagram[..MAX_SHOWN - 300],
            &datagram[datagram.len() - 300..],
        )
    } else {
        (datagram, &[][..])
    };
    let mut lines = Vec::new();
    for part in head.split_inclusive(|byte| *byte == b'\n') {
        lines.push(plain(&units(part)));
    }
    if !tail.is_empty() {
        let left_out = datagram.len() - head.len() - tail.len();
        let text = format!("…{left_out} more bytes…");
        lines.push(vec![Piece {
            text,
            class: "left-out",
        }]);
        lines.extend(
            tail.split_inclusive(|byte| *byte == b'\n')
                .map(|part| plain(&units(part))),
        );
    }
    // Thousands of short lines are as bad as one long one.
    if lines.len() > MAX_ROWS {
        let left_out = lines.len() - MAX_ROWS;
        let text = format!("…{left_out} more lines…");
        lines.splice(
            MAX_ROWS - 4..lines.len() - 4,
            [vec![Piece {
                text,
                class: "left-out",
            }]],
        );
    }
    Sent {
        length: datagram.len(),
        lines,
        dump: dump(datagram),
    }
}

/// Prints bytes as hex editors do.
fn dump(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(MAX_DUMPED)];
    let mut text = String::new();
    for (index, row) in shown.chunks(16).enumerate() {
        let digits: String = row.iter().map(|byte| format!("{byte:02x} ")).collect();
        let letters = row.iter().map(|byte| match byte {
            0x20..=0x7e => char::from(*byte),
            _ => '.',
        });
        let letters: String = letters.collect();
        text.push_str(&format!("{:04x}  {digits:<48} {letters}\n", index * 16));
    }
    if shown.len() < bytes.len() {
        text.push_str(&format!("… {} more bytes\n", bytes.len() - shown.len()));
    }
    text
}
