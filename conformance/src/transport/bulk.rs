use std::io;
use std::net::UdpSocket;
use std::time::Duration;

use super::address::Address;
use super::batch::Batch;
use super::link::{SendError, Socket};

/// A connected datagram socket that takes many datagrams in one call, and never blocks.
///
/// What it does not take it says why: there is no room now ([`SendError::NoRoom`]: wait, and go on from there), nobody
/// listens ([`SendError::Refused`]), or the datagram cannot be sent. It does not reconnect: a listener that is gone is news.
#[derive(Debug)]
pub struct Bulk {
    socket: Socket,
    method: Method,
    /// The longest datagrams that the kernel cuts from one piece: none if it does not know how to, or has refused to.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only Linux cuts datagrams")
    )]
    cuts_up_to: usize,
    /// So many are sent in a call each, to find out why the last call did not take all.
    singly: u8,
    /// Whether it was a device that had no room: its queue cannot be waited for.
    is_device_full: bool,
}

/// How datagrams are handed to the kernel. Each takes what those before it take, where the system has not more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Method {
    /// A call for each.
    Single,
    /// A call for many: `sendmmsg`.
    Many,
    /// Over UDP, one piece for many of equal length, which the kernel cuts: segmentation offload. Else a call for many.
    Segments,
}

/// What one call takes at most, and what one piece may be cut into on any kernel that cuts.
#[cfg(target_os = "linux")]
const AT_ONCE: usize = 64;
/// The longest piece: as much as one datagram could carry, less any headers.
#[cfg(target_os = "linux")]
const PIECE: usize = 65_000;
/// The second of two that go alone is told what became of the first.
#[cfg(target_os = "linux")]
const SINGLY: u8 = 2;
/// How long to leave a device alone whose queue is full.
const DEVICE_PAUSE: Duration = Duration::from_micros(200);

impl Bulk {
    /// Connects to a listener. A UDP socket connects whether or not anybody is there.
    ///
    /// # Errors
    ///
    /// What the system says, such as `ENOENT` or `ECONNREFUSED` for a UNIX socket that nobody has bound.
    pub fn connect(address: &Address, method: Method) -> io::Result<Self> {
        let socket = Socket::open(address)?;
        let cuts_up_to = match &socket {
            // One that does not know the option does not refuse to cut: it sends the whole piece as one datagram.
            Socket::Udp(socket) if method == Method::Segments && knows_to_cut(socket) => usize::MAX,
            _ => 0,
        };
        Ok(Self {
            socket,
            method,
            cuts_up_to,
            singly: 0,
            is_device_full: false,
        })
    }

    /// Sends datagrams of a batch, from this one on, as far as there is room, and tells how many were taken: at least one.
    /// Go on behind them.
    ///
    /// # Errors
    ///
    /// If not even the first was taken. What the listener's machine says of earlier datagrams, that nobody listens, comes
    /// as the answer to a later one.
    ///
    /// # Panics
    ///
    /// If there are not so many.
    pub fn send(&mut self, batch: &Batch, from: usize) -> Result<usize, SendError> {
        assert!(from < batch.len(), "there is something to be sent");
        self.is_device_full = false;
        loop {
            let size = batch.datagram(from).len();
            match self.put(batch, from) {
                Ok(taken) => return Ok(taken),
                Err(Unsent::Cut { sent, size }) => return Err(SendError::Cut { sent, size }),
                Err(Unsent::Again) => {}
                Err(Unsent::Io(error)) => match error.kind() {
                    io::ErrorKind::Interrupted => {}
                    io::ErrorKind::WouldBlock => return Err(SendError::NoRoom),
                    io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::NotConnected
                    | io::ErrorKind::BrokenPipe => return Err(SendError::Refused),
                    _ if is_device_full(&error) => {
                        self.is_device_full = true;
                        return Err(SendError::NoRoom);
                    }
                    _ => return Err(SendError::Io { size, error }),
                },
            }
        }
    }

