//! Tests of the socket syntax: accepted texts, refused texts and their error messages, and the
//! types.

use core::error::Error;
use core::hash::{Hash, Hasher};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::collections::hash_map::DefaultHasher;

use event_datagram::{Host, HostName, ParseSocketError, Socket, SocketErrorKind as Kind, UnixPath};

// ---- tables ----------------------------------------------------------------------------------

#[test]
fn unix_paths() {
    unix("unix:/tmp/opensips_event.sock", "/tmp/opensips_event.sock");
    unix("/tmp/opensips_event.sock", "/tmp/opensips_event.sock");
    unix("unix:relative.sock", "relative.sock");
    unix("unix:./relative.sock", "./relative.sock");
    unix("/", "/");
    unix("/udp:127.0.0.1:80", "/udp:127.0.0.1:80");
    // All text after the scheme is the path, even if it looks like more syntax.
    unix("unix:udp:127.0.0.1:80", "udp:127.0.0.1:80");
    unix("unix:unix:/a", "unix:/a");
    unix("unix:///a", "///a");
    unix("unix:@abstract", "@abstract");
    unix("unix: /a b\t", " /a b\t");
    unix("unix:/tmp/100%\n", "/tmp/100%\n");
    unix("/tmp/é\u{2028}.sock", "/tmp/é\u{2028}.sock");
}

#[test]
fn udp_addresses() {
    ip("udp:127.0.0.1:8081", [127, 0, 0, 1], 8081);
    ip("udp:0.0.0.0:1", [0, 0, 0, 0], 1);
    ip("udp:255.255.255.255:65535", [255, 255, 255, 255], 65535);
    ip("udp:127.0.0.1:0", [127, 0, 0, 1], 0);
    ip("udp:[::1]:8081", [0, 0, 0, 0, 0, 0, 0, 1], 8081);
    ip("udp:[::]:0", [0_u16; 8], 0);
    ip(
        "udp:[2001:DB8:0:0::1]:9",
        [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1],
        9,
    );
    ip(
        "udp:[::ffff:192.0.2.1]:9",
        [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201],
        9,
    );
}

#[test]
fn udp_names() {
    name("udp:localhost:8081", "localhost", 8081);
    name("udp:SIP.Example.com:5060", "SIP.Example.com", 5060);
    name("udp:a:1", "a", 1);
    name("udp:_sip._udp.example:1", "_sip._udp.example", 1);
    name("udp:xn--bcher-kva.example:1", "xn--bcher-kva.example", 1);
    // A name is taken for an address only because of its last label.
    name("udp:3com.com:1", "3com.com", 1);
    name("udp:1.2.3.4.example:1", "1.2.3.4.example", 1);
    name("udp:0x7f.example:1", "0x7f.example", 1);
    name("udp:1.2.3.4x:1", "1.2.3.4x", 1);
    name("udp:1-2:1", "1-2", 1);
    name("udp:0xfg:1", "0xfg", 1);
    name("udp:x:1", "x", 1);
}

#[test]
fn canonical_text() {
    prints("unix:/tmp/a.sock", "unix:/tmp/a.sock");
    prints("/tmp/a.sock", "unix:/tmp/a.sock");
    prints("unix:A//b", "unix:A//b");
    prints("udp:127.0.0.1:8081", "udp:127.0.0.1:8081");
    prints("udp:[0:0:0:0:0:0:0:1]:5", "udp:[::1]:5");
    prints("udp:[2001:DB8::0001]:5", "udp:[2001:db8::1]:5");
    prints("udp:[::ffff:c000:201]:5", "udp:[::ffff:192.0.2.1]:5");
    prints("udp:[0:0::]:0", "udp:[::]:0");
    prints("udp:SIP.Example.COM:5060", "udp:sip.example.com:5060");
}

#[test]
fn equality() {
    same("/tmp/a.sock", "unix:/tmp/a.sock");
    same("udp:[::0:1]:5", "udp:[::1]:5");
    same("udp:[::FFFF:1.2.3.4]:5", "udp:[::ffff:102:304]:5");
    same("udp:LOCALHOST:5", "udp:localhost:5");

    differ("unix:/tmp/a", "unix:/tmp/A");
    differ("unix:/tmp/a", "unix:/tmp//a");
    differ("unix:a", "unix:./a");
    differ("udp:localhost:5", "udp:localhost:6");
    differ("udp:localhost:5", "udp:127.0.0.1:5");
    differ("udp:a_b:5", "udp:a-b:5");
    differ("udp:[::ffff:127.0.0.1]:5", "udp:127.0.0.1:5");
    differ("udp:127.0.0.1:5", "unix:udp:127.0.0.1:5");
}

