use std::borrow::Cow;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::{Duration, Instant};

use super::observer::{Observer, ObserverEvent};
#[cfg(unix)]
use crate::transport::SocketFolder;
use crate::transport::{Address, SocketKind};

/// A bare socket that is read as fast as possible. It shows which rate the machine reaches without
/// a listener.
#[derive(Debug)]
pub struct DatagramSink {
    socket: SinkSocket,
    address: Address,
    buffer: Box<[u8]>,
    /// The folder of a UNIX socket, removed with it.
    #[cfg(unix)]
    _folder: Option<SocketFolder>,
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
        match kind {
            SocketKind::Udp => Self::udp(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?),
            SocketKind::Udp6 => Self::udp(UdpSocket::bind((Ipv6Addr::LOCALHOST, 0))?),
            #[cfg(unix)]
            SocketKind::Unix => {
                let folder = SocketFolder::create()?;
                let path = folder.path().join("sink.sock");
                let socket = std::os::unix::net::UnixDatagram::bind(&path)?;
                socket.set_read_timeout(Some(READ_TIMEOUT))?;
                Ok(Self {
                    socket: SinkSocket::Unix(socket),
                    address: Address::Unix(path),
                    buffer: vec![0; BUFFER].into(),
                    _folder: Some(folder),
                })
            }
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn udp(socket: UdpSocket) -> io::Result<Self> {
        socket.set_read_timeout(Some(READ_TIMEOUT))?;
        Ok(Self {
            address: Address::Udp(socket.local_addr()?),
            socket: SinkSocket::Udp(socket),
            buffer: vec![0; BUFFER].into(),
            #[cfg(unix)]
            _folder: None,
        })
    }

    /// Returns where the socket is bound.
    pub fn address(&self) -> &Address {
        &self.address
    }
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
