use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of socket on which subjects are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SocketKind {
    /// UDP over IPv4.
    Udp,
    /// UDP over IPv6.
    Udp6,
    /// A UNIX datagram socket.
    Unix,
    /// No socket: the standard input of a parser.
    Stdin,
}

impl SocketKind {
    /// Returns the name that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Udp6 => "udp6",
            Self::Unix => "unix",
            Self::Stdin => "stdin",
        }
    }
}

impl fmt::Display for SocketKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
