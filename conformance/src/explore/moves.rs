//! Finds the shorter datagrams in which a part has moved elsewhere.

use std::ops::Range;

use super::parts::replaced;

/// Returns the shorter datagrams that come of a move: a part is copied to another place, and the
/// member or element of JSON that held it is deleted.
///
/// The part is the content of a string, which replaces the content of another string, or a byte
/// between tokens, which goes behind another token. Both also go to the end or the beginning of the
/// datagram. Bytes that are not ASCII go there too, and any member or element is deleted. The
/// datagram need not be valid JSON.
pub(super) fn moves(datagram: &[u8]) -> Vec<Vec<u8>> {
    let mut moved = Vec::new();
    let layouts = [Quotes::Escaped, Quotes::Plain].map(|quotes| Layout::new(datagram, quotes));
    let count = if layouts[0] == layouts[1] { 1 } else { 2 };
    for layout in &layouts[..count] {
        layout.add_moves_of_runs(datagram, &mut moved);
        layout.add_moves(datagram, &mut moved);
    }
    moved
}

/// The most strings, and the most bytes between tokens, that are moved.
const MAX_SOURCES: usize = 12;
/// The most runs of bytes that are not ASCII, and the most members or elements that are deleted for
/// each of them.
const MAX_RUNS: usize = 4;
const MAX_DELETED: usize = 12;
/// The most nested members and elements that are deleted for a part, each by itself.
const MAX_NESTED: usize = 3;

/// Whether a backslash in front of a quote makes it a part of the string.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Escaped,
    Plain,
}

/// Where the parts of a datagram are.
#[derive(Debug, Default, PartialEq, Eq)]
struct Layout {
    /// The contents of strings.
    strings: Vec<Range<usize>>,
    /// The members of objects and the elements of lists, each with a comma if there is one.
    elements: Vec<Range<usize>>,
    /// Bytes outside of strings that are no part of a token.
    strays: Vec<Range<usize>>,
    /// The places behind the marks outside of strings.
    gaps: Vec<Range<usize>>,
}

