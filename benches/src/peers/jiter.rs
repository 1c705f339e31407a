//! A decoder that uses `jiter`, which returns one token after the other and builds no tree.
//!
//! `jiter` checks UTF-8, so the decoder rejects strings of other bytes. The decoder reads all
//! parameters, in their order.

use std::mem;

use event_datagram::Value;
use jiter::{Jiter, NumberInt, Peek};

use super::json_part::JsonPart;

/// Reads datagrams one after the other, with the same buffer for strings with escapes.
#[derive(Default)]
pub struct TokenReader {
    unescaped: Vec<u8>,
}

impl TokenReader {
    /// Parses a datagram, and calls `on_part` for each part of the event. Returns `None` if the
    /// datagram is no event; `on_part` has then been called for the parts before the error.
    pub fn read(&mut self, datagram: &[u8], on_part: impl FnMut(JsonPart<'_>)) -> Option<()> {
        let mut jiter = Jiter::with_tape(datagram, mem::take(&mut self.unescaped));
        let read = read(&mut jiter, on_part);
        self.unescaped = jiter.into_tape();
        read
    }
}

fn read(jiter: &mut Jiter<'_>, mut on_part: impl FnMut(JsonPart<'_>)) -> Option<()> {
    let mut member = jiter.next_object().ok()?.map(Member::named);
    while let Some(one) = member {
        match one {
            Member::Method => on_part(JsonPart::Method(jiter.next_str().ok()?)),
            Member::Params => read_params(jiter, &mut on_part)?,
            Member::Other => jiter.next_skip().ok()?,
        }
        member = jiter.next_key().ok()?.map(Member::named);
    }
    jiter.finish().ok()
}

/// A member of the outer object.
enum Member {
    Method,
    Params,
    Other,
}

impl Member {
    fn named(name: &str) -> Self {
        match name {
            "method" => Self::Method,
            "params" => Self::Params,
            _ => Self::Other,
        }
    }
}

fn read_params(jiter: &mut Jiter<'_>, on_part: &mut impl FnMut(JsonPart<'_>)) -> Option<()> {
    match jiter.peek().ok()? {
        Peek::Object => {
            let mut name = jiter.known_object().ok()?;
            while let Some(one) = name {
                on_part(JsonPart::Name(one));
                let first = jiter.peek().ok()?;
                on_part(JsonPart::Value(value(jiter, first)?));
                name = jiter.next_key().ok()?;
            }
        }
        Peek::Array => {
            let mut first = jiter.known_array().ok()?;
            while let Some(one) = first {
                on_part(JsonPart::Value(value(jiter, one)?));
                first = jiter.array_step().ok()?;
            }
        }
        _ => return None,
    }
    Some(())
}

fn value<'a>(jiter: &'a mut Jiter<'_>, first: Peek) -> Option<Value<'a>> {
    match first {
        Peek::String => Some(Value::from(jiter.known_str().ok()?)),
        Peek::Null => jiter.known_null().ok().map(|()| Value::Null),
        _ => {
            let NumberInt::Int(integer) = jiter.known_int(first).ok()?;
            Some(Value::Integer(integer))
        }
    }
}
