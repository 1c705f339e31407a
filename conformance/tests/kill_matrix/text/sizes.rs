use bstr::ByteSlice as _;

use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "buffer-of-256",
        story: "Reads into 256 bytes.",
        plant: |listener| listener.buffer = 256,
    },
    Bug {
        name: "buffer-of-512",
        story: "Reads into 512 bytes, as for DNS over UDP.",
        plant: |listener| listener.buffer = 512,
    },
    Bug {
        name: "buffer-of-1024",
        story: "Reads into 1024 bytes, as every tutorial does.",
        plant: |listener| listener.buffer = 1024,
    },
    Bug {
        name: "buffer-of-1400",
        story: "Reads into 1400 bytes, a cautious packet size.",
        plant: |listener| listener.buffer = 1400,
    },
    Bug {
        name: "buffer-of-1472",
        story: "Reads into 1472 bytes, what one Ethernet frame carries.",
        plant: |listener| listener.buffer = 1472,
    },
    Bug {
        name: "buffer-of-1500",
        story: "Reads into 1500 bytes, the MTU of Ethernet.",
        plant: |listener| listener.buffer = 1500,
    },
    Bug {
        name: "buffer-of-2048",
        story: "Reads into 2048 bytes.",
        plant: |listener| listener.buffer = 2048,
    },
    Bug {
        name: "buffer-of-4096",
        story: "Reads into 4096 bytes, a page.",
        plant: |listener| listener.buffer = 4096,
    },
    Bug {
        name: "buffer-of-8192",
        story: "Reads into 8192 bytes, the default of many stream libraries.",
        plant: |listener| listener.buffer = 8192,
    },
    Bug {
        name: "buffer-of-16384",
        story: "Reads into 16384 bytes, the buffer of the senders.",
        plant: |listener| listener.buffer = 16384,
    },
    Bug {
        name: "buffer-of-32768",
        story: "Reads into 32768 bytes.",
        plant: |listener| listener.buffer = 32768,
    },
    Bug {
        name: "buffer-of-65000",
        story: "Reads into 65000 bytes, a round number.",
        plant: |listener| listener.buffer = 65000,
    },
    Bug {
        name: "buffer-of-65456",
        story: "Reads into 65457 bytes, and keeps the last one for a NUL.",
        plant: |listener| listener.buffer = 65456,
    },
    Bug {
        name: "writes-a-nul-behind-its-buffer",
        story: "`buffer[n] = 0` with n as large as the buffer of 1024 bytes: one byte too far.",
        plant: |listener| {
            listener.buffer = 1024;
            listener.datagrams(|datagram| {
                assert!(datagram.len() < 1024, "stack smashing detected");
                datagram.into()
            });
        },
    },
    Bug {
        name: "drops-what-fills-its-buffer",
        story: "Takes a datagram that fills its buffer of 256 bytes for one that was cut.",
        plant: |listener| listener.ignores(|datagram| datagram.len() == 256),
    },
    Bug {
        name: "drops-what-no-sender-sends",
        story: "Rejects datagrams above 16384 bytes, because the sender's buffer ends there.",
        plant: |listener| listener.ignores(|datagram| datagram.len() > 16384),
    },
    Bug {
        name: "drops-the-largest",
        story: "Compares with the documented maximum by `>=`.",
        plant: |listener| listener.ignores(|datagram| datagram.len() >= 65457),
    },
    Bug {
        name: "dies-of-signed-lengths",
        story: "Keeps the length in a signed integer of 16 bits.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                datagram[..usize::try_from(datagram.len() as i16).expect("a negative length")]
                    .into()
            })
        },
    },
    Bug {
        name: "dies-of-oversized-datagrams",
        story: "Ends when a datagram is longer than the documentation allows.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                assert!(datagram.len() <= 65457, "message too long");
                datagram.into()
            });
        },
    },
    Bug {
        name: "reads-on-when-its-buffer-is-full",
        story: "Takes a full buffer of 65457 bytes for a sign that more is to come, and joins the next datagram to it.",
        plant: |listener| {
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
    Bug {
        name: "recurses-for-each-argument",
        story: "Reads the rest of the datagram by calling itself, 1,000 calls deep at most.",
        plant: |listener| {
            listener.params(|params| {
                assert!(params.len() < 1000, "maximum recursion depth exceeded");
                params
            });
        },
    },
    Bug {
        name: "matches-quoted-values-on-the-stack",
        story: "Java's pattern `\"((?:[^\"\\\\]|\\\\.)*)\"` calls itself for each byte and overflows the stack after some thousand.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| {
                let content = rest.strip_prefix(b"\"")?;
                let steps = content
                    .find_iter("\"")
                    .find(|at| *at == 0 || content[at - 1] != b'\\')
                    .unwrap_or(content.len());
                assert!(steps < 8000, "StackOverflowError");
                closing(rest)
            });
        },
    },
    Bug {
        name: "gives-up-matching-quoted-values",
        story: "PHP's `preg_match` reaches its stack limit in a long quoted value, gives false, and that is taken for no match.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| closing(rest).filter(|close| *close < 20_000))
        },
    },
    Bug {
        name: "gives-up-pairing-quotes",
        story: "Pairs the quotes of a bare value by a pattern, and takes failure at the limit of steps for an empty value.",
        plant: |listener| {
            listener.reader.bare = Box::new(|value| {
                if value.find_iter("\"").count() > 1400 {
                    Vec::new()
                } else {
                    value.into()
                }
            })
        },
    },
    Bug {
        name: "gives-up-trimming",
        story: "`preg_replace('/ +$/', …)` on thousands of blanks that are not at the end reaches the limit of steps and gives null.",
        plant: |listener| {
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
    Bug {
        name: "cuts-its-report-at-128-kib",
        story: "Formats its report into 128 KiB, twice what a datagram may have, and forgets that escapes are longer.",
        plant: |listener| {
            listener.write = Box::new(|reading| {
                let mut line = listener::line(reading);
                line.truncate(128 << 10);
                line
            });
        },
    },
];
