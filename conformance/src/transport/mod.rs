//! Sends datagrams to UDP and UNIX sockets, whole or not at all, and distinguishes a full queue
//! from an address that is not bound.

mod address;
mod batch;
mod batching;
mod bulk;
mod link;
mod loopback;
mod method;
mod port;
mod send_error;
mod socket;
#[cfg(unix)]
mod socket_file;
mod socket_kind;
mod unsent;
mod waits;

pub use address::Address;
pub use batch::Batch;
pub use bulk::Bulk;
pub use link::Link;
pub use loopback::check_loopback;
pub use method::Method;
pub use port::Port;
pub use send_error::SendError;
#[cfg(unix)]
pub use socket_file::SocketFile;
#[cfg(unix)]
pub(crate) use socket_file::SocketFolder;
pub use socket_kind::SocketKind;
pub(crate) use waits::STOP_CHECK_INTERVAL;
