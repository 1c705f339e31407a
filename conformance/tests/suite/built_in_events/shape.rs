//! The shape of an event: its parameters and their types.

use std::fmt;

use event_datagram::{EventBuf, ValueBuf};
use event_datagram_conformance::dialect::Dialect;

/// An event's name, its dialect, and the name and type of each parameter in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    pub(super) event: String,
    pub(super) dialect: Dialect,
    params: Vec<(Option<String>, Type)>,
}

/// The type of a value on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Type {
    String,
    Empty,
    /// A string of several lines, which text servers quote.
    Quoted,
    Integer,
    Negative,
    Null,
}

impl Shape {
    pub(super) fn of(dialect: Dialect, event: &EventBuf) -> Self {
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let params = event.params.iter();
        Self {
            event: lossy(&event.name),
            dialect,
            params: params
                .map(|param| {
                    let name = param.name.as_deref().map(lossy);
                    (name, Type::of(dialect, &param.value))
                })
                .collect(),
        }
    }
}

impl Type {
    fn of(dialect: Dialect, value: &ValueBuf) -> Self {
        match value {
            ValueBuf::Bytes(bytes) if bytes.is_empty() => Self::Empty,
            ValueBuf::Bytes(bytes) if dialect == Dialect::Text && bytes.contains(&b'\n') => {
                Self::Quoted
            }
            ValueBuf::Bytes(_) => Self::String,
            ValueBuf::Integer(integer) if *integer < 0 => Self::Negative,
            ValueBuf::Integer(_) => Self::Integer,
            _ => Self::Null,
        }
    }
}

/// Writes the parameters. Other types than string are written after the name.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, kind)) in self.params.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(name.as_deref().unwrap_or("(no name)"))?;
            f.write_str(match kind {
                Type::String => "",
                Type::Empty => " `\"\"`",
                Type::Quoted => " *quoted*",
                Type::Integer => " *integer*",
                Type::Negative => " *negative*",
                Type::Null => " `null`",
            })?;
        }
        Ok(())
    }
}
