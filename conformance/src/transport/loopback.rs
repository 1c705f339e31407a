use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use super::SocketKind;

/// Checks that this machine can send to itself over a kind of socket: its loopback interface may be
/// down, as it is in a new network namespace.
///
/// # Errors
///
/// The system's error.
pub fn check_loopback(kind: SocketKind) -> io::Result<()> {
    let ip: IpAddr = match kind {
        SocketKind::Udp => Ipv4Addr::LOCALHOST.into(),
        SocketKind::Udp6 => Ipv6Addr::LOCALHOST.into(),
        SocketKind::Unix | SocketKind::Stdin => return Ok(()),
    };
    let receiver = UdpSocket::bind(SocketAddr::new(ip, 0))?;
    let address = receiver.local_addr()?;
    UdpSocket::bind(SocketAddr::new(ip, 0))?.send_to(&[], address)?;
    Ok(())
}
