use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(unix)]
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use super::address::Address;
use super::batch::Batch;
use super::unsent::{Unsent, whole};

/// A connected non-blocking socket.
#[derive(Debug)]
pub(super) enum OpenSocket {
    Udp(UdpSocket),
    #[cfg(unix)]
    Unix(UnixDatagram),
}

impl OpenSocket {
    /// Connects to an address. A connection to a UDP address succeeds even if no process is bound
    /// to it.
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

    /// Sends a datagram, and returns how many of its bytes were sent.
    pub(super) fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        match self {
            Self::Udp(socket) => socket.send(datagram),
            #[cfg(unix)]
            Self::Unix(socket) => socket.send(datagram),
        }
    }

    /// Sends one datagram of a batch, and returns 1.
    pub(super) fn send_one(&self, batch: &Batch, index: usize) -> Result<usize, Unsent> {
        let datagram = batch.datagram(index);
        let sent = self.send(datagram).map_err(Unsent::Io)?;
        whole(sent, datagram.len())?;
        Ok(1)
    }

    /// Waits until the send buffer may have space for a datagram, at most for this time.
    #[cfg(unix)]
    pub(super) fn wait_until_writable(&self, time: Duration) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};

        let mut fds = [PollFd::new(self, PollFlags::OUT)];
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        match poll(&mut fds, Some(&time)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Yields the thread. This platform has no poll, so the caller tries the UDP socket again.
    #[cfg(not(unix))]
    pub(super) fn wait_until_writable(&self, _: Duration) -> io::Result<()> {
        std::thread::yield_now();
        Ok(())
    }
}

#[cfg(unix)]
impl AsFd for OpenSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Udp(socket) => socket.as_fd(),
            Self::Unix(socket) => socket.as_fd(),
        }
    }
}
