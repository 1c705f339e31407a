use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::read::{Params, ParamsForm};
use super::scan::Scanner;
use crate::{Bytes, Event, Param};

/// Decodes a datagram by the rulings J1 to J14, and T15 to T20, which hold for both dialects.
///
/// One pass checks the whole datagram, in linear time, without recursion and without allocation;
/// parameters are then decoded lazily. Members may stand in any order, with white space anywhere;
/// members other than `method` and `params` only have to be JSON. Names and values are returned
/// unchanged: duplicate names, empty names, bytes that are not UTF-8.
///
/// Where listeners are free (J11 to J13), it accepts what an event can hold: an empty `method`, any
/// `jsonrpc`, any `id`, `params` that are null (none), the last of several `method` or `params`.
///
/// # Errors
///
/// Returns an error if the datagram is not one JSON object whose brackets are nested at most
/// [`MAX_DEPTH`](super::MAX_DEPTH) deep; else if its `method` is missing or not a string; else at
/// the first part of `params` that no event holds: a boolean, a nested array or object, a number
/// that is not an integer of 64 bits with its sign, half of a surrogate pair. [`DecodeErrorKind`]
/// lists all errors.
///
/// [`DecodeErrorKind`]: super::DecodeErrorKind
///
/// # Examples
///
/// ```
/// use event_datagram::{Param, Value, jsonrpc};
///
/// let event = jsonrpc::decode(br#"{"jsonrpc":"2.0","method":"E_TEST","params":{"qval":-1,"path":null,"":"\u00e9"}}"#)?;
/// assert_eq!(event.name(), *b"E_TEST");
/// let params = [
///     Param::named("qval", -1),
///     Param::named("path", Value::Null),
///     Param::named("", "é"),
/// ];
/// assert!(event.params().eq(params));
///
/// let error = jsonrpc::decode(br#"{"method":"E_TEST","params":[0.5]}"#).unwrap_err();
/// assert_eq!(error.to_string(), "number has a fraction or exponent, and is no integer, at byte 29");
/// # Ok::<(), jsonrpc::DecodeError>(())
/// ```
pub fn decode(datagram: &[u8]) -> Result<Decoded<'_>, DecodeError> {
    let mut json = Scanner::new(datagram);
    json.space();
    match json.peek() {
        Some(b'{') => {}
        Some(b'[') => return Err(json.error(Kind::Batch)),
        Some(_) if datagram.starts_with(b"\xef\xbb\xbf") => {
            return Err(json.error(Kind::ByteOrderMark));
        }
        None if datagram.is_empty() => return Err(json.error(Kind::Empty)),
        _ => return Err(json.error(Kind::NotAnObject)),
    }
    let mut method = None;
    let mut params = Ok(Params::none());
    let mut more = json.open(b'}');
    while more {
        let name = json.name()?.bytes();
        // What was found before does not belong to this member.
        json.unsupported = None;
        match name {
            Some(name) if name == *b"method" => method = Some(self::method(&mut json)?),
            Some(name) if name == *b"params" => params = self::params(&mut json)?,
            _ => json.value(1)?,
        }
        more = json.more(b'}')?;
    }
    let end = json.offset() - 1;
    json.space();
    if json.peek().is_some() {
        return Err(json.error(Kind::TrailingBytes));
    }
    Ok(Decoded {
        method: method.unwrap_or(Err(DecodeError::new(Kind::NoMethod, end)))?,
        params: params?,
    })
}

/// The meaning in an event of well-formed JSON, or the reason why it has none.
type Meaning<T> = Result<T, DecodeError>;

fn method<'a>(json: &mut Scanner<'a>) -> Result<Meaning<Bytes<'a>>, DecodeError> {
    if json.peek() != Some(b'"') {
        let not_string = json.error(Kind::MethodNotString);
        json.value(1)?;
        return Ok(Err(not_string));
    }
    let method = json.string()?.bytes();
    Ok(match json.unsupported {
        Some(lone_surrogate) => Err(lone_surrogate),
        None => Ok(method.unwrap_or(Bytes::new(b""))),
    })
}

fn params<'a>(json: &mut Scanner<'a>) -> Result<Meaning<Params<'a>>, DecodeError> {
    let (form, close) = match json.peek() {
        Some(b'{') => (ParamsForm::Object, b'}'),
        Some(b'[') => (ParamsForm::Array, b']'),
        other => {
            let not_structured = json.error(Kind::ParamsNotStructured);
            json.value(1)?;
            return Ok(match other {
                Some(b'n') => Ok(Params::none()),
                _ => Err(not_structured),
            });
        }
    };
    let start = json.offset() + 1;
    let mut more = json.open(close);
    while more {
        if form == ParamsForm::Object {
            json.name()?;
        }
        json.value(2)?;
        more = json.more(close)?;
    }
    let inside = json.since(start);
    Ok(match json.unsupported {
        Some(unsupported) => Err(unsupported),
        None => Ok(Params::new(inside, form)),
    })
}

/// A decoded datagram of the JSON-RPC dialect: an event that borrows from it.
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    method: Bytes<'a>,
    params: Params<'a>,
}

impl<'a> Decoded<'a> {
    /// Returns the event's name, such as `E_PIKE_BLOCKED`: the `method`.
    pub const fn name(&self) -> Bytes<'a> {
        self.method
    }

    /// Returns the parameters in order, with duplicates (T14, J7).
    pub fn params(&self) -> Params<'a> {
        self.params.clone()
    }
}

impl Event for Decoded<'_> {
    fn name(&self) -> Bytes<'_> {
        Self::name(self)
    }

    fn params(&self) -> impl Iterator<Item = Param<'_>> + Clone {
        Self::params(self)
    }
}
