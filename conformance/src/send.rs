//! The reference sender: sends datagrams to a listener, each whole or not at all.

use std::io;
use std::time::{Duration, Instant};

use crate::transport::{Address, Link, SendError};

/// Sends datagrams to a listener, each whole or not at all.
#[derive(Debug)]
pub struct Sender {
    address: Address,
    /// `None` until the sender has found the listener's socket.
    link: Option<Link>,
}

impl Sender {
    /// Connects to a listener.
    ///
    /// # Errors
    ///
    /// The system's error. The system reports only after a datagram was sent that no process
    /// listens on a UDP port.
    pub fn connect(address: &Address) -> io::Result<Self> {
        Ok(Self {
            link: Some(Link::connect(address)?),
            address: address.clone(),
        })
    }

    /// Returns a sender to a listener that need not be running yet. Each call of `send` tries to
    /// connect.
    pub fn new(address: &Address) -> Self {
        Self {
            link: None,
            address: address.clone(),
        }
    }

    /// Sends one datagram. Waits up to `timeout` while the socket's buffer is full.
    ///
    /// # Errors
    ///
    /// If the datagram was not sent whole, or if the system reports at once that no process
    /// listens.
    pub fn send(&mut self, datagram: &[u8], timeout: Duration) -> Result<(), SendError> {
        let link = match &mut self.link {
            Some(link) => link,
            None => {
                let link = Link::connect(&self.address).map_err(|_| SendError::Refused)?;
                self.link.insert(link)
            }
        };
        link.send(datagram, Instant::now() + timeout, || false)?;
        // A datagram that a UNIX socket accepted has been delivered, even if its listener has
        // exited since.
        if matches!(self.address, Address::Udp(_)) && link.is_refused() {
            return Err(SendError::Refused);
        }
        Ok(())
    }
}
