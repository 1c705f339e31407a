//! The reference listener: binds a socket, and writes a line of the contract for each datagram.

use std::io::{self, Write};
use std::net::UdpSocket;
#[cfg(unix)]
use std::path::Path;
#[cfg(unix)]
use std::sync::Arc;

use crate::dialect::Dialect;
use crate::transport::Address;
#[cfg(unix)]
use crate::transport::SocketFile;

/// Longer than any datagram that a system sends by default.
const BUFFER: usize = 1 << 18;

/// A bound socket. Dropping it removes the file of a UNIX socket.
#[derive(Debug)]
pub struct Listener {
    socket: ListenerSocket,
    address: Address,
    #[cfg(unix)]
    file: Option<Arc<SocketFile>>,
}

#[derive(Debug)]
enum ListenerSocket {
    Udp(UdpSocket),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixDatagram),
}

impl Listener {
    /// Binds a socket. Replaces the file of a UNIX socket on which no process listens any more.
    ///
    /// # Errors
    ///
    /// The system's error, such as `EADDRINUSE`.
    pub fn bind(address: &Address) -> io::Result<Self> {
        match address {
            Address::Udp(address) => {
                let socket = UdpSocket::bind(address)?;
                let address = Address::Udp(socket.local_addr()?);
                Ok(Self {
                    socket: ListenerSocket::Udp(socket),
                    address,
                    #[cfg(unix)]
                    file: None,
                })
            }
            #[cfg(unix)]
            Address::Unix(path) => Ok(Self {
                socket: bind_unix(path)?,
                address: address.clone(),
                file: Some(Arc::new(SocketFile::at(path)?)),
            }),
            #[cfg(not(unix))]
            Address::Unix(_) => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "this platform has no UNIX datagram sockets",
            )),
        }
    }

    /// Returns the bound address; its port is the one that the system chose for port 0.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Returns the file of a UNIX socket.
    #[cfg(unix)]
    pub fn file(&self) -> Option<Arc<SocketFile>> {
        self.file.clone()
    }

    /// Writes a line to `out` for each datagram, until `wake` becomes readable.
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
        let mut line = Vec::new();
        loop {
            match self.receive(&mut buffer) {
                Ok(length) => {
                    report(dialects, &buffer[..length], &mut line, out)?;
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            let socket = match &self.socket {
                ListenerSocket::Udp(socket) => PollFd::new(socket, PollFlags::IN),
                ListenerSocket::Unix(socket) => PollFd::new(socket, PollFlags::IN),
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

    /// Writes a line to `out` for each datagram, for ever.
    ///
    /// # Errors
    ///
    /// If the socket fails, or `out` does.
    #[cfg(not(unix))]
    pub fn report(&self, dialects: &[Dialect], out: &mut impl Write) -> io::Result<()> {
        let mut buffer = vec![0; BUFFER];
        let mut line = Vec::new();
        loop {
            let length = self.receive(&mut buffer)?;
            report(dialects, &buffer[..length], &mut line, out)?;
        }
    }

    fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match &self.socket {
            ListenerSocket::Udp(socket) => socket.recv(buffer),
            #[cfg(unix)]
            ListenerSocket::Unix(socket) => socket.recv(buffer),
        }
    }

    #[cfg(unix)]
    fn set_nonblocking(&self) -> io::Result<()> {
        match &self.socket {
            ListenerSocket::Udp(socket) => socket.set_nonblocking(true),
            ListenerSocket::Unix(socket) => socket.set_nonblocking(true),
        }
    }
}

#[cfg(unix)]
impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            file.remove();
        }
    }
}

/// Writes the line for a datagram, read in the only dialect, or in the one that it looks like.
/// `line` is a buffer that is used again for each datagram.
fn report(
    dialects: &[Dialect],
    datagram: &[u8],
    line: &mut Vec<u8>,
    out: &mut impl Write,
) -> io::Result<()> {
    let dialect = match dialects {
        [one] => *one,
        _ => Dialect::detect(datagram),
    };
    line.clear();
    dialect.append_report_line(datagram, line);
    write_line(out, line)
}

/// Writes a line and flushes it, as its reader waits for it. Adds a line feed to `line`, so that
/// both are written in one piece.
///
/// # Errors
///
/// If `out` fails.
pub fn write_line(out: &mut impl Write, line: &mut Vec<u8>) -> io::Result<()> {
    line.push(b'\n');
    out.write_all(line)?;
    out.flush()
}

#[cfg(unix)]
fn bind_unix(path: &Path) -> io::Result<ListenerSocket> {
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
    Ok(ListenerSocket::Unix(bound))
}
