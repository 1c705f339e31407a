//! Runs a model as a listener in its own process: receives datagrams, and writes the lines of the
//! model.

use std::io::{self, Write as _};
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::{process, thread};

use event_datagram_oracle::faults::{End, Model};

/// The size of the receive buffer. It is longer than any datagram, so that the models' faults do
/// not depend on it.
const BUFFER: usize = 1 << 18;

/// Listens on the socket at an address of `EVDG_SOCKET` until the model ends or the process is
/// killed.
pub(crate) fn listen(mut model: Model, address: &str) -> io::Result<()> {
    let socket = Socket::bind(address)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = socket.receive(&mut buffer)?;
        let response = model.receive(&buffer[..length]);
        for mut line in response.lines {
            line.push(b'\n');
            let mut out = io::stdout().lock();
            out.write_all(&line)?;
            out.flush()?;
        }
        match response.end {
            None => {}
            Some(End::Exit) => process::exit(0),
            Some(End::Crash) => {
                eprintln!("the listener crashes");
                // The exit status of a Rust program that panics.
                process::exit(101);
            }
            Some(End::Hang) => loop {
                thread::park();
            },
        }
    }
}

enum Socket {
    Udp(UdpSocket),
    Unix(UnixDatagram),
}

impl Socket {
    fn bind(address: &str) -> io::Result<Self> {
        match address.split_once(':') {
            Some(("udp", address)) => UdpSocket::bind(address).map(Self::Udp),
            Some(("unix", path)) => UnixDatagram::bind(path).map(Self::Unix),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("expected udp:HOST:PORT or unix:PATH, found {address}"),
            )),
        }
    }

    /// Receives a datagram, and returns its length, truncated to the buffer.
    fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Udp(socket) => socket.recv(buffer),
            Self::Unix(socket) => socket.recv(buffer),
        }
    }
}
