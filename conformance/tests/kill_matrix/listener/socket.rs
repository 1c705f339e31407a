use std::io;
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;

/// The socket in `EVDG_SOCKET`.
pub(crate) enum Socket {
    Udp(UdpSocket),
    Unix(UnixDatagram),
}

impl Socket {
    pub(crate) fn bind(address: &str) -> io::Result<Self> {
        match address.split_once(':') {
            Some(("udp", address)) => UdpSocket::bind(address).map(Self::Udp),
            Some(("unix", path)) => UnixDatagram::bind(path).map(Self::Unix),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{address} is no socket"),
            )),
        }
    }

    /// Receives a datagram, and returns its length, truncated to the buffer.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Udp(socket) => socket.recv(buffer),
            Self::Unix(socket) => socket.recv(buffer),
        }
    }
}
