use std::io;
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use super::address::Address;
use super::port::Port;
use super::send_error::SendError;
use super::socket::OpenSocket;
use super::waits::STOP_CHECK_INTERVAL;

/// A connected datagram socket to a listener.
///
/// The socket is connected, because otherwise a UDP socket would not learn that the port is
/// unbound, and a UNIX socket could not wait for space.
#[derive(Debug)]
pub struct Link {
    address: Address,
    socket: OpenSocket,
    /// Whether the listener has ever been in the kernel's table of sockets.
    was_bound: bool,
    /// The socket that was bound to the address at first, if no other socket may replace it.
    only: Option<Identity>,
}

/// What tells a bound socket from another one at the same address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identity {
    /// The inode of a UDP socket, which the kernel does not use again.
    Udp { inode: u64 },
    /// The file of a UNIX socket. A file system may use the inode of a removed file at once, so the
    /// time at which the socket was bound counts, too.
    #[cfg(unix)]
    Unix {
        device: u64,
        inode: u64,
        bound: (i64, i64),
    },
}

impl Link {
    /// Connects to a listener. A connection to a UDP address succeeds even if the address is not
    /// bound.
    ///
    /// # Errors
    ///
    /// Returns the system's error, such as `ENOENT` or `ECONNREFUSED` for a UNIX socket that is not
    /// bound.
    pub fn connect(address: &Address) -> io::Result<Self> {
        Ok(Self {
            address: address.clone(),
            socket: OpenSocket::open(address)?,
            was_bound: false,
            only: None,
        })
    }

    /// Connects to the listener that is bound now. If another listener replaces it, the link counts
    /// as refused.
    ///
    /// # Errors
    ///
    /// The same as for [`connect`](Self::connect).
    pub fn connect_to_this(address: &Address) -> io::Result<Self> {
        let only = identity(address);
        Ok(Self {
            only,
            ..Self::connect(address)?
        })
    }

