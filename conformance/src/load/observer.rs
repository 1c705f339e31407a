use std::borrow::Cow;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::subject::{Session, Watched};
use crate::transport::Address;
use crate::transport::SocketKind;

/// What tells which datagrams have arrived.
pub trait Observer {
    /// Waits until the deadline for news of one more datagram, or a little longer.
    fn next(&mut self, deadline: Instant) -> Seen<'_>;

    /// Looks whether it has died unseen.
    fn find_dead(&mut self) -> Option<String>;
}

/// What is seen of a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen<'o> {
    /// Nothing.
    Nothing,
    /// A report, or the very datagram.
    Datagram(Cow<'o, [u8]>),
    /// That it died, and how.
    Died(String),
}

/// A listener is seen by its reports.
impl Observer for Session {
    fn next(&mut self, deadline: Instant) -> Seen<'_> {
        match self.watch(deadline) {
            Watched::Report(line) => Seen::Datagram(line.into()),
            Watched::TooLong => Seen::Datagram(Cow::Borrowed(b"")),
            Watched::Died { death, log } => Seen::Died(last_words(&death.to_string(), &log)),
            Watched::Nothing => Seen::Nothing,
        }
    }

    fn find_dead(&mut self) -> Option<String> {
        match Self::find_dead(self)? {
            Watched::Died { death, log } => Some(last_words(&death.to_string(), &log)),
            _ => None,
        }
    }
}

fn last_words(death: &str, log: &[String]) -> String {
    match log {
        [] => death.into(),
        lines => format!("{death}\nits own words:\n  {}", lines.join("\n  ")),
    }
}

/// A bare socket that is read as fast as can be, and does nothing with what it gets: what the machine can carry.
#[derive(Debug)]
pub struct Sink {
    socket: Socket,
    address: Address,
    buffer: Box<[u8]>,
    /// Goes with its socket.
    _folder: Option<TempDir>,
}

#[derive(Debug)]
enum Socket {
    Udp(UdpSocket),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixDatagram),
}

/// How long a read waits.
const WAIT: Duration = Duration::from_millis(5);
/// Longer than any datagram.
const BUFFER: usize = 1 << 18;

impl Sink {
    /// Binds a socket of this kind, with the receive buffer that any listener gets that does not ask for more.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn bind(kind: SocketKind) -> io::Result<Self> {
        let (socket, address, folder) = match kind {
            SocketKind::Udp => udp(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?)?,
            SocketKind::Udp6 => udp(UdpSocket::bind((Ipv6Addr::LOCALHOST, 0))?)?,
            #[cfg(unix)]
            SocketKind::Unix => {
                let folder = tempfile::Builder::new().prefix("evdg-").tempdir()?;
                let path = folder.path().join("sink.sock");
                let socket = std::os::unix::net::UnixDatagram::bind(&path)?;
                socket.set_read_timeout(Some(WAIT))?;
                (Socket::Unix(socket), Address::Unix(path), Some(folder))
            }
            _ => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(Self {
            socket,
            address,
            buffer: vec![0; BUFFER].into(),
            _folder: folder,
        })
    }

    /// Says where it is bound.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

fn udp(socket: UdpSocket) -> io::Result<(Socket, Address, Option<TempDir>)> {
    socket.set_read_timeout(Some(WAIT))?;
    let address = Address::Udp(socket.local_addr()?);
    Ok((Socket::Udp(socket), address, None))
}

impl Observer for Sink {
    fn next(&mut self, deadline: Instant) -> Seen<'_> {
        loop {
            let received = match &self.socket {
                Socket::Udp(socket) => socket.recv(&mut self.buffer),
                #[cfg(unix)]
                Socket::Unix(socket) => socket.recv(&mut self.buffer),
            };
            match received {
                Ok(length) => return Seen::Datagram(Cow::Borrowed(&self.buffer[..length])),
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock
                            | io::ErrorKind::TimedOut
                            | io::ErrorKind::Interrupted
                    ) =>
                {
                    if Instant::now() >= deadline {
                        return Seen::Nothing;
                    }
                }
                Err(error) => return Seen::Died(format!("the sink cannot be read: {error}")),
            }
        }
    }

    fn find_dead(&mut self) -> Option<String> {
        None
    }
}