    /// Waits until there may be room for another datagram, at most so long.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn wait_for_room(&self, time: Duration) -> io::Result<()> {
        if self.is_device_full {
            std::thread::sleep(DEVICE_PAUSE.min(time));
            return Ok(());
        }
        self.socket.wait_for_room(time)
    }

    /// Tells whether it was the listener that had no room. Over UDP it is never: its socket drops what it has no room for,
    /// and what makes wait is this machine's own send buffer, or the queue of a device.
    pub fn waits_for_listener(&self) -> bool {
        !matches!(self.socket, Socket::Udp(_)) && !self.is_device_full
    }

    /// Tells whether datagrams of this length are cut from one piece, as far as has been found out.
    pub fn cuts(&self, size: usize) -> bool {
        (1..=self.cuts_up_to).contains(&size)
    }

    #[cfg(target_os = "linux")]
    fn put(&mut self, batch: &Batch, from: usize) -> Result<usize, Unsent> {
        let left = batch.len() - from;
        if self.method == Method::Single || left == 1 || self.singly > 0 {
            self.singly = self.singly.saturating_sub(1);
            return self.put_one(batch, from);
        }
        if let Socket::Udp(socket) = &self.socket
            && batch.datagram(from).len() <= self.cuts_up_to
        {
            let count = batch.run(from, AT_ONCE, PIECE);
            if count > 1 {
                let size = batch.datagram(from).len();
                return match linux::send_cut(socket, batch, from, count) {
                    Err(Unsent::Io(error)) if linux::is_refusal_to_cut(&error) => {
                        // Longer than the path takes in one packet, or there is nobody to sum them up: the plain way then.
                        self.cuts_up_to = if linux::is_about_size(&error) {
                            size - 1
                        } else {
                            0
                        };
                        Err(Unsent::Again)
                    }
                    result => result,
                };
            }
        }
        match &self.socket {
            Socket::Udp(socket) => {
                let taken = linux::send_many(socket, batch, from)?;
                if taken < left.min(AT_ONCE) {
                    // The call does not say why, and that nobody listens is told only once: it would never be heard of.
                    self.singly = SINGLY;
                }
                Ok(taken)
            }
            Socket::Unix(socket) => linux::send_many(socket, batch, from),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn put(&mut self, batch: &Batch, from: usize) -> Result<usize, Unsent> {
        let _ = self.method;
        self.put_one(batch, from)
    }

    fn put_one(&self, batch: &Batch, from: usize) -> Result<usize, Unsent> {
        let datagram = batch.datagram(from);
        let sent = self.socket.send(datagram).map_err(Unsent::Io)?;
        whole(sent, datagram.len())?;
        Ok(1)
    }
}

#[derive(Debug)]
enum Unsent {
    Cut {
        sent: usize,
        size: usize,
    },
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "there is one way only")
    )]
    Again,
    Io(io::Error),
}

fn whole(sent: usize, size: usize) -> Result<(), Unsent> {
    if sent == size {
        Ok(())
    } else {
        Err(Unsent::Cut { sent, size })
    }
}

#[cfg(unix)]
fn is_device_full(error: &io::Error) -> bool {
    rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::NOBUFS)
}

#[cfg(not(unix))]
fn is_device_full(_: &io::Error) -> bool {
    false
}

#[cfg(target_os = "linux")]
fn knows_to_cut(socket: &UdpSocket) -> bool {
    linux::knows_to_cut(socket)
}

#[cfg(not(target_os = "linux"))]
fn knows_to_cut(_: &UdpSocket) -> bool {
    false
}

#[cfg(target_os = "linux")]
mod linux {
    use std::array;
    use std::io::{self, IoSlice};
    use std::net::UdpSocket;
    use std::os::fd::{AsFd, AsRawFd as _};

    use nix::sys::socket::{
        ControlMessage, MsgFlags, SockaddrStorage, getsockopt, sendmsg, sockopt,
    };
    use rustix::io::Errno;
    use rustix::net::{MMsgHdr, SendAncillaryBuffer, SendFlags, sendmmsg};

    use super::{AT_ONCE, Unsent, whole};
    use crate::transport::Batch;