#[test]
fn scheme_errors() {
    let text = "no 'udp:', 'unix:' (in lower case) or '/' at the start";
    for bad in [
        "",
        "udp",
        "unix",
        ":",
        ":80",
        "UDP:127.0.0.1:80",
        "Unix:/tmp/a.sock",
        "upd:127.0.0.1:80",
        "tcp:127.0.0.1:80",
        "udp :127.0.0.1:80",
        " udp:127.0.0.1:80",
        " /tmp/a.sock",
        "127.0.0.1:80",
        "[::1]:80",
        "relative.sock",
        "./relative.sock",
        "été",
    ] {
        refused(bad, Kind::MissingScheme, 0, text);
    }
}

#[test]
fn path_errors() {
    use Kind::{MissingPath, NulInPath};
    refused("unix:", MissingPath, 5, "path is missing");
    refused("unix:\0a", NulInPath, 5, "path holds a NUL");
    refused("unix:/é\0a", NulInPath, 8, "path holds a NUL");
    refused("/a\0", NulInPath, 2, "path holds a NUL");
}

#[test]
fn host_errors() {
    use Kind::{ColonInHost, EmptyLabel, HyphenAtLabelEdge, InvalidHostCharacter, InvalidIpv4};
    let colon = "colon in host (an IPv6 address needs brackets)";
    refused("udp:::1:80", ColonInHost, 4, colon);
    refused("udp:2001:db8::1:80", ColonInHost, 8, colon);
    refused("udp:127.0.0.1:80:90", ColonInHost, 13, colon);
    refused("udp:localhost:80:", ColonInHost, 13, colon);

    let empty = "host name or a label of it is empty";
    refused("udp::80", EmptyLabel, 4, empty);
    refused("udp:.:80", EmptyLabel, 4, empty);
    refused("udp:.a:80", EmptyLabel, 4, empty);
    refused("udp:a..b:80", EmptyLabel, 6, empty);
    refused("udp:a.:80", EmptyLabel, 6, empty);
    refused("udp:127.0.0.1.:80", EmptyLabel, 14, empty);

    let character = "invalid character in host name";
    refused("udp: localhost:80", InvalidHostCharacter, 4, character);
    refused("udp:localhost :80", InvalidHostCharacter, 13, character);
    refused("udp://localhost:80", InvalidHostCharacter, 4, character);
    refused("udp:a.bücher:80", InvalidHostCharacter, 7, character);
    refused("udp:*:80", InvalidHostCharacter, 4, character);
    refused("udp:a\0:80", InvalidHostCharacter, 5, character);

    let hyphen = "label of host name starts or ends with a hyphen";
    refused("udp:-:80", HyphenAtLabelEdge, 4, hyphen);
    refused("udp:-a:80", HyphenAtLabelEdge, 4, hyphen);
    refused("udp:a-:80", HyphenAtLabelEdge, 5, hyphen);
    refused("udp:a.b-.c:80", HyphenAtLabelEdge, 7, hyphen);
    refused("udp:-1:80", HyphenAtLabelEdge, 4, hyphen);

    let ipv4 = "host ends in a number but is not an IPv4 address";
    for bad in [
        "udp:1:80",
        "udp:1.2.3:80",
        "udp:1.2.3.4.5:80",
        "udp:300.1.1.1:80",
        "udp:127.0.0.01:80",
        "udp:example.1:80",
        "udp:0x7f000001:80",
        "udp:0X7F.0.0.0xA:80",
        "udp:0XFF:80",
        "udp:0x:80",
    ] {
        refused(bad, InvalidIpv4, 4, ipv4);
    }
}

#[test]
fn bracket_errors() {
    let open = "bracket is not followed by ']:' and a port";
    for bad in [
        "udp:[",
        "udp:[::1",
        "udp:[::1:80",
        "udp:[::1]",
        "udp:[::1]80",
        "udp:[::1] :80",
    ] {
        refused(bad, Kind::UnclosedBracket, 4, open);
    }
    let inside = "brackets hold no IPv6 address (zones are not supported)";
    for bad in [
        "udp:[]:80",
        "udp:[127.0.0.1]:80",
        "udp:[localhost]:80",
        "udp:[:::1]:80",
        "udp:[12345::]:80",
        "udp:[1:2:3:4:5:6:7:8:9]:80",
        "udp:[ ::1]:80",
        "udp:[[::1]]:80",
        "udp:[fe80::1%eth0]:80",
        "udp:[fe80::1%2]:80",
    ] {
        refused(bad, Kind::InvalidIpv6, 5, inside);
    }
}

