use std::fmt;

use super::bytes_literal::BytesLiteral;
use super::event::TEXT_PIECES;
use super::mutate::{mutate, repeated, sequence};
use super::{ByteSource, Generate, TextEvent};
use crate::reference;
use event_datagram::EventBuf;
use event_datagram::text::{self, sender};

/// A datagram for readers of the text dialect: an event as either profile writes it, perhaps
/// mutated, or random pieces.
#[derive(Clone, PartialEq, Eq)]
pub struct TextDatagram(pub Vec<u8>);

/// Datagrams of the text dialect, back to back.
#[derive(Clone, PartialEq, Eq)]
pub struct TextSequence(pub Vec<Vec<u8>>);

/// The most repetitions of a piece, because the reference takes quadratic time for a datagram of
/// quotes only.
const MAX_REPETITION: usize = 2_048;

impl TextDatagram {
    /// Pieces that break text readers, alone and side by side: the words of a fuzzing dictionary.
    pub const PIECES: &[&[u8]] = TEXT_PIECES;

    /// Mutates the datagram in a few places: inserts, removes, replaces, doubles, moves or cuts off
    /// bytes.
    pub fn mutate(&mut self, source: &mut ByteSource<'_>) {
        mutate(&mut self.0, source, TEXT_PIECES);
    }
}

impl Generate for TextDatagram {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        if source.may_be_large() && source.one_in(100) {
            let lines = repeated(source, TEXT_PIECES, MAX_REPETITION);
            return Self([b"E\n", &lines[..]].concat());
        }
        Self(match source.weighted_index(&[4, 2, 4, 4, 1, 1]) {
            0 => written(source, Profile::Sender),
            1 => written(source, Profile::Documented),
            2 => {
                let mut datagram = written(source, Profile::Sender);
                mutate(&mut datagram, source, TEXT_PIECES);
                datagram
            }
            3 => [b"E\n".to_vec(), source.pieces(40, TEXT_PIECES)].concat(),
            4 => source.pieces(40, TEXT_PIECES),
            _ => source.take_rest().to_vec(),
        })
    }
}

/// Which profile writes a datagram.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Profile {
    /// The documented grammar. An event that it cannot represent is written as the sender writes
    /// it.
    Documented,
    /// What OpenSIPS really sends.
    Sender,
}

/// Returns an event as a profile writes it.
fn written(source: &mut ByteSource<'_>, profile: Profile) -> Vec<u8> {
    let TextEvent(event) = TextEvent::generate(source);
    if profile == Profile::Documented
        && let Some(datagram) = by_documented_grammar(&event)
    {
        return datagram;
    }
    let mut datagram = Vec::new();
    if sender::encode_to_vec(&event, &mut datagram).is_err() {
        // The event is longer than any profile allows, but a listener may receive such a datagram,
        // too.
        datagram = [event.name, b"\n\n".to_vec()].concat();
    }
    datagram
}

/// Returns an event as the documented grammar writes it, if the datagram reads back the same by
/// that grammar: values with quotes or carriage returns are quoted, and names contain neither.
fn by_documented_grammar(event: &EventBuf) -> Option<Vec<u8>> {
    let names = event.params.iter().filter_map(|param| param.name.as_ref());
    let mut name_bytes = names.chain([&event.name]).flatten();
    if name_bytes.any(|byte| b"'\"\r".contains(byte)) {
        return None;
    }
    let datagram = reference::text::encode(event, b"'\"\r\n");
    let back = text::documented::decode(&datagram);
    let reads_back = back.is_ok_and(|back| EventBuf::from_event(&back) == *event);
    reads_back.then_some(datagram)
}

impl Generate for TextSequence {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        Self(sequence(source, |source| TextDatagram::generate(source).0))
    }
}

impl fmt::Debug for TextDatagram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TextDatagram")
            .field(&BytesLiteral(&self.0))
            .finish()
    }
}

impl fmt::Debug for TextSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let datagrams: Vec<_> = self
            .0
            .iter()
            .map(|datagram| BytesLiteral(datagram))
            .collect();
        write!(f, "TextSequence(vec!{datagrams:?})")
    }
}

#[cfg(test)]
mod tests {
    use event_datagram::{EventBuf, ParamBuf};

    use super::by_documented_grammar;

    #[test]
    fn the_grammar_quotes_more_and_writes_only_what_reads_back() {
        for (param, expected) in [
            (ParamBuf::named("a", "b"), Some(&b"E\na::b\n\n"[..])),
            (
                ParamBuf::named("a", "\"b\""),
                Some(b"E\na::\"\\\"b\\\"\"\n\n"),
            ),
            (ParamBuf::unnamed("it's"), Some(b"E\n\"it's\"\n\n")),
            (ParamBuf::named("it's", "b"), None),
            (ParamBuf::named("a", 1), None),
        ] {
            let event = EventBuf::new("E", [param]);
            let datagram = by_documented_grammar(&event);
            assert_eq!(datagram.as_deref(), expected, "{event:?}");
        }
    }
}
