//! The reference decoder of the text dialect: the rulings T1 to T20 as directly as possible.
//!
//! It shares no code with [`text::decode`](event_datagram::text::decode), allocates freely, and is
//! not optimised.
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

use std::collections::BTreeSet;

use super::Reading;
use event_datagram::{EventBuf, MAX_DATAGRAM, ParamBuf, ValueBuf};

/// Returns the first of the [`readings`], which is the one that
/// [`text::decode`](event_datagram::text::decode) must return.
pub fn decode(datagram: &[u8]) -> Reading {
    readings(datagram).next().unwrap_or(Reading::Rejection)
}

/// Lists every admissible reading, the preferred one first. Their number can grow exponentially
/// with the length of the datagram: take a few, or call [`admits`].
///
/// More than one reading is admissible
///
/// - where a line holds `::` behind something that is no plain identifier (letters, digits, `_`,
///   `.`, `-`): the line is a named value, or an unnamed one that holds `::` (T6);
/// - where a value is quoted on one line: by the grammar the quotes are removed, by the sender they
///   are part of the value (T9);
/// - where a backslash stands before a quote that ends a line: it may escape the quote or end the
///   value (T10);
/// - where the last line has no line feed (T17), or the datagram is longer than [`MAX_DATAGRAM`]
///   (T16): it may be rejected.
pub fn readings(datagram: &[u8]) -> Readings<'_> {
    let Some((name, body)) = split_name(datagram) else {
        return Readings {
            name: b"",
            body: b"",
            path: Vec::new(),
            state: ReadingsState::Rejection,
        };
    };
    let may_reject = !datagram.ends_with(b"\n") || datagram.len() > MAX_DATAGRAM;
    Readings {
        name,
        body,
        path: Vec::new(),
        state: ReadingsState::Start { may_reject },
    }
}

/// Encodes an event as the sender does, but quotes the values that hold a byte of `quoted`: a line
/// feed for the sender itself; quotes and carriage returns, too, for the documented grammar.
pub fn encode(event: &EventBuf, quoted: &[u8]) -> Vec<u8> {
    let mut datagram = event.name.clone();
    datagram.push(b'\n');
    for param in &event.params {
        // An empty name is none.
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

/// Returns whether a reading is among the [`readings`], in polynomial time.
pub fn admits(datagram: &[u8], reading: &Reading) -> bool {
    let Some((name, body)) = split_name(datagram) else {
        return *reading == Reading::Rejection;
    };
    let Reading::Event(event) = reading else {
        return !datagram.ends_with(b"\n") || datagram.len() > MAX_DATAGRAM;
    };
    // Each entry: the number of parameters that match so far, and the bytes behind them. A pair is
    // never visited twice.
    let mut open = vec![(0, body)];
    let mut seen = BTreeSet::new();
    while let Some((count, rest)) = open.pop() {
        if !seen.insert((count, rest.len())) {
            continue;
        }
        if at_end(rest) {
            if name == event.name && count == event.params.len() {
                return true;
            }
        } else if let Some(expected) = event.params.get(count) {
            for parameter in parameters(rest) {
                if parameter.param() == *expected {
                    open.push((count + 1, parameter.rest));
                }
            }
        }
    }
    false
}

/// Lists the requirements of level *should* on which some reading of a datagram rests, in order.
/// A listener that departs from the readings of such a datagram is warned; of any other datagram,
/// the readings are the only ones allowed.
///
/// - `T5`: a line starts with `::`;
/// - `T8`: a value starts with a quote that is not closed;
/// - `T13`: not all of the datagram is UTF-8.
pub fn advice(datagram: &[u8]) -> Vec<&'static str> {
    let (mut t5, mut t8) = (false, false);
    let body = split_name(datagram).map_or(&[][..], |(_, body)| body);
    let mut open = vec![body];
    let mut seen = BTreeSet::new();
    while let Some(rest) = open.pop() {
        if at_end(rest) || !seen.insert(rest.len()) {
            continue;
        }
        t5 |= rest.starts_with(b"::");
        for (_, start) in names(first_line(rest)) {
            let first = values(&rest[start..]).swap_remove(0);
            t8 |= matches!(first, (ValueReading::Bare(bare), _) if bare.starts_with(b"\""));
        }
        open.extend(parameters(rest).iter().map(|parameter| parameter.rest));
    }
    let t13 = str::from_utf8(datagram).is_err();
    let touched = [(t5, "T5"), (t8, "T8"), (t13, "T13")].into_iter();
    touched.filter_map(|(is, id)| is.then_some(id)).collect()
}

/// An iterator over the admissible readings of a datagram, the preferred one first.
#[derive(Clone, Debug)]
pub struct Readings<'a> {
    name: &'a [u8],
    body: &'a [u8],
    /// For each parameter of the current reading: its readings that are left, the current one last.
    path: Vec<Vec<ParameterReading<'a>>>,
    state: ReadingsState,
}

#[derive(Clone, Copy, Debug)]
enum ReadingsState {
    Start { may_reject: bool },
    Events { may_reject: bool },
    Rejection,
    End,
}

