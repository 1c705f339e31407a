use event_datagram_oracle::laws::text;

use crate::family::{Context, Family, in_each_context};

const BYTES: &[&[u8]] = &[b"\n", b":", b"\"", b"\\", b"a", b"\xff"];

/// Returns the families, which together try every string of up to nine bytes.
pub(crate) fn families() -> Vec<Family> {
    vec![
        Family {
            name: "strings of up to 9 bytes, by the reference",
            symbols: BYTES,
            longest: 9,
            run: |string| in_each_context(string, &CONTEXTS, by_reference),
        },
        // These laws take ten times as long.
        Family {
            name: "strings of up to 6 bytes, by the other laws",
            symbols: BYTES,
            longest: 6,
            run: |string| in_each_context(string, &CONTEXTS, by_other_laws),
        },
    ]
}

/// The contexts of a string: alone; within a value across the sixteenth byte, where a SIMD vector
/// ends; and across the sixty-fourth byte, where a window of the decoder ends.
const CONTEXTS: [Context; 3] = [
    Context {
        before: b"",
        behind: b"",
    },
    Context {
        before: b"E_TEST\np::\"a",
        behind: b"\n\n",
    },
    Context {
        before: b"E_TEST\nfirst::a value without quotes\nname::\"a value with one",
        behind: b"\"\nb::c\n\n",
    },
];

fn by_reference(datagram: &[u8]) {
    text::decoder_agrees_with_reference(datagram);
    text::documented_grammar_agrees_with_reference(datagram);
    text::decoded_parts_are_slices_in_order(datagram);
}

fn by_other_laws(datagram: &[u8]) {
    text::reference_admits_its_readings(datagram);
    text::accessors_agree(datagram);
    text::decoded_events_encode_as_checked(datagram);
}
