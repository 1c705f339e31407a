//! The laws of the socket syntax.

use alloc::string::ToString;
use core::net::SocketAddr;

use crate::{Host, Socket};

/// Any text is a socket that reads back from what it prints, or an error that lies in the text, between two characters.
///
/// # Panics
///
/// If that does not hold.
pub fn text_is_a_socket_or_an_error_inside_it(text: &str) {
    match Socket::parse(text) {
        Ok(socket) => {
            let printed = socket.to_string();
            let back = Socket::parse(&printed);
            assert_eq!(back, Ok(socket), "not what was printed: {printed:?}");
            assert_eq!(back.map(|back| back.to_string()), Ok(printed));
        }
        Err(error) => assert!(
            text.is_char_boundary(error.offset()),
            "{error} lies outside of the text"
        ),
    }
}

/// An address and port are a socket where the standard library reads them, and are the same. It is freer in two things:
/// zones of IPv6 addresses, and zeros in front of a port.
///
/// # Panics
///
/// If that does not hold.
pub fn addresses_are_those_of_the_standard_library(text: &str) {
    let Some(rest) = text.strip_prefix("udp:") else {
        return;
    };
    let ours = match Socket::parse(text) {
        Ok(Socket::Udp {
            host: Host::Ipv4(address),
            port,
        }) => Some(SocketAddr::from((address, port))),
        Ok(Socket::Udp {
            host: Host::Ipv6(address),
            port,
        }) => Some(SocketAddr::from((address, port))),
        _ => None,
    };
    let port = rest.rsplit(':').next().unwrap_or_default();
    let theirs = rest.parse().ok().filter(|_: &SocketAddr| {
        let zeros_in_front = port.len() > 1 && port.starts_with('0');
        !zeros_in_front && !rest.contains('%')
    });
    assert_eq!(ours, theirs, "{text:?}");
}
