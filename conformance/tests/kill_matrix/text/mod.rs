//! The plain listener of the text dialect, in steps, and what can be wrong with it.

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

use crate::bug::{Area, Bug};
use crate::listener::{self, Event, Listener, Param, Read, Reading, Step, Store, Value};

pub(crate) const AREAS: &[Area<Reader>] = &[
    Area {
        title: "Framing",
        bugs: framing::BUGS,
    },
    Area {
        title: "Event names",
        bugs: event_names::BUGS,
    },
    Area {
        title: "Separators",
        bugs: separators::BUGS,
    },
    Area {
        title: "Names of arguments",
        bugs: names::BUGS,
    },
    Area {
        title: "Quoting and escaping",
        bugs: quoting::BUGS,
    },
    Area {
        title: "Bytes",
        bugs: bytes::BUGS,
    },
    Area {
        title: "Numbers and words",
        bugs: numbers::BUGS,
    },
    Area {
        title: "Order and number of arguments",
        bugs: order::BUGS,
    },
    Area {
        title: "Sizes and time",
        bugs: sizes::BUGS,
    },
    Area {
        title: "What stays behind",
        bugs: state::BUGS,
    },
];

/// A step that looks at bytes.
type Look<Out> = listener::Look<[u8], Out>;

/// Reads a text datagram, step by step.
pub(crate) struct Reader {
    /// The event's name, and where the arguments begin.
    head: Look<Result<(Vec<u8>, usize), String>>,
    /// Whether no argument is left.
    is_end: Look<bool>,
    /// Where the name of the argument that begins here ends, and where its value begins.
    separator: Look<Option<(usize, usize)>>,
    /// What is reported as the name of an argument.
    name: Look<Option<Vec<u8>>>,
    /// Where the quoted value that begins here is closed, if one begins here.
    closing: Look<Option<usize>>,
    /// What the text between two quotes means.
    unquote: Look<Vec<u8>>,
    /// Where the bare value that begins here ends.
    line_end: Look<usize>,
    /// What a bare text means.
    bare: Look<Vec<u8>>,
    /// What is reported as a value.
    value: Step<Vec<u8>, Value>,
    /// Puts an argument to those before it.
    store: Store,
    /// What is reported as an event.
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

/// The line that begins here.
fn line(rest: &[u8]) -> &[u8] {
    &rest[..line_end(rest)]
}

/// Short ways to plant what changes bytes or texts.
impl Listener<Reader> {
    /// Changes every datagram before it is read.
    fn datagrams(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.receive = Box::new(move |datagram| vec![change(&datagram)]);
    }

    /// Drops datagrams without a word.
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

    /// Changes the names of arguments.
    fn names(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.reader.name = Box::new(move |name| Some(change(name)));
    }

    /// Changes values.
    fn values(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.reader.value = Box::new(move |value| Value::Bytes(change(&value)));
    }

    /// Changes the text of values as it stands on the wire, quoted or not.
    fn raw_values(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.reader.bare = Box::new(change);
        self.reader.unquote = Box::new(change);
    }

    /// Changes all arguments of an event at once.
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

/// What a C string keeps.
fn until_nul(bytes: &[u8]) -> Vec<u8> {
    bytes.split_str("\0").next().unwrap_or_default().into()
}

/// Changes or drops characters. What is not UTF-8 stays.
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

/// Reads an integer as liberally as Python's `int`.
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
