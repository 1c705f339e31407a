use std::time::Duration;

use crate::transport::{Batch, Bulk, SendError};

/// A sink for datagrams that may apply backpressure: a socket, or a simulated one in tests.
pub trait Wire {
    /// Sends datagrams of a batch from index `from` on, and returns how many were taken: at least
    /// one.
    ///
    /// # Errors
    ///
    /// If none was taken.
    fn send(&mut self, batch: &Batch, from: usize) -> Result<usize, SendError>;

    /// Waits until the next datagram may be taken, at most for this time.
    fn wait_until_writable(&mut self, time: Duration);

    /// Returns whose buffer was full last.
    fn blocked_by(&self) -> BlockedBy;
}

/// Whose buffer was full when a datagram was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockedBy {
    /// The listener's.
    Listener,
    /// This machine's own send buffer, or the queue of its network device.
    Sender,
}

impl Wire for Bulk {
    fn send(&mut self, batch: &Batch, from: usize) -> Result<usize, SendError> {
        Self::send(self, batch, from)
    }

    fn wait_until_writable(&mut self, time: Duration) {
        // If waiting fails, the next call to send returns why.
        let _ = Self::wait_until_writable(self, time);
    }

    fn blocked_by(&self) -> BlockedBy {
        if self.waits_for_listener() {
            BlockedBy::Listener
        } else {
            BlockedBy::Sender
        }
    }
}
