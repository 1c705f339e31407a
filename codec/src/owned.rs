use alloc::vec::Vec;
use core::fmt;

use crate::{Bytes, Event, Param, Value};

/// An event that owns its parts.
///
/// ```
/// use event_datagram::{EventBuf, ParamBuf, text};
///
/// let decoded = text::decode(b"E_PIKE_BLOCKED\nip::192.168.2.11\n\n")?;
/// let owned = EventBuf::from_event(&decoded);
/// assert_eq!(owned, EventBuf::new("E_PIKE_BLOCKED", [ParamBuf::named("ip", "192.168.2.11")]));
/// # Ok::<(), text::DecodeError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct EventBuf {
    /// The name.
    pub name: Vec<u8>,
    /// The parameters in order.
    pub params: Vec<ParamBuf>,
}

impl EventBuf {
    /// Makes an event of its parts.
    pub fn new(name: impl Into<Vec<u8>>, params: impl Into<Vec<ParamBuf>>) -> Self {
        Self {
            name: name.into(),
            params: params.into(),
        }
    }

    /// Copies any event.
    pub fn from_event<E: Event + ?Sized>(event: &E) -> Self {
        Self {
            name: event.name().to_vec(),
            params: event.params().map(ParamBuf::from).collect(),
        }
    }
}

impl Event for EventBuf {
    fn name(&self) -> Bytes<'_> {
        Bytes::new(&self.name)
    }

    fn params(&self) -> impl Iterator<Item = Param<'_>> + Clone {
        self.params.iter().map(ParamBuf::as_param)
    }
}

impl fmt::Debug for EventBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBuf")
            .field("name", &self.name())
            .field("params", &self.params)
            .finish()
    }
}

/// A [`Param`] that owns its parts.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ParamBuf {
    /// The name, if the parameter has one.
    pub name: Option<Vec<u8>>,
    /// The value.
    pub value: ValueBuf,
}

impl ParamBuf {
    /// Makes a parameter with a name.
    pub fn named(name: impl Into<Vec<u8>>, value: impl Into<ValueBuf>) -> Self {
        Self {
            name: Some(name.into()),
            value: value.into(),
        }
    }

    /// Makes a parameter without a name.
    pub fn unnamed(value: impl Into<ValueBuf>) -> Self {
        Self {
            name: None,
            value: value.into(),
        }
    }

    /// Borrows the parameter.
    #[inline]
    pub fn as_param(&self) -> Param<'_> {
        Param {
            name: self.name.as_deref().map(Bytes::new),
            value: self.value.as_value(),
        }
    }
}

impl From<Param<'_>> for ParamBuf {
    fn from(param: Param<'_>) -> Self {
        Self {
            name: param.name.map(|name| name.to_vec()),
            value: param.value.into(),
        }
    }
}

impl fmt::Debug for ParamBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_param().fmt(f)
    }
}

/// A [`Value`] that owns its bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueBuf {
    /// A string, which may hold any bytes.
    Bytes(Vec<u8>),
    /// A signed integer, as the server holds it.
    Integer(i64),
    /// No value.
    Null,
}

impl ValueBuf {
    /// Borrows the value.
    #[inline]
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Self::Bytes(bytes) => Value::Bytes(Bytes::new(bytes)),
            Self::Integer(integer) => Value::Integer(*integer),
            Self::Null => Value::Null,
        }
    }
}

impl From<Value<'_>> for ValueBuf {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            Value::Integer(integer) => Self::Integer(integer),
            Value::Null => Self::Null,
        }
    }
}

impl From<Vec<u8>> for ValueBuf {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for ValueBuf {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<&str> for ValueBuf {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

impl From<i64> for ValueBuf {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl fmt::Debug for ValueBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_value().fmt(f)
    }
}
