use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use event_datagram::{Host, Socket};

/// The address of a listener: a [`Socket`] after name resolution.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// A UDP port.
    Udp(SocketAddr),
    /// A UNIX datagram socket in the file system.
    Unix(PathBuf),
}

impl Address {
    /// Resolves a socket. For a host name, takes the first address.
    ///
    /// # Errors
    ///
    /// If the name cannot be resolved, or has no address.
    pub fn resolve(socket: &Socket<'_>) -> io::Result<Self> {
        let (host, port) = match *socket {
            Socket::Unix(path) => return Ok(Self::Unix(path.as_str().into())),
            Socket::Udp { host, port } => (host, port),
        };
        let address = match host {
            Host::Ipv4(ip) => (ip, port).into(),
            Host::Ipv6(ip) => (ip, port).into(),
            Host::Name(name) => {
                (name.as_str(), port)
                    .to_socket_addrs()?
                    .next()
                    .ok_or_else(|| {
                        io::Error::new(
                            io::ErrorKind::AddrNotAvailable,
                            format!("{} has no address", name.as_str()),
                        )
                    })?
            }
        };
        Ok(Self::Udp(address))
    }

    /// Returns whether a listener that is bound to this address receives datagrams to `other`. It
    /// may be bound to all addresses, or to another name of the same path.
    pub fn leads_to(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Udp(bound), Self::Udp(target)) => {
                bound.port() == target.port()
                    && (bound.ip().is_unspecified() || bound.ip() == target.ip())
            }
            (Self::Unix(bound), Self::Unix(target)) => {
                let is_same_file = || {
                    let (bound, target) = (bound.canonicalize(), target.canonicalize());
                    bound.is_ok_and(|bound| target.is_ok_and(|target| bound == target))
                };
                bound == target || is_same_file()
            }
            _ => false,
        }
    }
}

/// Writes the socket syntax of `event_datagram`, such as `udp:127.0.0.1:8081`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp(address) => write!(f, "udp:{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
