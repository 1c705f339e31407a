use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
#[cfg(unix)]
use std::sync::Arc;

#[cfg(unix)]
use event_datagram::UnixPath;

use super::port_reservation::PortReservation;
#[cfg(unix)]
use crate::transport::SocketFolder;
use crate::transport::{Address, SocketKind};

/// Allocates addresses for subjects: free ports, and paths in a private folder, which is removed
/// when the allocator and all its addresses are dropped.
#[derive(Debug, Default)]
pub struct AddressAllocator {
    /// Created when the first path is allocated.
    #[cfg(unix)]
    folder: Option<Arc<SocketFolder>>,
    #[cfg(unix)]
    count: usize,
}

/// An address that no other runner uses until this value is dropped.
#[derive(Debug)]
pub(super) struct AllocatedAddress {
    pub(super) address: Address,
    _reservation: Reservation,
}

/// What reserves an address.
#[derive(Debug)]
enum Reservation {
    Port(#[expect(dead_code, reason = "it is released when it is dropped")] PortReservation),
    #[cfg(unix)]
    File(#[expect(dead_code, reason = "it is removed when it is dropped")] SocketName),
}

/// The name of a socket's file. Dropping it removes the file, because few listeners do.
#[cfg(unix)]
#[derive(Debug)]
struct SocketName {
    folder: Arc<SocketFolder>,
    name: String,
}

/// The ports to choose from. Systems assign higher ones by themselves, so no other program gets one
/// of these between its choice and its use.
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
            #[cfg(unix)]
            SocketKind::Unix => {
                self.count += 1;
                let folder = self.folder()?;
                let name = format!("{}.sock", self.count);
                return Ok(Some(AllocatedAddress {
                    address: Address::Unix(folder.path().join(&name)),
                    _reservation: Reservation::File(SocketName { folder, name }),
                }));
            }
            #[cfg(not(unix))]
            SocketKind::Unix => return Err(io::ErrorKind::Unsupported.into()),
            SocketKind::Udp => Ipv4Addr::LOCALHOST.into(),
            SocketKind::Udp6 => Ipv6Addr::LOCALHOST.into(),
        };
        let (address, reservation) = reserve_port(ip)?;
        Ok(Some(AllocatedAddress {
            address: Address::Udp(address),
            _reservation: Reservation::Port(reservation),
        }))
    }

    /// Returns the private folder.
    #[cfg(unix)]
    fn folder(&mut self) -> io::Result<Arc<SocketFolder>> {
        if let Some(folder) = &self.folder {
            return Ok(Arc::clone(folder));
        }
        let folder = Arc::new(SocketFolder::create()?);
        let longest = folder.path().join("000000.sock");
        if longest.as_os_str().len() > UnixPath::MAX_LENGTH || longest.to_str().is_none() {
            let path = longest.display();
            let message =
                format!("{path} is no path for a UNIX socket; set TMPDIR to a short one in UTF-8");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        Ok(Arc::clone(self.folder.insert(folder)))
    }
}

#[cfg(unix)]
impl Drop for SocketName {
    fn drop(&mut self) {
        self.folder.remove(&self.name);
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
        fn path(&self) -> Option<std::path::PathBuf> {
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