#[test]
fn port_errors() {
    use Kind::{InvalidPortCharacter, LeadingZeroInPort, MissingPort, PortTooLarge};
    refused("udp:", MissingPort, 4, "port is missing");
    refused("udp:127.0.0.1", MissingPort, 13, "port is missing");
    refused("udp:127.0.0.1:", MissingPort, 14, "port is missing");
    refused("udp:[::1]:", MissingPort, 10, "port is missing");
    refused("udp:8081", MissingPort, 8, "port is missing");

    let digit = "port holds something other than a digit";
    refused("udp:a:+80", InvalidPortCharacter, 6, digit);
    refused("udp:a:-1", InvalidPortCharacter, 6, digit);
    refused("udp:a: 80", InvalidPortCharacter, 6, digit);
    refused("udp:a:80 ", InvalidPortCharacter, 8, digit);
    refused("udp:a:80\n", InvalidPortCharacter, 8, digit);
    refused("udp:a:0x50", InvalidPortCharacter, 7, digit);
    refused("udp:a:8.0", InvalidPortCharacter, 7, digit);
    refused("udp:a:٨", InvalidPortCharacter, 6, digit);
    refused("udp:a:99999999999x", InvalidPortCharacter, 17, digit);
    refused("udp:[::1]:80]:9", InvalidPortCharacter, 12, digit);

    let zero = "port has a leading zero";
    for bad in ["udp:a:00", "udp:a:080", "udp:a:065536"] {
        refused(bad, LeadingZeroInPort, 6, zero);
    }

    let large = "port is above 65535";
    refused("udp:127.0.0.1:65536", PortTooLarge, 14, large);
    refused("udp:[::1]:99999", PortTooLarge, 10, large);
    let huge = format!("udp:a:{}", "9".repeat(400));
    refused(&huge, PortTooLarge, 6, large);
}

#[test]
fn the_leftmost_mistake_is_reported() {
    let text = "invalid character in host name";
    refused("udp:a b:x", Kind::InvalidHostCharacter, 5, text);
    let bad = format!("udp:{}.-:1", "a".repeat(64));
    let text = "label of host name is longer than 63 bytes";
    refused(&bad, Kind::LabelTooLong, 67, text);
}

// ---- limits ----------------------------------------------------------------------------------

#[test]
fn a_path_fills_sun_path_but_for_its_nul() {
    let longest = format!("/{}", "a".repeat(UnixPath::MAX_LENGTH - 1));
    unix(&longest, &longest);
    unix(&format!("unix:{longest}"), &longest);

    let text = &format!("path is longer than {} bytes", UnixPath::MAX_LENGTH);
    let kind = Kind::PathTooLong;
    refused(&format!("{longest}b"), kind, 107, text);
    refused(&format!("unix:{longest}b"), kind, 112, text);
    let nul = format!("{longest}\0");
    refused(&nul, Kind::NulInPath, 107, "path holds a NUL");
    // The limit is in bytes and not in characters, and the offset never splits a character.
    let wide = format!("/{}", "é".repeat(53));
    unix(&wide, &wide);
    refused(&format!("{wide}é"), kind, 107, text);
    refused(&format!("/{wide}"), kind, 106, text);
}

#[test]
fn labels_and_names_have_dns_sizes() {
    let label = "a".repeat(63);
    name(&format!("udp:{label}:1"), &label, 1);
    let text = "label of host name is longer than 63 bytes";
    let kind = Kind::LabelTooLong;
    refused(&format!("udp:{label}a:1"), kind, 67, text);
    refused(&format!("udp:b.{label}a:1"), kind, 69, text);

    let longest = format!("{label}.{label}.{label}.{}", "b".repeat(61));
    assert_eq!(longest.len(), HostName::MAX_LENGTH);
    name(&format!("udp:{longest}:1"), &longest, 1);
    let text = &format!("host name is longer than {} bytes", HostName::MAX_LENGTH);
    refused(&format!("udp:{longest}b:1"), Kind::NameTooLong, 257, text);
}

// ---- constructors and conversions
// -------------------------------------------------------------------------

#[test]
fn constructors_count_from_their_own_text() {
    let error = HostName::new("a b").unwrap_err();
    assert_eq!(
        (error.kind(), error.offset()),
        (Kind::InvalidHostCharacter, 1)
    );
    let error = HostName::new("").unwrap_err();
    assert_eq!((error.kind(), error.offset()), (Kind::EmptyLabel, 0));
    let error = UnixPath::new("").unwrap_err();
    assert_eq!((error.kind(), error.offset()), (Kind::MissingPath, 0));
}

