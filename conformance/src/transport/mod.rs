//! Sending datagrams: to UDP and UNIX sockets, whole or not at all, with back-pressure told from refusal.

mod address;
mod batch;
mod bulk;
mod link;
mod port;

pub use address::Address;
pub use batch::Batch;
pub use bulk::{Bulk, Method};
pub use link::{Link, SendError};
pub use port::Port;
