//! The reference listener: binds a socket, and writes a line of the contract for each datagram.

use std::io::{self, Write};
use std::net::UdpSocket;
#[cfg(unix)]
use std::path::Path;
#[cfg(unix)]
use std::sync::Arc;

#[cfg(unix)]
use listenfd::ListenFd;

use crate::dialect::Dialect;
use crate::transport::Address;
#[cfg(unix)]
use crate::transport::SocketFile;

/// The size of the receive buffer, which is longer than any datagram that a system sends by
/// default.
const BUFFER: usize = 1 << 18;
/// The most datagrams that the listener receives before it checks whether it has to end, because
/// the socket may always have another one.
#[cfg(unix)]
const BURST: usize = 64;
/// The most bursts that the listener still receives when it has to end.
#[cfg(unix)]
const LAST_BURSTS: usize = 64;

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
    /// Returns the system's error, such as `EADDRINUSE`.
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

    /// Binds a UNIX socket as [`bind`](Self::bind) does, and sets the permissions of its file.
    ///
    /// The file has these permissions from the beginning. For this, the function changes the umask
    /// of the process for a moment, so no other thread should create files at that time.
    ///
    /// # Errors
    ///
    /// The system's error.
    #[cfg(unix)]
    pub fn bind_with_mode(path: &Path, mode: u32) -> io::Result<Self> {
        use rustix::fs::Mode;
        use rustix::process::umask;

        let masked = Mode::RWXU | Mode::RWXG | Mode::RWXO;
        let before = umask(masked - Mode::from_bits_truncate(mode as _));
        let bound = Self::bind(&Address::Unix(path.into()));
        umask(before);
        bound
    }

    /// Takes the socket that a service manager has passed as descriptor 3, if there is one.
    /// `LISTEN_FDS` has the number of sockets, and `LISTEN_PID` the process that they are for, as
    /// systemd sets them. Removes both variables from the environment.
    ///
    /// The file of a UNIX socket belongs to the service manager, and is not removed.
    ///
    /// # Errors
    ///
    /// If the descriptor is no datagram socket that is bound to an address, or if several sockets
    /// were passed.
    #[cfg(unix)]
    pub fn take_passed() -> io::Result<Option<Self>> {
        match passed_count() {
            0 => return Ok(None),
            1 => {}
            count => {
                let message = format!("expected one socket, found {count}");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
        }
        let mut passed = ListenFd::from_env();
        let (socket, address) = if let Ok(Some(socket)) = passed.take_udp_socket(0) {
            let address = Address::Udp(socket.local_addr()?);
            (ListenerSocket::Udp(socket), address)
        } else if let Ok(Some(socket)) = passed.take_unix_datagram(0) {
            let address = socket.local_addr()?;
            let path = address.as_pathname().ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidInput, "the UNIX socket has no path")
            })?;
            let address = Address::Unix(path.into());
            (ListenerSocket::Unix(socket), address)
        } else {
            let message = "expected a UDP socket or a UNIX datagram socket, found something else";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        };
        Ok(Some(Self {
            socket,
            address,
            file: None,
        }))
    }

    /// Returns the bound address; its port is the one that the system chose for port 0.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Returns the file of a UNIX socket that this listener has bound.
    #[cfg(unix)]
    pub fn file(&self) -> Option<Arc<SocketFile>> {
        self.file.clone()
    }

    /// Writes a line to `out` for each datagram, until `wake` becomes readable.
    ///
    /// # Errors
    ///
    /// If the socket or `out` fails.
    #[cfg(unix)]
    pub fn report(
        &self,
        dialects: &[Dialect],
        out: &mut impl Write,
        wake: &impl std::os::fd::AsFd,
    ) -> io::Result<()> {
        let mut line = Vec::new();
        self.for_each_datagram(wake, |datagram| {
            write_report(dialect_of(dialects, datagram), datagram, &mut line, out)
        })
    }

    /// Calls `on_datagram` for each datagram, until `wake` becomes readable.
    ///
    /// # Errors
    ///
    /// If the socket fails, or `on_datagram` does.
    #[cfg(unix)]
    pub fn for_each_datagram(
        &self,
        wake: &impl std::os::fd::AsFd,
        mut on_datagram: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, poll};

        self.set_nonblocking()?;
        let mut buffer = vec![0; BUFFER];
        let mut bursts_left = LAST_BURSTS;
        loop {
            for _ in 0..BURST {
                match self.receive(&mut buffer) {
                    Ok(length) => on_datagram(&buffer[..length])?,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
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
            let [has_datagram, is_awake] = fds.map(|fd| !fd.revents().is_empty());
            // Receives the datagrams that came before the signal.
            if is_awake && (!has_datagram || bursts_left == 0) {
                return Ok(());
            }
            bursts_left -= usize::from(is_awake);
        }
    }

    /// Calls `on_datagram` for each datagram, without end.
    ///
    /// # Errors
    ///
    /// If the socket fails, or `on_datagram` does.
    #[cfg(not(unix))]
    pub fn for_each_datagram(
        &self,
        mut on_datagram: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut buffer = vec![0; BUFFER];
        loop {
            let length = self.receive(&mut buffer)?;
            on_datagram(&buffer[..length])?;
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

/// Returns how many sockets were passed to this process, by the environment. `LISTEN_PID` may be
/// missing, because some service managers cannot know the process id.
#[cfg(unix)]
fn passed_count() -> u32 {
    let number = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    let process = number("LISTEN_PID");
    let is_this = process.is_none_or(|text| text.parse() == Ok(std::process::id()));
    let count = number("LISTEN_FDS").and_then(|text| text.parse().ok());
    count.filter(|_| is_this).unwrap_or_default()
}

/// Returns the dialect for reading a datagram: the only one, or the one that the datagram looks
/// like.
pub fn dialect_of(dialects: &[Dialect], datagram: &[u8]) -> Dialect {
    match dialects {
        [one] => *one,
        _ => Dialect::detect(datagram),
    }
}

/// Writes the line of the contract for a datagram. `line` is a buffer that the caller reuses for
/// each datagram.
///
/// # Errors
///
/// If `out` fails.
pub fn write_report(
    dialect: Dialect,
    datagram: &[u8],
    line: &mut Vec<u8>,
    out: &mut impl Write,
) -> io::Result<()> {
    line.clear();
    dialect.append_report_line(datagram, line);
    write_line(out, line)
}

/// Writes a line and flushes it, because a reader waits for it. Adds a line feed to `line`, so that
/// one call writes both.
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
