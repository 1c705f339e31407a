use event_datagram_oracle::laws::text;

use crate::family::Family;

const BYTES: &[&[u8]] = &[b"\n", b":", b"\"", b"\\", b"a", b"\xff"];

/// Every string of up to nine bytes.
pub(crate) fn families() -> Vec<Family> {
    vec![
        Family {
            name: "strings of up to 9 bytes, by the reference",
            symbols: BYTES,
            longest: 9,
            run: |string| {
                in_each_place(string, |datagram| {
                    text::decoder_agrees_with_reference(datagram);
                    text::documented_grammar_agrees_with_reference(datagram);
                    text::decoded_parts_are_slices_in_order(datagram);
                })
            },
        },
        // These laws take ten times as long.
        Family {
            name: "strings of up to 6 bytes, by the other laws",
            symbols: BYTES,
            longest: 6,
            run: |string| {
                in_each_place(string, |datagram| {
                    text::reference_admits_its_readings(datagram);
                    text::accessors_agree(datagram);
                    text::decoded_events_encode_as_checked(datagram);
                })
            },
        },
    ]
}

/// What precedes the string so that it lies across the sixteenth byte, where vectors end.
const ACROSS_16: &[u8; 12] = b"E_TEST\np::\"a";
/// What precedes the string so that it lies across the sixty-fourth byte, where windows end.
const ACROSS_64: &[u8; 60] = b"E_TEST\nfirst::a value without quotes\nname::\"a value with one";

/// Runs the laws on a string as a datagram, and inside a value across either border. Returns the
/// number of datagrams.
fn in_each_place(string: &[u8], laws: fn(&[u8])) -> u64 {
    laws(string);
    let mut buffer = [0; 96];
    let places = [(&ACROSS_16[..], &b"\n\n"[..]), (ACROSS_64, b"\"\nb::c\n\n")];
    for (before, behind) in places {
        let mut length = 0;
        for part in [before, string, behind] {
            buffer[length..][..part.len()].copy_from_slice(part);
            length += part.len();
        }
        laws(&buffer[..length]);
    }
    1 + places.len() as u64
}