#[test]
fn a_host_name_is_never_an_address() {
    let ipv4 = HostName::new("127.0.0.1").unwrap_err();
    assert_eq!(ipv4.kind(), Kind::InvalidIpv4);
    let ipv6 = HostName::new("[::1]").unwrap_err();
    assert_eq!(ipv6.kind(), Kind::InvalidHostCharacter);
}

#[test]
fn addresses_become_hosts() {
    let v4 = Ipv4Addr::LOCALHOST;
    assert_eq!(Host::from(IpAddr::V4(v4)), Host::Ipv4(v4));
    let v6 = Ipv6Addr::LOCALHOST;
    assert_eq!(Host::from(IpAddr::V6(v6)), Host::Ipv6(v6));
    assert_eq!(Host::from(IpAddr::V6(v6)).to_string(), "[::1]");
}

#[test]
fn port_zero_is_any_port() {
    let any = |text| Socket::parse(text).unwrap().is_any_port();
    assert!(any("udp:127.0.0.1:0"));
    assert!(any("udp:[::]:0"));
    assert!(!any("udp:127.0.0.1:1"));
    assert!(!any("unix:0"));
}

#[test]
fn try_from_parses() {
    let socket: Result<Socket<'_>, ParseSocketError> = "udp:a:1".try_into();
    assert_eq!(socket, Socket::parse("udp:a:1"));
    assert_eq!(Socket::try_from("nothing"), Socket::parse("nothing"));
}

#[test]
fn parts_borrow_from_the_text_alone() {
    fn path(text: &str) -> Option<&str> {
        match Socket::parse(text) {
            Ok(Socket::Unix(path)) => Some(path.as_str()),
            Ok(Socket::Udp {
                host: Host::Name(name),
                ..
            }) => Some(name.as_str()),
            _ => None,
        }
    }
    assert_eq!(path("unix:/a"), Some("/a"));
    assert_eq!(path("udp:B:1"), Some("B"));
}

#[test]
fn auto_traits() {
    fn check<T: Send + Sync + Unpin + Copy + 'static>() {}
    fn error<T: Error>() {}
    check::<Socket<'static>>();
    check::<Host<'static>>();
    check::<HostName<'static>>();
    check::<UnixPath<'static>>();
    check::<ParseSocketError>();
    check::<Kind>();
    error::<ParseSocketError>();
}

// ---- helpers ---------------------------------------------------------------------------------

fn udp(host: Host<'_>, port: u16) -> Socket<'_> {
    Socket::Udp { host, port }
}

#[track_caller]
fn host(name: &str) -> Host<'_> {
    Host::Name(HostName::new(name).unwrap())
}

#[track_caller]
fn parse(text: &str) -> Socket<'_> {
    match Socket::parse(text) {
        Ok(socket) => socket,
        Err(error) => panic!("{text:?} is refused: {error}"),
    }
}

#[track_caller]
fn unix(text: &str, path: &str) {
    assert_eq!(parse(text), Socket::Unix(UnixPath::new(path).unwrap()));
    let Socket::Unix(parsed) = parse(text) else {
        panic!("{text:?} is no UNIX socket")
    };
    assert_eq!(parsed.as_str(), path);
}

#[track_caller]
fn ip(text: &str, address: impl Into<IpAddr>, port: u16) {
    assert_eq!(parse(text), udp(address.into().into(), port));
}

#[track_caller]
fn name(text: &str, name: &str, port: u16) {
    assert_eq!(parse(text), udp(host(name), port));
    // Equality ignores case, so compare the text of the name, which must keep its case.
    assert!(matches!(parse(text), Socket::Udp { host: Host::Name(it), .. } if it.as_str() == name));
}

#[track_caller]
fn prints(text: &str, canonical: &str) {
    assert_eq!(parse(text).to_string(), canonical);
    assert_eq!(parse(canonical).to_string(), canonical);
}

#[track_caller]
fn same(left: &str, right: &str) {
    assert_eq!(parse(left), parse(right));
    assert_eq!(hash(&parse(left)), hash(&parse(right)));
}

#[track_caller]
fn differ(left: &str, right: &str) {
    assert_ne!(parse(left), parse(right));
    assert_ne!(hash(&parse(left)), hash(&parse(right)));
}

#[track_caller]
fn refused(text: &str, kind: Kind, offset: usize, message: &str) {
    let error = match Socket::parse(text) {
        Ok(socket) => panic!("{text:?} is taken for {socket}"),
        Err(error) => error,
    };
    assert_eq!((error.kind(), error.offset()), (kind, offset), "{text:?}");
    let expected = format!("{message}, at byte {offset}");
    assert_eq!(error.to_string(), expected, "{text:?}");
}

fn hash(socket: &Socket<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    socket.hash(&mut hasher);
    hasher.finish()
}