impl Iterator for Readings<'_> {
    type Item = Reading;

    fn next(&mut self) -> Option<Reading> {
        match self.state {
            ReadingsState::Start { may_reject } => {
                self.state = ReadingsState::Events { may_reject }
            }
            ReadingsState::Events { may_reject } => {
                // Backtracks to the last parameter that has another reading.
                while let Some(alternatives) = self.path.last_mut() {
                    alternatives.pop();
                    if !alternatives.is_empty() {
                        break;
                    }
                    self.path.pop();
                }
                if self.path.is_empty() {
                    self.state = if may_reject {
                        ReadingsState::Rejection
                    } else {
                        ReadingsState::End
                    };
                    return self.next();
                }
            }
            ReadingsState::Rejection => {
                self.state = ReadingsState::End;
                return Some(Reading::Rejection);
            }
            ReadingsState::End => return None,
        }
        let mut rest = self
            .current()
            .next_back()
            .map_or(self.body, |parameter| parameter.rest);
        while !at_end(rest) {
            let mut alternatives = parameters(rest);
            alternatives.reverse();
            self.path.push(alternatives);
            rest = self
                .current()
                .next_back()
                .map_or(&[], |parameter| parameter.rest);
        }
        let params: Vec<_> = self.current().map(ParameterReading::param).collect();
        Some(Reading::Event(EventBuf::new(self.name, params)))
    }
}

impl<'a> Readings<'a> {
    fn current(&self) -> impl DoubleEndedIterator<Item = &ParameterReading<'a>> {
        self.path
            .iter()
            .filter_map(|alternatives| alternatives.last())
    }
}

/// T1, T18: the name ends at the first line feed and is not empty.
fn split_name(datagram: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = datagram.iter().position(|byte| *byte == b'\n')?;
    (end > 0).then(|| (&datagram[..end], &datagram[end + 1..]))
}

/// T2: returns whether nothing is left but the end mark.
fn at_end(rest: &[u8]) -> bool {
    rest.is_empty() || rest == b"\n"
}

/// One way to read a parameter.
#[derive(Clone, Debug)]
struct ParameterReading<'a> {
    name: Option<&'a [u8]>,
    value: ValueReading<'a>,
    /// The bytes behind the parameter.
    rest: &'a [u8],
}

#[derive(Clone, Copy, Debug)]
enum ValueReading<'a> {
    Bare(&'a [u8]),
    /// The text between the quotes.
    Quoted(&'a [u8]),
}

impl ParameterReading<'_> {
    fn param(&self) -> ParamBuf {
        let value = match self.value {
            ValueReading::Bare(bytes) => bytes.to_vec(),
            ValueReading::Quoted(bytes) => unescape(bytes),
        };
        ParamBuf {
            name: self.name.map(<[u8]>::to_vec),
            value: value.into(),
        }
    }
}

/// T7: `\"` is read as `"`, and every other backslash is kept.
fn unescape(quoted: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    for (at, byte) in quoted.iter().enumerate() {
        if *byte == b'\\' && quoted.get(at + 1) == Some(&b'"') {
            continue;
        }
        content.push(*byte);
    }
    content
}

/// Lists every way to read the parameter at the start of `rest`, the preferred one first.
fn parameters(rest: &[u8]) -> Vec<ParameterReading<'_>> {
    let mut found = Vec::new();
    for (name, start) in names(first_line(rest)) {
        for (value, length) in values(&rest[start..]) {
            // The line feed at its end, if there is one, belongs to the parameter.
            let end = (start + length + 1).min(rest.len());
            found.push(ParameterReading {
                name,
                value,
                rest: &rest[end..],
            });
        }
    }
    found
}

/// T4, T5, T6: lists the names that a line may begin with, and where the value then starts.
fn names(line: &[u8]) -> Vec<(Option<&[u8]>, usize)> {
    let separator = line.windows(2).position(|pair| pair == b"::");
    match separator {
        None | Some(0) => vec![(None, 0)],
        Some(at) => {
            let named = (Some(&line[..at]), at + 2);
            if is_plain(&line[..at]) {
                vec![named]
            } else {
                vec![named, (None, 0)]
            }
        }
    }
}

fn is_plain(name: &[u8]) -> bool {
    name.iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte))
}

/// T7 to T10: lists the values that may stand here, with their lengths, quotes included.
fn values(text: &[u8]) -> Vec<(ValueReading<'_>, usize)> {
    let line = first_line(text);
    let bare = (ValueReading::Bare(line), line.len());
    if !text.starts_with(b"\"") {
        return vec![bare];
    }
    let mut closing = None;
    let mut escaped = Vec::new();
    for at in 1..text.len() {
        if text[at] != b'"' {
            continue;
        }
        let ends_line = at + 1 == text.len() || text[at + 1] == b'\n';
        let quoted = (ValueReading::Quoted(&text[1..at]), at + 1);
        if text[at - 1] != b'\\' {
            closing = ends_line.then_some(quoted);
            break;
        }
        if ends_line {
            escaped.push(quoted);
        }
    }
    let on_one_line = |(_, length): &(ValueReading<'_>, usize)| *length <= line.len();
    let mut found = Vec::new();
    match closing {
        Some(quoted) => {
            let bare_too = on_one_line(&quoted) || escaped.iter().any(on_one_line);
            found.push(quoted);
            found.append(&mut escaped);
            if bare_too {
                found.push(bare);
            }
        }
        None => {
            found.push(bare);
            found.append(&mut escaped);
        }
    }
    found
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == b'\n').next().unwrap_or_default()
}
