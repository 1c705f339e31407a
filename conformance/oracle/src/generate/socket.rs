use super::{ByteSource, Generate};
use event_datagram::{HostName, UnixPath};

/// A text in the socket syntax, well-formed or malformed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketText(pub String);

const PIECES: &[&str] = &[
    "a",
    "1",
    "0",
    ":",
    ".",
    "/",
    "[",
    "]",
    "::",
    "-",
    "_",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "::ffff:1.2.3.4",
    "fe80::1%eth0",
    "8081",
    "65535",
    "65536",
    "00",
    "256",
    "1e1",
    "+",
    " ",
    "udp:",
    "unix:",
    "tcp:",
    "UDP:",
    "@",
    "\0",
    "\n",
    "%",
    "é",
    "\u{2028}",
    "0x7f",
];

impl Generate for SocketText {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        let scheme = source.choose(&["udp:", "udp:", "udp:", "unix:", "unix:", "/", "", "UDP:"]);
        let pieces = |source: &mut ByteSource<'_>, max| {
            source.list(max, |source| source.choose(PIECES)).concat()
        };
        let rest = match source.weighted_index(&[4, 3, 3, 2]) {
            0 => {
                let host = source.choose(&[
                    "a",
                    "127.0.0.1",
                    "[::1]",
                    "Example.COM",
                    "1.2.3",
                    "[::",
                    "[1:2:3:4:5:6:7:8]",
                ]);
                let port = source.choose(&[
                    "0",
                    "1",
                    "8081",
                    "65535",
                    "65536",
                    "",
                    "08",
                    "-1",
                    "99999999999999999999",
                ]);
                format!("{host}:{port}")
            }
            1 => format!("{}:{}", pieces(source, 6), source.below(1 << 16)),
            2 => pieces(source, 10),
            // Lengths around every limit.
            _ => {
                let limit = source.choose(&[UnixPath::MAX_LENGTH, HostName::MAX_LENGTH, 63]);
                let unit = source.choose(&["a", "a.", "é", "a/"]);
                let mut long = unit.repeat(limit / unit.len());
                long.push_str(&"b".repeat(source.below(4)));
                format!("{long}{}", source.choose(&[":1", ""]))
            }
        };
        Self(format!("{scheme}{rest}"))
    }
}
