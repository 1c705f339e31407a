//! The reference sender: sends datagrams to a listener, and detects losses as far as the system
//! reports them.

use std::io;
use std::time::{Duration, Instant};

use crate::transport::{Address, Link, Port, SendError};

/// Sends datagrams to a listener, each whole or not at all.
#[derive(Debug)]
pub struct Sender {
    link: Link,
    address: Address,
    /// The kernel's drop counter before the first datagram, where it can be read.
    dropped_before: Option<u64>,
    sent: usize,
}

/// Counts of sent datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SendStatistics {
    /// Datagrams that were sent whole.
    pub count: usize,
    /// Datagrams to the listener's socket, from any sender, that the kernel dropped meanwhile
    /// because the receive buffer was full.
    pub dropped: u64,
}

impl Sender {
    /// Connects to a listener.
    ///
    /// # Errors
    ///
    /// The system's error. A UDP port on which no process listens shows only when a datagram is
    /// sent.
    pub fn connect(address: &Address) -> io::Result<Self> {
        Ok(Self {
            link: Link::connect(address)?,
            address: address.clone(),
            dropped_before: Port::dropped_at(address),
            sent: 0,
        })
    }

    /// Sends one datagram. Waits up to `timeout` while the socket's buffer is full.
    ///
    /// # Errors
    ///
    /// If it was not sent whole, or the system reports at once that no process listens.
    pub fn send(&mut self, datagram: &[u8], timeout: Duration) -> Result<(), SendError> {
        let deadline = Instant::now() + timeout;
        self.link.send(datagram, deadline, || false)?;
        // A datagram that a UNIX socket accepted has been delivered, even if its listener has
        // exited since.
        if matches!(self.address, Address::Udp(_)) && self.link.is_refused() {
            return Err(SendError::Refused);
        }
        self.sent += 1;
        Ok(())
    }

    /// Returns the counts so far.
    pub fn statistics(&self) -> SendStatistics {
        let before = self.dropped_before.unwrap_or_default();
        SendStatistics {
            count: self.sent,
            dropped: Port::dropped_at(&self.address)
                .unwrap_or(before)
                .saturating_sub(before),
        }
    }
}
