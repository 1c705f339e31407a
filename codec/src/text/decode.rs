use core::iter::FusedIterator;

use memchr::{memchr, memchr2, memrchr_iter};

use super::error::{DecodeError, DecodeErrorKind};
use super::marks::{MarkedLine, Marks};
use crate::{Bytes, Event, Param, Value};

/// Decodes a datagram by the rulings T1 to T20.
///
/// Only the event's name can be malformed; any bytes after it have a meaning (T2 to T17).
/// Parameters are decoded lazily, and each byte is read a few times at most, so that hostile
/// datagrams take linear time, too. Of several admissible readings, the decoder takes the first
/// one: the text before the first `::` is a name (T6), and a value that is quoted on one line keeps
/// its quotes, because senders write them as part of the value (T9). The decoder accepts a last
/// line without its line feed (T17), and any length (T16).
///
/// A value that a sender has written cannot be read as several parameters, unless it ends in a
/// backslash: a line that starts with a quoted value is not searched for `::` (T4, T7, T10).
///
/// # Errors
///
/// Returns an error if the datagram is empty (T18), has no line feed, or has nothing before the
/// first one (T1).
///
/// # Examples
///
/// ```
/// use event_datagram::{Param, text};
///
/// let event = text::decode(b"E_TEST\ncontact::sip:alice@[2001:db8::1]:5060\n\nlast\n\n")?;
/// let params = [
///     Param::named("contact", "sip:alice@[2001:db8::1]:5060"),
///     Param::unnamed(""),
///     Param::unnamed("last"),
/// ];
/// assert!(event.params().eq(params));
///
/// let error = text::decode(b"E_TEST").unwrap_err();
/// assert_eq!(error.to_string(), "event name does not end with a line feed, at byte 6");
/// # Ok::<(), text::DecodeError>(())
/// ```
pub fn decode(datagram: &[u8]) -> Result<Decoded<'_>, DecodeError> {
    let mut marks = Marks::of(datagram, 0);
    let line = marks.line(0).map(|line| line.end);
    match line.or_else(|| memchr(b'\n', datagram)) {
        Some(0) => Err(DecodeError::new(DecodeErrorKind::EmptyName, 0)),
        Some(end) => {
            let at = end + 1;
            let marks = marks.skip_to(at);
            Ok(Decoded {
                name: &datagram[..end],
                params: Params {
                    datagram,
                    at,
                    marks,
                },
            })
        }
        None if datagram.is_empty() => Err(DecodeError::new(DecodeErrorKind::Empty, 0)),
        None => Err(DecodeError::new(
            DecodeErrorKind::EndlessName,
            datagram.len(),
        )),
    }
}

/// A decoded datagram of the text dialect: an event that borrows from it.
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    name: &'a [u8],
    params: Params<'a>,
}

impl<'a> Decoded<'a> {
    /// Returns the event's name, such as `E_PIKE_BLOCKED`. It is never empty and holds no line
    /// feed.
    pub const fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Returns the parameters in order, with duplicates (T14).
    #[inline]
    pub fn params(&self) -> Params<'a> {
        self.params.clone()
    }
}

impl Event for Decoded<'_> {
    fn name(&self) -> Bytes<'_> {
        Bytes::new(self.name)
    }

    fn params(&self) -> impl Iterator<Item = Param<'_>> + Clone {
        Self::params(self)
    }
}

/// The parameters of a [`Decoded`] datagram, in order.
#[derive(Clone, Debug)]
pub struct Params<'a> {
    pub(super) datagram: &'a [u8],
    /// Where the next line begins.
    pub(super) at: usize,
    /// The marks from that place on, as far as they are known.
    marks: Marks,
}

