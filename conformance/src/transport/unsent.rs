use std::io;

/// Why a call sent no complete datagram.
#[derive(Debug)]
pub(super) enum Unsent {
    /// The call sent a part of a datagram.
    Cut {
        /// The number of bytes that were sent.
        sent: usize,
        /// The length of the datagram.
        size: usize,
    },
    /// The call failed.
    Io(io::Error),
}

/// Checks that a datagram was sent whole.
pub(super) fn whole(sent: usize, size: usize) -> Result<(), Unsent> {
    if sent == size {
        Ok(())
    } else {
        Err(Unsent::Cut { sent, size })
    }
}
