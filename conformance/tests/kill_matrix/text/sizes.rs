use bstr::ByteSlice as _;

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "buffer-of-256",
        sentence: "Reads into 256 bytes.",
        inject: |listener| listener.buffer = 256,
    },
    Fault {
        name: "buffer-of-512",
        sentence: "Reads into 512 bytes, as for DNS over UDP.",
        inject: |listener| listener.buffer = 512,
    },
    Fault {
        name: "buffer-of-1024",
        sentence: "Reads into 1024 bytes, as every tutorial does.",
        inject: |listener| listener.buffer = 1024,
    },
    Fault {
        name: "buffer-of-1400",
        sentence: "Reads into 1400 bytes, a cautious packet size.",
        inject: |listener| listener.buffer = 1400,
    },
    Fault {
        name: "buffer-of-1472",
        sentence: "Reads into 1472 bytes, what one Ethernet frame carries.",
        inject: |listener| listener.buffer = 1472,
    },
    Fault {
        name: "buffer-of-1500",
        sentence: "Reads into 1500 bytes, the MTU of Ethernet.",
        inject: |listener| listener.buffer = 1500,
    },
    Fault {
        name: "buffer-of-2048",
        sentence: "Reads into 2048 bytes.",
        inject: |listener| listener.buffer = 2048,
    },
    Fault {
        name: "buffer-of-4096",
        sentence: "Reads into 4096 bytes, a page.",
        inject: |listener| listener.buffer = 4096,
    },
    Fault {
        name: "buffer-of-8192",
        sentence: "Reads into 8192 bytes, the default of many stream libraries.",
        inject: |listener| listener.buffer = 8192,
    },
    Fault {
        name: "buffer-of-16384",
        sentence: "Reads into 16384 bytes, the buffer of the senders.",
        inject: |listener| listener.buffer = 16384,
    },
    Fault {
        name: "buffer-of-32768",
        sentence: "Reads into 32768 bytes.",
        inject: |listener| listener.buffer = 32768,
    },
    Fault {
        name: "buffer-of-65000",
        sentence: "Reads into 65000 bytes, a round number.",
        inject: |listener| listener.buffer = 65000,
    },
    Fault {
        name: "buffer-of-65456",
        sentence: "Reads into 65457 bytes, and keeps the last one for a NUL.",
        inject: |listener| listener.buffer = 65456,
    },
    Fault {
        name: "writes-a-nul-behind-its-buffer",
        sentence: "`buffer[n] = 0` with n as large as the buffer of 1024 bytes: one byte too far.",
        inject: |listener| {
            listener.buffer = 1024;
            listener.datagrams(|datagram| {
                assert!(datagram.len() < 1024, "stack smashing detected");
                datagram.into()
            });
        },
    },
    Fault {
        name: "drops-what-fills-its-buffer",
        sentence: "Takes a datagram that fills its buffer of 256 bytes for one that was cut.",
        inject: |listener| listener.ignores(|datagram| datagram.len() == 256),
    },
    Fault {
        name: "drops-what-no-sender-sends",
        sentence: "Rejects datagrams above 16384 bytes, because the sender's buffer ends there.",
        inject: |listener| listener.ignores(|datagram| datagram.len() > 16384),
    },
    Fault {
        name: "drops-the-largest",
        sentence: "Compares with the documented maximum by `>=`.",
        inject: |listener| listener.ignores(|datagram| datagram.len() >= 65457),
    },
    Fault {
        name: "dies-of-signed-lengths",
        sentence: "Keeps the length in a signed integer of 16 bits.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                datagram[..usize::try_from(datagram.len() as i16).expect("a negative length")]
                    .into()
            })
        },
    },
    Fault {
        name: "dies-of-oversized-datagrams",
        sentence: "Ends when a datagram is longer than the documentation allows.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                assert!(datagram.len() <= 65457, "message too long");
                datagram.into()
            });
        },
    },
    Fault {
        name: "reads-on-when-its-buffer-is-full",
        sentence: "Takes a full buffer of 65457 bytes for a sign that more is to come, and joins the next datagram to it.",
        inject: |listener| {
            let mut begun = Vec::new();
            listener.receive = Box::new(move |datagram| {
                let is_full = datagram.len() >= 65457;
                begun.extend(datagram);
                if is_full {
                    Vec::new()
                } else {
                    vec![std::mem::take(&mut begun)]
                }
            });
        },
    },
    Fault {
        name: "recurses-for-each-argument",
        sentence: "Reads the rest of the datagram by calling itself, 1,000 calls deep at most.",
        inject: |listener| {
            listener.params(|params| {
                assert!(params.len() < 1000, "maximum recursion depth exceeded");
                params
            });
        },
    },
    Fault {
        name: "matches-quoted-values-on-the-stack",
        sentence: "Java's pattern `\"((?:[^\"\\\\]|\\\\.)*)\"` calls itself for each byte and overflows the stack after some thousand.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                let content = rest.strip_prefix(b"\"")?;
                let steps = unescaped_quote(rest).unwrap_or(content.len());
                assert!(steps < 8000, "StackOverflowError");
                closing(rest)
            });
        },
    },
    Fault {
        name: "gives-up-matching-quoted-values",
        sentence: "PHP's `preg_match` reaches its stack limit in a long quoted value, gives false, and that is taken for no match.",
        inject: |listener| {
            listener.finds_closing(|rest| closing(rest).filter(|close| *close < 20_000))
        },
    },
    Fault {
        name: "gives-up-pairing-quotes",
        sentence: "Pairs the quotes of a bare value by a pattern, and takes failure at the limit of steps for an empty value.",
        inject: |listener| {
            listener.reader.bare = Box::new(|value| {
                if value.find_iter("\"").count() > 1400 {
                    Vec::new()
                } else {
                    value.into()
                }
            })
        },
    },
    Fault {
        name: "gives-up-trimming",
        sentence: "`preg_replace('/ +$/', …)` on thousands of blanks that are not at the end reaches the limit of steps and gives null.",
        inject: |listener| {
            listener.values(|value| {
                let runs = value.split(|byte| *byte != b' ').map(<[u8]>::len);
                if runs.max() > Some(1400) {
                    Vec::new()
                } else {
                    value.into()
                }
            });
        },
    },
    Fault {
        name: "cuts-its-report-at-128-kib",
        sentence: "Formats its report into 128 KiB, twice what a datagram may have, and forgets that escapes are longer.",
        inject: |listener| {
            listener.write = Box::new(|reading| {
                let mut line = listener::line(reading);
                line.truncate(128 << 10);
                line
            });
        },
    },
];
