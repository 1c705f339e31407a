use event_datagram::{MAX_UDP_PAYLOAD, MAX_UNIX_DATAGRAM};
use event_datagram_oracle::generate::{
    ByteSource, Generate as _, JsonRpcDatagram, JsonRpcSequence, TextDatagram, TextSequence,
};

use crate::dialect::Dialect;
use crate::transport::SocketKind;

/// An endless iterator over the cases of a seed: each is one datagram, or several back to back.
#[derive(Clone, Debug)]
pub struct Cases {
    dialect: Dialect,
    max_datagram: usize,
    random: fastrand::Rng,
}

/// One of several equal parts of the cases of a seed: of each `count` cases the `index`th.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which part, from 1.
    pub index: u64,
    /// How many parts there are.
    pub count: u64,
}

impl Part {
    /// All cases.
    pub const WHOLE: Self = Self { index: 1, count: 1 };

    /// Returns whether the part holds a case by its number, from 1.
    pub(super) fn holds(self, number: u64) -> bool {
        (number - 1) % self.count == self.index - 1
    }
}

/// The most bytes from which a generator makes a datagram. No generator needs more.
const MAX_SOURCE_BYTES: usize = 256;

impl Cases {
    /// Returns an iterator that begins with the first case of a seed, for a subject of `dialect`
    /// that listens on a socket of kind `socket`.
    pub fn new(seed: u64, dialect: Dialect, socket: SocketKind) -> Self {
        Self {
            dialect,
            max_datagram: match socket {
                SocketKind::Udp | SocketKind::Udp6 => MAX_UDP_PAYLOAD,
                _ => MAX_UNIX_DATAGRAM,
            },
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// Cuts datagrams to a length in bytes.
    pub fn with_max_size(self, max_size: usize) -> Self {
        let max_datagram = self.max_datagram.min(max_size);
        Self {
            max_datagram,
            ..self
        }
    }

    fn random_bytes(&mut self, max: usize) -> Vec<u8> {
        let mut bytes = vec![0; self.random.usize(..=max)];
        self.random.fill(&mut bytes);
        bytes
    }

    fn sequence(&mut self) -> Vec<Vec<u8>> {
        let bytes = self.random_bytes(MAX_SOURCE_BYTES * 4);
        let source = &mut ByteSource::new(&bytes);
        match self.dialect {
            Dialect::Text => TextSequence::generate(source).0,
            Dialect::JsonRpc => JsonRpcSequence::generate(source).0,
        }
    }

    fn datagram(&mut self, dialect: Dialect) -> Vec<u8> {
        let bytes = self.random_bytes(MAX_SOURCE_BYTES);
        let source = &mut ByteSource::new(&bytes);
        match dialect {
            Dialect::Text => TextDatagram::generate(source).0,
            Dialect::JsonRpc => JsonRpcDatagram::generate(source).0,
        }
    }
}

impl Iterator for Cases {
    type Item = Vec<Vec<u8>>;

    fn next(&mut self) -> Option<Vec<Vec<u8>>> {
        let mut case = match self.random.u8(..32) {
            // A datagram of the other dialect: an upgrade of the server changes the dialect between
            // two datagrams.
            0 => {
                let other = Dialect::ALL.iter().find(|other| **other != self.dialect);
                vec![self.datagram(*other.expect("there are two"))]
            }
            1..=8 => self.sequence(),
            _ => Vec::new(),
        };
        if case.is_empty() {
            case.push(self.datagram(self.dialect));
        }
        for datagram in &mut case {
            datagram.truncate(self.max_datagram);
        }
        Some(case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_makes_the_same_cases() {
        for dialect in Dialect::ALL {
            let cases = |seed| Cases::new(seed, *dialect, SocketKind::Unix).take(200);
            assert!(cases(7).eq(cases(7)));
            assert!(!cases(7).eq(cases(8)));
        }
    }

    #[test]
    fn cases_have_many_lengths_and_fit_the_socket() {
        let longest = |socket| {
            let cases = Cases::new(1, Dialect::Text, socket).take(40_000);
            cases.flatten().map(|datagram| datagram.len()).max()
        };
        assert_eq!(longest(SocketKind::Udp), Some(MAX_UDP_PAYLOAD));
        assert_eq!(longest(SocketKind::Unix), Some(MAX_UNIX_DATAGRAM));
        for dialect in Dialect::ALL {
            let cases: Vec<_> = Cases::new(1, *dialect, SocketKind::Unix)
                .take(2_000)
                .collect();
            for length in 1..=12 {
                assert!(cases.iter().any(|case| case.len() == length), "{length}");
            }
            let json = |case: &&Vec<Vec<u8>>| case[0].starts_with(b"{\"");
            let count = cases.iter().filter(json).count();
            assert!((10..1_990).contains(&count), "{count}");
        }
    }
}
