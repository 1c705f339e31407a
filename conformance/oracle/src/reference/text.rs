//! The reference decoder of the text dialect. It implements the rulings T1 to T20 as directly as
//! possible.
//!
//! The decoder shares no code with [`text::decode`](event_datagram::text::decode), allocates
//! freely, and is not optimised.
//!
//! ```
//! use event_datagram::{EventBuf, ParamBuf};
//! use event_datagram_oracle::reference::{Reading, text};
//!
//! // An unnamed address and a parameter `2001:db8` look the same (T6).
//! let event = |param| Reading::Event(EventBuf::new("E_TEST", [param]));
//! let readings: Vec<_> = text::readings(b"E_TEST\n2001:db8::1\n\n").collect();
//! assert_eq!(readings, [
//!     event(ParamBuf::named("2001:db8", "1")),
//!     event(ParamBuf::unnamed("2001:db8::1")),
//! ]);
//! ```

mod parameter;

use self::parameter::{Parameter, ParameterReading, parameters};
use super::Reading;
use event_datagram::{EventBuf, MAX_DATAGRAM, ValueBuf};

/// Returns the first of the [`readings`], which is the one that
/// [`text::decode`](event_datagram::text::decode) must return.
pub fn decode(datagram: &[u8]) -> Reading {
    readings(datagram).next().unwrap_or(Reading::Rejection)
}

/// Returns the reading by the documented grammar, which
/// [`text::documented::decode`](event_datagram::text::documented::decode) must return: each
/// parameter has the first of its readings in which quotes and carriage returns stand only within
/// quotes. Rejects the datagram if a parameter has no such reading, if the last line has no line
/// feed, or if the datagram is longer than [`MAX_DATAGRAM`].
pub fn documented(datagram: &[u8]) -> Reading {
    let event = || {
        let (name, body) = split_name(datagram)?;
        let is_whole = datagram.ends_with(b"\n") && datagram.len() <= MAX_DATAGRAM;
        (is_whole && parameter::is_unquoted(name)).then_some(())?;
        let by_grammar = |parameter: Parameter<'_>| {
            let mut readings = parameter.readings.into_iter();
            let reading = readings.find(ParameterReading::keeps_to_grammar)?;
            Some(reading.param())
        };
        let params = parameters(body)
            .map(by_grammar)
            .collect::<Option<Vec<_>>>()?;
        Some(EventBuf::new(name, params))
    };
    event().map_or(Reading::Rejection, Reading::Event)
}

/// Lists every admissible reading, the preferred one first. Their number can grow exponentially
/// with the length of the datagram: take a few, or call [`admits`].
///
/// More than one reading is admissible
///
/// - where a line that is not quoted holds `::`, the text before it is no plain identifier
///   (letters, digits, `_`, `.`, `-`), and the value after it is not quoted: the line is a named
///   value, or an unnamed one that contains `::` (T6);
/// - where a bare value begins with a quote that the end of the line closes: as senders write
///   values, the quotes are part of the value; by the grammar they are not (T9);
/// - where the last line has no line feed (T17), or the datagram is longer than [`MAX_DATAGRAM`]
///   (T16): a listener may reject the datagram.
pub fn readings(datagram: &[u8]) -> Readings<'_> {
    let Some((name, body)) = split_name(datagram) else {
        return Readings {
            name: b"",
            params: Vec::new(),
            state: ReadingsState::Rejection,
        };
    };
    Readings {
        name,
        params: parameters(body).map(Choice::first).collect(),
        state: ReadingsState::Events {
            may_reject: may_reject(datagram),
        },
    }
}

/// Encodes an event as the sender does, but quotes the values that contain a byte of `quoted`. The
/// sender itself quotes for a line feed; the documented grammar also demands it for quotes and
/// carriage returns.
pub fn encode(event: &EventBuf, quoted: &[u8]) -> Vec<u8> {
    let mut datagram = event.name.clone();
    datagram.push(b'\n');
    for param in &event.params {
        // The sender writes an empty name like a missing one.
        if let Some(name) = param.name.as_deref().filter(|name| *name != b"") {
            datagram.extend_from_slice(name);
            datagram.extend_from_slice(b"::");
        }
        match &param.value {
            ValueBuf::Bytes(value) if value.iter().any(|byte| quoted.contains(byte)) => {
                datagram.push(b'"');
                for byte in value {
                    if *byte == b'"' {
                        datagram.push(b'\\');
                    }
                    datagram.push(*byte);
                }
                datagram.push(b'"');
            }
            ValueBuf::Bytes(value) => datagram.extend_from_slice(value),
            ValueBuf::Integer(integer) => {
                let unsigned = i128::from(*integer).rem_euclid(1 << 64);
                datagram.extend_from_slice(format!("{unsigned}").as_bytes());
            }
            _ => {}
        }
        datagram.push(b'\n');
    }
    datagram.push(b'\n');
    datagram
}

