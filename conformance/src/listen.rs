//! The reference listener: binds a socket, and reports each datagram by the contract.

use std::io::{self, Write};
use std::net::UdpSocket;
use std::path::Path;

use crate::dialect::Dialect;
use crate::transport::Address;

/// Longer than any datagram that a system sends over either kind of socket by default.
const BUFFER: usize = 1 << 18;

/// A bound socket. A UNIX socket's file goes when this is dropped.
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    address: Address,
}

#[derive(Debug)]
enum Socket {
    Udp(UdpSocket),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixDatagram),
}

impl Listener {
    /// Binds a socket. A UNIX socket's file that nobody listens on any more is replaced.
    ///
    /// # Errors
    ///
    /// What the system says, such as `EADDRINUSE`.
    pub fn bind(address: &Address) -> io::Result<Self> {
        match address {
            Address::Udp(address) => {
                let socket = UdpSocket::bind(address)?;
                let address = Address::Udp(socket.local_addr()?);
                Ok(Self {
                    socket: Socket::Udp(socket),
                    address,
                })
            }
            Address::Unix(path) => Ok(Self {
                socket: bind_unix(path)?,
                address: address.clone(),
            }),
        }
    }

    /// Gives where it is bound, with the port that the system chose where port 0 was asked for.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Reports datagrams of these dialects to `out`, a line each, until `wake` becomes readable: something to stop it by.
    ///
    /// # Errors
    ///
    /// If the socket fails, or `out` does.
    #[cfg(unix)]
    pub fn report(
        &self,
        dialects: &[Dialect],
        out: &mut impl Write,
        wake: &impl std::os::fd::AsFd,
    ) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, poll};

        self.set_nonblocking()?;
        let mut buffer = vec![0; BUFFER];
        loop {
            match self.receive(&mut buffer) {
                Ok(length) => {
                    write_line(out, report(dialects, &buffer[..length]))?;
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            let socket = match &self.socket {
                Socket::Udp(socket) => PollFd::new(socket, PollFlags::IN),
                Socket::Unix(socket) => PollFd::new(socket, PollFlags::IN),
            };
            let mut fds = [socket, PollFd::new(wake, PollFlags::IN)];
            match poll(&mut fds, None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            if !fds[1].revents().is_empty() {
                return Ok(());
            }
        }
    }

    /// Reports datagrams of these dialects to `out`, a line each, for ever.
    ///
    /// # Errors
    ///
    /// If the socket fails, or `out` does.
    #[cfg(not(unix))]
    pub fn report(&self, dialects: &[Dialect], out: &mut impl Write) -> io::Result<()> {
        let mut buffer = vec![0; BUFFER];
        loop {
            let length = self.receive(&mut buffer)?;
            write_line(out, report(dialects, &buffer[..length]))?;
        }
    }

    fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match &self.socket {
            Socket::Udp(socket) => socket.recv(buffer),
            #[cfg(unix)]
            Socket::Unix(socket) => socket.recv(buffer),
        }
    }

    #[cfg(unix)]
    fn set_nonblocking(&self) -> io::Result<()> {
        match &self.socket {
            Socket::Udp(socket) => socket.set_nonblocking(true),
            Socket::Unix(socket) => socket.set_nonblocking(true),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Address::Unix(path) = &self.address {
            // Whoever removed it before us did our work.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Reads a datagram in the one dialect that there is, or in the one that it looks like.
fn report(dialects: &[Dialect], datagram: &[u8]) -> Vec<u8> {
    let dialect = match dialects {
        [one] => *one,
        _ => Dialect::detect(datagram),
    };
    dialect.report_line(datagram)
}

/// Writes a line and flushes it: whoever reads it waits for it.
///
/// # Errors
///
/// If `out` fails.
pub fn write_line(out: &mut impl Write, mut line: Vec<u8>) -> io::Result<()> {
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}

#[cfg(unix)]
fn bind_unix(path: &Path) -> io::Result<Socket> {
    use std::os::unix::fs::FileTypeExt as _;
    use std::os::unix::net::UnixDatagram;

    let bound = match UnixDatagram::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let is_socket = std::fs::symlink_metadata(path)?.file_type().is_socket();
            let refused = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
            if !is_socket
                || !UnixDatagram::unbound()?
                    .connect(path)
                    .is_err_and(|error| refused(&error))
            {
                return Err(error);
            }
            std::fs::remove_file(path)?;
            UnixDatagram::bind(path)?
        }
        bound => bound?,
    };
    Ok(Socket::Unix(bound))
}

#[cfg(not(unix))]
fn bind_unix(_: &Path) -> io::Result<Socket> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "this platform has no UNIX datagram sockets",
    ))
}
