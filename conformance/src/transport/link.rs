use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
#[cfg(unix)]
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::address::Address;
use super::port::Port;

/// A connected datagram socket to a listener.
///
/// Connected, because only then does a UDP socket learn that nobody listens, and a UNIX socket when there is room.
#[derive(Debug)]
pub struct Link {
    socket: Socket,
}

#[derive(Debug)]
enum Socket {
    Udp(UdpSocket, SocketAddr),
    #[cfg(unix)]
    Unix(UnixDatagram, PathBuf),
}

/// Why a datagram was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// Nobody is bound to the address any more. UDP tells only at the second datagram.
    #[error("nobody listens there")]
    Refused,
    /// The listener's queue stayed full until the deadline.
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
        let socket = match address {
            Address::Udp(peer) => {
                let any: SocketAddr = match peer {
                    SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
                    SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
                };
                let socket = UdpSocket::bind(any)?;
                socket.connect(peer)?;
                socket.set_nonblocking(true)?;
                Socket::Udp(socket, *peer)
            }
            #[cfg(unix)]
            Address::Unix(path) => {
                let socket = UnixDatagram::unbound()?;
                socket.connect(path)?;
                socket.set_nonblocking(true)?;
                Socket::Unix(socket, path.clone())
            }
            #[cfg(not(unix))]
            Address::Unix(_) => {
                return Err(io::Error::new(
                    io::ErrorKind::Unsupported,
                    "this platform has no UNIX datagram sockets",
                ));
            }
        };
        Ok(Self { socket })
    }

    /// Sends one datagram whole, waiting for room until the deadline or until `stop` says so.
    ///
    /// # Errors
    ///
    /// If it was not sent. After `stop`, [`SendError::NoRoom`].
    pub fn send(
        &self,
        datagram: &[u8],
        deadline: Instant,
        stop: impl Fn() -> bool,
    ) -> Result<(), SendError> {
        let size = datagram.len();
        loop {
            let error = match self.try_send(datagram) {
                Ok(sent) if sent == size => return Ok(()),
                Ok(sent) => return Err(SendError::Cut { sent, size }),
                Err(error) => error,
            };
            match error.kind() {
                io::ErrorKind::Interrupted => {}
                io::ErrorKind::WouldBlock => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() || stop() {
                        return Err(SendError::NoRoom);
                    }
                    self.wait_for_room(left.min(SLICE))
                        .map_err(|error| SendError::Io { size, error })?;
                }
                io::ErrorKind::ConnectionRefused
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::NotConnected
                | io::ErrorKind::NotFound
                | io::ErrorKind::BrokenPipe => return Err(SendError::Refused),
                _ => return Err(SendError::Io { size, error }),
            }
        }
    }

    /// Tells whether nobody is bound to the address any more, so that what was sent reached nobody.
    ///
    /// A UDP socket has it from the answer to what was sent, or from the kernel's table: what was on its way when the
    /// listener closed is lost without an answer. For a UNIX socket it is tried.
    pub fn is_refused(&self) -> bool {
        let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
        match &self.socket {
            Socket::Udp(socket, peer) => {
                socket
                    .take_error()
                    .is_ok_and(|error| error.is_some_and(refused))
                    || Port::look_up(peer.port()) == Port::Unbound
            }
            #[cfg(unix)]
            Socket::Unix(_, path) => {
                let probe = UnixDatagram::unbound().and_then(|probe| probe.connect(path));
                probe.is_err_and(refused)
            }
        }
    }

    /// Tells how many bytes may be under way without an answer, so that the kernel need not drop any. A UNIX socket
    /// makes its sender wait; a UDP socket's default receive buffer holds thrice this much.
    pub const fn burst(&self) -> usize {
        match self.socket {
            Socket::Udp(..) => 65_536,
            #[cfg(unix)]
            Socket::Unix(..) => usize::MAX,
        }
    }

    fn try_send(&self, datagram: &[u8]) -> io::Result<usize> {
        match &self.socket {
            Socket::Udp(socket, _) => socket.send(datagram),
            #[cfg(unix)]
            Socket::Unix(socket, _) => socket.send(datagram),
        }
    }

    #[cfg(unix)]
    fn wait_for_room(&self, time: Duration) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};

        let mut fds = match &self.socket {
            Socket::Udp(socket, _) => [PollFd::new(socket, PollFlags::OUT)],
            Socket::Unix(socket, _) => [PollFd::new(socket, PollFlags::OUT)],
        };
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        match poll(&mut fds, Some(&time)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Without poll, a UDP socket is simply tried again.
    #[cfg(not(unix))]
    fn wait_for_room(&self, _: Duration) -> io::Result<()> {
        std::thread::yield_now();
        Ok(())
    }
}
