use std::io;
use std::time::Duration;

use super::address::Address;
use super::batch::Batch;
use super::batching::Batching;
use super::method::Method;
use super::send_error::SendError;
use super::socket::OpenSocket;
use super::unsent::Unsent;

/// A connected datagram socket that sends many datagrams in one call, and never blocks.
///
/// If it sends no datagram, the error says why: there is no space now ([`SendError::Blocked`]:
/// wait, and continue from this datagram), the address is not bound ([`SendError::Refused`]), or
/// the datagram cannot be sent. It does not reconnect, so that callers can report a listener that
/// is gone.
#[derive(Debug)]
pub struct Bulk {
    socket: OpenSocket,
    batching: Batching,
    /// Whether the queue of a network device was full. Such a queue cannot be polled.
    is_device_full: bool,
}

/// How long to wait if the queue of a device is full.
const DEVICE_PAUSE: Duration = Duration::from_micros(200);

impl Bulk {
    /// Connects to a listener. A connection to a UDP address succeeds even if the address is not
    /// bound.
    ///
    /// # Errors
    ///
    /// Returns the system's error, such as `ENOENT` or `ECONNREFUSED` for a UNIX socket that is not
    /// bound.
    pub fn connect(address: &Address, method: Method) -> io::Result<Self> {
        let socket = OpenSocket::open(address)?;
        Ok(Self {
            batching: Batching::new(&socket, method),
            socket,
            is_device_full: false,
        })
    }

    /// Sends datagrams of a batch, from `from` on, as far as there is space. Returns how many were
    /// sent, which is at least one. The caller continues after them.
    ///
    /// # Errors
    ///
    /// If not even the first datagram was sent. Over UDP, an address that is not bound is the error
    /// of a later datagram.
    ///
    /// # Panics
    ///
    /// If the batch has no datagram `from`.
    pub fn send(&mut self, batch: &Batch, from: usize) -> Result<usize, SendError> {
        assert!(from < batch.len(), "there is something to be sent");
        self.is_device_full = false;
        loop {
            let size = batch.datagram(from).len();
            match self.batching.send(&self.socket, batch, from) {
                Ok(taken) => return Ok(taken),
                Err(Unsent::Cut { sent, size }) => return Err(SendError::Cut { sent, size }),
                Err(Unsent::Io(error)) => match error.kind() {
                    io::ErrorKind::Interrupted => {}
                    io::ErrorKind::WouldBlock => return Err(SendError::Blocked),
                    io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::NotConnected
                    | io::ErrorKind::BrokenPipe => return Err(SendError::Refused),
                    _ if is_device_full(&error) => {
                        self.is_device_full = true;
                        return Err(SendError::Blocked);
                    }
                    _ => return Err(SendError::Io { size, error }),
                },
            }
        }
    }

    /// Waits until there may be space for another datagram, at most for this time.
    ///
    /// # Errors
    ///
    /// Returns the system's error.
    pub fn wait_until_writable(&self, time: Duration) -> io::Result<()> {
        if self.is_device_full {
            std::thread::sleep(DEVICE_PAUSE.min(time));
            return Ok(());
        }
        self.socket.wait_until_writable(time)
    }

    /// Returns whether a full queue of the listener blocks the sender. Over UDP this never happens:
    /// a full receive buffer drops datagrams, and only this machine's send buffer or the queue of a
    /// device blocks the sender.
    pub fn waits_for_listener(&self) -> bool {
        !matches!(self.socket, OpenSocket::Udp(_)) && !self.is_device_full
    }

    /// Returns whether the kernel splits datagrams of this length from one segment, as far as is
    /// known.
    pub fn cuts(&self, size: usize) -> bool {
        self.batching.cuts(size)
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

#[cfg(all(test, unix))]
mod tests {
    use std::net::UdpSocket;
    use std::os::unix::net::UnixDatagram;

    use super::*;

    const METHODS: [Method; 3] = [Method::Single, Method::Many, Method::Segments];

    /// Returns datagrams of these lengths. Each byte of a datagram is the index of the datagram.
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

    /// A datagram that is longer than the packets of the path cannot be split from a segment, and
    /// is sent in a call of its own.
    #[cfg(target_os = "linux")]
    #[test]
    fn datagrams_that_the_kernel_cannot_split_are_sent_one_by_one() {
        let listener = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        let address = Address::Udp(listener.local_addr().expect("it is bound"));
        let mut bulk = Bulk::connect(&address, Method::Segments).expect("it connects");
        assert!(bulk.cuts(25));
        bulk.batching.cuts_up_to = 24;
        assert!(!bulk.cuts(25));
        assert_eq!(send_all(&mut bulk, &batch(&[25; 10])), 1);
        let mut buffer = [0; 64];
        for index in 0..10 {
            assert_eq!(listener.recv(&mut buffer).expect("it was sent"), 25);
            assert_eq!(buffer[0], index);
        }
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
                    Err(SendError::Blocked) => {
                        waits += 1;
                        assert!(sent > read, "a socket that has room takes at least one");
                        assert_eq!(listener.recv(&mut buffer).expect("there is one"), 25);
                        assert_eq!(usize::from(buffer[0]), read);
                        read += 1;
                        bulk.wait_until_writable(Duration::from_secs(10))
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
    fn an_unbound_address_is_a_refusal() {
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
            // Over UDP, the answer to the first datagram causes the error of a later one.
            let refused =
                (0..10).any(|_| matches!(bulk.send(&batch(&[25; 3]), 0), Err(SendError::Refused)));
            assert!(refused, "{bulk:?}");
        }
    }

    #[test]
    fn a_datagram_that_is_too_long_is_an_error() {
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
