use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// One character as the report shows it, or one byte that is not part of a character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Unit {
    text: String,
    /// Whether the text is an escape of an invisible character or byte.
    is_escape: bool,
}

/// A run of text with one style.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    pub(super) text: String,
    /// The CSS classes: `same`, `differs` or `left-out`, with ` escape` behind it for escapes.
    pub(super) class: &'static str,
}

/// The most units that are compared one by one. For longer texts, only the equal starts and ends
/// are found, which is fast.
const MAX_COMPARED: usize = 2_000;
/// If fewer equal characters than this stand between two differences, they are marked as different,
/// too.
const MIN_SAME: usize = 3;
/// The characters that are shown at each end of a long equal run.
const CONTEXT: usize = 40;
const MAX_DIFFERENT: usize = 400;

/// Splits bytes into units, as [`escaped`](crate::escape::escaped) writes it.
pub(super) fn units(bytes: &[u8]) -> Vec<Unit> {
    let mut units = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            let text = match character {
                '"' | '\'' => character.to_string(),
                _ => character.escape_debug().to_string(),
            };
            let is_escape = text.len() != character.len_utf8();
            units.push(Unit { text, is_escape });
        }
        units.extend(chunk.invalid().iter().map(|byte| Unit {
            text: format!("\\x{byte:02x}"),
            is_escape: true,
        }));
    }
    units
}

/// Splits bytes into units in quotes; quotes in the bytes are escaped.
pub(super) fn quoted(bytes: &[u8]) -> Vec<Unit> {
    let mut all = words("\"");
    all.extend(
        units(bytes)
            .into_iter()
            .map(|unit| match unit.text.as_str() {
                "\"" => Unit {
                    text: "\\\"".into(),
                    is_escape: true,
                },
                _ => unit,
            }),
    );
    all.extend(words("\""));
    all
}

/// Splits a text into units without escapes.
pub(super) fn words(text: &str) -> Vec<Unit> {
    let each = text.chars().map(|character| Unit {
        text: character.into(),
        is_escape: false,
    });
    each.collect()
}

/// Splits bytes into units of hex digits.
pub(super) fn hex_units(bytes: &[u8]) -> Vec<Unit> {
    let each = bytes.iter().map(|byte| Unit {
        text: format!("{byte:02x} "),
        is_escape: false,
    });
    each.collect()
}

/// Returns the pieces of a text without marks.
pub(super) fn plain(units: &[Unit]) -> Vec<Piece> {
    pieces(units, &[false].repeat(units.len()))
}

/// Returns the pieces of a text that is marked as different.
pub(super) fn marked(units: &[Unit]) -> Vec<Piece> {
    pieces(units, &[true].repeat(units.len()))
}

/// Returns the pieces of two texts, with their differences marked.
pub(super) fn compared(left: &[Unit], right: &[Unit]) -> [Vec<Piece>; 2] {
    let same = |(left, right): &(&Unit, &Unit)| left == right;
    let start = left.iter().zip(right).take_while(same).count();
    let ends = left[start..].iter().rev().zip(right[start..].iter().rev());
    let end = ends.take_while(same).count();
    let (inner_left, inner_right) = (
        &left[start..left.len() - end],
        &right[start..right.len() - end],
    );
    let mut marks = [vec![false; left.len()], vec![false; right.len()]];
    for (marks, inner) in marks.iter_mut().zip([inner_left, inner_right]) {
        marks[start..start + inner.len()].fill(true);
    }
    if inner_left.len().max(inner_right.len()) <= MAX_COMPARED {
        for op in capture_diff_slices(Algorithm::Myers, inner_left, inner_right) {
            if let DiffOp::Equal {
                old_index,
                new_index,
                len,
            } = op
                && len >= MIN_SAME
            {
                // The edit script may end an equal run early, although equal characters follow.
                let (old, new) = (
                    &inner_left[old_index + len..],
                    &inner_right[new_index + len..],
                );
                let len = len + old.iter().zip(new).take_while(same).count();
                for (marks, index) in marks.iter_mut().zip([old_index, new_index]) {
                    marks[start + index..start + index + len].fill(false);
                }
            }
        }
    }
    [pieces(left, &marks[0]), pieces(right, &marks[1])]
}

/// Joins units of one style, and leaves out the middle of long runs.
fn pieces(units: &[Unit], marks: &[bool]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    while begin < units.len() {
        let differs = marks[begin];
        let length = marks[begin..]
            .iter()
            .take_while(|mark| **mark == differs)
            .count();
        let run = &units[begin..begin + length];
        let (head, tail) = match (differs, length) {
            (false, length) if length > 4 * CONTEXT => (2 * CONTEXT, CONTEXT),
            (true, length) if length > MAX_DIFFERENT + CONTEXT => (MAX_DIFFERENT, 0),
            _ => (length, 0),
        };
        join(&mut pieces, &run[..head], differs);
        if head + tail < length {
            let left_out = length - head - tail;
            pieces.push(Piece {
                text: format!("…{left_out} more…"),
                class: "left-out",
            });
            join(&mut pieces, &run[length - tail..], differs);
        }
        begin += length;
    }
    pieces
}

fn join(pieces: &mut Vec<Piece>, run: &[Unit], differs: bool) {
    for unit in run {
        let class = match (differs, unit.is_escape) {
            (false, false) => "same",
            (false, true) => "same escape",
            (true, false) => "differs",
            (true, true) => "differs escape",
        };
        match pieces.last_mut() {
            Some(last) if last.class == class => last.text.push_str(&unit.text),
            _ => pieces.push(Piece {
                text: unit.text.clone(),
                class,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked_parts(left: &str, right: &str) -> [String; 2] {
        compared(&units(left.as_bytes()), &units(right.as_bytes())).map(|pieces| {
            let show = |piece: Piece| match piece.class {
                "differs" | "differs escape" => format!("[{}]", piece.text),
                _ => piece.text,
            };
            let shown: String = pieces.into_iter().map(show).collect();
            // Each escaped character is a separate piece.
            shown.replace("][", "")
        })
    }

    #[test]
    fn what_differs_is_marked_and_nothing_else() {
        for (left, right, marks) in [
            ("same", "same", ["same", "same"]),
            ("", "a", ["", "[a]"]),
            ("5", " 5", ["5", "[ ]5"]),
            ("key=b::c", "key::b=c", ["key[=b::]c", "key[::b=]c"]),
            (
                "192.168.2.11",
                "193.168.2.12",
                ["19[2].168.2.1[1]", "19[3].168.2.1[2]"],
            ),
            ("a\nb", "a b", ["a[\\n]b", "a[ ]b"]),
            ("e\u{301}", "\u{e9}", ["[e\\u{301}]", "[\u{e9}]"]),
        ] {
            assert_eq!(marked_parts(left, right), marks, "{left} {right}");
        }
    }

    #[test]
    fn long_runs_are_shortened() {
        let long = "a".repeat(1000);
        let [left, right] = marked_parts(&long, &format!("{long}b"));
        assert_eq!(
            left,
            format!("{}…880 more…{}", "a".repeat(80), "a".repeat(40))
        );
        assert!(right.ends_with("a[b]"), "{right}");
    }

    #[test]
    fn units_show_bytes_as_escaped_does() {
        let bytes = b"\0\n\"'\\ \xc3\xa9 \xff\x1b\xe2\x80\xae";
        let shown: String = plain(&units(bytes))
            .into_iter()
            .map(|piece| piece.text)
            .collect();
        assert_eq!(shown, crate::escape::escaped(bytes));
    }
}
