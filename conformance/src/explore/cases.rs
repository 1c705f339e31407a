use event_datagram::{MAX_UDP_PAYLOAD, MAX_UNIX_DATAGRAM};
use event_datagram_oracle::generate::{
    Generate as _, JsonRpcDatagram, JsonRpcSequence, Source, TextDatagram, TextSequence,
};

use crate::dialect::Dialect;
use crate::transport::SocketKind;

/// The cases of a seed, one after the other, without end: each a datagram, or several back to back.
#[derive(Clone, Debug)]
pub struct Cases {
    dialect: Dialect,
    longest: usize,
    random: fastrand::Rng,
}

/// More datagrams in a row show nothing that these do not.
const LONGEST_SEQUENCE: usize = 8;
/// So many bytes decide a datagram, at most: enough for any generator.
const DECISIONS: usize = 256;

impl Cases {
    /// Begins with the first case of a seed, for a subject of this dialect behind such a socket.
    pub fn new(seed: u64, dialect: Dialect, socket: SocketKind) -> Self {
        Self {
            dialect,
            longest: match socket {
                SocketKind::Udp | SocketKind::Udp6 => MAX_UDP_PAYLOAD,
                _ => MAX_UNIX_DATAGRAM,
            },
            random: fastrand::Rng::with_seed(seed),
        }
    }

    fn decisions(&mut self, at_most: usize) -> Vec<u8> {
        let mut bytes = vec![0; self.random.usize(..=at_most)];
        self.random.fill(&mut bytes);
        bytes
    }

    fn sequence(&mut self) -> Vec<Vec<u8>> {
        let decisions = self.decisions(DECISIONS * 4);
        let source = &mut Source::new(&decisions);
        let mut sequence = match self.dialect {
            Dialect::Text => TextSequence::generate(source).0,
            Dialect::JsonRpc => JsonRpcSequence::generate(source).0,
        };
        sequence.truncate(LONGEST_SEQUENCE);
        sequence
    }

    fn datagram(&mut self, dialect: Dialect) -> Vec<u8> {
        let decisions = self.decisions(DECISIONS);
        let source = &mut Source::new(&decisions);
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
            // A server that was upgraded speaks the other dialect from one moment to the next.
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
            datagram.truncate(self.longest);
        }
        Some(case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_cases_always() {
        for dialect in Dialect::ALL {
            let cases = |seed| Cases::new(seed, *dialect, SocketKind::Unix).take(200);
            assert!(cases(7).eq(cases(7)));
            assert!(!cases(7).eq(cases(8)));
        }
    }

    #[test]
    fn cases_are_of_many_kinds_and_fit_the_socket() {
        let longest = |socket| {
            let cases = Cases::new(1, Dialect::Text, socket).take(20_000);
            cases.flatten().map(|datagram| datagram.len()).max()
        };
        assert_eq!(longest(SocketKind::Udp), Some(MAX_UDP_PAYLOAD));
        assert_eq!(longest(SocketKind::Unix), Some(MAX_UNIX_DATAGRAM));
        for dialect in Dialect::ALL {
            let cases: Vec<_> = Cases::new(1, *dialect, SocketKind::Unix)
                .take(2_000)
                .collect();
            for length in 1..=LONGEST_SEQUENCE {
                assert!(cases.iter().any(|case| case.len() == length), "{length}");
            }
            let json = |case: &&Vec<Vec<u8>>| case[0].starts_with(b"{\"");
            let count = cases.iter().filter(json).count();
            assert!((10..1_990).contains(&count), "{count}");
        }
    }
}
