//! The rulings J1 to J13, written as they are read: the oracle for decoders of the JSON-RPC dialect.
//!
//! It shares no code with [`jsonrpc::decode`]: `serde_json` tells what is JSON and what a string means.
//! That parser wants UTF-8 and a datagram need not have it, so each byte is handed over as the character of the same number
//! (as in ISO 8859-1), and handed back as that byte.
//!
//! ```
//! use event_datagram::EventBuf;
//! use event_datagram_oracle::reference::{Reading, jsonrpc};
//!
//! // Whoever wants `"jsonrpc":"2.0"` may refuse this, and nobody has to (J11).
//! let readings = jsonrpc::readings(br#"{"method":"E_TEST"}"#);
//! assert_eq!(readings, [Reading::Event(EventBuf::new("E_TEST", [])), Reading::Rejection]);
//! ```

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Reading;
use event_datagram::{EventBuf, MAX_DATAGRAM, ParamBuf, ValueBuf, jsonrpc};

/// Gives the first reading: the one that [`jsonrpc::decode`] must give too.
pub fn decode(datagram: &[u8]) -> Reading {
    readings(datagram).swap_remove(0)
}

/// Lists the admissible readings, the first one first. There is always one.
///
/// A datagram that is one event and nothing else has that event as its only reading: all of its parameters, in order,
/// duplicate names and empty names among them (J2 to J10, at whatever level). What is malformed (J1) has the rejection alone.
/// Both are admissible
///
/// - where `jsonrpc` is missing or other than "2.0", where there is an `id` other than null, where the `method` is empty (J11);
/// - for a batch: the rejection, or what any of its objects tells (J12);
/// - where `params` are null (J13);
/// - behind a byte order mark, before a NUL, beside NaN or Infinity in a member that is ignored (J13);
/// - where an ordinary parser gives up on a member that is ignored, at half of a surrogate pair or at a number
///   without bounds, and where brackets lie deeper than [`MAX_DEPTH`](jsonrpc::MAX_DEPTH) (J13);
/// - where the datagram is longer than [`MAX_DATAGRAM`] (T16).
///
/// Where [`anything_goes`], nobody can list them: the list begins with the reading that [`jsonrpc::decode`] gives.
pub fn readings(datagram: &[u8]) -> Vec<Reading> {
    Meaning::of(datagram).readings
}

/// Tells whether a datagram has only to be survived, whatever is made of it: it tells of an event, but one in which something
/// stands that no sender writes and no ruling reads (J13).
///
/// That is a value which is a boolean, an array, an object, a fraction, minus zero or an integer beyond 64 bits; `params` that are
/// a string, number or boolean; half of a surrogate pair, NaN or Infinity where it counts; and several `method` or
/// `params`.
pub fn anything_goes(datagram: &[u8]) -> bool {
    Meaning::of(datagram).anything_goes
}

/// Tells whether a reading is admissible: it is among the [`readings`], or [`anything_goes`].
pub fn admits(datagram: &[u8], reading: &Reading) -> bool {
    let meaning = Meaning::of(datagram);
    meaning.anything_goes || meaning.readings.contains(reading)
}

/// Names the requirements of level *should* on which some reading of a datagram rests, in order. Whoever departs from the readings
/// of such a datagram is warned; of any other, the readings are all that a listener may make of it.
///
/// - `J2`, by its limits: among several parameters there is one whose name is a number;
/// - `J3`, by its limits: a NUL is escaped, or the event's name begins with `rpc.`;
/// - `J7`: a name repeats;
/// - `J8`: a name is empty;
/// - `J9`: not all of it is UTF-8;
/// - `J10`: an integer lies beyond those that a double holds exactly.
pub fn advice(datagram: &[u8]) -> Vec<&'static str> {
    let readings = readings(datagram);
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
    ];
    let touched = touched.into_iter();
    touched.filter_map(|(is, id)| is.then_some(id)).collect()
}

fn holds(datagram: &[u8], part: &[u8]) -> bool {
    datagram.windows(part.len()).any(|window| window == part)
}