/// Returns whether a reading is among the [`readings`], in linear time.
pub fn admits(datagram: &[u8], reading: &Reading) -> bool {
    let Some((name, body)) = split_name(datagram) else {
        return *reading == Reading::Rejection;
    };
    let Reading::Event(event) = reading else {
        return may_reject(datagram);
    };
    let mut expected = event.params.iter();
    let all_match = parameters(body).all(|parameter| {
        expected.next().is_some_and(|expected| {
            let mut readings = parameter.readings.iter();
            readings.any(|reading| reading.param() == *expected)
        })
    });
    name == event.name && all_match && expected.next().is_none()
}

/// Lists, in order, the requirements of level `should` that decide how a datagram is read. If there
/// are some, a listener that departs from the readings gets a warning; if there are none, it fails.
///
/// - `T5`: a line starts with `::`;
/// - `T8`: a bare value starts with a quote that the end of its line does not close;
/// - `T10`: a quoted value ends in a backslash;
/// - `T13`: not all of the datagram is UTF-8;
/// - `T16`: the datagram is longer than [`MAX_DATAGRAM`].
pub fn advice(datagram: &[u8]) -> Vec<&'static str> {
    let body = split_name(datagram).map_or(&[][..], |(_, body)| body);
    let (mut t5, mut t8, mut t10) = (false, false, false);
    for parameter in parameters(body) {
        t5 |= parameter.line.starts_with(b"::");
        t8 |= parameter.readings.iter().any(ParameterReading::opens_quote);
        t10 |= parameter
            .readings
            .iter()
            .any(ParameterReading::ends_in_backslash);
    }
    let touched = [
        (t5, "T5"),
        (t8, "T8"),
        (t10, "T10"),
        (str::from_utf8(datagram).is_err(), "T13"),
        (datagram.len() > MAX_DATAGRAM, "T16"),
    ];
    let touched = touched.into_iter();
    touched.filter_map(|(is, id)| is.then_some(id)).collect()
}

/// An iterator over the admissible readings of a datagram, the preferred one first.
#[derive(Clone, Debug)]
pub struct Readings<'a> {
    name: &'a [u8],
    params: Vec<Choice<'a>>,
    state: ReadingsState,
}

/// The readings of a parameter, and the index of the reading that the next reading of the datagram
/// uses.
#[derive(Clone, Debug)]
struct Choice<'a> {
    readings: Vec<ParameterReading<'a>>,
    chosen: usize,
}

impl<'a> Choice<'a> {
    fn first(parameter: Parameter<'a>) -> Self {
        Self {
            readings: parameter.readings,
            chosen: 0,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum ReadingsState {
    Events { may_reject: bool },
    Rejection,
    End,
}

impl Iterator for Readings<'_> {
    type Item = Reading;

    fn next(&mut self) -> Option<Reading> {
        match self.state {
            ReadingsState::Events { may_reject } => {
                let chosen = |choice: &Choice<'_>| choice.readings[choice.chosen].param();
                let params: Vec<_> = self.params.iter().map(chosen).collect();
                if !self.advance() {
                    self.state = if may_reject {
                        ReadingsState::Rejection
                    } else {
                        ReadingsState::End
                    };
                }
                Some(Reading::Event(EventBuf::new(self.name, params)))
            }
            ReadingsState::Rejection => {
                self.state = ReadingsState::End;
                Some(Reading::Rejection)
            }
            ReadingsState::End => None,
        }
    }
}

impl Readings<'_> {
    /// Chooses the next combination, as an odometer does: the last parameter changes first. Returns
    /// whether there is a next combination.
    fn advance(&mut self) -> bool {
        for choice in self.params.iter_mut().rev() {
            choice.chosen += 1;
            if choice.chosen < choice.readings.len() {
                return true;
            }
            choice.chosen = 0;
        }
        false
    }
}

/// T1, T18: the name ends at the first line feed and is not empty.
fn split_name(datagram: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = datagram.iter().position(|byte| *byte == b'\n')?;
    (end > 0).then(|| (&datagram[..end], &datagram[end + 1..]))
}

/// T16, T17: returns whether a datagram with a name may be rejected.
fn may_reject(datagram: &[u8]) -> bool {
    !datagram.ends_with(b"\n") || datagram.len() > MAX_DATAGRAM
}
