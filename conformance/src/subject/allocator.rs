use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;

use event_datagram::UnixPath;
use tempfile::TempDir;

use super::port_reservation::PortReservation;
use crate::transport::{Address, SocketKind};

/// Allocates addresses for subjects: free ports, and paths in a private folder, which is deleted
/// when this is dropped.
#[derive(Debug, Default)]
pub struct AddressAllocator {
    /// Made when it is first needed.
    folder: Option<TempDir>,
    count: usize,
}

/// An address that belongs to this runner until this is dropped.
#[derive(Debug)]
pub(super) struct AllocatedAddress {
    pub(super) address: Address,
    _reservation: Option<PortReservation>,
}

/// Below the ports that systems assign by themselves, so that no other program gets a port between
/// its choice and its use.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
/// The most ports tried for one address.
const MAX_TRIES: usize = 1_000;

impl AddressAllocator {
    /// Makes an allocator that has allocated nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Allocates an address that was not used before. `None` for a kind without a socket.
    pub(super) fn allocate(&mut self, kind: SocketKind) -> io::Result<Option<AllocatedAddress>> {
        let ip: IpAddr = match kind {
            SocketKind::Stdin => return Ok(None),
            SocketKind::Unix => {
                self.count += 1;
                let path = self.folder()?.join(format!("{}.sock", self.count));
                return Ok(Some(AllocatedAddress {
                    address: Address::Unix(path),
                    _reservation: None,
                }));
            }
            SocketKind::Udp => Ipv4Addr::LOCALHOST.into(),
            SocketKind::Udp6 => Ipv6Addr::LOCALHOST.into(),
        };
        let (address, reservation) = reserve_port(ip)?;
        Ok(Some(AllocatedAddress {
            address: Address::Udp(address),
            _reservation: Some(reservation),
        }))
    }

    /// Returns the private folder.
    fn folder(&mut self) -> io::Result<PathBuf> {
        if let Some(folder) = &self.folder {
            return Ok(folder.path().into());
        }
        let folder = tempfile::Builder::new().prefix("evdg-").tempdir()?;
        let longest = folder.path().join("000000.sock");
        if longest.as_os_str().len() > UnixPath::MAX_LENGTH || longest.to_str().is_none() {
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
impl Drop for AllocatedAddress {
    fn drop(&mut self) {
        if let Address::Unix(path) = &self.address {
            // Deleting the folder deletes what is left.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn reserve_port(ip: IpAddr) -> io::Result<(SocketAddr, PortReservation)> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..MAX_TRIES {
        let port = fastrand::u16(PORTS);
        let Some(reservation) = PortReservation::of(port)? else {
            continue;
        };
        let address = SocketAddr::from((ip, port));
        match UdpSocket::bind(address) {
            Ok(_) => return Ok((address, reservation)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl AllocatedAddress {
        /// Returns the path of a UNIX socket.
        fn path(&self) -> Option<PathBuf> {
            match &self.address {
                Address::Unix(path) => Some(path.clone()),
                Address::Udp(_) => None,
            }
        }
    }

    #[test]
    fn sockets_are_new_each_time_and_leave_nothing() {
        let mut allocator = AddressAllocator::new();
        let first = allocator.allocate(SocketKind::Unix).unwrap().unwrap();
        let second = allocator.allocate(SocketKind::Unix).unwrap().unwrap();
        assert_ne!(first.address, second.address);
        let path = first.path().unwrap();
        std::fs::write(&path, "").unwrap();
        drop(first);
        assert!(!path.exists());
        let folder = path.parent().unwrap().to_path_buf();
        drop((second, allocator));
        assert!(!folder.exists());
    }

    #[test]
    fn ports_are_reserved_while_in_use() {
        let mut allocator = AddressAllocator::new();
        let held: Vec<_> = (0..50)
            .map(|_| {
                allocator
                    .allocate(SocketKind::Udp)
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
        let allocated: Vec<_> = (0..50)
            .map(|_| allocator.allocate(SocketKind::Udp).unwrap().unwrap())
            .collect();
        let distinct: std::collections::HashSet<_> = allocated
            .iter()
            .map(|one| one.address.to_string())
            .collect();
        assert_eq!(distinct.len(), 50);
    }
}
