use std::net::{IpAddr, SocketAddr};

use super::words::Words;
use super::{json, text};
use crate::dialect::Dialect;

/// Replaces words by others. The same anonymizer always replaces a word by the same other word. Its
/// key is random, and without the key nobody can find out the original words.
#[derive(Clone, Debug, Default)]
pub struct Anonymizer {
    words: Words,
}

impl Anonymizer {
    /// Returns an anonymizer with a new key.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a datagram with the words of its values replaced.
    pub fn datagram(&self, dialect: Dialect, datagram: &[u8]) -> Vec<u8> {
        match dialect {
            Dialect::Text => text::anonymized(&self.words, datagram),
            Dialect::JsonRpc => json::anonymized(&self.words, datagram),
        }
    }

    /// Returns the address that replaces this one, also in datagrams. The port is not changed.
    pub fn address(&self, address: SocketAddr) -> SocketAddr {
        let text = address.ip().to_string();
        let mut other = Vec::with_capacity(text.len());
        self.words.append(text.as_bytes(), &mut other);
        let other = str::from_utf8(&other)
            .ok()
            .and_then(|text| text.parse().ok());
        let unknown = match address {
            SocketAddr::V4(_) => IpAddr::from([0; 4]),
            SocketAddr::V6(_) => IpAddr::from([0; 16]),
        };
        (other.unwrap_or(unknown), address.port()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_addresses_and_are_those_of_the_datagrams() {
        let anonymizer = Anonymizer::new();
        for ip in [
            "127.0.0.1",
            "192.168.2.11",
            "255.255.255.255",
            "0.0.0.0",
            "::1",
            "2001:db8::ff00:42:8329",
            "::ffff:192.0.2.1",
            "fe80::1",
        ] {
            let address: SocketAddr = (ip.parse::<IpAddr>().unwrap(), 5060).into();
            let other = anonymizer.address(address);
            assert_eq!(other.port(), 5060);
            assert_eq!(other.is_ipv4(), address.is_ipv4());
            let datagram = format!("E_TEST\nip::{ip}\n\n");
            let datagram = anonymizer.datagram(Dialect::Text, datagram.as_bytes());
            let text = String::from_utf8(datagram).unwrap();
            let text = text.strip_prefix("E_TEST\nip::").unwrap().trim_end();
            assert_eq!(text.parse::<IpAddr>().unwrap(), other.ip(), "{ip}");
        }
    }

    #[test]
    fn words_of_people_are_replaced_and_the_rest_is_kept() {
        let anonymizer = Anonymizer::new();
        let parts = [
            "E_CALL\n",
            "from::\"Alice Müller\" <sip:alice@example.com:5060>\n",
            "text::\"two \\\"lines\\\"\nalice\\\"\n",
            "2001:db8::1\n",
            "fe80::2\n\n",
        ];
        let datagram = parts.concat();
        let other = anonymizer.datagram(Dialect::Text, datagram.as_bytes());
        let other = String::from_utf8(other).unwrap();
        assert_eq!(other.len(), datagram.len());
        assert!(other.starts_with("E_CALL\nfrom::\""), "{other}");
        for gone in ["lice", "example", "üll", "lines", "2001:db8", "fe80"] {
            assert!(!other.contains(gone), "{gone}: {other}");
        }
        let alice = other
            .split("<")
            .nth(1)
            .and_then(|rest| rest.split([':', '@']).nth(1));
        let alice = alice.unwrap();
        assert_eq!(other.matches(alice).count(), 2, "{other}");
        let capital = other["E_CALL\nfrom::\"".len()..].split(' ').next().unwrap();
        assert_eq!(capital.to_lowercase(), alice, "{other}");
    }

    #[test]
    fn json_keeps_its_form_and_its_names() {
        let anonymizer = Anonymizer::new();
        let datagram = concat!(
            r#"{"jsonrpc":"2.0","m\u0065thod":"E_TEST","params":{"user":"\u0041lice\n\/\"x","#,
            r#""count":-1205,"flag":true,"none":null,"\u00e9":"","big":18446744073709551616,"#,
            r#""f":1.5e3,"e":"\u00fc\ud801\udc00","not plain":0}}"#
        );
        let other = anonymizer.datagram(Dialect::JsonRpc, datagram.as_bytes());
        let other = String::from_utf8(other).unwrap();
        assert_eq!(other.len(), datagram.len());
        let start = r#"{"jsonrpc":"2.0","m\u0065thod":"E_TEST","params":{"user":"\u00"#;
        assert!(other.starts_with(start), "{other}");
        for kept in [
            r#""count":-"#,
            r#""flag":true,"none":null,"#,
            r#""big":18446744073709551616,"f":1.5e3,"e":"\u0"#,
            r#"":0}}"#,
        ] {
            assert!(other.contains(kept), "{kept}: {other}");
        }
        for gone in ["lice", "1205", "00e9", "00fc", "ud801", "not plain"] {
            assert!(!other.contains(gone), "{gone}: {other}");
        }
    }
}
