//! The rulings T1 to T20, written as they are read: the oracle for decoders of the text dialect.
//!
//! It shares no code with [`text::decode`](event_datagram::text::decode), allocates freely, and is as slow as it likes.
//!
//! ```
//! use event_datagram::{EventBuf, ParamBuf};
//! use event_datagram_oracle::reference::{Reading, text};
//!
//! // Nobody can tell an unnamed address from a parameter `2001:db8` (T6).
//! let event = |param| Reading::Event(EventBuf::new("E_TEST", [param]));
//! let readings: Vec<_> = text::readings(b"E_TEST\n2001:db8::1\n\n").collect();
//! assert_eq!(readings, [
//!     event(ParamBuf::named("2001:db8", "1")),
//!     event(ParamBuf::unnamed("2001:db8::1")),
//! ]);
//! ```

use std::collections::BTreeSet;

use super::Reading;
use event_datagram::{EventBuf, MAX_DATAGRAM, ParamBuf};

/// Gives the first reading: the one that [`text::decode`](event_datagram::text::decode) must give too.
pub fn decode(datagram: &[u8]) -> Reading {
    readings(datagram).next().unwrap_or(Reading::Rejection)
}

/// Lists every admissible reading, the first one first. Their number can grow exponentially with the datagram: take
/// few, or ask [`admits`].
///
/// More than one are admissible
///
/// - where a line holds `::` behind something that is no plain identifier (letters, digits, `_`, `.`, `-`): the line is a
///   named value, or an unnamed one that holds `::` (T6);
/// - where a value is quoted on one line: by the grammar the quotes go, by the sender they are part of it (T9);
/// - where a backslash stands before a quote that ends a line: it may escape the quote or end the value (T10);
/// - where the last line has no line feed (T17), or the datagram is longer than [`MAX_DATAGRAM`] (T16): it may be rejected.
pub fn readings(datagram: &[u8]) -> Readings<'_> {
    let Some((name, body)) = split_name(datagram) else {
        return Readings {
            name: b"",
            body: b"",
            path: Vec::new(),
            state: State::Rejection,
        };
    };
    let may_reject = !datagram.ends_with(b"\n") || datagram.len() > MAX_DATAGRAM;
    Readings {
        name,
        body,
        path: Vec::new(),
        state: State::Start { may_reject },
    }
}

/// Tells whether a reading is among the [`readings`], without listing them all.
pub fn admits(datagram: &[u8], reading: &Reading) -> bool {
    let Some((name, body)) = split_name(datagram) else {
        return *reading == Reading::Rejection;
    };
    let Reading::Event(event) = reading else {
        return !datagram.ends_with(b"\n") || datagram.len() > MAX_DATAGRAM;
    };
    // Each entry: so many parameters agree with the bytes up to here. A pair is never worth a second visit.
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
            for argument in arguments(rest) {
                if argument.param() == *expected {
                    open.push((count + 1, argument.rest));
                }
            }
        }
    }
    false
}

/// Names the requirements of level *should* on which some reading of a datagram rests, in order. Whoever departs from the readings
/// of such a datagram is warned; of any other, the readings are all that a listener may make of it.
///
/// - `T5`: a line starts with `::`;
/// - `T8`: a value starts with a quote that is not closed;
/// - `T13`: not all of it is UTF-8.
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
            t8 |= matches!(first, (Value::Bare(bare), _) if bare.starts_with(b"\""));
        }
        open.extend(arguments(rest).iter().map(|argument| argument.rest));
    }
    let t13 = str::from_utf8(datagram).is_err();
    let touched = [(t5, "T5"), (t8, "T8"), (t13, "T13")].into_iter();
    touched.filter_map(|(is, id)| is.then_some(id)).collect()
}

/// The admissible readings of a datagram, the first one first.
#[derive(Clone, Debug)]
pub struct Readings<'a> {
    name: &'a [u8],
    body: &'a [u8],
    /// For each argument taken: what it may be, the one that is taken now last.
    path: Vec<Vec<Argument<'a>>>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Start { may_reject: bool },
    Events { may_reject: bool },
    Rejection,
    End,
}

impl Iterator for Readings<'_> {
    type Item = Reading;

    fn next(&mut self) -> Option<Reading> {
        match self.state {
            State::Start { may_reject } => self.state = State::Events { may_reject },
            State::Events { may_reject } => {
                // Back to the last argument that has another reading.
                while let Some(alternatives) = self.path.last_mut() {
                    alternatives.pop();
                    if !alternatives.is_empty() {
                        break;
                    }
                    self.path.pop();
                }
                if self.path.is_empty() {
                    self.state = if may_reject {
                        State::Rejection
                    } else {
                        State::End
                    };
                    return self.next();
                }
            }
            State::Rejection => {
                self.state = State::End;
                return Some(Reading::Rejection);
            }
            State::End => return None,
        }
        let mut rest = self
            .taken()
            .next_back()
            .map_or(self.body, |argument| argument.rest);
        while !at_end(rest) {
            let mut alternatives = arguments(rest);
            alternatives.reverse();
            self.path.push(alternatives);
            rest = self
                .taken()
                .next_back()
                .map_or(&[], |argument| argument.rest);
        }
        let params: Vec<_> = self.taken().map(Argument::param).collect();
        Some(Reading::Event(EventBuf::new(self.name, params)))
    }
}

impl<'a> Readings<'a> {
    fn taken(&self) -> impl DoubleEndedIterator<Item = &Argument<'a>> {
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

/// T2: nothing is left, or the end mark alone.
fn at_end(rest: &[u8]) -> bool {
    rest.is_empty() || rest == b"\n"
}

/// One argument, read in one way.
#[derive(Clone, Debug)]
struct Argument<'a> {
    name: Option<&'a [u8]>,
    value: Value<'a>,
    /// What stands behind it.
    rest: &'a [u8],
}

#[derive(Clone, Copy, Debug)]
enum Value<'a> {
    Bare(&'a [u8]),
    /// Between the quotes.
    Quoted(&'a [u8]),
}

impl Argument<'_> {
    fn param(&self) -> ParamBuf {
        let value = match self.value {
            Value::Bare(bytes) => bytes.to_vec(),
            Value::Quoted(bytes) => unescape(bytes),
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

/// Every way to read the argument at the start of `rest`, the first one first.
fn arguments(rest: &[u8]) -> Vec<Argument<'_>> {
    let mut found = Vec::new();
    for (name, start) in names(first_line(rest)) {
        for (value, length) in values(&rest[start..]) {
            // The line feed behind it, if there is one, belongs to it.
            let end = (start + length + 1).min(rest.len());
            found.push(Argument {
                name,
                value,
                rest: &rest[end..],
            });
        }
    }
    found
}

/// T4, T5, T6: the names that a line may begin with, and where the value then starts.
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

/// T7 to T10: the values that may stand here, and their lengths with the quotes.
fn values(text: &[u8]) -> Vec<(Value<'_>, usize)> {
    let line = first_line(text);
    let bare = (Value::Bare(line), line.len());
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
        let quoted = (Value::Quoted(&text[1..at]), at + 1);
        if text[at - 1] != b'\\' {
            closing = ends_line.then_some(quoted);
            break;
        }
        if ends_line {
            escaped.push(quoted);
        }
    }
    let on_one_line = |(_, length): &(Value<'_>, usize)| *length <= line.len();
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
