//! The reference sender: gets datagrams to a listener, and knows as well as can be whether they got there.

use std::io;
use std::time::{Duration, Instant};

use crate::transport::{Address, Link, Port, SendError};

/// Sends datagrams to a listener, each whole or not at all.
#[derive(Debug)]
pub struct Sender {
    link: Link,
    address: Address,
    /// What the kernel had dropped before.
    dropped: Option<u64>,
    sent: usize,
}

/// What was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// So many datagrams went out whole.
    pub count: usize,
    /// So many came for the listener's socket meanwhile, and were dropped because its receive buffer was full.
    pub dropped: u64,
}

impl Sender {
    /// Connects to a listener.
    ///
    /// # Errors
    ///
    /// What the system says. That nobody listens on a UDP port shows only when something is sent.
    pub fn connect(address: &Address) -> io::Result<Self> {
        Ok(Self {
            link: Link::connect(address)?,
            address: address.clone(),
            dropped: Port::dropped_at(address),
            sent: 0,
        })
    }

    /// Sends one datagram, and waits so long for room.
    ///
    /// # Errors
    ///
    /// If it was not sent whole, or reached nobody as far as can be known at once.
    pub fn send(&mut self, datagram: &[u8], limit: Duration) -> Result<(), SendError> {
        let deadline = Instant::now() + limit;
        self.link.send(datagram, deadline, || false)?;
        // What a UNIX socket has taken is there, also if its listener is gone by now.
        if matches!(self.address, Address::Udp(_)) && self.link.is_refused() {
            return Err(SendError::Refused);
        }
        self.sent += 1;
        Ok(())
    }

    /// Tells what was sent so far.
    pub fn sent(&self) -> Sent {
        let before = self.dropped.unwrap_or_default();
        Sent {
            count: self.sent,
            dropped: Port::dropped_at(&self.address)
                .unwrap_or(before)
                .saturating_sub(before),
        }
    }
}
