/// What the kernel tells of a UDP port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Port {
    /// Nothing: this system has no table of sockets.
    Unknown,
    /// No socket is bound to it.
    Unbound,
    /// A socket is bound to it.
    Bound {
        /// So many datagrams came for it and were dropped, because its receive buffer was full.
        dropped: u64,
    },
}

impl Port {
    /// Looks a port up. Sockets of both IP versions count: one may serve the other.
    pub fn look_up(port: u16) -> Self {
        let tables =
            ["/proc/net/udp", "/proc/net/udp6"].map(|table| std::fs::read_to_string(table).ok());
        if tables.iter().all(Option::is_none) {
            return Self::Unknown;
        }
        let dropped = tables
            .iter()
            .flatten()
            .filter_map(|table| dropped_in(table, port));
        dropped
            .reduce(|one, other| one + other)
            .map_or(Self::Unbound, |dropped| Self::Bound { dropped })
    }
}

/// The table has a line a socket: its number, the local address in hex, and the drops in the last column.
fn dropped_in(table: &str, port: u16) -> Option<u64> {
    let port = format!(":{port:04X}");
    let lines = table.lines().skip(1);
    let of_port = lines.filter(|line| {
        line.split_whitespace()
            .nth(1)
            .is_some_and(|local| local.ends_with(&port))
    });
    of_port
        .filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok())
        .reduce(|one, other| one + other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  407: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1234 2 0000000000000000 17
  408: 0100007F:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1235 2 0000000000000000 0
";

    #[test]
    fn the_last_column_counts() {
        assert_eq!(dropped_in(TABLE, 8080), Some(17));
        assert_eq!(dropped_in(TABLE, 8081), Some(0));
        assert_eq!(dropped_in(TABLE, 80), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_port_is_bound_as_long_as_its_socket_lives() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        assert_eq!(Port::look_up(port), Port::Bound { dropped: 0 });
        drop(socket);
        assert_eq!(Port::look_up(port), Port::Unbound);
    }
}
