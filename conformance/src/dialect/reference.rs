use std::collections::HashSet;

use event_datagram_oracle::reference::{self, Reading};

use super::codec::Dialect;

/// Calls to the reference decoders of the oracle.
impl Dialect {
    /// Returns the first reading of the reference, which is the one that [`decode`](Self::decode)
    /// must return.
    pub fn first_reading(self, datagram: &[u8]) -> Reading {
        match self {
            Self::Text => reference::text::decode(datagram),
            Self::JsonRpc => reference::jsonrpc::decode(datagram),
        }
    }

    /// Returns the admissible readings, but at most `limit`, because there may be very many.
    pub fn readings(self, datagram: &[u8], limit: usize) -> Vec<Reading> {
        let mut readings: Vec<_> = match self {
            Self::Text => reference::text::readings(datagram).take(limit).collect(),
            Self::JsonRpc => reference::jsonrpc::readings(datagram),
        };
        readings.truncate(limit);
        readings
    }

    /// Returns whether a listener only has to survive a datagram, whatever it reports for it.
    pub fn is_unspecified(self, datagram: &[u8]) -> bool {
        match self {
            Self::Text => false,
            Self::JsonRpc => reference::jsonrpc::is_unspecified(datagram),
        }
    }

    /// Returns whether a reading is admissible.
    pub fn admits(self, datagram: &[u8], reading: &Reading) -> bool {
        match self {
            Self::Text => reference::text::admits(datagram, reading),
            Self::JsonRpc => reference::jsonrpc::admits(datagram, reading),
        }
    }

    /// Returns the first of these readings that is not admissible, or `None` if all are admissible.
    /// The time is proportional to the total length of the readings.
    pub fn find_inadmissible<'r>(
        self,
        datagram: &[u8],
        readings: &'r [Reading],
    ) -> Option<&'r Reading> {
        match self {
            Self::Text => readings
                .iter()
                .find(|reading| !reference::text::admits(datagram, reading)),
            Self::JsonRpc if self.is_unspecified(datagram) => None,
            Self::JsonRpc => {
                let admissible = reference::jsonrpc::readings(datagram);
                let admissible: HashSet<_> = admissible.iter().collect();
                readings
                    .iter()
                    .find(|reading| !admissible.contains(reading))
            }
        }
    }

    /// Returns the requirement that demands the rejection of a malformed datagram.
    pub fn rejecting_requirement(self, datagram: &[u8]) -> &'static str {
        match self {
            _ if datagram.is_empty() => "T18",
            Self::Text => "T1",
            Self::JsonRpc if self.advice(datagram).contains(&"J14") => "J14",
            Self::JsonRpc => "J1",
        }
    }

    /// Returns the requirements of level `should` that decide how the reference reads a datagram.
    pub fn advice(self, datagram: &[u8]) -> Vec<&'static str> {
        match self {
            Self::Text => reference::text::advice(datagram),
            Self::JsonRpc => reference::jsonrpc::advice(datagram),
        }
    }
}