struct Meaning {
    readings: Vec<Reading>,
    anything_goes: bool,
}

impl Meaning {
    fn of(datagram: &[u8]) -> Self {
        let latin1: String = datagram.iter().map(|byte| char::from(*byte)).collect();
        let (text, mended) = mend(&latin1);
        let Ok(json) = serde_json::from_str::<&RawValue>(&text) else {
            return Self::rejection();
        };
        let mut meaning = match json.get().chars().next() {
            Some('{') => Self::of_object(json),
            Some('[') => Self::of_batch(json),
            _ => return Self::rejection(),
        };
        let gives_up = serde_json::from_str::<serde_json::Value>(&text).is_err();
        if mended || depth(&text) > jsonrpc::MAX_DEPTH {
            meaning.may_reject_first();
        } else if gives_up || datagram.len() > MAX_DATAGRAM {
            meaning.may_reject();
        }
        meaning
    }

    /// J1: it is malformed.
    fn rejection() -> Self {
        Self {
            readings: vec![Reading::Rejection],
            anything_goes: false,
        }
    }

    /// Adds the rejection in front, where this project's own decoder rejects.
    fn may_reject_first(&mut self) {
        self.readings
            .retain(|reading| *reading != Reading::Rejection);
        self.readings.insert(0, Reading::Rejection);
    }

    /// Adds the rejection behind what is there already.
    fn may_reject(&mut self) {
        if !self.readings.contains(&Reading::Rejection) {
            self.readings.push(Reading::Rejection);
        }
    }

    /// J12: refused, or read. An array that holds anything but objects is no batch.
    fn of_batch(json: &RawValue) -> Self {
        let mut batch = Self::rejection();
        let calls: Vec<&RawValue> = serde_json::from_str(json.get()).unwrap_or_default();
        if calls.iter().all(|call| call.get().starts_with('{')) {
            for call in calls {
                let mut meaning = Self::of_object(call);
                batch.anything_goes |= meaning.anything_goes;
                meaning
                    .readings
                    .retain(|reading| !batch.readings.contains(reading));
                batch.readings.append(&mut meaning.readings);
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
        let mut anything_goes = methods.len() > 1 || params.len() > 1;
        let mut may_reject = false;

        // J11. Several `jsonrpc` or `id`: whichever counts.
        let versions = named("jsonrpc");
        may_reject |= versions.is_empty();
        may_reject |= versions
            .iter()
            .any(|version| string(version) != Some(b"2.0".to_vec()));
        may_reject |= named("id").iter().any(|id| id.get() != "null");

        // J1, J3: of several, the last.
        let method = methods.last().and_then(|method| string(method));
        anything_goes |= method.is_none();
        may_reject |= method.as_ref().is_some_and(Vec::is_empty);

        // J2, J13.
        let mut told = Some(Vec::new());
        if let Some(params) = params.last() {
            match params.get().chars().next() {
                Some('n') => may_reject = true,
                Some('{') => {
                    let params = self::members(params).into_iter();
                    told = params
                        .map(|(name, value)| param(Some(name?), value, &mut anything_goes))
                        .collect();
                }
                Some('[') => {
                    let values: Vec<&RawValue> =
                        serde_json::from_str(params.get()).unwrap_or_default();
                    told = values
                        .into_iter()
                        .map(|value| param(None, value, &mut anything_goes))
                        .collect();
                }
                _ => told = None,
            }
        }
        anything_goes |= told.is_none();

        let mut meaning = match (method, told) {
            (Some(name), Some(params)) => Self {
                readings: vec![Reading::Event(EventBuf { name, params })],
                anything_goes,
            },
            _ => Self {
                readings: vec![Reading::Rejection],
                anything_goes,
            },
        };
        if may_reject || anything_goes {
            meaning.may_reject();
        }
        meaning
    }
}

/// J2, J4, J5: a string, an integer or null; anything else is nothing that an event holds.
fn param(name: Option<Vec<u8>>, value: &RawValue, anything_goes: &mut bool) -> Option<ParamBuf> {
    let text = value.get();
    let value = if text.starts_with('"') {
        ValueBuf::Bytes(string(value)?)
    } else if text == "null" {
        ValueBuf::Null
    } else {
        // `parse` takes a plus sign, which JSON does not have; a fraction, an exponent, a word or a bracket it does not.
        *anything_goes |= text == "-0";
        ValueBuf::Integer(text.parse().ok()?)
    };
    Some(ParamBuf { name, value })
}

/// J3, J9: what a string means; `None` where it is none, or has half of a surrogate pair.
fn string(json: &RawValue) -> Option<Vec<u8>> {
    let inside = json.get().strip_prefix('"')?.strip_suffix('"')?;
    let mut content = Vec::new();
    let mut rest = inside;
    while let Some(first) = rest.chars().next() {
        let ascii = rest.find(|character: char| !character.is_ascii());
        if ascii == Some(0) {
            content.push(u8::try_from(u32::from(first)).ok()?);
            rest = &rest[first.len_utf8()..];
        } else {
            let (run, behind) = rest.split_at(ascii.unwrap_or(rest.len()));
            let text: String = serde_json::from_str(&format!("\"{run}\"")).ok()?;
            content.extend_from_slice(text.as_bytes());
            rest = behind;
        }
    }
    Some(content)
}

/// The members of an object in order, duplicates and all; a name with half of a surrogate pair is `None`.
fn members(json: &RawValue) -> Vec<(Option<Vec<u8>>, &RawValue)> {
    struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

    impl<'de> Deserialize<'de> for Members<'de> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Collect;

            impl<'de> Visitor<'de> for Collect {
                type Value = Members<'de>;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> Result<Members<'de>, A::Error> {
                    let mut members = Vec::new();
                    while let Some(member) = map.next_entry()? {
                        members.push(member);
                    }
                    Ok(Members(members))
                }
            }

            deserializer.deserialize_map(Collect)
        }
    }

