use core::iter::FusedIterator;

use memchr::{memchr, memchr2};

use super::error::{DecodeError, DecodeErrorKind};
use super::marks::{MarkedLine, Marks};
use crate::{Bytes, Event, Param, Value};

/// Decodes a datagram by the rulings T1 to T20.
///
/// Only the event's name can be malformed; the rest has a meaning whatever it holds (T2 to T17).
/// Parameters are decoded lazily, and each byte of them is read a few times at most, so that
/// hostile datagrams take linear time too. Where several readings are admissible, the first is
/// taken: what stands before the first `::` is a name (T6), and a value that is quoted on one line
/// keeps its quotes, as senders mean it (T9). A last line without its line feed is accepted (T17),
/// and so is any length (T16).
///
/// No single value can add a parameter, whatever it holds, unless it ends in a backslash: a line
/// that starts with a quoted value is not searched for `::` (T4, T7, T10).
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
    /// The marks from there on, as far as they are known.
    marks: Marks,
}

impl<'a> Params<'a> {
    /// Takes the next parameter; `None` at the end of the datagram or at its end mark (T2).
    ///
    /// The order of the questions is that of the rulings: whether the line starts with a quoted
    /// value, where its name ends, whether a quoted value follows the name.
    #[inline]
    pub(super) fn next_raw(&mut self) -> Option<RawParam<'a>> {
        let Self { datagram, at, .. } = *self;
        if at + 1 >= datagram.len() && matches!(datagram.get(at), None | Some(b'\n')) {
            return None;
        }
        if datagram[at] == b'"'
            && let Some(param) = self.quoted(None, at)
        {
            return Some(param);
        }
        let line = self.marks.line(at).or_else(|| {
            self.marks = Marks::of(datagram, at);
            self.marks.line(at)
        });
        let Some(MarkedLine { separator, end }) = line else {
            return Some(self.long_line());
        };
        let (name, value) = match separator {
            Some(end) => (Some(&datagram[at..end]), end + 2),
            None => (None, at),
        };
        if datagram[value] == b'"'
            && name.is_some()
            && let Some(param) = self.quoted(name, value)
        {
            return Some(param);
        }
        self.at = end + 1;
        Some(RawParam {
            name,
            value: &datagram[value..end],
            quoting: Quoting::Bare,
        })
    }

    /// Takes a parameter whose value is quoted and starts at `value`; `None` if there is none.
    #[inline(never)]
    fn quoted(&mut self, name: Option<&'a [u8]>, value: usize) -> Option<RawParam<'a>> {
        let text = &self.datagram[value..];
        let (end, quoting) = closing_quote(text)?;
        self.skip_to(value + end + 2);
        Some(RawParam {
            name,
            value: &text[1..end],
            quoting,
        })
    }

    /// Takes a parameter whose line does not start with a quoted value, and ends behind the window
    /// of the marks.
    #[inline(never)]
    fn long_line(&mut self) -> RawParam<'a> {
        let text = &self.datagram[self.at..];
        let (name, value, end) = match line_start(text) {
            LineStart::Name { length } => {
                let (name, value) = (&text[..length], length + 2);
                if let Some(param) = self.quoted(Some(name), self.at + value) {
                    return param;
                }
                (Some(name), value, value + line_end(&text[value..]))
            }
            LineStart::Value { line_end } => (None, 0, line_end),
        };
        self.skip_to(self.at + end + 1);
        RawParam {
            name,
            value: &text[value..end],
            quoting: Quoting::Bare,
        }
    }

    fn skip_to(&mut self, at: usize) {
        self.at = at;
        self.marks = self.marks.skip_to(at);
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    #[inline]
    fn next(&mut self) -> Option<Param<'a>> {
        self.next_raw().map(RawParam::into_param)
    }
}

impl FusedIterator for Params<'_> {}

/// A parameter as it stands in the datagram.
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
    /// It is not.
    Bare,
    /// It is, and holds no `\"`.
    Quoted,
    /// It is, and holds `\"`.
    QuotedWithEscapes,
}

/// What a line begins with.
enum LineStart {
    /// A name of `length` bytes and `::` (T4).
    Name { length: usize },
    /// The value; the line ends at `line_end` (T3, T5).
    Value { line_end: usize },
}

fn line_start(text: &[u8]) -> LineStart {
    let mut from = 0;
    while let Some(at) = memchr2(b':', b'\n', &text[from..]) {
        let at = from + at;
        if text[at] == b'\n' {
            return LineStart::Value { line_end: at };
        }
        if text.get(at + 1) == Some(&b':') {
            if at > 0 {
                return LineStart::Name { length: at };
            }
            break;
        }
        from = at + 1;
    }
    LineStart::Value {
        line_end: from + line_end(&text[from..]),
    }
}

/// Returns where the first line of `text` ends.
fn line_end(text: &[u8]) -> usize {
    memchr(b'\n', text).unwrap_or(text.len())
}

/// Returns where the quoted value at the start of `text` closes; `None` if there is no quoted
/// value.
///
/// That is the first quote without a backslash before it, if a line ends behind it and another one
/// before it (T7). Else it is the last quote before that for which the same holds: the value ends
/// in the backslash (T10).
///
/// The search never passes the opening quote of another value, which has `::` or a line feed before
/// it: all searches in a datagram take linear time together.
fn closing_quote(text: &[u8]) -> Option<(usize, Quoting)> {
    if text.first() != Some(&b'"') {
        return None;
    }
    let ends_line = |at: &usize| matches!(text.get(at + 1), None | Some(b'\n'));
    let mut quoting = Quoting::Quoted;
    let mut last_escaped = None;
    let mut from = 1;
    let unescaped = loop {
        let Some(at) = memchr(b'"', &text[from..]).map(|at| from + at) else {
            break None;
        };
        if text[at - 1] != b'\\' {
            break Some(at);
        }
        if ends_line(&at) {
            last_escaped = Some((at, quoting));
        }
        quoting = Quoting::QuotedWithEscapes;
        from = at + 1;
    };
    let unescaped = unescaped.filter(ends_line).map(|at| (at, quoting));
    let holds_line_feed = |closing: &(usize, Quoting)| line_end(text) < closing.0;
    unescaped.or(last_escaped).filter(holds_line_feed)
}

#[cfg(test)]
mod tests {
    use super::{Quoting, closing_quote};

    /// T7 and T10, byte by byte.
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
