use std::io;

/// Why a datagram was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The address is not bound any more. Over UDP, the second datagram gets this error.
    #[error("no process listens at this address")]
    Refused,
    /// The listener's queue is full, and stayed full until the deadline if there was one.
    #[error("the receive buffer is full: its reader has stopped reading")]
    Blocked,
    /// The kernel sent fewer bytes than the datagram has.
    #[error("only {sent} of {size} bytes were sent")]
    Cut {
        /// The number of bytes that were sent.
        sent: usize,
        /// The length of the datagram.
        size: usize,
    },
    /// Any other failure, such as a datagram too long for the socket.
    #[error("{size} bytes could not be sent: {error}")]
    Io {
        /// The length of the datagram.
        size: usize,
        /// The error of the system.
        error: io::Error,
    },
}
