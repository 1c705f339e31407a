//! The plain listener of the text dialect, in steps, and its faults.

mod bytes;
mod closing;
mod event_names;
mod framing;
mod last_backslash;
mod names;
mod numbers;
mod order;
mod quoting;
mod separators;
mod sizes;
mod state;

use bstr::ByteSlice as _;

use crate::fault::{Fault, FaultGroup};
use crate::listener::{self, AddParam, Event, Listener, Param, Read, Reading, Step, Value};

pub(crate) const FAULT_GROUPS: &[FaultGroup<Reader>] = &[
    FaultGroup {
        title: "Framing",
        faults: framing::FAULTS,
    },
    FaultGroup {
        title: "Event names",
        faults: event_names::FAULTS,
    },
    FaultGroup {
        title: "Separators",
        faults: separators::FAULTS,
    },
    FaultGroup {
        title: "Names of arguments",
        faults: names::FAULTS,
    },
    FaultGroup {
        title: "Where quoted values begin and close",
        faults: closing::FAULTS,
    },
    FaultGroup {
        title: "Quoted values that end in a backslash",
        faults: last_backslash::FAULTS,
    },
    FaultGroup {
        title: "Quoting and escaping",
        faults: quoting::FAULTS,
    },
    FaultGroup {
        title: "Bytes",
        faults: bytes::FAULTS,
    },
    FaultGroup {
        title: "Numbers and words",
        faults: numbers::FAULTS,
    },
    FaultGroup {
        title: "Order and number of arguments",
        faults: order::FAULTS,
    },
    FaultGroup {
        title: "Sizes and time",
        faults: sizes::FAULTS,
    },
    FaultGroup {
        title: "What stays behind",
        faults: state::FAULTS,
    },
];

/// A step that borrows bytes.
type StepRef<Out> = listener::StepRef<[u8], Out>;

/// Reads a text datagram, step by step.
pub(crate) struct Reader {
    /// Finds the event's name, and where the parameters begin.
    head: StepRef<Result<(Vec<u8>, usize), String>>,
    /// Returns whether no parameter is left.
    is_end: StepRef<bool>,
    /// Finds the closing quote of a quoted value at the start of a line, if there is one.
    unnamed_closing: StepRef<Option<usize>>,
    /// Finds where the name of the parameter at the start ends, and where its value begins.
    separator: StepRef<Option<(usize, usize)>>,
    /// Returns the reported name of a parameter.
    name: StepRef<Option<Vec<u8>>>,
    /// Finds the closing quote of a quoted value behind a name, if there is one.
    named_closing: StepRef<Option<usize>>,
    /// Returns the value of the text between two quotes.
    unquote: StepRef<Vec<u8>>,
    /// Finds the end of the bare value at the start.
    line_end: StepRef<usize>,
    /// Returns the value of a bare text.
    bare: StepRef<Vec<u8>>,
    /// Returns the reported value.
    value: Step<Vec<u8>, Value>,
    /// Adds a parameter to those before it.
    store: AddParam,
    /// Returns the report of an event.
    finish: Step<Event, Reading>,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            head: Box::new(head),
            is_end: Box::new(is_end),
            unnamed_closing: Box::new(closing),
            separator: Box::new(separator),
            name: Box::new(|name| Some(name.into())),
            named_closing: Box::new(closing),
            unquote: Box::new(unquote),
            line_end: Box::new(line_end),
            bare: Box::new(<[u8]>::to_vec),
            value: Box::new(Value::Bytes),
            store: Box::new(Vec::push),
            finish: Box::new(Ok),
        }
    }
}

impl Read for Reader {
    fn read(&mut self, datagram: &[u8]) -> Reading {
        let (name, mut at) = (self.head)(datagram)?;
        let mut params = Vec::new();
        while !(self.is_end)(&datagram[at..]) {
            let mut rest = &datagram[at..];
            let mut name = None;
            let mut closing = (self.unnamed_closing)(rest);
            if closing.is_none()
                && let Some((end, begin)) = (self.separator)(rest)
            {
                name = (self.name)(&rest[..end]);
                rest = &rest[begin..];
                at += begin;
                closing = (self.named_closing)(rest);
            }
            let value = match closing {
                Some(close) => {
                    at += close + 2;
                    (self.unquote)(&rest[1..close])
                }
                None => {
                    let end = (self.line_end)(rest);
                    at += end + 1;
                    (self.bare)(&rest[..end])
                }
            };
            at = at.min(datagram.len());
            let value = (self.value)(value);
            (self.store)(&mut params, Param { name, value });
        }
        (self.finish)(Event { name, params })
    }
}

fn head(datagram: &[u8]) -> Result<(Vec<u8>, usize), String> {
    match datagram.find_byte(b'\n') {
        None => Err("there is no line feed".into()),
        Some(0) => Err("the event has no name".into()),
        Some(end) => Ok((datagram[..end].into(), end + 1)),
    }
}

fn is_end(rest: &[u8]) -> bool {
    matches!(rest, b"" | b"\n")
}

fn separator(rest: &[u8]) -> Option<(usize, usize)> {
    let end = line(rest).find("::").filter(|end| *end > 0)?;
    Some((end, end + 2))
}

/// Finds the quote that closes the value at the start: by T7, or else by T10.
fn closing(rest: &[u8]) -> Option<usize> {
    unescaped_closing(rest).or_else(|| escaped_closing(rest))
}

/// Finds the quote that closes by T7: the first without a backslash before it, if it can close.
fn unescaped_closing(rest: &[u8]) -> Option<usize> {
    unescaped_quote(rest).filter(|quote| can_close(rest, *quote))
}

