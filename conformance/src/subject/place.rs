use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use std::path::PathBuf;

use event_datagram::MAX_UNIX_PATH;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::transport::Address;

/// A kind of socket that subjects are tested on.
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
    /// None: a parser's standard input.
    Stdin,
}

impl SocketKind {
    /// Gives its name, as in reports.
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

/// Chooses sockets for subjects: free ports, and paths in a private folder that goes when this does.
#[derive(Debug, Default)]
pub struct Places {
    /// Made when it is first needed.
    folder: Option<TempDir>,
    count: usize,
}

/// A socket that was chosen, and is this runner's as long as this lives.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) address: Address,
    _claim: Option<Claim>,
}

impl Places {
    /// Starts without having chosen any.
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses a socket that nobody has used before.
    pub(super) fn choose(&mut self, kind: SocketKind) -> io::Result<Option<Place>> {
        let ip: IpAddr = match kind {
            SocketKind::Stdin => return Ok(None),
            SocketKind::Unix => {
                self.count += 1;
                let path = self.folder()?.join(format!("{}.sock", self.count));
                return Ok(Some(Place {
                    address: Address::Unix(path),
                    _claim: None,
                }));
            }
            SocketKind::Udp => Ipv4Addr::LOCALHOST.into(),
            SocketKind::Udp6 => Ipv6Addr::LOCALHOST.into(),
        };
        let (address, claim) = choose_port(ip)?;
        Ok(Some(Place {
            address: Address::Udp(address),
            _claim: Some(claim),
        }))
    }
}

impl Places {
    fn folder(&mut self) -> io::Result<PathBuf> {
        if let Some(folder) = &self.folder {
            return Ok(folder.path().into());
        }
        let folder = tempfile::Builder::new().prefix("evdg-").tempdir()?;
        let longest = folder.path().join("000000.sock");
        if longest.as_os_str().len() > MAX_UNIX_PATH || longest.to_str().is_none() {
            let path = longest.display();
            let message =
                format!("{path} is no path for a UNIX socket; set TMPDIR to a short one in UTF-8");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let path = folder.path().into();
        self.folder = Some(folder);
        Ok(path)
    }
}

/// Removes the socket file, which few listeners do.
impl Drop for Place {
    fn drop(&mut self) {
        if let Address::Unix(path) = &self.address {
            // The folder goes with its files anyway.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Below the ports that systems give out by themselves, so that no other program gets ours between choice and use.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
const TRIES: usize = 1_000;

fn choose_port(ip: IpAddr) -> io::Result<(SocketAddr, Claim)> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..TRIES {
        let port = fastrand::u16(PORTS);
        let Some(claim) = Claim::on(port)? else {
            continue;
        };
        let address = SocketAddr::from((ip, port));
        match UdpSocket::bind(address) {
            Ok(_) => return Ok((address, claim)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// Keeps other runners off a port between its choice and its use: a name that one process at a time can hold, and that
/// leaves nothing behind.
#[cfg(target_os = "linux")]
#[derive(Debug)]
struct Claim {
    _name: std::os::unix::net::UnixDatagram,
}

#[cfg(target_os = "linux")]
impl Claim {
    fn on(port: u16) -> io::Result<Option<Self>> {
        use std::os::linux::net::SocketAddrExt as _;
        use std::os::unix::net::{SocketAddr, UnixDatagram};

        let name = SocketAddr::from_abstract_name(format!("evdg-port-{port}"))?;
        match UnixDatagram::bind_addr(&name) {
            Ok(name) => Ok(Some(Self { _name: name })),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Elsewhere two runners at once have to be lucky.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
struct Claim;

#[cfg(not(target_os = "linux"))]
impl Claim {
    fn on(_: u16) -> io::Result<Option<Self>> {
        Ok(Some(Self))
    }
}

#[cfg(test)]
impl Place {
    /// Gives the path, where it is one.
    fn path(&self) -> Option<&PathBuf> {
        match &self.address {
            Address::Unix(path) => Some(path),
            Address::Udp(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_new_each_time_and_leave_nothing() {
        let mut places = Places::new();
        let first = places.choose(SocketKind::Unix).unwrap().unwrap();
        let second = places.choose(SocketKind::Unix).unwrap().unwrap();
        assert_ne!(first.address, second.address);
        let path = first.path().unwrap().clone();
        std::fs::write(&path, "").unwrap();
        drop(first);
        assert!(!path.exists());
        let folder = path.parent().unwrap().to_path_buf();
        drop((second, places));
        assert!(!folder.exists());
    }

    #[test]
    fn ports_are_claimed_while_in_use() {
        let mut places = Places::new();
        let held: Vec<_> = (0..50)
            .map(|_| {
                places
                    .choose(SocketKind::Udp)
                    .unwrap()
                    .unwrap()
                    .address
                    .to_string()
            })
            .collect();
        assert!(
            held.iter()
                .all(|address| address.starts_with("udp:127.0.0.1:2")
                    || address.starts_with("udp:127.0.0.1:3"))
        );
        let places: Vec<_> = (0..50)
            .map(|_| places.choose(SocketKind::Udp).unwrap().unwrap())
            .collect();
        let distinct: std::collections::HashSet<_> = places
            .iter()
            .map(|place| place.address.to_string())
            .collect();
        assert_eq!(distinct.len(), 50);
    }
}
