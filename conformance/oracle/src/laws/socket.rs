//! The laws of the socket syntax.

use std::net::SocketAddr;

use event_datagram::{Host, HostName, Socket, UnixPath};

/// Asserts that a text parses as a socket whose printed form parses to the same socket, or returns
/// an error whose offset is a character boundary of the text, and whose message names that offset.
///
/// # Panics
///
/// If the law does not hold.
pub fn text_parses_back_or_error_points_into_it(text: &str) {
    let parsed = Socket::parse(text);
    assert_eq!(Socket::try_from(text), parsed);
    match parsed {
        Ok(socket) => {
            match socket {
                Socket::Unix(path) => assert_eq!(UnixPath::new(path.as_str()), Ok(path)),
                Socket::Udp { host, port } => {
                    assert_eq!(socket.is_any_port(), port == 0);
                    if let Host::Name(name) = host {
                        assert_eq!(HostName::new(name.as_str()), Ok(name));
                    }
                }
            }
            let printed = socket.to_string();
            let back = Socket::parse(&printed);
            assert_eq!(back, Ok(socket), "it does not parse back from {printed:?}");
            assert_eq!(back.map(|back| back.to_string()), Ok(printed));
        }
        Err(error) => {
            let offset = error.offset();
            assert!(
                text.is_char_boundary(offset),
                "{error} points outside of the text"
            );
            assert!(error.to_string().ends_with(&format!(", at byte {offset}")));
            assert_eq!(
                Socket::parse(text).map_err(|error| error.kind()),
                Err(error.kind())
            );
        }
    }
}

/// Asserts that an address and port parse as a socket if and only if the standard library parses
/// them, with equal results. There are two exceptions, which only the standard library accepts:
/// zones of IPv6 addresses, and leading zeros of a port.
///
/// # Panics
///
/// If the law does not hold.
pub fn addresses_parse_as_in_std(text: &str) {
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
        let has_leading_zeros = port.len() > 1 && port.starts_with('0');
        !has_leading_zeros && !rest.contains('%')
    });
    assert_eq!(ours, theirs, "{text:?}");
    if let (Ok(Socket::Udp { host, .. }), Some(address)) = (Socket::parse(text), theirs) {
        assert_eq!(host, Host::from(address.ip()));
    }
}
