//! The reference decoder of the JSON-RPC dialect. It implements the rulings J1 to J14 as directly
//! as possible.
//!
//! It shares no code with [`jsonrpc::decode`]. `serde_json` decides what is JSON and what a string
//! means. That parser requires UTF-8, which a datagram need not be, so this module gives it each
//! byte as the character of the same number (ISO 8859-1), and converts strings back.
//!
//! ```
//! use event_datagram::EventBuf;
//! use event_datagram_oracle::reference::{Reading, jsonrpc};
//!
//! // A listener may require `"jsonrpc":"2.0"`, and may do without (J11): two admissible readings.
//! let readings = jsonrpc::readings(br#"{"method":"E_TEST"}"#);
//! assert_eq!(readings, [Reading::Event(EventBuf::new("E_TEST", [])), Reading::Rejection]);
//! ```

mod encodings;
mod json;
mod malformed;

use std::collections::{BTreeSet, HashSet};

use serde_json::value::RawValue;

use self::json::{MAX_READ_DEPTH, depth, members, string};
use super::Reading;
use event_datagram::{EventBuf, MAX_DATAGRAM, ParamBuf, ValueBuf, jsonrpc};

/// Returns the first of the [`readings`], which is the one that [`jsonrpc::decode`] must return.
pub fn decode(datagram: &[u8]) -> Reading {
    readings(datagram).swap_remove(0)
}

/// Lists the admissible readings, the preferred one first. There is always at least one.
///
/// A datagram that is one event and nothing else has that event as its only reading: all of its
/// parameters, in order, duplicate names and empty names among them (J2 to J10, at whatever level).
/// A malformed datagram (J1, J14) has the rejection as its only reading. Both readings are
/// admissible
///
/// - where `jsonrpc` is missing or other than "2.0", where there is an `id` other than null, where
///   the `method` is empty (J11);
/// - for a batch: the rejection, or the event of any of its objects (J12);
/// - where `params` are null (J13);
/// - behind a byte order mark, and before a NUL (J13);
/// - where an ordinary parser fails on a member that is ignored, at half of a surrogate pair or at
///   a number without bounds (J13);
/// - where more than 33 brackets are open at the same time (J13). Where they are more than
///   [`MAX_DEPTH`](jsonrpc::MAX_DEPTH), the rejection is the first reading;
/// - where the datagram is longer than [`MAX_DATAGRAM`] (T16).
///
/// If the reading [`is_unspecified`], no list of readings is complete. This function then returns a
/// list that begins with the reading that [`jsonrpc::decode`] returns.
pub fn readings(datagram: &[u8]) -> Vec<Reading> {
    Interpretation::of(datagram).readings
}

/// Returns whether a listener may read a datagram in any way, as long as it survives: the datagram
/// holds an event with a part that no sender writes and whose meaning no ruling decides (J13).
///
/// Such parts are a value that is a boolean, an array, an object, a fraction, minus zero or an
/// integer beyond 64 bits; `params` that are a string, number or boolean; half of a surrogate pair
/// in a member that is read; several `method` or `params`; and an encoding other than UTF-8.
pub fn is_unspecified(datagram: &[u8]) -> bool {
    Interpretation::of(datagram).is_unspecified
}

/// Returns whether a reading is admissible: it is among the [`readings`], or the reading
/// [`is_unspecified`].
pub fn admits(datagram: &[u8], reading: &Reading) -> bool {
    let interpretation = Interpretation::of(datagram);
    interpretation.is_unspecified || interpretation.readings.contains(reading)
}

