use bstr::ByteSlice as _;

use super::inject::{always, number};
use super::quotes::unescaped_quote;
use super::reader::Reader;
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "reads-at-most",
        sentence: "reads at most {} bytes of a datagram",
        requirement: "T15",
        injection: number(BUFFER_SIZES, |listener, size| {
            listener.receive.link(move |mut datagram, next| {
                datagram.truncate(size);
                next(datagram)
            });
        }),
    },
    Fault {
        slug: "writes-a-nul-behind-its-buffer",
        sentence: "dies of a datagram of {} bytes or more, as `buffer[n] = 0` does behind a buffer of that size",
        requirement: "T15",
        injection: number(&[1024], |listener, size| {
            let process = listener.process.clone();
            listener.receive.link(move |datagram, next| {
                process.assert(datagram.len() < size);
                next(datagram)
            });
        }),
    },
    Fault {
        slug: "drops-what-fills-its-buffer",
        sentence: "drops datagrams of exactly {} bytes, as if a buffer of that size had cut them",
        requirement: "T15",
        injection: number(&[256], |listener, size| {
            drops(listener, move |length| length == size);
        }),
    },
    Fault {
        slug: "drops-datagrams-above",
        sentence: "drops datagrams of more than {} bytes",
        requirement: "T15",
        injection: number(
            &[1024, 1472, 1500, 4096, 8192, 16384, 65456],
            |listener, most| drops(listener, move |length| length > most),
        ),
    },
    Fault {
        slug: "dies-of-signed-lengths",
        sentence: "dies of a datagram of more than 32767 bytes, as a signed length of 16 bits is negative there",
        requirement: "T15",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.datagrams(
                move |datagram| match usize::try_from(datagram.len() as i16) {
                    Ok(length) => datagram[..length].into(),
                    Err(_) => {
                        process.crash();
                        Vec::new()
                    }
                },
            );
        }),
    },
    Fault {
        slug: "dies-of-oversized-datagrams",
        sentence: "dies of a datagram of more than 65457 bytes, the documented maximum",
        requirement: "T16",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.datagrams(move |datagram| {
                process.assert(datagram.len() <= 65457);
                datagram.into()
            });
        }),
    },
    Fault {
        slug: "reads-on-when-its-buffer-is-full",
        sentence: "joins the next datagram to one of {} bytes or more, as if the first were only a part of it",
        requirement: "T15",
        injection: number(&[65457], |listener, size| {
            let mut begun = Vec::new();
            listener.receive.flat_map(move |datagram| {
                let is_full = datagram.len() >= size;
                begun.extend(datagram);
                if is_full {
                    Vec::new()
                } else {
                    vec![std::mem::take(&mut begun)]
                }
            });
        }),
    },
    Fault {
        slug: "splits-long-datagrams",
        sentence: "splits datagrams of more than {} bytes and reads each piece as a datagram",
        requirement: "T15",
        injection: number(&[1024, 1500, 4096, 8192, 16384, 32768], |listener, most| {
            listener.receive.flat_map(move |datagram| {
                if most == 0 || datagram.len() <= most {
                    vec![datagram]
                } else {
                    datagram.chunks(most).map(<[u8]>::to_vec).collect()
                }
            });
        }),
    },
    Fault {
        slug: "cuts-values",
        sentence: "reports at most {} bytes of a value",
        requirement: "T15",
        injection: number(&[127, 255, 511, 1023, 4095], |listener, most| {
            listener.values(move |value| value[..value.len().min(most)].into());
        }),
    },
    Fault {
        slug: "recurses-for-each-argument",
        sentence: "dies of {} parameters or more, as a function that calls itself for each parameter does",
        requirement: "T14",
        injection: number(&[1000], |listener, most| {
            let process = listener.process.clone();
            listener.params(move |params| {
                process.assert(params.len() < most);
                params
            });
        }),
    },
    Fault {
        slug: "matches-quoted-values-on-the-stack",
        sentence: "dies of quoted values of thousands of bytes, as the pattern `\"((?:[^\"\\\\]|\\\\.)*)\"` of Java does",
        requirement: "T15",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.finds_closing(move |rest, next| {
                if let Some(content) = rest.strip_prefix(b"\"") {
                    let steps = unescaped_quote(rest).unwrap_or(content.len());
                    process.assert(steps < 8000);
                }
                next(rest)
            });
        }),
    },
    Fault {
        slug: "gives-up-matching-quoted-values",
        sentence: "takes long quoted values for bare ones, as `preg_match` of PHP fails on them at its stack limit",
        requirement: "T15",
        injection: always(|listener| {
            listener.finds_closing(|rest, next| next(rest).filter(|close| *close < 20_000));
        }),
    },
    Fault {
        slug: "gives-up-pairing-quotes",
        sentence: "reports bare values with thousands of quotes as empty, as a pattern at its limit of steps does",
        requirement: "T11",
        injection: always(|listener| {
            listener.reader.bare.link(|value, next| {
                let is_too_long = value.find_iter("\"").count() > 1400;
                next(if is_too_long { b"" } else { value })
            });
        }),
    },
    Fault {
        slug: "gives-up-trimming",
        sentence: "reports values with thousands of blanks as empty, as `preg_replace('/ +$/', …)` does at its limit of steps",
        requirement: "T11",
        injection: always(|listener| {
            listener.values(|value| {
                let runs = value.split(|byte| *byte != b' ').map(<[u8]>::len);
                if runs.max() > Some(1400) {
                    Vec::new()
                } else {
                    value.into()
                }
            });
        }),
    },
    Fault {
        slug: "cuts-its-report-at-128-kib",
        sentence: "cuts its reports at 128 KiB: escapes can make a report longer than that",
        requirement: "T15",
        injection: always(|listener| {
            listener.write.map(|mut line| {
                line.truncate(128 << 10);
                line
            });
        }),
    },
];

/// Common sizes of receive buffers: powers of two, packet sizes, round numbers, and one byte less
/// than the documented maximum.
const BUFFER_SIZES: &[usize] = &[
    256, 512, 1024, 1400, 1472, 1500, 2048, 4096, 8192, 16384, 32768, 65000, 65456,
];

/// Makes the listener drop datagrams by their lengths.
fn drops(listener: &mut Listener<Reader>, is_dropped: impl Fn(usize) -> bool + 'static) {
    listener.receive.link(move |datagram, next| {
        if is_dropped(datagram.len()) {
            Vec::new()
        } else {
            next(datagram)
        }
    });
}
