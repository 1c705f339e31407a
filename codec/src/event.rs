use crate::Bytes;

/// An event: a name, and parameters in order.
///
/// Decoders return events, and encoders take them. [`EventRef`] borrows its parts, and `EventBuf`
/// owns them.
pub trait Event {
    /// Returns the name, such as `E_PIKE_BLOCKED`.
    fn name(&self) -> Bytes<'_>;

    /// Returns the parameters in order, with duplicates.
    fn params(&self) -> impl Iterator<Item = Param<'_>> + Clone;
}

/// An event made of borrowed parts, without allocation.
///
/// ```
/// use event_datagram::{EventRef, Param, text};
///
/// let params = [Param::named("ip", "192.168.2.11")];
/// let event = EventRef::new("E_PIKE_BLOCKED", &params);
///
/// let mut datagram = [0; 64];
/// let size = text::sender::encode(&event, &mut datagram)?;
/// assert_eq!(&datagram[..size], b"E_PIKE_BLOCKED\nip::192.168.2.11\n\n");
/// # Ok::<(), event_datagram::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventRef<'a> {
    name: Bytes<'a>,
    params: &'a [Param<'a>],
}

impl<'a> EventRef<'a> {
    /// Makes an event of its parts.
    pub fn new(name: impl Into<Bytes<'a>>, params: &'a [Param<'a>]) -> Self {
        Self {
            name: name.into(),
            params,
        }
    }
}

impl Event for EventRef<'_> {
    fn name(&self) -> Bytes<'_> {
        self.name
    }

    fn params(&self) -> impl Iterator<Item = Param<'_>> + Clone {
        self.params.iter().copied()
    }
}

/// One parameter of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Param<'a> {
    /// The name, if the parameter has one. The text dialect cannot write an empty name; JSON-RPC
    /// can.
    pub name: Option<Bytes<'a>>,
    /// The value, which may be empty.
    pub value: Value<'a>,
}

impl<'a> Param<'a> {
    /// Makes a parameter with a name.
    pub fn named(name: impl Into<Bytes<'a>>, value: impl Into<Value<'a>>) -> Self {
        Self {
            name: Some(name.into()),
            value: value.into(),
        }
    }

    /// Makes a parameter without a name.
    pub fn unnamed(value: impl Into<Value<'a>>) -> Self {
        Self {
            name: None,
            value: value.into(),
        }
    }
}

/// The value of a parameter.
///
/// Decoding the text dialect returns only [`Bytes`](Self::Bytes): datagrams do not distinguish an
/// integer from its digits, nor a missing value from an empty one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A string, which may hold any bytes.
    Bytes(Bytes<'a>),
    /// A signed integer, as the server holds it.
    Integer(i64),
    /// No value.
    Null,
}

impl<'a> Value<'a> {
    /// Returns the bytes of a string, `None` for an integer or null.
    pub const fn as_bytes(&self) -> Option<Bytes<'a>> {
        match self {
            Self::Bytes(bytes) => Some(*bytes),
            _ => None,
        }
    }
}

impl<'a, T: Into<Bytes<'a>>> From<T> for Value<'a> {
    fn from(bytes: T) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<i64> for Value<'_> {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl PartialEq<[u8]> for Value<'_> {
    fn eq(&self, other: &[u8]) -> bool {
        self.as_bytes().is_some_and(|bytes| bytes == *other)
    }
}

impl<const N: usize> PartialEq<[u8; N]> for Value<'_> {
    fn eq(&self, other: &[u8; N]) -> bool {
        *self == other[..]
    }
}