    let members = serde_json::from_str(json.get()).unwrap_or(Members(Vec::new()));
    let named = |(name, value)| (string(name), value);
    members.0.into_iter().map(named).collect()
}

/// J13: takes away a byte order mark in front and NULs behind, and puts `true` for NaN and Infinity, which nobody has to
/// take for JSON. Tells whether there were any.
fn mend(text: &str) -> (String, bool) {
    let mut mended = String::new();
    let bare = text.strip_prefix("\u{ef}\u{bb}\u{bf}").unwrap_or(text);
    let bare = bare.trim_end_matches(['\0', ' ', '\t', '\n', '\r']);
    for (outside, part) in parts(bare) {
        if outside {
            // With its sign first, so that none is left over.
            let words = ["-Infinity", "Infinity", "NaN"];
            let whole = words
                .iter()
                .fold(part.to_owned(), |part, word| part.replace(word, "true"));
            mended.push_str(&whole);
        } else {
            mended.push_str(part);
        }
    }
    let differs = mended != text.trim_end_matches([' ', '\t', '\n', '\r']);
    (mended, differs)
}

/// How deep brackets lie.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for (_, part) in parts(text).into_iter().filter(|(outside, _)| *outside) {
        for character in part.chars() {
            match character {
                '{' | '[' => depth += 1,
                '}' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(depth);
        }
    }
    deepest
}

/// Takes text apart into what stands outside of strings (`true`) and strings with their quotes (`false`).
fn parts(text: &str) -> Vec<(bool, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(opening) = rest.find('"') {
        parts.push((true, &rest[..opening]));
        let mut escaped = true;
        let closing = rest[opening..].find(|character| {
            let closes = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            closes
        });
        let Some(closing) = closing else {
            parts.push((false, &rest[opening..]));
            return parts;
        };
        let end = opening + closing + 1;
        parts.push((false, &rest[opening..end]));
        rest = &rest[end..];
    }
    parts.push((true, rest));
    parts
}