impl Layout {
    fn new(datagram: &[u8], quotes: Quotes) -> Self {
        let mut layout = Self::default();
        let (mut starts, mut quote, mut is_escaped) = (Vec::new(), None, false);
        for (at, byte) in datagram.iter().enumerate() {
            if std::mem::take(&mut is_escaped) {
                continue;
            }
            if let Some(open) = quote {
                match byte {
                    b'"' => {
                        layout.strings.push(open..at);
                        quote = None;
                    }
                    b'\\' => is_escaped = quotes == Quotes::Escaped,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => quote = Some(at + 1),
                b'{' | b'[' => starts.push(at + 1),
                b',' => {
                    if let Some(start) = starts.last_mut() {
                        layout.elements.push(*start..at + 1);
                        *start = at + 1;
                    }
                }
                b'}' | b']' => {
                    let start = starts.pop();
                    layout.add_last_element(datagram, start, at);
                }
                b':' | b'+' | b'-' | b'.' => {}
                _ if byte.is_ascii_alphanumeric() => {}
                _ => layout.strays.push(at..at + 1),
            }
            if b"{[,:".contains(byte) {
                layout.gaps.push(at + 1..at + 1);
            }
        }
        while let Some(start) = starts.pop() {
            layout.add_last_element(datagram, Some(start), datagram.len());
        }
        layout
    }

    /// Adds the element in front of a closing bracket, with the comma before it.
    fn add_last_element(&mut self, datagram: &[u8], start: Option<usize>, end: usize) {
        let start = start.map(|start| start - usize::from(datagram[start - 1] == b','));
        self.elements.extend(start.map(|start| start..end));
    }

    fn add_moves(&self, datagram: &[u8], moved: &mut Vec<Vec<u8>>) {
        let ends = [datagram.len()..datagram.len(), 0..0];
        for (sources, targets) in [(&self.strings, &self.strings), (&self.strays, &self.gaps)] {
            let sources = sources.iter().filter(|source| !source.is_empty());
            for source in sources.take(MAX_SOURCES) {
                let part = &datagram[source.clone()];
                for element in self.around(source) {
                    let is_outside = |target: &&Range<usize>| {
                        target.end <= element.start || element.end <= target.start
                    };
                    let targets = ends.iter().chain(targets).filter(is_outside);
                    for target in targets {
                        let mut ranges = [(element.clone(), &b""[..]), (target.clone(), part)];
                        ranges.sort_unstable_by_key(|(range, _)| (range.start, range.end));
                        let datagram_moved = replaced(datagram, &ranges);
                        if datagram_moved.len() < datagram.len() {
                            moved.push(datagram_moved);
                        }
                    }
                }
            }
        }
    }

    /// Moves runs of bytes that are not ASCII to an end of the datagram.
    fn add_moves_of_runs(&self, datagram: &[u8], moved: &mut Vec<Vec<u8>>) {
        let runs = datagram.chunk_by(|one, other| one.is_ascii() == other.is_ascii());
        let mut end = 0;
        let runs = runs.map(|run| {
            end += run.len();
            end - run.len()..end
        });
        let runs = runs.filter(|run| !datagram[run.start].is_ascii());
        for run in runs.take(MAX_RUNS) {
            let part = &datagram[run.clone()];
            let is_outside =
                |element: &&Range<usize>| element.end <= run.start || run.end <= element.start;
            for element in self.elements.iter().filter(is_outside).take(MAX_DELETED) {
                let mut ranges = [(element.clone(), &b""[..]), (run.clone(), b"")];
                ranges.sort_unstable_by_key(|(range, _)| range.start);
                let rest = replaced(datagram, &ranges);
                if !element.is_empty() {
                    moved.push([&rest, part].concat());
                    moved.push([part, &rest].concat());
                }
            }
        }
    }

    /// Returns the elements around a part, the outermost first.
    fn around(&self, part: &Range<usize>) -> Vec<Range<usize>> {
        let elements = self.elements.iter();
        let around =
            elements.filter(|element| element.start <= part.start && part.end <= element.end);
        let mut around: Vec<_> = around.cloned().collect();
        around.sort_by_key(|element| std::cmp::Reverse(element.len()));
        around.truncate(MAX_NESTED);
        around
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_move(datagram: &[u8], moved: &[u8]) -> bool {
        moves(datagram).iter().any(|other| other == moved)
    }

    #[test]
    fn strings_move_into_other_strings() {
        let datagram = br#"{"method":"a","x":0,"params":[{"<":0},1]}"#;
        assert!(has_move(datagram, br#"{"method":"<","x":0}"#));
        assert!(has_move(datagram, br#"{"method":"<","x":0,"params":[1]}"#));
        assert!(has_move(
            datagram,
            br#"{"method":"<","x":0,"params":[{},1]}"#
        ));
        assert!(has_move(datagram, br#"{"method":"a","x":0}<"#));
        let datagram = br#"{"params":["<"],"method":"a"}"#;
        assert!(has_move(datagram, br#"{"method":"<"}"#));
    }

    #[test]
    fn bytes_between_tokens_move_behind_other_tokens() {
        let datagram = b"{\"method\":\"a\",\"x\":\x0bnull}";
        assert!(has_move(datagram, b"{\"method\":\x0b\"a\"}"));
        assert!(has_move(datagram, b"\x0b{\"method\":\"a\"}"));
    }

    #[test]
    fn bytes_that_are_not_ascii_move_to_the_ends() {
        let datagram = b"{\"method\":\"\xc3\",\"x\":0}";
        assert!(has_move(datagram, b"{\"method\":\"\"}\xc3"));
        assert!(has_move(datagram, b"\xc3{\"method\":\"\"}"));
    }

    #[test]
    fn strings_of_invalid_json_move() {
        let datagram = br#"{"method":"","x":["\"]}"#;
        assert!(has_move(datagram, br#"{"method":"\"}"#));
        let datagram = br#"{"method":"","x":["<""#;
        assert!(has_move(datagram, br#"{"method":"<""#));
    }

    #[test]
    fn moves_are_shorter() {
        for datagram in [
            &br#"{"jsonrpc":"2.0","method":"E","params":{"a":["b",{"c":"\"d"}]}}"#[..],
            br#"{"a":"aaaaaaaaaaaaaaaaaaaaaaaaa"}"#,
            b"]},{[\"\\",
            b"E\nb::\"c\"\n",
            b"",
        ] {
            let mut moved = moves(datagram).into_iter();
            assert!(moved.all(|moved| moved.len() < datagram.len()));
        }
    }
}
