use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::{io, iter};

use super::address::Address;

/// The UDP socket that receives datagrams to an address, as the kernel's table shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Port {
    /// This system has no table of sockets.
    Unknown,
    /// The table has no such socket. The table does not list the sockets of containers and of other
    /// machines.
    Unbound,
    /// The table has such a socket.
    Bound {
        /// The number of datagrams that were dropped because the receive buffer of the socket was
        /// full.
        dropped: u64,
        /// The inode of the socket. Another socket on the same port has another inode.
        inode: u64,
    },
}

impl Port {
    /// Returns how many datagrams for a listener's socket the kernel has dropped, if it counts
    /// them.
    pub fn dropped_at(address: &Address) -> Option<u64> {
        let Address::Udp(address) = address else {
            return None;
        };
        match Self::look_up(*address) {
            Self::Bound { dropped, .. } => Some(dropped),
            _ => None,
        }
    }

    /// Looks up the socket that is bound to an address, or to its port on all addresses of this
    /// machine.
    pub fn look_up(address: SocketAddr) -> Self {
        Self::look_again(|| Self::look(address))
    }

    fn look_again(look: impl FnMut() -> Self) -> Self {
        let mut looks = iter::repeat_with(look).take(LOOKS);
        let found = looks.find(|port| *port != Self::Unbound);
        found.unwrap_or(Self::Unbound)
    }

    fn look(address: SocketAddr) -> Self {
        let tables =
            ["/proc/net/udp", "/proc/net/udp6"].map(|table| std::fs::read_to_string(table).ok());
        if tables.iter().all(Option::is_none) {
            return Self::Unknown;
        }
        if !is_here(address) {
            return Self::Unbound;
        }
        let sockets = tables
            .iter()
            .flatten()
            .filter_map(|table| bound_in(table, address));
        sockets
            .reduce(merge)
            .map_or(Self::Unbound, |(dropped, inode)| Self::Bound {
                dropped,
                inode,
            })
    }
}

/// How many times in succession the table must lack a socket before the port counts as unbound. The
/// kernel returns the table in pieces, and skips a row if earlier sockets close in between. In a
/// measurement, one look in nine missed its socket while another thread kept opening and closing a
/// hundred sockets.
const LOOKS: usize = 8;

/// Returns whether an address belongs to this machine. Sockets of this machine never receive
/// datagrams to other addresses.
fn is_here(mut address: SocketAddr) -> bool {
    address.set_port(0);
    let is_elsewhere = |error: io::Error| error.kind() == io::ErrorKind::AddrNotAvailable;
    !UdpSocket::bind(address).is_err_and(is_elsewhere)
}

/// Merges two sockets that a datagram may reach, and adds their drops.
fn merge((dropped, inode): (u64, u64), (more, _): (u64, u64)) -> (u64, u64) {
    (dropped + more, inode)
}

/// Returns the drops and the inode of the sockets in a table that receive datagrams to an address.
///
/// The table has one line per socket. It begins with a number and the local address and port in
/// hex; a later column has the inode, and the last one has the drops.
fn bound_in(table: &str, address: SocketAddr) -> Option<(u64, u64)> {
    let reached_by: Vec<_> = local_addresses(address.ip())
        .iter()
        .map(|ip| format!("{ip}:{:04X}", address.port()))
        .collect();
    let reaches = |line: &&str| {
        line.split_whitespace()
            .nth(1)
            .is_some_and(|local| reached_by.iter().any(|one| one == local))
    };
    let numbers = |line: &str| {
        let mut columns = line.split_whitespace();
        let inode = columns.nth(9)?.parse().ok()?;
        Some((columns.last()?.parse().ok()?, inode))
    };
    let sockets = table.lines().skip(1).filter(reaches).filter_map(numbers);
    sockets.reduce(merge)
}

/// Returns the local addresses of sockets that receive datagrams to `ip`, as the table writes them.
fn local_addresses(ip: IpAddr) -> Vec<String> {
    let (v4, v6) = match ip {
        IpAddr::V4(ip) => (Some(ip), ip.to_ipv6_mapped()),
        IpAddr::V6(ip) => (ip.to_ipv4_mapped(), ip),
    };
    let v4 = v4.into_iter().flat_map(|ip| [ip, Ipv4Addr::UNSPECIFIED]);
    let v4 = v4.map(|ip| words(&ip.octets()));
    let v6 = [v6, Ipv6Addr::UNSPECIFIED].map(|ip| words(&ip.octets()));
    v4.chain(v6).collect()
}

/// Returns an address in the notation of the table: words of four bytes, in the machine's byte
/// order.
fn words(octets: &[u8]) -> String {
    let words = octets
        .chunks_exact(4)
        .map(|word| u32::from_ne_bytes([word[0], word[1], word[2], word[3]]));
    words.map(|word| format!("{word:08X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  407: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1234 2 0000000000000000 17
  408: 00000000:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1235 2 0000000000000000 0
";

    #[cfg(target_endian = "little")]
    #[test]
    fn the_last_column_counts() {
        let at = |address: &str| bound_in(TABLE, address.parse().unwrap());
        assert_eq!(at("127.0.0.1:8080"), Some((17, 1234)));
        assert_eq!(at("127.0.0.1:8081"), Some((0, 1235)));
        assert_eq!(at("127.0.0.2:8080"), None);
        assert_eq!(at("127.0.0.1:80"), None);
        // A socket on all addresses of one family receives no datagrams of the other family.
        assert_eq!(at("[::ffff:127.0.0.1]:8081"), Some((0, 1235)));
        assert_eq!(at("[::1]:8081"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_socket_on_all_addresses_receives_nothing_for_other_machines() {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let look_up = |ip: [u8; 4]| Port::look_up((ip, port).into());
        assert!(matches!(look_up([127, 0, 0, 1]), Port::Bound { .. }));
        // An address for documentation, which no machine has.
        assert_eq!(look_up([192, 0, 2, 1]), Port::Unbound);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_port_is_bound_as_long_as_its_socket_lives() {
        for host in ["127.0.0.1:0", "[::1]:0"] {
            let socket = UdpSocket::bind(host).unwrap();
            let address = socket.local_addr().unwrap();
            assert!(matches!(
                Port::look_up(address),
                Port::Bound { dropped: 0, .. }
            ));
            drop(socket);
            assert_eq!(Port::look_up(address), Port::Unbound);
        }
    }

    #[test]
    fn a_socket_that_one_look_misses_is_found() {
        let bound = Port::Bound {
            dropped: 3,
            inode: 4,
        };
        let found_behind = |found: Port, misses| {
            let mut looks = iter::repeat_n(Port::Unbound, misses).chain(iter::repeat(found));
            Port::look_again(|| looks.next().unwrap_or(found))
        };
        assert_eq!(found_behind(bound, 0), bound);
        assert_eq!(found_behind(bound, LOOKS - 1), bound);
        assert_eq!(found_behind(bound, LOOKS), Port::Unbound);
        assert_eq!(found_behind(Port::Unknown, 0), Port::Unknown);
    }
}
