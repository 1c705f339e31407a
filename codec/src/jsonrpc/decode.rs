use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::read::Params;
use super::scan::{Faults, Scanner};
use crate::{Bytes, Event, Param, Value};

/// Decodes a datagram by the rulings J1 to J14, and by T15 to T20, which apply to both dialects.
///
/// One pass checks the whole datagram, in linear time, without recursion and without allocation;
/// parameters are then decoded lazily. Members may come in any order, with white space anywhere.
/// The decoder ignores members other than `method` and `params`, as long as they are JSON. Names
/// and values are returned unchanged: duplicate names, empty names, bytes that are not UTF-8.
///
/// Where listeners are free (J11 to J13), the decoder accepts the event: an empty `method`, any
/// `jsonrpc`, any `id`, and `params` that are null (no parameters). Of several `method` or
/// `params`, it takes the last one.
///
/// # Errors
///
/// Returns an error if the datagram is not one JSON object whose brackets are nested at most
/// [`MAX_DEPTH`](super::MAX_DEPTH) deep; or else if its `method` is missing or not a string; or
/// else at the first part of `params` that no event has: a boolean, a nested array or object, a
/// number that is not a signed 64-bit integer, or half of a surrogate pair. [`DecodeErrorKind`]
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
    let mut faults = Faults::none();
    read(datagram, &mut faults).ok_or(faults.malformed)?
}

/// Returns the event of a datagram, or why the datagram has none. Returns `None` if the datagram is
/// not one JSON object.
fn read<'a>(datagram: &'a [u8], faults: &mut Faults) -> Option<Result<Decoded<'a>, DecodeError>> {
    let mut json = Scanner::new(datagram);
    match json.token() {
        Some(b'{') => {}
        first => {
            faults.malformed = json.error(match first {
                Some(b'[') => Kind::Batch,
                _ if datagram.starts_with(b"\xef\xbb\xbf") => Kind::ByteOrderMark,
                _ if datagram.is_empty() => Kind::Empty,
                _ => Kind::NotAnObject,
            });
            return None;
        }
    }
    let mut method = None;
    let mut params = Params::none();
    // Why the last `method` or the last `params` cannot be those of an event.
    let (mut method_error, mut params_error) = (None, None);
    let mut more = json.open(b'}');
    while more {
        faults.unsupported = None;
        let name = json.name(faults)?.bytes();
        // A name with half of a surrogate pair equals no known name.
        let lone_surrogate = faults.unsupported.take();
        json.token();
        if lone_surrogate.is_none() && name == *b"method" {
            let not_string = json.error(Kind::MethodNotString);
            match json.value(1, faults)? {
                Value::Bytes(name) => method = Some(name),
                _ => faults.unsupported = Some(not_string),
            }
            method_error = faults.unsupported;
        } else if lone_surrogate.is_none() && name == *b"params" {
            let not_structured = json.error(Kind::ParamsNotStructured);
            params = if let Some(opened) = Params::open(json) {
                let mut behind = opened.clone();
                behind.read_all(faults)?;
                json = behind.json;
                opened
            } else {
                let is_null = json.token() == Some(b'n');
                json.value(1, faults)?;
                faults.unsupported = (!is_null).then_some(not_structured);
                Params::none()
            };
            params_error = faults.unsupported;
        } else {
            json.value(1, faults)?;
        }
        more = json.more(b'}', faults)?;
    }
    let end = json.at - 1;
    if json.token().is_some() {
        return json.malformed(Kind::TrailingBytes, faults);
    }
    Some(match (method_error, method, params_error) {
        (Some(error), ..) => Err(error),
        (None, None, _) => Err(DecodeError::new(Kind::NoMethod, end)),
        (None, Some(_), Some(error)) => Err(error),
        (None, Some(method), None) => Ok(Decoded { method, params }),
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
