use event_datagram::MAX_UDP_PAYLOAD;

use crate::transport::SocketKind;
use crate::vectors::Vector;

/// Returns why a vector cannot be sent over a kind of socket; `None` where it can.
pub(super) fn does_not_fit(vector: &Vector, socket: SocketKind) -> Option<String> {
    let room = match socket {
        SocketKind::Udp => MAX_UDP_PAYLOAD,
        // The length field of an IPv6 packet does not count the header.
        SocketKind::Udp6 => MAX_UDP_PAYLOAD + 20,
        SocketKind::Unix | SocketKind::Stdin => return None,
    };
    let longest = vector.longest_datagram();
    (longest > room).then(|| {
        format!("it has {longest} bytes, and a datagram over {socket} has room for {room}")
    })
}
