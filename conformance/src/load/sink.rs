use std::borrow::Cow;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::observer::{Observer, ObserverEvent};
use crate::transport::{Address, SocketKind};

/// A bare socket that is read as fast as possible: shows what the machine carries without a
/// listener.
#[derive(Debug)]
pub struct DatagramSink {
    socket: SinkSocket,
    address: Address,
    buffer: Box<[u8]>,
    /// The folder of a UNIX socket, removed with it.
    _folder: Option<TempDir>,
}

#[derive(Debug)]
enum SinkSocket {
    Udp(UdpSocket),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixDatagram),
}

/// How long a call to read waits.
const READ_TIMEOUT: Duration = Duration::from_millis(5);
/// Longer than any datagram.
const BUFFER: usize = 1 << 18;

impl DatagramSink {
    /// Binds a socket of this kind, with the receive buffer that a listener has by default.
    ///
    /// # Errors
    ///
    /// If the system has no such socket.
    pub fn bind(kind: SocketKind) -> io::Result<Self> {
        let (socket, address, folder) = match kind {
            SocketKind::Udp => udp(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?)?,
            SocketKind::Udp6 => udp(UdpSocket::bind((Ipv6Addr::LOCALHOST, 0))?)?,
            #[cfg(unix)]
            SocketKind::Unix => {
                let folder = tempfile::Builder::new().prefix("evdg-").tempdir()?;
                let path = folder.path().join("sink.sock");
                let socket = std::os::unix::net::UnixDatagram::bind(&path)?;
                socket.set_read_timeout(Some(READ_TIMEOUT))?;
                (SinkSocket::Unix(socket), Address::Unix(path), Some(folder))
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

    /// Returns where the socket is bound.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

fn udp(socket: UdpSocket) -> io::Result<(SinkSocket, Address, Option<TempDir>)> {
    socket.set_read_timeout(Some(READ_TIMEOUT))?;
    let address = Address::Udp(socket.local_addr()?);
    Ok((SinkSocket::Udp(socket), address, None))
}

impl Observer for DatagramSink {
    fn next_event(&mut self, deadline: Instant) -> ObserverEvent<'_> {
        loop {
            let received = match &self.socket {
                SinkSocket::Udp(socket) => socket.recv(&mut self.buffer),
                #[cfg(unix)]
                SinkSocket::Unix(socket) => socket.recv(&mut self.buffer),
            };
            match received {
                Ok(length) => return ObserverEvent::Report(Cow::Borrowed(&self.buffer[..length])),
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock
                            | io::ErrorKind::TimedOut
                            | io::ErrorKind::Interrupted
                    ) =>
                {
                    if Instant::now() >= deadline {
                        return ObserverEvent::Nothing;
                    }
                }
                Err(error) => {
                    return ObserverEvent::Died(format!("the sink cannot be read: {error}"));
                }
            }
        }
    }

    fn find_death(&mut self) -> Option<String> {
        None
    }
}
