use core::iter::FusedIterator;

use memchr::{memchr, memchr2};

use super::error::{DecodeError, DecodeErrorKind};
use super::marks::{Line, Marks};
use crate::lanes::{LANES, Which};
use crate::search::find;
use crate::{Bytes, Event, Param, Value};

/// Reads a datagram by the rulings T1 to T20.
///
/// Only the event's name can be wrong; the rest has a meaning whatever it holds (T2 to T17). The parameters are read as
/// they are asked for, each byte of them a few times at most, so that hostile datagrams cost linear time too. Where several
/// readings are right (T6, T9, T10), it takes the first: `::` always ends a name, and a value that can be read as quoted
/// is quoted. A last line without its line feed is taken (T17), and so is any length (T16).
///
/// # Errors
///
/// If the datagram is empty (T18), has no line feed, or has nothing before the first one (T1).
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
            let marks = marks.behind(at);
            Ok(Decoded {
                name: &datagram[..end],
                body: Body {
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

/// A datagram of the text dialect that was read: an event that borrows from it.
#[derive(Clone, Copy, Debug)]
pub struct Decoded<'a> {
    name: &'a [u8],
    body: Body<'a>,
}

impl<'a> Decoded<'a> {
    /// Gives the name, such as `E_PIKE_BLOCKED`. It is never empty and holds no line feed.
    pub const fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Goes through the parameters in the order in which they stand, duplicates and all (T14).
    pub const fn params(&self) -> Params<'a> {
        Params { body: self.body }
    }

    pub(super) const fn body(&self) -> Body<'a> {
        self.body
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
    body: Body<'a>,
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    #[inline]
    fn next(&mut self) -> Option<Param<'a>> {
        let argument = self.body.next_argument()?;
        Some(Param {
            name: argument.name.map(Bytes::new),
            value: Value::Bytes(match argument.quoting {
                Quoting::Bare | Quoting::Quoted { escapes: false } => Bytes::new(argument.value),
                Quoting::Quoted { escapes: true } => Bytes::quoted(argument.value),
            }),
        })
    }
}

impl FusedIterator for Params<'_> {}

/// What is left of a datagram, from the start of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body<'a> {
    datagram: &'a [u8],
    /// Where it starts.
    pub(super) at: usize,
    /// Those from there on, as far as somebody looked.
    marks: Marks,
}

impl<'a> Body<'a> {
    /// Takes the first argument off; `None` at the end or the end mark (T2).
    #[inline]
    pub(super) fn next_argument(&mut self) -> Option<Argument<'a>> {
        let Self { datagram, at, .. } = *self;
        if at + 1 >= datagram.len() && matches!(datagram.get(at), None | Some(b'\n')) {
            return None;
        }
        let line = self.marks.line(at).or_else(|| {
            self.marks = Marks::of(datagram, at);
            self.marks.line(at)
        });
        let Some(Line { separator, end }) = line else {
            let (argument, length) = long_line(&datagram[at..]);
            self.go_on(at + length);
            return Some(argument);
        };
        let (name, value) = match separator {
            Some(end) => (Some(&datagram[at..end]), end + 2),
            None => (None, at),
        };
        if datagram[value] == b'"' {
            let (argument, length) = perhaps_quoted(name, &datagram[value..], Some(end - value));
            self.go_on(value + length);
            return Some(argument);
        }
        self.at = end + 1;
        Some(Argument {
            name,
            value: &datagram[value..end],
            quoting: Quoting::Bare,
        })
    }

    fn go_on(&mut self, at: usize) {
        self.at = at;
        self.marks = self.marks.behind(at);
    }
}

/// An argument as it stands in the datagram.
pub(super) struct Argument<'a> {
    pub(super) name: Option<&'a [u8]>,
    /// Between the quotes, where there are any.
    pub(super) value: &'a [u8],
    pub(super) quoting: Quoting,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    Bare,
    /// In quotes, which `value` leaves out; `escapes` says whether it holds `\"`.
    Quoted {
        escapes: bool,
    },
}

/// Takes the first argument, whose line is longer than the marks go, and gives its length with the line feed.
#[inline(never)]
fn long_line(body: &[u8]) -> (Argument<'_>, usize) {
    let (name, from, line_end) = match head(body) {
        Head::Named(end) => (Some(&body[..end]), end + 2, None),
        Head::Unnamed(line_end) => (None, 0, Some(line_end)),
    };
    let (argument, length) = perhaps_quoted(name, &body[from..], line_end);
    (argument, from + length)
}

/// Takes the value at the start of `text`, whose line ends at `line_end`, unless that has to be found; gives its length with quotes
/// and line feed.
#[inline(never)]
fn perhaps_quoted<'a>(
    name: Option<&'a [u8]>,
    text: &'a [u8],
    line_end: Option<usize>,
) -> (Argument<'a>, usize) {
    if text.first() == Some(&b'"')
        && let Some((end, escapes)) = closing_quote(text)
    {
        let argument = Argument {
            name,
            value: &text[1..end],
            quoting: Quoting::Quoted { escapes },
        };
        return (argument, end + 2);
    }
    let end = line_end.unwrap_or_else(|| memchr(b'\n', text).unwrap_or(text.len()));
    let argument = Argument {
        name,
        value: &text[..end],
        quoting: Quoting::Bare,
    };
    (argument, end + 1)
}

/// How the line at the start of `body` begins.
enum Head {
    /// With a name of so many bytes, and `::` (T4).
    Named(usize),
    /// With its value; the line is so many bytes long (T3, T5).
    Unnamed(usize),
}

fn head(body: &[u8]) -> Head {
    let mut from = 0;
    while let Some(at) = memchr2(b':', b'\n', &body[from..]) {
        let at = from + at;
        if body[at] == b'\n' {
            return Head::Unnamed(at);
        }
        if body.get(at + 1) == Some(&b':') {
            if at > 0 {
                return Head::Named(at);
            }
            break;
        }
        from = at + 1;
    }
    Head::Unnamed(memchr(b'\n', &body[from..]).map_or(body.len(), |at| from + at))
}

/// Finds the quote that closes the value which one opens at the start of `value`: the first without a backslash before
/// it, if a line ends there (T7). Tells, too, whether others with a backslash stand before it.
///
/// The search never passes the opening quote of another value, which has `::` or a line feed before it: all searches
/// in a datagram take linear time together.
fn closing_quote(value: &[u8]) -> Option<(usize, bool)> {
    let mut escapes = false;
    let mut from = 1;
    let mut behind_backslash = 0;
    while let Some(group) = value[from..].first_chunk() {
        let quotes = Which::equal(group, b'"').bits();
        let escaped = (Which::equal(group, b'\\').bits() << 1) | behind_backslash;
        if quotes & !escaped != 0 {
            break;
        }
        escapes |= quotes != 0;
        behind_backslash = escaped >> LANES;
        from += LANES;
    }
    loop {
        let at = from + find(b'"', &value[from..])?;
        if value[at - 1] != b'\\' {
            return matches!(value.get(at + 1), None | Some(b'\n')).then_some((at, escapes));
        }
        escapes = true;
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::closing_quote;

    fn plainly(value: &[u8]) -> Option<(usize, bool)> {
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
                    assert_eq!(found, plainly(value), "{}", value.escape_ascii());
                }
            }
        }
    }
}
