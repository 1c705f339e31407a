use bstr::ByteSlice as _;

use super::inject::always;
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "rejects-what-is-not-utf8",
        sentence: "drops a datagram that is not UTF-8",
        requirement: "J9",
        injection: always(|listener| {
            listener.ignores(|datagram| str::from_utf8(datagram).is_err())
        }),
    },
    Fault {
        slug: "replaces-what-is-not-utf8",
        sentence: "replaces bytes that are not UTF-8 by U+FFFD, one for each character that was cut short",
        requirement: "J9",
        injection: always(|listener| {
            listener.datagrams(|datagram| datagram.to_str_lossy().into_owned().into());
        }),
    },
    Fault {
        slug: "replaces-each-byte-that-is-not-utf8",
        sentence: "replaces each byte that is not UTF-8 by U+FFFD, as `encoding/json` of Go does",
        requirement: "J9",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                let text = datagram.utf8_chunks().flat_map(|chunk| {
                    let invalid = chunk.invalid().iter();
                    let replaced = invalid.map(|_| char::REPLACEMENT_CHARACTER);
                    chunk.valid().chars().chain(replaced)
                });
                text.collect::<String>().into()
            });
        }),
    },
    Fault {
        slug: "drops-what-is-not-utf8",
        sentence: "removes bytes that are not UTF-8, as `decode(errors='ignore')` of Python does",
        requirement: "J9",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                datagram
                    .utf8_chunks()
                    .flat_map(|chunk| chunk.valid().bytes())
                    .collect()
            });
        }),
    },
    Fault {
        slug: "reads-latin-1",
        sentence: "decodes datagrams as ISO-8859-1, so that each byte from 0x80 becomes a character of its own",
        requirement: "J3",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                datagram
                    .iter()
                    .map(|byte| char::from(*byte))
                    .collect::<String>()
                    .into()
            });
        }),
    },
    Fault {
        slug: "replaces-what-is-not-ascii",
        sentence: "replaces characters that are not ASCII by `?`, as `encode('ascii', 'replace')` does",
        requirement: "J3",
        injection: always(|listener| {
            listener.strings(|text| {
                let ascii = |c: char| if c.is_ascii() { c } else { '?' };
                text.chars().map(ascii).collect::<String>().into()
            });
        }),
    },
    Fault {
        slug: "drops-what-is-not-ascii",
        sentence: "removes bytes from 0x80 from a datagram",
        requirement: "J3",
        injection: always(|listener| {
            listener.datagrams(|datagram| datagram.iter().copied().filter(u8::is_ascii).collect());
        }),
    },
    Fault {
        slug: "decodes-overlong-quotes",
        sentence: "decodes overlong UTF-8, so that the bytes c0 a2 are a quote",
        requirement: "J9",
        injection: always(|listener| {
            listener.datagrams(|datagram| datagram.replace(b"\xc0\xa2", "\""));
        }),
    },
];