/// Lists, in order, the requirements of level `should` that decide how a datagram is read. If there
/// are some, a listener that departs from the readings gets a warning; if there are none, it fails.
///
/// - `J2`, by its limits: among several parameters there is one whose name is a number;
/// - `J3`, by its limits: a NUL is escaped, or the event's name begins with `rpc.`;
/// - `J7`: a name repeats;
/// - `J8`: a name is empty;
/// - `J9`: not all of the datagram is UTF-8;
/// - `J10`: an integer is beyond the range in which a double holds every integer;
/// - `J14`: the datagram is not JSON, but J1 does not list it as malformed;
/// - `T16`: the datagram is longer than [`MAX_DATAGRAM`].
pub fn advice(datagram: &[u8]) -> Vec<&'static str> {
    let Interpretation {
        readings, is_json, ..
    } = Interpretation::of(datagram);
    let departs_from_grammar = !is_json && !malformed::is_on_closed_list(datagram);
    let events = || {
        readings.iter().filter_map(|reading| match reading {
            Reading::Event(event) => Some(event),
            Reading::Rejection => None,
        })
    };
    let any_name = |is: &dyn Fn(&[u8]) -> bool| {
        let mut params = events().flat_map(|event| &event.params);
        params.any(|param| param.name.as_deref().is_some_and(is))
    };
    let number = |name: &[u8]| !name.is_empty() && name.iter().all(u8::is_ascii_digit);
    let repeats = |event: &EventBuf| {
        let names: Vec<_> = event
            .params
            .iter()
            .filter_map(|param| param.name.as_ref())
            .collect();
        names.iter().collect::<BTreeSet<_>>().len() < names.len()
    };
    let inexact = |param: &ParamBuf| matches!(param.value, ValueBuf::Integer(integer) if integer.unsigned_abs() >= 1 << 53);
    let touched = [
        (
            any_name(&number) && events().any(|event| event.params.len() > 1),
            "J2",
        ),
        (
            holds(datagram, b"\\u0000") || events().any(|event| event.name.starts_with(b"rpc.")),
            "J3",
        ),
        (events().any(repeats), "J7"),
        (any_name(&<[u8]>::is_empty), "J8"),
        (str::from_utf8(datagram).is_err(), "J9"),
        (
            events().any(|event| event.params.iter().any(inexact)),
            "J10",
        ),
        (departs_from_grammar, "J14"),
        (datagram.len() > MAX_DATAGRAM, "T16"),
    ];
    let touched = touched.into_iter();
    touched.filter_map(|(is, id)| is.then_some(id)).collect()
}

fn holds(datagram: &[u8], part: &[u8]) -> bool {
    datagram.windows(part.len()).any(|window| window == part)
}

/// The admissible readings of a datagram.
struct Interpretation {
    readings: Vec<Reading>,
    is_unspecified: bool,
    /// Whether the datagram is JSON. If not, it is malformed (J1, J14).
    is_json: bool,
}

impl Interpretation {
    fn of(datagram: &[u8]) -> Self {
        let interpretation = Self::of_utf8(datagram);
        let holds_event = |text: String| Self::of_utf8(text.as_bytes()).may_be_read();
        if interpretation.is_json || !encodings::texts(datagram).any(holds_event) {
            return interpretation;
        }
        // J13: in another encoding than UTF-8.
        Self {
            is_unspecified: true,
            ..Self::rejection()
        }
    }

    fn of_utf8(datagram: &[u8]) -> Self {
        let latin1: String = datagram.iter().map(|byte| char::from(*byte)).collect();
        let (text, has_surroundings) = without_surroundings(&latin1);
        let Ok(json) = serde_json::from_str::<&RawValue>(text) else {
            return Self {
                is_json: false,
                ..Self::rejection()
            };
        };
        let mut interpretation = match json.get().chars().next() {
            Some('{') => Self::of_object(json),
            Some('[') => Self::of_batch(json),
            _ => return Self::rejection(),
        };
        let serde_rejects = serde_json::from_str::<serde_json::Value>(text).is_err();
        let depth = depth(text);
        if has_surroundings || depth > jsonrpc::MAX_DEPTH {
            interpretation.may_reject_first();
        } else if serde_rejects || depth > MAX_READ_DEPTH || datagram.len() > MAX_DATAGRAM {
            interpretation.may_reject();
        }
        interpretation
    }

    /// J1: returns the interpretation of a malformed datagram.
    fn rejection() -> Self {
        Self::of_reading(Reading::Rejection)
    }

    fn of_reading(reading: Reading) -> Self {
        Self {
            readings: vec![reading],
            is_unspecified: false,
            is_json: true,
        }
    }

    fn may_be_read(&self) -> bool {
        self.is_unspecified || self.readings[..] != [Reading::Rejection]
    }

    /// Adds the rejection as the first reading: `jsonrpc::decode` rejects, too.
    fn may_reject_first(&mut self) {
        self.readings
            .retain(|reading| *reading != Reading::Rejection);
        self.readings.insert(0, Reading::Rejection);
    }

    /// Adds the rejection as the last reading, unless it is there.
    fn may_reject(&mut self) {
        if !self.readings.contains(&Reading::Rejection) {
            self.readings.push(Reading::Rejection);
        }
    }

