//! The plain listener of the text dialect, in steps, and its faults.

mod bytes;
mod event_names;
mod framing;
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
    /// Finds where the name of the parameter at the start ends, and where its value begins.
    separator: StepRef<Option<(usize, usize)>>,
    /// Returns the reported name of a parameter.
    name: StepRef<Option<Vec<u8>>>,
    /// Finds the closing quote of the quoted value at the start, if there is one.
    closing: StepRef<Option<usize>>,
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
            separator: Box::new(separator),
            name: Box::new(|name| Some(name.into())),
            closing: Box::new(closing),
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
            if let Some((end, begin)) = (self.separator)(rest) {
                name = (self.name)(&rest[..end]);
                rest = &rest[begin..];
                at += begin;
            }
            let value = match (self.closing)(rest) {
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

fn closing(rest: &[u8]) -> Option<usize> {
    let content = rest.strip_prefix(b"\"")?;
    let close = (0..content.len())
        .find(|at| content[*at] == b'"' && (*at == 0 || content[at - 1] != b'\\'))?
        + 1;
    matches!(rest.get(close + 1), None | Some(b'\n')).then_some(close)
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