/// Finds the quote that closes by T10: the last escaped one before the first without a backslash,
/// of those that can close.
fn escaped_closing(rest: &[u8]) -> Option<usize> {
    escaped_quotes(rest).rfind(|quote| can_close(rest, *quote))
}

/// Finds the first quote without a backslash before it, behind an opening quote at the start.
fn unescaped_quote(rest: &[u8]) -> Option<usize> {
    quotes(rest).find(|quote| rest[quote - 1] != b'\\')
}

/// Finds the escaped quotes before the first quote without a backslash.
fn escaped_quotes(rest: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
    quotes(&rest[..unescaped_quote(rest).unwrap_or(rest.len())])
}

/// Finds the quotes behind an opening quote at the start.
fn quotes(rest: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
    let end = if rest.starts_with(b"\"") {
        rest.len()
    } else {
        0
    };
    (1..end).filter(|at| rest[*at] == b'"')
}

/// Returns whether the quote at `quote` can close a value: it ends a line, and LF stands before it.
fn can_close(rest: &[u8], quote: usize) -> bool {
    ends_line(rest, quote) && rest[..quote].contains(&b'\n')
}

/// Returns whether a line or the datagram ends behind `at`.
fn ends_line(rest: &[u8], at: usize) -> bool {
    matches!(rest.get(at + 1), None | Some(b'\n'))
}

fn unquote(content: &[u8]) -> Vec<u8> {
    content.replace("\\\"", "\"")
}

fn line_end(rest: &[u8]) -> usize {
    rest.find_byte(b'\n').unwrap_or(rest.len())
}

/// Returns the line at the start.
fn line(rest: &[u8]) -> &[u8] {
    &rest[..line_end(rest)]
}

/// Helpers for faults that change bytes or texts.
impl Listener<Reader> {
    /// Changes every datagram before it is read.
    fn datagrams(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.receive = Box::new(move |datagram| vec![change(&datagram)]);
    }

    /// Drops datagrams silently.
    fn ignores(&mut self, is_ignored: fn(&[u8]) -> bool) {
        self.receive = Box::new(move |datagram| {
            if is_ignored(&datagram) {
                Vec::new()
            } else {
                vec![datagram]
            }
        });
    }

    /// Changes the names of events.
    fn event_names(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.reader.finish = Box::new(move |event| {
            Ok(Event {
                name: change(&event.name),
                ..event
            })
        });
    }

    /// Rejects events by their names.
    fn rejects_names(&mut self, is_rejected: fn(&[u8]) -> bool) {
        self.reader.finish = Box::new(move |event| {
            if is_rejected(&event.name) {
                Err("unknown event".into())
            } else {
                Ok(event)
            }
        });
    }

    /// Replaces the search for the closing quote, at the start of a line and behind a name.
    fn finds_closing(&mut self, search: impl Fn(&[u8]) -> Option<usize> + Copy + 'static) {
        self.reader.unnamed_closing = Box::new(search);
        self.reader.named_closing = Box::new(search);
    }

    /// Replaces the search for the quote that closes by T7, if it can close.
    fn finds_quote(&mut self, search: fn(&[u8]) -> Option<usize>) {
        self.finds_closing(move |rest| {
            search(rest)
                .filter(|quote| can_close(rest, *quote))
                .or_else(|| escaped_closing(rest))
        });
    }

    /// Changes the names of parameters.
    fn names(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.reader.name = Box::new(move |name| Some(change(name)));
    }

    /// Changes values.
    fn values(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.reader.value = Box::new(move |value| Value::Bytes(change(&value)));
    }

    /// Changes the text of values as it is in the datagram, quoted or not.
    fn raw_values(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.reader.bare = Box::new(change);
        self.reader.unquote = Box::new(change);
    }

    /// Changes all parameters of an event at once.
    fn params(&mut self, change: fn(Vec<Param>) -> Vec<Param>) {
        self.reader.finish = Box::new(move |event| {
            Ok(Event {
                params: change(event.params),
                ..event
            })
        });
    }
}

/// Names that every JavaScript object has.
const INHERITED: &[&[u8]] = &[b"constructor", b"toString", b"hasOwnProperty"];

/// Returns the bytes before the first NUL, as a C string does.
fn until_nul(bytes: &[u8]) -> Vec<u8> {
    bytes.split_str("\0").next().unwrap_or_default().into()
}

/// Changes or drops characters. Bytes that are not UTF-8 stay.
fn change_chars(bytes: &[u8], change: impl Fn(char) -> Option<char>) -> Vec<u8> {
    let mut changed = Vec::new();
    for chunk in bytes.utf8_chunks() {
        changed.extend(
            chunk
                .valid()
                .chars()
                .filter_map(&change)
                .collect::<String>()
                .into_bytes(),
        );
        changed.extend(chunk.invalid());
    }
    changed
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut pieces = text.split_str("%");
    let mut decoded = pieces.next().unwrap_or_default().to_vec();
    for piece in pieces {
        let byte = piece
            .get(..2)
            .and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        match byte {
            Some(byte) => decoded.extend([&[byte], &piece[2..]].concat()),
            None => decoded.extend([b"%", piece].concat()),
        }
    }
    decoded
}

/// Parses an integer as liberally as Python's `int`.
fn as_integer(text: &[u8]) -> Option<i64> {
    let digit = |c: char| match c {
        '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10),
        c => Some(c),
    };
    let text = str::from_utf8(text).ok()?.trim();
    text.chars()
        .filter(|c| *c != '_')
        .map(digit)
        .collect::<Option<String>>()?
        .parse()
        .ok()
}
