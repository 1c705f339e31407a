use std::fmt;

use super::event::TEXT_PIECES;
use super::mutate::{mutate, over_and_over, sequence};
use super::{Generate, Literal, Source, TextEvent};
use event_datagram::text::{documented, sender};

/// A datagram for readers of the text dialect: written by either profile, changed behind that, or never written by any.
#[derive(Clone, PartialEq, Eq)]
pub struct TextDatagram(pub Vec<u8>);

/// Datagrams of the text dialect, back to back.
#[derive(Clone, PartialEq, Eq)]
pub struct TextSequence(pub Vec<Vec<u8>>);

/// The reference lists what a datagram of nothing but quotes means in time that grows with the square of its length.
const LONGEST_REPETITION: usize = 2_048;

impl Generate for TextDatagram {
    fn generate(source: &mut Source<'_>) -> Self {
        if source.may_be_large() && source.once_in(100) {
            let lines = over_and_over(source, TEXT_PIECES, LONGEST_REPETITION);
            return Self([b"E\n", &lines[..]].concat());
        }
        Self(match source.weighted(&[4, 2, 4, 4, 1, 1]) {
            0 => written(source, false),
            1 => written(source, true),
            2 => {
                let mut datagram = written(source, false);
                mutate(&mut datagram, source, TEXT_PIECES);
                datagram
            }
            3 => [b"E\n".to_vec(), source.pieces(40, TEXT_PIECES)].concat(),
            4 => source.pieces(40, TEXT_PIECES),
            _ => source.rest().to_vec(),
        })
    }
}

/// Writes an event as the documented grammar has it, if it can and shall, else as the sender does.
fn written(source: &mut Source<'_>, documented: bool) -> Vec<u8> {
    let TextEvent(event) = TextEvent::generate(source);
    let mut datagram = Vec::new();
    let done = documented && documented::encode_to_vec(&event, &mut datagram).is_ok();
    if !done && sender::encode_to_vec(&event, &mut datagram).is_err() {
        // Longer than any profile goes: that, too, may arrive.
        datagram = [event.name, b"\n\n".to_vec()].concat();
    }
    datagram
}

impl Generate for TextSequence {
    fn generate(source: &mut Source<'_>) -> Self {
        Self(sequence(source, |source| TextDatagram::generate(source).0))
    }
}

impl fmt::Debug for TextDatagram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TextDatagram")
            .field(&Literal(&self.0))
            .finish()
    }
}

impl fmt::Debug for TextSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let datagrams: Vec<_> = self.0.iter().map(|datagram| Literal(datagram)).collect();
        write!(f, "TextSequence(vec!{datagrams:?})")
    }
}
