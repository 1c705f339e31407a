//! A decoder that uses the tape of `simd-json`, which is a list of all values.
//!
//! `simd-json` checks UTF-8, so it rejects strings of other bytes. Its tape keeps all parameters,
//! in their order.

use std::mem;

use event_datagram::Value;
use simd_json::{Buffers, INPUT_PADDING, Node, StaticNode, Tape, fill_tape_padded};

use super::json_part::JsonPart;

/// Reads datagrams one after the other, with the same buffers.
pub struct TapeReader {
    /// The copy of the datagram. The crate unescapes strings in place, so each datagram is copied.
    /// The spare space behind the datagram avoids a second copy, which the crate would make.
    input: Vec<u8>,
    buffers: Buffers,
    tape: Tape<'static>,
}

impl Default for TapeReader {
    fn default() -> Self {
        Self {
            input: Vec::new(),
            buffers: Buffers::default(),
            tape: Tape::null(),
        }
    }
}

impl TapeReader {
    /// Copies the datagram, parses any JSON into the tape, and calls `on_part` for each part of the
    /// event. Returns `None` if the datagram is no event.
    pub fn read(&mut self, datagram: &[u8], on_part: impl FnMut(JsonPart<'_>)) -> Option<()> {
        self.input.clear();
        self.input.extend_from_slice(datagram);
        self.input.resize(datagram.len() + INPUT_PADDING, 0);
        let mut tape = mem::replace(&mut self.tape, Tape(Vec::new())).reset();
        let parsed = fill_tape_padded(
            &mut self.input,
            datagram.len(),
            &mut self.buffers,
            &mut tape,
        );
        let read = parsed.ok().and_then(|()| visit(&tape.0, on_part));
        self.tape = tape.reset();
        read
    }
}

/// Calls `on_part` for each part of the event on a tape, where the members of an object follow the
/// object's node.
fn visit(tape: &[Node<'_>], mut on_part: impl FnMut(JsonPart<'_>)) -> Option<()> {
    let mut nodes = tape.iter();
    let Some(Node::Object { len, .. }) = nodes.next() else {
        return None;
    };
    for _ in 0..*len {
        match (string(nodes.next()?)?, nodes.next()?) {
            ("method", node) => on_part(JsonPart::Method(string(node)?)),
            ("params", Node::Object { len, .. }) => {
                for _ in 0..*len {
                    on_part(JsonPart::Name(string(nodes.next()?)?));
                    on_part(JsonPart::Value(value(nodes.next()?)?));
                }
            }
            ("params", Node::Array { len, .. }) => {
                for _ in 0..*len {
                    on_part(JsonPart::Value(value(nodes.next()?)?));
                }
            }
            ("params", _) => return None,
            (_, Node::Object { count, .. } | Node::Array { count, .. }) => {
                nodes.by_ref().take(*count).for_each(drop);
            }
            _ => {}
        }
    }
    Some(())
}

fn string<'a>(node: &Node<'a>) -> Option<&'a str> {
    match node {
        Node::String(text) => Some(text),
        _ => None,
    }
}

fn value<'a>(node: &Node<'a>) -> Option<Value<'a>> {
    match node {
        Node::String(text) => Some(Value::from(*text)),
        Node::Static(StaticNode::I64(integer)) => Some(Value::Integer(*integer)),
        Node::Static(StaticNode::U64(integer)) => i64::try_from(*integer).ok().map(Value::Integer),
        Node::Static(StaticNode::Null) => Some(Value::Null),
        _ => None,
    }
}
