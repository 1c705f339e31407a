use core::iter::FusedIterator;

use memchr::{memchr, memchr2};

use super::error::{DecodeError, DecodeErrorKind};
use crate::{Bytes, Event, Param, Value};

/// Reads a datagram by the rulings T1 to T20.
///
/// Only the event's name can be wrong; the rest has a meaning whatever it holds (T2 to T17). The parameters are read as
/// they are asked for, each byte of them at most twice, so that hostile datagrams cost linear time too. Where several
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
    match memchr(b'\n', datagram) {
        Some(0) => Err(DecodeError::new(DecodeErrorKind::EmptyName, 0)),
        Some(end) => Ok(Decoded {
            name: &datagram[..end],
            body: &datagram[end + 1..],
        }),
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
    /// What stands behind the line feed of the name.
    body: &'a [u8],
}

impl<'a> Decoded<'a> {
    /// Gives the name, such as `E_PIKE_BLOCKED`. It is never empty and holds no line feed.
    pub const fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Goes through the parameters in the order in which they stand, duplicates and all (T14).
    pub const fn params(&self) -> Params<'a> {
        Params { rest: self.body }
    }

    pub(super) const fn body(&self) -> &'a [u8] {
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
    rest: &'a [u8],
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    fn next(&mut self) -> Option<Param<'a>> {
        let (argument, rest) = Argument::split(self.rest)?;
        self.rest = rest;
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

impl<'a> Argument<'a> {
    /// Takes the first argument off what is left of the datagram; `None` at the end or the end mark (T2).
    pub(super) fn split(body: &'a [u8]) -> Option<(Self, &'a [u8])> {
        if matches!(body, [] | [b'\n']) {
            return None;
        }
        let (name, value, line_end) = match head(body) {
            Head::Named(end) => (Some(&body[..end]), &body[end + 2..], None),
            Head::Unnamed(line_end) => (None, body, Some(line_end)),
        };
        if value.first() == Some(&b'"')
            && let Some((end, escapes)) = closing_quote(value)
        {
            let argument = Self {
                name,
                value: &value[1..end],
                quoting: Quoting::Quoted { escapes },
            };
            return Some((argument, value.get(end + 2..).unwrap_or_default()));
        }
        let end = line_end.unwrap_or_else(|| memchr(b'\n', value).unwrap_or(value.len()));
        let argument = Self {
            name,
            value: &value[..end],
            quoting: Quoting::Bare,
        };
        Some((argument, value.get(end + 1..).unwrap_or_default()))
    }
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
    loop {
        let at = from + memchr(b'"', &value[from..])?;
        if value[at - 1] != b'\\' {
            return matches!(value.get(at + 1), None | Some(b'\n')).then_some((at, escapes));
        }
        escapes = true;
        from = at + 1;
    }
}
