//! Property tests of the socket syntax, on texts of its grammar and on any others.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use event_datagram::{Host, HostName, Socket, UnixPath};
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_printed_parses_back(owned in owned_socket()) {
        let socket = owned.borrow();
        let printed = socket.to_string();
        prop_assert_eq!(Socket::parse(&printed), Ok(socket));
        prop_assert_eq!(hash(&Socket::parse(&printed).unwrap()), hash(&socket));
        prop_assert_eq!(Socket::parse(&printed).unwrap().to_string(), printed);
    }

    #[test]
    fn other_spellings_are_equal(owned in owned_socket()) {
        let socket = owned.borrow();
        let respelled = owned.respell();
        let parsed = Socket::parse(&respelled).unwrap();
        prop_assert_eq!(parsed, socket);
        prop_assert_eq!(hash(&parsed), hash(&socket));
        prop_assert_eq!(parsed.to_string(), socket.to_string());
    }

    #[test]
    fn sockets_are_equal_where_their_texts_are(left in few_sockets(), right in few_sockets()) {
        let (left, right) = (left.borrow(), right.borrow());
        prop_assert_eq!(left == right, left.to_string() == right.to_string());
    }

    #[test]
    fn any_text_is_a_socket_or_an_error_inside_it(text in any_text()) {
        match Socket::parse(&text) {
            Ok(socket) => {
                let printed = socket.to_string();
                prop_assert_eq!(Socket::parse(&printed), Ok(socket));
            }
            Err(error) => prop_assert!(text.is_char_boundary(error.offset()), "{error:?}"),
        }
    }

    #[test]
    fn ports_are_what_prints_as_they_are_written(port in "[0-9+ -]{1,6}|[1-9][0-9]{3,4}") {
        let naive = port.parse().ok().filter(|number: &u16| number.to_string() == port);
        let text = format!("udp:a:{port}");
        let expected = naive.map(|port| udp(host("a"), port));
        prop_assert_eq!(Socket::parse(&text).ok(), expected);
    }

    #[test]
    fn numbers_with_dots_are_ipv4_addresses_or_nothing(
        address in r"[0-9]{1,3}(\.[0-9]{1,3}){0,4}|(1?[0-9]{1,2}\.){3}[0-9]{1,2}"
    ) {
        let text = format!("udp:{address}:1");
        let naive = address.parse().ok().map(Host::Ipv4);
        let expected = naive.map(|host| udp(host, 1));
        prop_assert_eq!(Socket::parse(&text).ok(), expected);
    }
}

/// A socket that owns its text, because strategies cannot return borrowed values.
#[derive(Clone, Debug)]
enum Owned {
    Unix(String),
    Ip(IpAddr, u16),
    Name(String, u16),
}

impl Owned {
    fn borrow(&self) -> Socket<'_> {
        match self {
            Self::Unix(path) => Socket::Unix(UnixPath::new(path).unwrap()),
            &Self::Ip(address, port) => udp(address.into(), port),
            &Self::Name(ref name, port) => udp(host(name), port),
        }
    }

    /// Writes the socket in a spelling that is not canonical, if there is one.
    fn respell(&self) -> String {
        match self {
            Self::Unix(path) if path.starts_with('/') => path.clone(),
            Self::Unix(path) => format!("unix:{path}"),
            Self::Ip(IpAddr::V4(address), port) => format!("udp:{address}:{port}"),
            Self::Ip(IpAddr::V6(address), port) => {
                let groups = address.segments().map(|group| format!("{group:04X}"));
                format!("udp:[{}]:{port}", groups.join(":"))
            }
            Self::Name(name, port) => format!("udp:{}:{port}", name.to_ascii_uppercase()),
        }
    }
}

fn owned_socket() -> impl Strategy<Value = Owned> {
    // A character has at most four bytes: 1 + 26 * 4 <= UnixPath::MAX_LENGTH.
    let path = prop_oneof!["/?[^\0]{1,26}", "[ -~]{1,107}", "/[!-~]{0,106}"];
    // At most 3 * 63 + 61 bytes and three dots: HostName::MAX_LENGTH. The last label is never a
    // number.
    let label = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
    let last = "[A-Za-z_]([A-Za-z0-9_-]{0,59}[A-Za-z0-9_])?";
    let name = (prop::collection::vec(label, 0..=3), last).prop_map(|(mut labels, last)| {
        labels.push(last);
        labels.join(".")
    });
    // Zero groups make IPv6 addresses that have a short form.
    let group = prop_oneof![Just(0), Just(0xffff), any::<u16>()];
    let ipv6 = prop::array::uniform8(group).prop_map(IpAddr::from);
    let ip = prop_oneof![any::<[u8; 4]>().prop_map(IpAddr::from), ipv6];
    let port = || prop_oneof![Just(0), Just(u16::MAX), any::<u16>()];
    prop_oneof![
        path.prop_map(Owned::Unix),
        (ip, port()).prop_map(|(ip, port)| Owned::Ip(ip, port)),
        (name, port()).prop_map(|(name, port)| Owned::Name(name, port)),
    ]
}

/// Returns a strategy for so few sockets that two of them are often equal or nearly equal.
fn few_sockets() -> impl Strategy<Value = Owned> {
    prop_oneof![
        "/?[aA]{1,2}".prop_map(Owned::Unix),
        (r"[aA]{1,2}(\.[bB])?", 0..2_u16).prop_map(|(name, port)| Owned::Name(name, port)),
        ([0..2_u8, 0..1, 0..1, 0..2], 0..2_u16).prop_map(|(ip, port)| Owned::Ip(ip.into(), port)),
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(udp:|unix:|/|UDP:)?[^a]{0,120}",
        r"udp:\[?[0-9a-fx:.%_\[\]é -]{0,30}\]?:?[0-9+]{0,6}",
        "udp:[a.-]{0,300}:1",
    ]
}

fn udp(host: Host<'_>, port: u16) -> Socket<'_> {
    Socket::Udp { host, port }
}

#[track_caller]
fn host(name: &str) -> Host<'_> {
    Host::Name(HostName::new(name).unwrap())
}

fn hash(socket: &Socket<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    socket.hash(&mut hasher);
    hasher.finish()
}
