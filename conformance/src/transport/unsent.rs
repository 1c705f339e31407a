use std::io;

/// Why a call took no datagram.
#[derive(Debug)]
pub(super) enum Unsent {
    /// It took a part of one.
    Cut {
        /// The bytes that it took.
        sent: usize,
        /// The length of the datagram.
        size: usize,
    },
    /// It failed.
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