impl<'a> Params<'a> {
    /// Takes the next parameter. Returns `None` at the end of the datagram or at the empty line
    /// that ends it (T2).
    ///
    /// Always inlined: a call would keep the iterator in memory, which takes twice as long.
    #[inline(always)]
    pub(super) fn next_raw(&mut self) -> Option<RawParam<'a>> {
        let Self { datagram, at, .. } = *self;
        if at + 1 >= datagram.len() && matches!(datagram.get(at), None | Some(b'\n')) {
            return None;
        }
        let line = self.marks.line(at).or_else(|| {
            self.marks = Marks::of(datagram, at);
            self.marks.line(at)
        });
        let Some(MarkedLine { separator, end }) = line else {
            let (param, next) = long_line(datagram, at);
            self.skip_to(next);
            return Some(param);
        };
        let (name, value) = name_and_value(datagram, at, separator);
        if datagram[value] == b'"' || matches!(name, Some([b'"', ..])) {
            let (param, next) = maybe_quoted(datagram, at, MarkedLine { separator, end });
            self.skip_to(next);
            return Some(param);
        }
        self.at = end + 1;
        Some(RawParam {
            name,
            value: &datagram[value..end],
            quoting: Quoting::Bare,
        })
    }

    fn skip_to(&mut self, at: usize) {
        self.at = at;
        self.marks = self.marks.skip_to(at);
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Param<'a>> {
        self.next_raw().map(RawParam::into_param)
    }
}

impl FusedIterator for Params<'_> {}

/// A parameter with its bytes in the datagram.
pub(super) struct RawParam<'a> {
    pub(super) name: Option<&'a [u8]>,
    /// The value without its quotes.
    pub(super) value: &'a [u8],
    pub(super) quoting: Quoting,
}

impl<'a> RawParam<'a> {
    #[inline]
    pub(super) fn into_param(self) -> Param<'a> {
        Param {
            name: self.name.map(Bytes::new),
            value: Value::Bytes(match self.quoting {
                Quoting::QuotedWithEscapes => Bytes::quoted(self.value),
                Quoting::Bare | Quoting::Quoted => Bytes::new(self.value),
            }),
        }
    }
}

/// Whether a value is quoted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    /// The value is not quoted.
    Bare,
    /// The value is quoted and contains no `\"`.
    Quoted,
    /// The value is quoted and contains `\"`.
    QuotedWithEscapes,
}

/// Takes the parameter whose line starts at `at` and ends after the window of the marks. Also
/// returns where the next line starts.
#[inline(never)]
fn long_line(datagram: &[u8], at: usize) -> (RawParam<'_>, usize) {
    maybe_quoted(datagram, at, line(datagram, at))
}

/// Takes the parameter whose line starts at `at`. Also returns where the next line starts. Applies
/// the rulings in their order: whether the line starts with a quoted value (T7, T10), where its
/// name ends (T4), and whether the value after the name is quoted.
///
/// A function and not a method of the iterator: a method that is not inlined would keep the
/// iterator in memory instead of registers.
#[inline(never)]
fn maybe_quoted(datagram: &[u8], at: usize, line: MarkedLine) -> (RawParam<'_>, usize) {
    let quoted = |name, value| {
        let text = &datagram[value..];
        let (end, quoting) = closing_quote(text)?;
        let param = RawParam {
            name,
            value: &text[1..end],
            quoting,
        };
        Some((param, value + end + 2))
    };
    let (name, value) = name_and_value(datagram, at, line.separator);
    let bare = RawParam {
        name,
        value: &datagram[value..line.end],
        quoting: Quoting::Bare,
    };
    quoted(None, at)
        .or_else(|| quoted(name, value))
        .unwrap_or((bare, line.end + 1))
}

/// Returns the name with which the line at `at` starts, and where its value starts.
#[inline(always)]
fn name_and_value(datagram: &[u8], at: usize, separator: Option<usize>) -> (Option<&[u8]>, usize) {
    match separator {
        Some(end) => (Some(&datagram[at..end]), end + 2),
        None => (None, at),
    }
}

