//! A correct reader of the text dialect, in steps that faults can change.

use std::sync::LazyLock;

use bstr::{ByteSlice as _, Finder};

use super::quotes::{Closing, unquote};
use crate::faults::chain::{Step, StepRef, Store};
use crate::faults::event::{Event, Param, Reading, Value};
use crate::faults::listener::Read;
use crate::faults::process::Process;

/// A reader of text datagrams. Each field is a step that faults can change.
pub(in crate::faults) struct Reader {
    /// Finds the event's name, and where the parameters begin.
    pub(super) head: StepRef<[u8], Result<Head, String>>,
    /// Returns whether no parameter is left.
    pub(super) is_end: StepRef<[u8], bool>,
    /// Finds the closing quote of a quoted value at the start of a line, if there is one.
    pub(super) unnamed_closing: Closing,
    /// Finds where the name of the parameter at the start ends, and where its value begins.
    pub(super) separator: StepRef<[u8], Option<(usize, usize)>>,
    /// Returns the reported name of a parameter.
    pub(super) name: StepRef<[u8], Option<Vec<u8>>>,
    /// Finds the closing quote of a quoted value behind a name, if there is one.
    pub(super) named_closing: Closing,
    /// Returns the value of the text between two quotes.
    pub(super) unquote: StepRef<[u8], Vec<u8>>,
    /// Finds the end of the bare value at the start.
    pub(super) line_end: StepRef<[u8], usize>,
    /// Returns the value of a bare text.
    pub(super) bare: StepRef<[u8], Vec<u8>>,
    /// Returns the reported value.
    pub(super) value: Step<Vec<u8>, Value>,
    /// Adds a parameter to the earlier ones.
    pub(super) store: Store<Param>,
    /// Returns the report of an event.
    pub(super) finish: Step<Event, Reading>,
    pub(super) process: Process,
}

impl Read for Reader {
    fn new(process: &Process) -> Self {
        Self {
            head: StepRef::new(head),
            is_end: StepRef::new(is_end),
            unnamed_closing: Closing::default(),
            separator: StepRef::new(separator),
            name: StepRef::new(|name: &[u8]| Some(name.into())),
            named_closing: Closing::default(),
            unquote: StepRef::new(unquote),
            line_end: StepRef::new(line_end),
            bare: StepRef::new(<[u8]>::to_vec),
            value: Step::new(Value::Bytes),
            store: Store::default(),
            finish: Step::new(Ok),
            process: process.clone(),
        }
    }

    fn read(&mut self, datagram: &[u8]) -> Reading {
        let (name, mut at) = self.head.call(datagram)?;
        let mut params = Vec::new();
        let mut count = 0;
        while !self.is_end.call(&datagram[at..]) {
            // A parameter takes at least one byte, so more parameters than bytes mean an endless
            // loop.
            if count > datagram.len() {
                self.process.hang();
            }
            if self.process.ended().is_some() {
                break;
            }
            count += 1;
            let mut rest = &datagram[at..];
            let mut name = None;
            let mut closing = self.unnamed_closing.search.call(rest);
            if closing.is_none()
                && let Some((end, begin)) = self.separator.call(rest)
            {
                name = self.name.call(&rest[..end]);
                rest = &rest[begin..];
                at += begin;
                closing = self.named_closing.search.call(rest);
            }
            let value = match closing {
                Some(close) => {
                    at += close + 2;
                    self.unquote.call(&rest[1..close])
                }
                None => {
                    let end = self.line_end.call(rest);
                    at += end + 1;
                    self.bare.call(&rest[..end])
                }
            };
            at = at.min(datagram.len());
            let value = self.value.call(value);
            self.store.call(&mut params, Param { name, value });
        }
        self.finish.call(Event { name, params })
    }
}

/// The event's name, and where the parameters begin.
pub(super) type Head = (Vec<u8>, usize);

pub(super) fn head(datagram: &[u8]) -> Result<Head, String> {
    match datagram.find_byte(b'\n') {
        None => Err("there is no line feed".into()),
        Some(0) => Err("the event has no name".into()),
        Some(end) => Ok((datagram[..end].into(), end + 1)),
    }
}

pub(super) fn is_end(rest: &[u8]) -> bool {
    matches!(rest, b"" | b"\n")
}

/// Finds separators. Made once, because that takes longer than the search of a line.
static SEPARATOR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("::"));

pub(super) fn separator(rest: &[u8]) -> Option<(usize, usize)> {
    let end = SEPARATOR.find(line(rest)).filter(|end| *end > 0)?;
    Some((end, end + 2))
}

pub(super) fn line_end(rest: &[u8]) -> usize {
    rest.find_byte(b'\n').unwrap_or(rest.len())
}

/// Returns the line at the start.
pub(super) fn line(rest: &[u8]) -> &[u8] {
    &rest[..line_end(rest)]
}
