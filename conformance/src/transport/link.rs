use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(unix)]
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use super::address::Address;
use super::port::Port;

/// A connected datagram socket to a listener.
///
/// Connected, because only then does a UDP socket learn that nobody listens, and a UNIX socket when there is room.
#[derive(Debug)]
pub struct Link {
    address: Address,
    socket: Socket,
    /// Whether the kernel's table has ever shown the listener.
    was_bound: bool,
    /// Which socket was bound to the address at first, where only that one counts.
    only: Option<Identity>,
}

/// What the system calls a bound socket: another one at the same address is called otherwise.
type Identity = (u64, u64);

/// A connected socket that does not block.
#[derive(Debug)]
pub(super) enum Socket {
    Udp(UdpSocket),
    #[cfg(unix)]
    Unix(UnixDatagram),
}

/// Why a datagram was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// Nobody is bound to the address any more. UDP tells only at the second datagram.
    #[error("nobody listens there")]
    Refused,
    /// The listener's queue is full, and stayed so until the deadline if there was one.
    #[error("the socket took nothing: its reader has stopped reading")]
    NoRoom,
    /// The kernel took fewer bytes than there were.
    #[error("only {sent} of {size} bytes were sent")]
    Cut {
        /// What it took.
        sent: usize,
        /// What there was.
        size: usize,
    },
    /// Any other failure, such as a datagram too long for the socket.
    #[error("{size} bytes could not be sent: {error}")]
    Io {
        /// The length of the datagram.
        size: usize,
        /// What the system says.
        error: io::Error,
    },
}

/// How long to wait for room at a stretch, before looking whether to stop.
const SLICE: Duration = Duration::from_millis(50);

impl Link {
    /// Connects to a listener. A UDP socket connects whether or not anybody is there.
    ///
    /// # Errors
    ///
    /// What the system says, such as `ENOENT` or `ECONNREFUSED` for a UNIX socket that nobody has bound.
    pub fn connect(address: &Address) -> io::Result<Self> {
        Ok(Self {
            address: address.clone(),
            socket: Socket::open(address)?,
            was_bound: false,
            only: None,
        })
    }

    /// Connects to a listener, and to no other that takes its place: that is like a refusal.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub fn connect_to_this(address: &Address) -> io::Result<Self> {
        let only = identity(address);
        Ok(Self {
            only,
            ..Self::connect(address)?
        })
    }

    /// Sends one datagram whole, waiting for room until the deadline or until `stop` says so. Like a server, which sends
    /// by path, it finds a listener again that has bound its UNIX socket anew.
    ///
    /// # Errors
    ///
    /// If it was not sent. After `stop`, [`SendError::NoRoom`].
    pub fn send(
        &mut self,
        datagram: &[u8],
        deadline: Instant,
        stop: impl Fn() -> bool,
    ) -> Result<(), SendError> {
        loop {
            match self.try_send(datagram) {
                Err(SendError::NoRoom) => {}
                result => return result,
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || stop() {
                return Err(SendError::NoRoom);
            }
            let size = datagram.len();
            self.socket
                .wait_for_room(left.min(SLICE))
                .map_err(|error| SendError::Io { size, error })?;
        }
    }

    /// Sends one datagram whole if there is room for it now.
    ///
    /// # Errors
    ///
    /// If it was not sent; [`SendError::NoRoom`] passes.
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
                io::ErrorKind::WouldBlock => return Err(SendError::NoRoom),
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
                    // The error of a UDP socket was about something before, and is taken with it.
                    if let Address::Unix(_) = self.address {
                        self.socket =
                            Socket::open(&self.address).map_err(|_| SendError::Refused)?;
                    }
                }
                _ => return Err(SendError::Io { size, error }),
            }
        }
    }

    /// Says where the listener is bound.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Tells whether nobody is bound to the address any more, so that what was sent reached nobody.
    ///
    /// A UDP socket has it from the kernel's table if that has shown the listener before: what was on its way when the
    /// listener closed is lost without an answer. Else it has it from the answer to what was sent, which on a busy machine may
    /// come when the listener is bound at last. For a UNIX socket it is tried.
    pub fn is_refused(&mut self) -> bool {
        if self.only.is_some() && identity(&self.address) != self.only {
            return true;
        }
        let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
        match &self.socket {
            Socket::Udp(_) if self.was_bound => self.port() == Port::Unbound,
            Socket::Udp(socket) => socket
                .take_error()
                .is_ok_and(|error| error.is_some_and(refused)),
            #[cfg(unix)]
            Socket::Unix(_) => Self::connect(&self.address).is_err_and(refused),
        }
    }

    /// Tells how many datagrams for the listener the kernel has dropped since it bound its socket, as far as can be known.
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

    /// Tells how many bytes may be under way without an answer, so that the kernel need not drop any. A UNIX socket
    /// makes its sender wait; a UDP socket's default receive buffer holds thrice this much.
    pub const fn burst(&self) -> usize {
        match self.socket {
            Socket::Udp(_) => 65_536,
            #[cfg(unix)]
            Socket::Unix(_) => usize::MAX,
        }
    }
}

impl Socket {
    /// Connects. A UDP socket connects whether or not anybody is there.
    pub(super) fn open(address: &Address) -> io::Result<Self> {
        match address {
            Address::Udp(peer) => {
                let any: SocketAddr = match peer {
                    SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
                    SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
                };
                let socket = UdpSocket::bind(any)?;
                socket.connect(peer)?;
                socket.set_nonblocking(true)?;
                Ok(Self::Udp(socket))
            }
            #[cfg(unix)]
            Address::Unix(path) => {
                let socket = UnixDatagram::unbound()?;
                socket.connect(path)?;
                socket.set_nonblocking(true)?;
                Ok(Self::Unix(socket))
            }
            #[cfg(not(unix))]
            Address::Unix(_) => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "this platform has no UNIX datagram sockets",
            )),
        }
    }

    pub(super) fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        match self {
            Self::Udp(socket) => socket.send(datagram),
            #[cfg(unix)]
            Self::Unix(socket) => socket.send(datagram),
        }
    }

    #[cfg(unix)]
    pub(super) fn wait_for_room(&self, time: Duration) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};

        let mut fds = [PollFd::new(self, PollFlags::OUT)];
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        match poll(&mut fds, Some(&time)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Without poll, a UDP socket is simply tried again.
    #[cfg(not(unix))]
    pub(super) fn wait_for_room(&self, _: Duration) -> io::Result<()> {
        std::thread::yield_now();
        Ok(())
    }
}

/// Finds out which socket is bound to an address, as far as this system tells.
fn identity(address: &Address) -> Option<Identity> {
    match address {
        Address::Udp(address) => match Port::look_up(*address) {
            Port::Bound { inode, .. } => Some((0, inode)),
            _ => None,
        },
        #[cfg(unix)]
        Address::Unix(path) => {
            use std::os::unix::fs::MetadataExt as _;

            let file = std::fs::metadata(path).ok()?;
            Some((file.dev(), file.ino()))
        }
        #[cfg(not(unix))]
        Address::Unix(_) => None,
    }
}

/// To wait for room with, along with other things.
#[cfg(unix)]
impl AsFd for Link {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(unix)]
impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Udp(socket) => socket.as_fd(),
            Self::Unix(socket) => socket.as_fd(),
        }
    }
}