    /// Sends one datagram whole. Waits for space until the deadline, or until `stop` returns true.
    ///
    /// Reconnects to a listener that has bound its UNIX socket again, because servers, which send
    /// by path, reach such a listener, too.
    ///
    /// # Errors
    ///
    /// If the datagram was not sent. After `stop`, [`SendError::Blocked`].
    pub fn send(
        &mut self,
        datagram: &[u8],
        deadline: Instant,
        stop: impl Fn() -> bool,
    ) -> Result<(), SendError> {
        loop {
            match self.try_send(datagram) {
                Err(SendError::Blocked) => {}
                result => return result,
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || stop() {
                return Err(SendError::Blocked);
            }
            let size = datagram.len();
            self.socket
                .wait_until_writable(left.min(STOP_CHECK_INTERVAL))
                .map_err(|error| SendError::Io { size, error })?;
        }
    }

    /// Sends one datagram whole if there is space for it now.
    ///
    /// # Errors
    ///
    /// If the datagram was not sent. [`SendError::Blocked`] is temporary.
    pub fn try_send(&mut self, datagram: &[u8]) -> Result<(), SendError> {
        let size = datagram.len();
        let mut is_tried_again = false;
        loop {
            let error = match self.socket.send(datagram) {
                Ok(sent) if sent == size => return Ok(()),
                Ok(sent) => return Err(SendError::Cut { sent, size }),
                Err(error) => error,
            };
            match error.kind() {
                io::ErrorKind::Interrupted => {}
                io::ErrorKind::WouldBlock => return Err(SendError::Blocked),
                io::ErrorKind::ConnectionRefused
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::NotConnected
                | io::ErrorKind::NotFound
                | io::ErrorKind::BrokenPipe => {
                    let is_gone = match self.address {
                        Address::Udp(_) => !self.was_bound || self.is_refused(),
                        Address::Unix(_) => self.only.is_some(),
                    };
                    if is_tried_again || is_gone {
                        return Err(SendError::Refused);
                    }
                    is_tried_again = true;
                    // The error of a UDP socket is about an earlier datagram. The call that
                    // returned the error has also cleared it.
                    if let Address::Unix(_) = self.address {
                        self.socket =
                            OpenSocket::open(&self.address).map_err(|_| SendError::Refused)?;
                    }
                }
                _ => return Err(SendError::Io { size, error }),
            }
        }
    }

    /// Returns the address that the listener is bound to.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Returns whether the address is no longer bound, so that the sent datagrams are lost.
    ///
    /// For a UDP socket, the kernel's table of sockets decides if the listener was in the table
    /// before, because datagrams in flight when the listener closes its socket are lost without an
    /// answer. Otherwise the answer to an earlier datagram decides; on a busy machine this answer
    /// may arrive after the listener has bound its socket. For a UNIX socket, an attempt to connect
    /// decides.
    pub fn is_refused(&mut self) -> bool {
        if self.only.is_some() && identity(&self.address) != self.only {
            return true;
        }
        let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
        match &self.socket {
            OpenSocket::Udp(_) if self.was_bound => self.port() == Port::Unbound,
            OpenSocket::Udp(socket) => socket
                .take_error()
                .is_ok_and(|error| error.is_some_and(refused)),
            #[cfg(unix)]
            OpenSocket::Unix(_) => Self::connect(&self.address).is_err_and(refused),
        }
    }

    /// Returns whether a listener whose address was refused has bound it again, as some listeners
    /// do when they reload their configuration. Always returns false if no other socket may replace
    /// the first one.
    pub(crate) fn is_bound_again(&self) -> bool {
        if self.only.is_some() {
            return false;
        }
        match &self.address {
            Address::Udp(_) => self.was_bound && matches!(self.port(), Port::Bound { .. }),
            Address::Unix(_) => OpenSocket::open(&self.address).is_ok(),
        }
    }

    /// Returns how many datagrams the kernel has dropped since the listener bound its socket, as
    /// far as the system shows it.
    pub fn dropped(&mut self) -> u64 {
        match self.port() {
            Port::Bound { dropped, .. } => {
                self.was_bound = true;
                dropped
            }
            _ => 0,
        }
    }

    fn port(&self) -> Port {
        match &self.address {
            Address::Udp(address) => Port::look_up(*address),
            Address::Unix(_) => Port::Unknown,
        }
    }

    /// Returns how many bytes may be in flight without an answer, so that the kernel need not drop
    /// any. A full UNIX socket blocks its sender. The default receive buffer of a UDP socket holds
    /// three times this much.
    pub const fn burst(&self) -> usize {
        match self.socket {
            OpenSocket::Udp(_) => 65_536,
            #[cfg(unix)]
            OpenSocket::Unix(_) => usize::MAX,
        }
    }
}

/// Returns the identity of the socket that is bound to an address, as far as this system shows it.
fn identity(address: &Address) -> Option<Identity> {
    match address {
        Address::Udp(address) => match Port::look_up(*address) {
            Port::Bound { inode, .. } => Some(Identity::Udp { inode }),
            _ => None,
        },
        #[cfg(unix)]
        Address::Unix(path) => {
            use std::os::unix::fs::MetadataExt as _;

            let file = std::fs::metadata(path).ok()?;
            Some(Identity::Unix {
                device: file.dev(),
                inode: file.ino(),
                bound: (file.mtime(), file.mtime_nsec()),
            })
        }
        #[cfg(not(unix))]
        Address::Unix(_) => None,
    }
}

/// Allows a caller to wait for space together with other events.
#[cfg(unix)]
impl AsFd for Link {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::net::UnixDatagram;

    use super::{Address, Link};

    #[test]
    fn a_listener_that_was_restarted_at_once_is_another_one() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("events.sock");
        let bind = || UnixDatagram::bind(&path).expect("the path is free");
        let bound_at = || {
            fs::metadata(&path)
                .and_then(|file| file.modified())
                .expect("it is bound")
        };
        let mut listener = bind();
        let first = bound_at();
        let mut link = Link::connect_to_this(&Address::Unix(path.clone())).expect("it is bound");
        assert!(!link.is_refused());
        // The clock of a file system moves in steps of some milliseconds.
        while bound_at() == first {
            drop(listener);
            fs::remove_file(&path).expect("it is there");
            listener = bind();
        }
        assert!(link.is_refused());
    }
}