    /// Sends as many as one call takes. Nothing is allocated.
    pub(super) fn send_many(
        socket: &impl AsFd,
        batch: &Batch,
        from: usize,
    ) -> Result<usize, Unsent> {
        let count = (batch.len() - from).min(AT_ONCE);
        let pieces: [[IoSlice<'_>; 1]; AT_ONCE] = array::from_fn(|at| {
            [IoSlice::new(if at < count {
                batch.datagram(from + at)
            } else {
                &[]
            })]
        });
        let mut controls: [SendAncillaryBuffer<'_, '_, '_>; AT_ONCE] =
            array::from_fn(|_| SendAncillaryBuffer::default());
        let mut pairs = pieces.iter().zip(controls.iter_mut());
        let mut headers: [MMsgHdr<'_>; AT_ONCE] = array::from_fn(|_| {
            let (piece, control) = pairs.next().expect("there are as many of each");
            MMsgHdr::new(piece, control)
        });
        let headers = &mut headers[..count];
        let taken = sendmmsg(socket, headers, SendFlags::empty())
            .map_err(|error| Unsent::Io(error.into()))?;
        for (at, header) in headers[..taken].iter().enumerate() {
            whole(header.bytes_sent(), batch.datagram(from + at).len())?;
        }
        Ok(taken)
    }

    /// Asks the kernel for an option that came with cutting, in 4.18.
    pub(super) fn knows_to_cut(socket: &impl AsFd) -> bool {
        getsockopt(socket, sockopt::UdpGsoSegment).is_ok()
    }

    /// Sends so many as one piece, which the kernel cuts into datagrams as long as the first.
    pub(super) fn send_cut(
        socket: &UdpSocket,
        batch: &Batch,
        from: usize,
        count: usize,
    ) -> Result<usize, Unsent> {
        let piece = batch.piece(from..from + count);
        let Ok(size) = u16::try_from(batch.datagram(from).len()) else {
            return Err(Unsent::Io(Errno::MSGSIZE.into()));
        };
        let sent = sendmsg::<SockaddrStorage>(
            socket.as_raw_fd(),
            &[IoSlice::new(piece)],
            &[ControlMessage::UdpGsoSegments(&size)],
            MsgFlags::empty(),
            None,
        );
        let sent = sent.map_err(|error| Unsent::Io(io::Error::from(error)))?;
        whole(sent, piece.len())?;
        Ok(count)
    }

    pub(super) fn is_refusal_to_cut(error: &io::Error) -> bool {
        is_about_size(error)
            || matches!(
                Errno::from_io_error(error),
                Some(Errno::IO | Errno::OPNOTSUPP | Errno::NOPROTOOPT)
            )
    }

