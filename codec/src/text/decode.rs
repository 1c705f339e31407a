use core::iter::FusedIterator;

use memchr::{memchr, memchr2};

use super::error::{DecodeError, DecodeErrorKind};
use super::marks::{MarkedLine, Marks};
use crate::{Bytes, Event, Param, Value};

/// Decodes a datagram by the rulings T1 to T20.
///
/// Only the event's name can be malformed; the rest has a meaning whatever it holds (T2 to T17).
/// Parameters are decoded lazily, and each byte of them is read a few times at most, so that
/// hostile datagrams take linear time too. Where several readings are admissible (T6, T9, T10), the
/// first is taken: `::` always ends a name, and a value that can be read as quoted is quoted. A
/// last line without its line feed is accepted (T17), and so is any length (T16).
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
    datagram: &'a [u8],
    /// Where the next line begins.
    pub(super) at: usize,
    /// The marks from there on, as far as they are known.
    marks: Marks,
}

impl<'a> Params<'a> {
    /// Takes the next parameter; `None` at the end of the datagram or at its end mark (T2).
    #[inline]
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
            let (param, length) = long_line(&datagram[at..]);
            self.skip_to(at + length);
            return Some(param);
        };
        let (name, value) = match separator {
            Some(end) => (Some(&datagram[at..end]), end + 2),
            None => (None, at),
        };
        if datagram[value] == b'"' {
            let (param, length) = maybe_quoted(name, &datagram[value..], Some(end - value));
            self.skip_to(value + length);
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

    #[inline]
    fn next(&mut self) -> Option<Param<'a>> {
        let RawParam {
            name,
            value,
            quoting,
        } = self.next_raw()?;
        Some(Param {
            name: name.map(Bytes::new),
            value: Value::Bytes(match quoting {
                Quoting::QuotedWithEscapes => Bytes::quoted(value),
                Quoting::Bare | Quoting::Quoted => Bytes::new(value),
            }),
        })
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

/// Takes the parameter at the start of `text`, whose line ends behind the window of the marks.
/// Returns its length too, line feed included.
#[inline(never)]
fn long_line(text: &[u8]) -> (RawParam<'_>, usize) {
    let (name, value, line_end) = match line_start(text) {
        LineStart::Name { length } => (Some(&text[..length]), length + 2, None),
        LineStart::Value { line_end } => (None, 0, Some(line_end)),
    };
    let (param, length) = maybe_quoted(name, &text[value..], line_end);
    (param, value + length)
}

/// Takes the value at the start of `text` as that of a parameter, in quotes or not. Returns its
/// length too, quotes and line feed included. `line_end` is where its line ends, if known.
#[inline(never)]
fn maybe_quoted<'a>(
    name: Option<&'a [u8]>,
    text: &'a [u8],
    line_end: Option<usize>,
) -> (RawParam<'a>, usize) {
    if let Some((end, has_escapes)) = closing_quote(text) {
        let param = RawParam {
            name,
            value: &text[1..end],
            quoting: if has_escapes {
                Quoting::QuotedWithEscapes
            } else {
                Quoting::Quoted
            },
        };
        return (param, end + 2);
    }
    let end = line_end.unwrap_or_else(|| memchr(b'\n', text).unwrap_or(text.len()));
    let param = RawParam {
        name,
        value: &text[..end],
        quoting: Quoting::Bare,
    };
    (param, end + 1)
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
    let line_end = memchr(b'\n', &text[from..]).map_or(text.len(), |at| from + at);
    LineStart::Value { line_end }
}

/// Finds the quote that closes a quoted value at the start of `text`: the first without a backslash
/// before it, if a line ends behind it (T7). Returns whether there are escaped quotes before it,
/// too.
///
/// The search never passes the opening quote of another value, which has `::` or a line feed before
/// it: all searches in a datagram take linear time together.
fn closing_quote(text: &[u8]) -> Option<(usize, bool)> {
    if text.first() != Some(&b'"') {
        return None;
    }
    let mut has_escapes = false;
    let mut from = 1;
    loop {
        let at = from + memchr(b'"', &text[from..])?;
        if text[at - 1] != b'\\' {
            return matches!(text.get(at + 1), None | Some(b'\n')).then_some((at, has_escapes));
        }
        has_escapes = true;
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::closing_quote;

    fn plain_search(value: &[u8]) -> Option<(usize, bool)> {
        let mut is_escaped = false;
        for at in 1..value.len() {
            match (value[at - 1], value[at]) {
                (b'\\', b'"') => is_escaped = true,
                (_, b'"') => {
                    let is_end = matches!(value.get(at + 1), None | Some(b'\n'));
                    return is_end.then_some((at, is_escaped));
                }
                _ => {}
            }
        }
        None
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
                    assert_eq!(found, plain_search(value), "{}", value.escape_ascii());
                }
            }
        }
    }
}
