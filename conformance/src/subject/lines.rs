use std::mem;

use memchr::memchr;

use crate::observation::MAX_LINE;

/// Splits a stream of bytes into lines, while the bytes arrive.
#[derive(Debug, Default)]
pub(super) struct Lines {
    buffer: Vec<u8>,
    /// The beginning of the next line.
    start: usize,
    /// The position up to which the search has found no line feed.
    searched: usize,
    /// Whether the next line is longer than [`MAX_LINE`] already, so that its rest is skipped.
    is_too_long: bool,
}

/// A line of a stream, without its line feed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Whole(Vec<u8>),
    /// A line of more than [`MAX_LINE`] bytes, of which only the first byte is kept.
    TooLong(u8),
}

impl Lines {
    /// Adds bytes of the stream.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 && self.start == self.buffer.len() {
            self.buffer.clear();
            (self.start, self.searched) = (0, 0);
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Removes and returns the next whole line.
    pub(super) fn next_line(&mut self) -> Option<Cut> {
        loop {
            let Some(at) = memchr(b'\n', &self.buffer[self.searched..]) else {
                self.searched = self.buffer.len();
                return self.cut_off_excess();
            };
            let end = self.searched + at;
            let line = &self.buffer[self.start..end];
            let cut = match line.first() {
                _ if mem::take(&mut self.is_too_long) => None,
                Some(first) if line.len() > MAX_LINE => Some(Cut::TooLong(*first)),
                _ => Some(Cut::Whole(line.to_vec())),
            };
            (self.start, self.searched) = (end + 1, end + 1);
            if cut.is_some() {
                return cut;
            }
        }
    }

    /// Removes and returns the text after the last line feed, at the end of the stream.
    pub(super) fn rest(&mut self) -> Option<Cut> {
        let rest = self.buffer.split_off(self.start);
        *self = Self {
            is_too_long: self.is_too_long,
            ..Self::default()
        };
        (!rest.is_empty() && !mem::take(&mut self.is_too_long)).then_some(Cut::Whole(rest))
    }

    /// Moves the unfinished line to the front of the buffer. Drops it if it is too long already,
    /// and returns that.
    fn cut_off_excess(&mut self) -> Option<Cut> {
        self.buffer.drain(..self.start);
        (self.start, self.searched) = (0, self.buffer.len());
        if self.buffer.len() <= MAX_LINE {
            return None;
        }
        let first = self.buffer[0];
        self.buffer = Vec::new();
        self.searched = 0;
        (!mem::replace(&mut self.is_too_long, true)).then_some(Cut::TooLong(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(pieces: &[&[u8]]) -> Vec<Cut> {
        let mut lines = Lines::default();
        let mut cuts = Vec::new();
        for piece in pieces {
            lines.push(piece);
            cuts.extend(std::iter::from_fn(|| lines.next_line()));
        }
        cuts.extend(lines.rest());
        cuts
    }

    fn whole(line: &[u8]) -> Cut {
        Cut::Whole(line.to_vec())
    }

    #[test]
    fn lines_are_the_same_however_they_come() {
        let text = b"{one}\n\nlog\r\n{cut";
        let expected = [whole(b"{one}"), whole(b""), whole(b"log\r"), whole(b"{cut")];
        assert_eq!(cut(&[text]), expected);
        for at in 0..text.len() {
            assert_eq!(cut(&[&text[..at], &text[at..]]), expected, "split at {at}");
        }
        let bytes: Vec<_> = text.chunks(1).collect();
        assert_eq!(cut(&bytes), expected);
    }

    #[test]
    fn long_lines_are_skipped_and_reported_once() {
        let mut text = vec![b'{'; 2 * MAX_LINE + 5];
        text.extend_from_slice(b"\n{next}\n");
        let expected = [Cut::TooLong(b'{'), whole(b"{next}")];
        assert_eq!(cut(&[&text]), expected);
        let pieces: Vec<_> = text.chunks(1 << 16).collect();
        assert_eq!(cut(&pieces), expected);
        let endless = vec![b'x'; MAX_LINE + 1];
        assert_eq!(cut(&[&endless, b"more"]), [Cut::TooLong(b'x')]);
        assert_eq!(cut(&[&vec![b'x'; MAX_LINE], b"\n"]).len(), 1);
    }
}