    /// J12: returns the interpretation of a batch, which a listener may reject or read. An array of
    /// anything but objects is no batch.
    fn of_batch(json: &RawValue) -> Self {
        let mut batch = Self::rejection();
        let mut seen = HashSet::from([Reading::Rejection]);
        let calls: Vec<&RawValue> = serde_json::from_str(json.get()).unwrap_or_default();
        if calls.iter().all(|call| call.get().starts_with('{')) {
            for call in calls {
                let mut interpretation = Self::of_object(call);
                batch.is_unspecified |= interpretation.is_unspecified;
                interpretation
                    .readings
                    .retain(|reading| seen.insert(reading.clone()));
                batch.readings.append(&mut interpretation.readings);
            }
        }
        batch
    }

    fn of_object(json: &RawValue) -> Self {
        let members = members(json);
        let named = |name: &str| -> Vec<&RawValue> {
            let is_named = |member: &&(Option<Vec<u8>>, &RawValue)| {
                member.0.as_deref() == Some(name.as_bytes())
            };
            members
                .iter()
                .filter(is_named)
                .map(|member| member.1)
                .collect()
        };
        let (methods, params) = (named("method"), named("params"));
        if !methods.iter().any(|method| method.get().starts_with('"')) {
            return Self::rejection();
        }
        let mut is_unspecified = methods.len() > 1 || params.len() > 1;
        let mut may_reject = false;

        // J11. If `jsonrpc` or `id` repeats, a listener may read any of them.
        let versions = named("jsonrpc");
        may_reject |= versions.is_empty();
        may_reject |= versions
            .iter()
            .any(|version| string(version) != Some(b"2.0".to_vec()));
        may_reject |= named("id").iter().any(|id| id.get() != "null");

        // J1, J3: if `method` repeats, the last one counts.
        let method = methods.last().and_then(|method| string(method));
        is_unspecified |= method.is_none();
        may_reject |= method.as_ref().is_some_and(Vec::is_empty);

        // J2, J13.
        let mut event_params = Some(Vec::new());
        if let Some(params) = params.last() {
            match params.get().chars().next() {
                Some('n') => may_reject = true,
                Some('{') => {
                    let params = json::members(params).into_iter();
                    event_params = params
                        .map(|(name, value)| param(Some(name?), value, &mut is_unspecified))
                        .collect();
                }
                Some('[') => {
                    let values: Vec<&RawValue> =
                        serde_json::from_str(params.get()).unwrap_or_default();
                    event_params = values
                        .into_iter()
                        .map(|value| param(None, value, &mut is_unspecified))
                        .collect();
                }
                _ => event_params = None,
            }
        }
        is_unspecified |= event_params.is_none();

        let mut interpretation = Self::of_reading(match (method, event_params) {
            (Some(name), Some(params)) => Reading::Event(EventBuf { name, params }),
            _ => Reading::Rejection,
        });
        interpretation.is_unspecified = is_unspecified;
        if may_reject || is_unspecified {
            interpretation.may_reject();
        }
        interpretation
    }
}

/// J2, J4, J5: returns a parameter. Its value is a string, an integer or null; for any other value,
/// returns `None`.
fn param(name: Option<Vec<u8>>, value: &RawValue, is_unspecified: &mut bool) -> Option<ParamBuf> {
    let text = value.get();
    let value = if text.starts_with('"') {
        ValueBuf::Bytes(string(value)?)
    } else if text == "null" {
        ValueBuf::Null
    } else {
        // `parse` rejects fractions, exponents, words and brackets. It accepts a plus sign, but no
        // JSON number has one.
        *is_unspecified |= text == "-0";
        ValueBuf::Integer(text.parse().ok()?)
    };
    Some(ParamBuf { name, value })
}

/// J13: removes a byte order mark at the start and NULs at the end. Returns whether there were any.
fn without_surroundings(text: &str) -> (&str, bool) {
    let white_space = [' ', '\t', '\n', '\r'];
    let whole = text.trim_end_matches(white_space);
    let bare = whole.strip_prefix("\u{ef}\u{bb}\u{bf}").unwrap_or(whole);
    let bare =
        bare.trim_end_matches(|character| character == '\0' || white_space.contains(&character));
    (bare, bare.len() < whole.len())
}