/// Finds the separator and the end of the line that starts at `from`, without the marks.
fn line(datagram: &[u8], from: usize) -> MarkedLine {
    let mut at = from;
    while let Some(found) = memchr2(b':', b'\n', &datagram[at..]) {
        let found = at + found;
        if datagram[found] == b'\n' {
            return MarkedLine {
                separator: None,
                end: found,
            };
        }
        at = found + 1;
        if datagram.get(at) == Some(&b':') {
            let separator = (found > from).then_some(found);
            let end = at + line_end(&datagram[at..]);
            return MarkedLine { separator, end };
        }
    }
    MarkedLine {
        separator: None,
        end: datagram.len(),
    }
}

/// Returns where the first line of `text` ends.
fn line_end(text: &[u8]) -> usize {
    memchr(b'\n', text).unwrap_or(text.len())
}

/// Returns where the quoted value at the start of `text` closes; `None` if there is no quoted
/// value.
///
/// The search looks at the quotes up to the first one without a backslash before it. Of these, the
/// last one that ends a line and has a line feed before it closes the value. If it has no backslash
/// before it, this is T7; otherwise the value ends in the backslash (T10).
///
/// The search never passes the opening quote of another value, which has `::` or a line feed before
/// it: all searches in a datagram take linear time together.
fn closing_quote(text: &[u8]) -> Option<(usize, Quoting)> {
    if text.first() != Some(&b'"') {
        return None;
    }
    let mut quoting = Quoting::Quoted;
    let mut from = 1;
    let unescaped = loop {
        let at = memchr(b'"', &text[from..]).map(|at| from + at);
        match at {
            Some(at) if text[at - 1] == b'\\' => {
                quoting = Quoting::QuotedWithEscapes;
                from = at + 1;
            }
            at => break at,
        }
    };
    let first_line_end = line_end(text);
    let closes =
        |at: &usize| *at > first_line_end && matches!(text.get(at + 1), None | Some(b'\n'));
    if let Some(at) = unescaped.filter(closes) {
        return Some((at, quoting));
    }
    let escaped = &text[..unescaped.unwrap_or(text.len())];
    let at = memrchr_iter(b'"', escaped).find(closes)?;
    let quoting = match memchr(b'"', &text[1..at]) {
        None => Quoting::Quoted,
        Some(_) => Quoting::QuotedWithEscapes,
    };
    Some((at, quoting))
}

#[cfg(test)]
mod tests {
    use super::{Quoting, closing_quote};

    /// Searches by T7 and T10, byte by byte.
    fn plain_search(value: &[u8]) -> Option<usize> {
        let quotes = || (1..value.len()).filter(|at| value[*at] == b'"');
        let closes = |at: &usize| {
            value[..*at].contains(&b'\n') && matches!(value.get(at + 1), None | Some(b'\n'))
        };
        let unescaped = quotes().find(|at| value[at - 1] != b'\\');
        let before = |at: &usize| unescaped.is_none_or(|unescaped| *at < unescaped);
        let escaped = quotes().filter(before).rfind(closes);
        unescaped.filter(closes).or(escaped)
    }

    #[test]
    fn quotes_close_wherever_they_and_backslashes_stand() {
        const BYTES: &[u8; 4] = b"\"\\\na";
        for place in 0..20 {
            for which in 0..BYTES.len().pow(5) {
                let mut value = *b"\"................................\"\n..\"";
                for (index, byte) in value[1 + place..][..5].iter_mut().enumerate() {
                    *byte = BYTES[which / BYTES.len().pow(index as u32) % BYTES.len()];
                }
                for value in [&value[..], &value[..34], &value[..33]] {
                    let found = closing_quote(value);
                    let expected = plain_search(value).map(|at| {
                        let has_quotes = value[1..at].contains(&b'"');
                        (at, has_quotes)
                    });
                    let found =
                        found.map(|(at, quoting)| (at, quoting == Quoting::QuotedWithEscapes));
                    assert_eq!(found, expected, "{}", value.escape_ascii());
                }
            }
        }
    }
}