    /// What kernels say where a datagram does not go into one packet.
    pub(super) fn is_about_size(error: &io::Error) -> bool {
        matches!(
            Errno::from_io_error(error),
            Some(Errno::INVAL | Errno::MSGSIZE)
        )
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::net::UnixDatagram;

    use super::*;

    const METHODS: [Method; 3] = [Method::Single, Method::Many, Method::Segments];

    /// Datagrams that tell their number, of these lengths.
    fn batch(sizes: &[usize]) -> Batch {
        let mut batch = Batch::new(sizes.len(), sizes.iter().sum());
        for (index, size) in sizes.iter().enumerate() {
            assert!(batch.push(&vec![index as u8; *size]));
        }
        batch
    }

    fn send_all(bulk: &mut Bulk, batch: &Batch) -> usize {
        let (mut from, mut calls) = (0, 0);
        while from < batch.len() {
            from += bulk.send(batch, from).expect("there is room");
            calls += 1;
        }
        calls
    }

    #[test]
    fn every_method_sends_the_same_datagrams() {
        let lists: [&[usize]; 5] = [
            &[25],
            &[25; 100],
            &[10, 20, 20, 20, 5, 5, 0, 5, 0, 0, 7],
            &[1400, 1400, 1400, 3],
            &[30_000, 30_000, 30_000],
        ];
        for host in ["127.0.0.1:0", "[::1]:0"] {
            let listener = UdpSocket::bind(host).expect("there is a port");
            let address = Address::Udp(listener.local_addr().expect("it is bound"));
            let mut buffer = vec![0; 1 << 16];
            for method in METHODS {
                let mut bulk = Bulk::connect(&address, method).expect("it connects");
                for sizes in lists {
                    send_all(&mut bulk, &batch(sizes));
                    for (index, size) in sizes.iter().enumerate() {
                        let length = listener.recv(&mut buffer).expect("it was sent");
                        assert_eq!(
                            buffer[..length],
                            vec![index as u8; *size],
                            "{method:?} {sizes:?}"
                        );
                    }
                }
            }
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn many_go_in_one_call() {
        let listener = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        let address = Address::Udp(listener.local_addr().expect("it is bound"));
        let calls = METHODS.map(|method| {
            let mut bulk = Bulk::connect(&address, method).expect("it connects");
            send_all(&mut bulk, &batch(&[25; 64]))
        });
        assert_eq!(calls, [64, 1, 1]);
    }

    /// A datagram that no packet of the path takes is not cut from a piece, and is sent all the same.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_kernel_does_not_cut_goes_the_plain_way() {
        let listener = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        let address = Address::Udp(listener.local_addr().expect("it is bound"));
        let mut bulk = Bulk::connect(&address, Method::Segments).expect("it connects");
        assert!(bulk.cuts(25));
        bulk.cuts_up_to = 24;
        assert!(!bulk.cuts(25));
        assert_eq!(send_all(&mut bulk, &batch(&[25; 10])), 1);
        let mut buffer = [0; 64];
        for index in 0..10 {
            assert_eq!(listener.recv(&mut buffer).expect("it was sent"), 25);
            assert_eq!(buffer[0], index);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_socket_that_does_not_know_to_cut_is_known() {
        let udp = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        assert!(linux::knows_to_cut(&udp));
        // It answers as UDP does in kernels before 4.18.
        let unix = UnixDatagram::unbound().expect("there are sockets");
        assert!(!linux::knows_to_cut(&unix));
    }

    #[test]
    fn a_full_unix_socket_takes_part_of_a_batch_and_later_the_rest() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("s");
        let listener = UnixDatagram::bind(&path).expect("the path is free");
        for method in METHODS {
            let mut bulk =
                Bulk::connect(&Address::Unix(path.clone()), method).expect("it is there");
            let batch = batch(&[25; 100]);
            let mut buffer = [0; 64];
            let (mut sent, mut waits, mut read) = (0, 0, 0);
            while sent < batch.len() {
                match bulk.send(&batch, sent) {
                    Ok(taken) => sent += taken,
                    Err(SendError::NoRoom) => {
                        waits += 1;
                        assert!(sent > read, "a socket that has room takes at least one");
                        assert_eq!(listener.recv(&mut buffer).expect("there is one"), 25);
                        assert_eq!(usize::from(buffer[0]), read);
                        read += 1;
                        bulk.wait_for_room(Duration::from_secs(10))
                            .expect("it can be waited for");
                    }
                    Err(error) => panic!("{error}"),
                }
            }
            assert!(waits > 0, "a UNIX socket holds no hundred datagrams unread");
            while read < 100 {
                listener.recv(&mut buffer).expect("there is one");
                assert_eq!(usize::from(buffer[0]), read);
                read += 1;
            }
        }
    }

    #[test]
    fn that_nobody_listens_is_told() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("s");
        let unix = UnixDatagram::bind(&path).expect("the path is free");
        let udp = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        let addresses = [
            Address::Udp(udp.local_addr().expect("it is bound")),
            Address::Unix(path),
        ];
        let mut bulks: Vec<_> = addresses
            .iter()
            .flat_map(|address| METHODS.map(|method| Bulk::connect(address, method)))
            .map(|bulk| bulk.expect("somebody is there"))
            .collect();
        drop((udp, unix));
        for bulk in &mut bulks {
            // UDP learns of it by the answer to the first.
            let refused =
                (0..10).any(|_| matches!(bulk.send(&batch(&[25; 3]), 0), Err(SendError::Refused)));
            assert!(refused, "{bulk:?}");
        }
    }

    #[test]
    fn a_datagram_that_is_too_long_is_told_from_room() {
        let listener = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        let address = Address::Udp(listener.local_addr().expect("it is bound"));
        for method in METHODS {
            let mut bulk = Bulk::connect(&address, method).expect("it connects");
            let batch = batch(&[65_508, 65_508]);
            let error = bulk.send(&batch, 0).expect_err("no packet takes it");
            assert!(
                matches!(error, SendError::Io { size: 65_508, .. }),
                "{error}"
            );
        }
    }
}
