use std::array;
use std::io::{self, IoSlice};
use std::net::UdpSocket;
use std::os::fd::{AsFd, AsRawFd as _};

use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrStorage, getsockopt, sendmsg, sockopt};
use rustix::io::Errno;
use rustix::net::{MMsgHdr, SendAncillaryBuffer, SendFlags, sendmmsg};

use crate::transport::batch::Batch;
use crate::transport::method::Method;
use crate::transport::socket::OpenSocket;
use crate::transport::unsent::{Unsent, whole};

/// Passes datagrams to the kernel with as few calls as the [`Method`] allows.
#[derive(Debug)]
pub(crate) struct Batching {
    method: Method,
    /// The length of the longest datagrams that the kernel splits from one segment. 0 if it cannot
    /// split, or has refused to.
    pub(crate) cuts_up_to: usize,
    /// The number of datagrams to send with one call each, to find out why the last call did not
    /// send all.
    singly: u8,
}

/// The most datagrams for one call, and the most that any kernel splits from one segment.
const MAX_PER_CALL: usize = 64;
/// The longest segment in bytes: the payload of one datagram, less any headers.
const MAX_SEGMENT: usize = 65_000;
/// The number of datagrams that are sent with one call each. The second call returns the error of
/// the first datagram.
const SINGLY: u8 = 2;

impl Batching {
    pub(crate) fn new(socket: &OpenSocket, method: Method) -> Self {
        let cuts_up_to = match socket {
            // A kernel that does not know the option returns no error, but sends the whole segment
            // as one datagram.
            OpenSocket::Udp(socket) if method == Method::Segments && knows_to_cut(socket) => {
                usize::MAX
            }
            _ => 0,
        };
        Self {
            method,
            cuts_up_to,
            singly: 0,
        }
    }

    /// Returns whether the kernel splits datagrams of this length from one segment, as far as is
    /// known.
    pub(crate) fn cuts(&self, size: usize) -> bool {
        (1..=self.cuts_up_to).contains(&size)
    }

    /// Sends datagrams of a batch, from `from` on, and returns how many were sent.
    pub(crate) fn send(
        &mut self,
        socket: &OpenSocket,
        batch: &Batch,
        from: usize,
    ) -> Result<usize, Unsent> {
        let left = batch.len() - from;
        if self.method == Method::Single || left == 1 || self.singly > 0 {
            self.singly = self.singly.saturating_sub(1);
            return socket.send_one(batch, from);
        }
        match socket {
            OpenSocket::Udp(socket) => {
                if let Some(result) = self.send_segment(socket, batch, from) {
                    return result;
                }
                let taken = send_many(socket, batch, from)?;
                if taken < left.min(MAX_PER_CALL) {
                    // The call does not return the reason, and the kernel reports a refusal only
                    // once.
                    self.singly = SINGLY;
                }
                Ok(taken)
            }
            OpenSocket::Unix(socket) => send_many(socket, batch, from),
        }
    }

    /// Sends datagrams of equal length as one segment. Returns `None` if the kernel cannot split
    /// them from one.
    fn send_segment(
        &mut self,
        socket: &UdpSocket,
        batch: &Batch,
        from: usize,
    ) -> Option<Result<usize, Unsent>> {
        let size = batch.datagram(from).len();
        if size > self.cuts_up_to {
            return None;
        }
        let count = batch.run(from, MAX_PER_CALL, MAX_SEGMENT);
        if count < 2 {
            return None;
        }
        match send_cut(socket, batch, from, count) {
            Err(Unsent::Io(error)) if is_refusal_to_cut(&error) => {
                // The datagrams do not fit into one packet of the path, or no device computes
                // their checksums.
                self.cuts_up_to = if is_about_size(&error) { size - 1 } else { 0 };
                None
            }
            result => Some(result),
        }
    }
}

/// Sends as many datagrams as one call can, without an allocation.
fn send_many(socket: &impl AsFd, batch: &Batch, from: usize) -> Result<usize, Unsent> {
    let count = (batch.len() - from).min(MAX_PER_CALL);
    let pieces: [[IoSlice<'_>; 1]; MAX_PER_CALL] = array::from_fn(|at| {
        [IoSlice::new(if at < count {
            batch.datagram(from + at)
        } else {
            &[]
        })]
    });
    let mut controls: [SendAncillaryBuffer<'_, '_, '_>; MAX_PER_CALL] =
        array::from_fn(|_| SendAncillaryBuffer::default());
    let mut pairs = pieces.iter().zip(controls.iter_mut());
    let mut headers: [MMsgHdr<'_>; MAX_PER_CALL] = array::from_fn(|_| {
        let (piece, control) = pairs.next().expect("there are as many of each");
        MMsgHdr::new(piece, control)
    });
    let headers = &mut headers[..count];
    let taken =
        sendmmsg(socket, headers, SendFlags::empty()).map_err(|error| Unsent::Io(error.into()))?;
    for (at, header) in headers[..taken].iter().enumerate() {
        whole(header.bytes_sent(), batch.datagram(from + at).len())?;
    }
    Ok(taken)
}

/// Returns whether the kernel knows segmentation offload, which came with this option in 4.18.
fn knows_to_cut(socket: &impl AsFd) -> bool {
    getsockopt(socket, sockopt::UdpGsoSegment).is_ok()
}

/// Sends `count` datagrams as one segment, which the kernel splits into datagrams of the length of
/// the first one.
fn send_cut(socket: &UdpSocket, batch: &Batch, from: usize, count: usize) -> Result<usize, Unsent> {
    let segment = batch.segment(from..from + count);
    let Ok(size) = u16::try_from(batch.datagram(from).len()) else {
        return Err(Unsent::Io(Errno::MSGSIZE.into()));
    };
    let sent = sendmsg::<SockaddrStorage>(
        socket.as_raw_fd(),
        &[IoSlice::new(segment)],
        &[ControlMessage::UdpGsoSegments(&size)],
        MsgFlags::empty(),
        None,
    );
    let sent = sent.map_err(|error| Unsent::Io(io::Error::from(error)))?;
    whole(sent, segment.len())?;
    Ok(count)
}

fn is_refusal_to_cut(error: &io::Error) -> bool {
    is_about_size(error)
        || matches!(
            Errno::from_io_error(error),
            Some(Errno::IO | Errno::OPNOTSUPP | Errno::NOPROTOOPT)
        )
}

/// Returns whether an error is one of those for a datagram that does not fit into one packet.
fn is_about_size(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::INVAL | Errno::MSGSIZE)
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixDatagram;

    use super::*;

    #[test]
    fn a_socket_without_segmentation_offload_is_recognised() {
        let udp = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        assert!(knows_to_cut(&udp));
        // A UNIX socket returns the same error as a UDP socket in kernels before 4.18.
        let unix = UnixDatagram::unbound().expect("there are sockets");
        assert!(!knows_to_cut(&unix));
    }
}
