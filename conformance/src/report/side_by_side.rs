use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::diff::{Piece, Unit, compared, hex_units, marked, plain, quoted, units, words};
use crate::contract::Line;
use crate::escape::cut;
use crate::evidence::{Evidence, Observed, expectation_in_words};
use crate::judge::{Alignment, Answering, nearest};
use crate::vectors::Expectation;

/// The expectation for a datagram and the report about it, side by side.
#[derive(Debug, Serialize)]
pub(super) struct DatagramComparison {
    /// The datagram; `None` for a report without a datagram.
    pub(super) sent: Option<SentDatagram>,
    pub(super) rows: Vec<ComparisonRow>,
    /// Whether the report is the expected one.
    pub(super) is_right: bool,
    /// The other right readings.
    pub(super) alternatives: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct SentDatagram {
    /// The number of the datagram in the vector, from 1.
    pub(super) number: usize,
    pub(super) length: usize,
    /// The text, line by line.
    pub(super) lines: Vec<Vec<Piece>>,
    pub(super) dump: String,
}

/// A line of the expectation, and the corresponding line of the report.
#[derive(Debug, Default, Serialize)]
pub(super) struct ComparisonRow {
    pub(super) expected: Option<Vec<Piece>>,
    pub(super) observed: Option<Vec<Piece>>,
    pub(super) differs: bool,
    /// Whether both lines are equal.
    pub(super) is_same: bool,
    /// The bytes of both sides in hex, if they differ and are short.
    pub(super) hex: Option<[Vec<Piece>; 2]>,
    /// How many lines are left out at this place.
    pub(super) left_out: usize,
}

/// How much of a datagram is shown: bytes of its text, and bytes of the dump.
const MAX_SHOWN: usize = 1_500;
const MAX_DUMPED: usize = 1_024;
/// The greatest number of consecutive equal lines, of which more are shortened, and of lines of a
/// comparison.
const MAX_SAME: usize = 6;
const MAX_ROWS: usize = 60;
/// The longest value that is shown in hex.
const MAX_HEX: usize = 48;

impl DatagramComparison {
    /// Returns a comparison of texts that describe what was expected and what was observed.
    pub(super) fn of_words(expected: &str, observed: &str) -> Self {
        Self {
            sent: None,
            rows: plain_rows(&[words(expected)], &[words(observed)], false),
            is_right: false,
            alternatives: Vec::new(),
        }
    }
}

/// Returns the datagrams and reports of a result, in the pairs of the judge.
pub(super) fn comparisons(evidence: &Evidence, answering: Answering) -> Vec<DatagramComparison> {
    let expected: Vec<_> = evidence.expected.iter().collect();
    let reports = evidence.reports();
    let alignment = Alignment::new(&expected, &reports, answering);
    let comparisons = alignment.pairs().iter().map(|pair| {
        let expected = pair.datagram.map(|datagram| expected[datagram]);
        let observed = pair.report.map(|report| &evidence.observed[report]);
        let line = observed.and_then(Observed::line);
        let is_right = pair.reading.is_some();
        let shown = pair.reading.or_else(|| nearest(expected?, line.as_ref()));
        let alternatives = expected.map_or(&[][..], Expectation::alternatives);
        let nearest = shown.map(|index| &alternatives[index]);
        let others = alternatives
            .iter()
            .enumerate()
            .filter(|(index, _)| Some(*index) != shown);
        let rows = match (nearest, &line) {
            (Some(Expectation::Event(expected)), Some(Line::Event(event))) => {
                event_rows(expected, event)
            }
            _ => plain_rows(
                &expected_side(nearest),
                &observed_side(observed, line.as_ref()),
                is_right,
            ),
        };
        DatagramComparison {
            sent: pair
                .datagram
                .map(|index| sent(index, &evidence.sent[index])),
            rows: shortened(rows),
            is_right,
            alternatives: others
                .map(|(_, other)| cut(&expectation_in_words(other), 300))
                .collect(),
        }
    });
    comparisons.collect()
}

fn expected_side(expected: Option<&Expectation>) -> Vec<Vec<Unit>> {
    match expected {
        Some(Expectation::Event(event)) => event_lines(event),
        Some(other) => vec![words(&expectation_in_words(other))],
        None => vec![words("nothing more")],
    }
}

fn observed_side(observed: Option<&Observed>, line: Option<&Line>) -> Vec<Vec<Unit>> {
    match (observed, line) {
        (None, _) => vec![words("nothing reported")],
        (Some(_), Some(Line::Event(event))) => event_lines(event),
        (Some(_), Some(Line::Rejection(why))) => {
            let mut line = words("rejected: ");
            line.extend(units(why.as_bytes()));
            vec![line]
        }
        (Some(observed), _) => vec![words(&observed.text())],
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

/// Returns the rows of two sides whose lines do not correspond to each other.
fn plain_rows(left: &[Vec<Unit>], right: &[Vec<Unit>], is_right: bool) -> Vec<ComparisonRow> {
    let show = |lines: &[Vec<Unit>], index: usize| {
        let line = lines.get(index)?;
        Some(if is_right { plain(line) } else { marked(line) })
    };
    let rows = (0..left.len().max(right.len())).map(|index| ComparisonRow {
        expected: show(left, index),
        observed: show(right, index),
        differs: !is_right,
        ..ComparisonRow::default()
    });
    rows.collect()
}

fn event_rows(expected: &EventBuf, came: &EventBuf) -> Vec<ComparisonRow> {
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
        rows.extend(old.skip(both).map(|index| ComparisonRow {
            expected: lone(&left[index]),
            differs: true,
            ..ComparisonRow::default()
        }));
        rows.extend(new.skip(both).map(|index| ComparisonRow {
            observed: lone(&right[index]),
            differs: true,
            ..ComparisonRow::default()
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

fn row(lines: (&[Unit], &[Unit]), bytes: Option<(&[u8], &[u8])>, differs: bool) -> ComparisonRow {
    let [expected, observed] = compared(lines.0, lines.1);
    let hex = bytes
        .filter(|(left, right)| differs && left != right && left.len().max(right.len()) <= MAX_HEX);
    ComparisonRow {
        expected: Some(expected),
        observed: Some(observed),
        differs,
        is_same: !differs,
        hex: hex.map(|(left, right)| compared(&hex_units(left), &hex_units(right))),
        left_out: 0,
    }
}

/// Leaves out the middle of long runs of equal lines, and the rest of a very long comparison.
fn shortened(rows: Vec<ComparisonRow>) -> Vec<ComparisonRow> {
    let mut kept = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while let Some(row) = rows.next() {
        if kept.len() == MAX_ROWS {
            kept.push(ComparisonRow {
                left_out: 1 + rows.count(),
                differs: true,
                ..ComparisonRow::default()
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
            run.push(ComparisonRow {
                left_out,
                ..ComparisonRow::default()
            });
            run.extend(tail);
        }
        kept.extend(run);
    }
    kept
}

fn sent(index: usize, datagram: &[u8]) -> SentDatagram {
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
    // Limits the number of lines, too, because a datagram may have thousands of short lines.
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
    SentDatagram {
        number: index + 1,
        length: datagram.len(),
        lines,
        dump: dump(datagram),
    }
}

/// Returns a dump of bytes in the format of hex editors.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::event_line;
    use crate::judge::{Judgment, judge};
    use crate::observation::{Arrival, Observation, Report, ReportContent};
    use crate::vectors::{Corpus, Step};

    fn event(name: &str) -> Expectation {
        Expectation::Event(EventBuf::new(name, []))
    }

    /// Returns the judge's sentence, and the pairs of the page: the number of the datagram, the
    /// observed text, and whether it is right.
    fn judged_and_shown(
        expected: &[Expectation],
        observed: &[&str],
        answering: Answering,
    ) -> (String, Vec<(Option<usize>, String, bool)>) {
        let mut vector = Corpus::embedded().expect("it is whole").vectors.remove(0);
        let steps = expected.iter().map(|expect| Step {
            datagram: Vec::new(),
            expect: expect.clone(),
        });
        vector.steps = steps.collect();
        let mut observation = Observation::default();
        observation.reports.extend(observed.iter().map(|line| {
            let raw = match line.strip_prefix("E_") {
                Some(_) => event_line(&EventBuf::new(*line, [])),
                None => line.as_bytes().to_vec(),
            };
            Report {
                raw,
                content: ReportContent::Unparsed,
                arrival: Arrival::InTime,
            }
        }));
        let Judgment::Departs { why } = judge(&vector.steps, &observation, answering) else {
            panic!("it conforms");
        };
        let evidence = Evidence::of(&vector, &why, &observation, &[], String::new());
        let text = |pieces: &Vec<Piece>| pieces.iter().map(|piece| &piece.text[..]).collect();
        let pairs = comparisons(&evidence, answering).into_iter().map(|it| {
            let observed: String = it.rows[0].observed.as_ref().map(text).unwrap_or_default();
            (it.sent.map(|sent| sent.number), observed, it.is_right)
        });
        (why, pairs.collect())
    }

    #[track_caller]
    fn shows(
        expected: &[Expectation],
        observed: &[&str],
        why: &str,
        pairs: &[(Option<usize>, &str, bool)],
    ) {
        let (found, shown) = judged_and_shown(expected, observed, Answering::MayBeSilent);
        assert!(found.starts_with(why), "{found}");
        let shown: Vec<_> = shown
            .iter()
            .map(|(number, text, is_right)| (*number, &text[..], *is_right))
            .collect();
        assert_eq!(shown, pairs);
    }

    #[test]
    fn the_datagram_of_the_sentence_is_beside_the_report_of_the_sentence() {
        shows(
            &[event("E_A"), event("E_B")],
            &["E_A", "E_X", "E_B"],
            "datagram 1 of 2: 2 events came for one datagram (T19)",
            &[
                (Some(1), "E_A", true),
                (None, "E_X", false),
                (Some(2), "E_B", true),
            ],
        );
        shows(
            &[Expectation::Survive, event("E_A")],
            &["{", "E_B"],
            r#"datagram 2 of 2: expected the event name "E_A", found "E_B""#,
            &[(Some(1), "{", true), (Some(2), "E_B", false)],
        );
        shows(
            &[event("E_A"), Expectation::Reject],
            &["E_A", "E_X"],
            "datagram 2 of 2: expected a rejection, found an event",
            &[(Some(1), "E_A", true), (Some(2), "E_X", false)],
        );
    }

    #[test]
    fn swallowed_and_doubled_reports_leave_the_others_in_place() {
        shows(
            &[event("E_A"), event("E_B"), event("E_C")],
            &["E_A", "E_C"],
            "datagram 2 of 3: expected an event, found no report, which means a rejection",
            &[
                (Some(1), "E_A", true),
                (Some(2), "nothing reported", false),
                (Some(3), "E_C", true),
            ],
        );
        shows(
            &[event("E_A"), event("E_B")],
            &["E_A", "E_A", "E_B"],
            "datagram 1 of 2: 2 events came for one datagram, all the same (T19)",
            &[
                (Some(1), "E_A", true),
                (None, "E_A", false),
                (Some(2), "E_B", true),
            ],
        );
    }

    #[test]
    fn a_parser_that_is_silent_did_not_reject() {
        let expected = [Expectation::Reject, event("E_A")];
        let (why, shown) = judged_and_shown(&expected, &[], Answering::Always);
        assert_eq!(why, "datagram 1 of 2: expected an answer, found none");
        let nothing = |number| (Some(number), "nothing reported".to_string(), false);
        assert_eq!(shown, [nothing(1), nothing(2)]);
    }

    #[test]
    fn a_reason_that_not_every_reader_takes_for_json_is_a_rejection() {
        let odd = r#"{"error":"unexpected \ud83d"}"#;
        let expected = [Expectation::Reject, event("E_A")];
        let (_, shown) = judged_and_shown(&expected, &[odd], Answering::Always);
        assert_eq!(shown[0], (Some(1), odd.replace('\\', r"\\"), true));
    }
}
