//! Sending datagrams: to UDP and UNIX sockets, whole or not at all, with back-pressure told from refusal.

mod address;
mod link;
mod port;

pub use address::Address;
pub use link::{Link, SendError};
pub use port::Port;
