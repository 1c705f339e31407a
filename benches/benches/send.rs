//! Benchmarks of the send path: `cargo bench --bench send`.
//!
//! The baseline is a plain loop over encoded datagrams, as a naive sender has it. The other
//! benchmarks are all methods of [`Bulk`], with and without encoding, and `evdg bench` at its
//! highest rate.
//!
//! A thread reads the socket meanwhile, many datagrams in a call. The thread never sleeps, because
//! the sender would have to wake it. Each benchmark prints the share of delivered datagrams at its
//! end. Over UDP a sender that is faster than its reader sends into a full receive buffer, which
//! costs less than delivering: compare methods within a group, not a group with the rate of a
//! listener. The reader of `udp-gro` takes segmented datagrams as one piece, as a network device
//! does. The reader of `udp` reads one datagram after the other, like most listeners, so the
//! sender's system call includes the segmentation.

use std::cell::Cell;
use std::hint::black_box;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{Bencher, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use event_datagram::{EventBuf, ParamBuf, text};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::load::{
    MAX_RATE, Mix, PaceEnd, Pacer, Schedule, Shape, SystemClock, Tag,
};
use event_datagram_conformance::transport::{Address, Batch, Bulk, Method, SendError};
use nix::sys::socket::MsgFlags;

criterion_group!(benches, udp, unix);
criterion_main!(benches);

/// The number of datagrams in a batch, and in an iteration.
const COUNT: usize = 64;
/// The sizes of the events in bytes: a small one, one with thirteen parameters, one that fills an
/// Ethernet frame, and one of the longest that servers send.
const SIZES: [usize; 4] = [33, 270, 1400, 16_000];

fn udp(criterion: &mut Criterion) {
    let reader = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
    bench_udp(criterion, "udp", reader);
    #[cfg(target_os = "linux")]
    {
        let reader = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
        nix::sys::socket::setsockopt(&reader, nix::sys::socket::sockopt::UdpGroSegment, &true)
            .expect("Linux 5.0 has it");
        bench_udp(criterion, "udp-gro", reader);
    }
}

fn bench_udp(criterion: &mut Criterion, name: &str, reader: UdpSocket) {
    let address = reader.local_addr().expect("the socket is bound");
    let reader = ReaderThread::start(reader);
    let unconnected = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
    let connected = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
    connected.connect(address).expect("the reader is bound");
    bench_methods(
        criterion,
        name,
        &Address::Udp(address),
        &reader,
        &[
            ("raw-sendto", &|datagram| {
                unconnected
                    .send_to(datagram, address)
                    .expect("the datagram is sent")
            }),
            ("raw-send", &|datagram| {
                connected.send(datagram).expect("the datagram is sent")
            }),
        ],
    );
}

fn unix(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("the disk has room");
    let path = folder.path().join("s");
    let reader = UnixDatagram::bind(&path).expect("the path is free");
    let reader = ReaderThread::start(reader);
    let unconnected = UnixDatagram::unbound().expect("the system has sockets");
    let connected = UnixDatagram::unbound().expect("the system has sockets");
    connected.connect(&path).expect("the reader is bound");
    bench_methods(
        criterion,
        "unix",
        &Address::Unix(path.clone()),
        &reader,
        &[
            ("raw-sendto", &|datagram| {
                unconnected
                    .send_to(datagram, &path)
                    .expect("the datagram is sent")
            }),
            ("raw-send", &|datagram| {
                connected.send(datagram).expect("the datagram is sent")
            }),
        ],
    );
}

/// A system call that sends a datagram, and its name.
type RawSend<'r> = (&'r str, &'r dyn Fn(&[u8]) -> usize);

fn bench_methods(
    criterion: &mut Criterion,
    socket: &str,
    address: &Address,
    reader: &ReaderThread,
    raw: &[RawSend<'_>],
) {
    for size in SIZES {
        let event = event(size);
        let mut datagram = Vec::new();
        text::sender::encode_to_vec(&event, &mut datagram).expect("the event is short");
        assert_eq!(datagram.len(), size);
        let mut group = criterion.benchmark_group(format!("send-{socket}-{size}"));
        group.throughput(Throughput::Elements(COUNT as u64));
        for (name, send) in raw {
            bench_delivery(&mut group, reader, size, name, |bench, delivery| {
                bench.iter(|| {
                    for _ in 0..COUNT {
                        assert_eq!(send(black_box(&datagram)), size);
                    }
                    delivery.add_sent(COUNT);
                });
            });
        }
        let methods: &[_] = match address {
            // UNIX sockets have no segmentation.
            Address::Unix(_) => &[("single", Method::Single), ("many", Method::Many)],
            _ => &[
                ("single", Method::Single),
                ("many", Method::Many),
                ("segments", Method::Segments),
            ],
        };
        let mix = mix(&event, size);
        for (name, method) in methods {
            let mut bulk = Bulk::connect(address, *method).expect("the reader is bound");
            let mut batch = Batch::new(COUNT, COUNT * size);
            for batch_size in [8, COUNT] {
                let name = format!("{name}/{batch_size}");
                bench_delivery(&mut group, reader, size, &name, |bench, delivery| {
                    batch.clear();
                    (0..batch_size).for_each(|_| assert!(batch.push(&datagram)));
                    bench.iter(|| {
                        (0..COUNT / batch_size)
                            .for_each(|_| send_all(&mut bulk, black_box(&batch)));
                        delivery.add_sent(COUNT);
                    });
                });
            }
            let encoding = format!("{name}-encode/{COUNT}");
            bench_delivery(&mut group, reader, size, &encoding, |bench, delivery| {
                bench.iter(|| {
                    batch.clear();
                    for _ in 0..COUNT {
                        let encoded =
                            batch.push_with(|room| text::sender::encode(black_box(&event), room));
                        encoded.expect("the disk has room");
                    }
                    send_all(&mut bulk, &batch);
                    delivery.add_sent(COUNT);
                });
            });
            let Some(mix) = &mix else { continue };
            let as_evdg = format!("{name}-paced/{COUNT}");
            bench_delivery(&mut group, reader, size, &as_evdg, |bench, delivery| {
                bench.iter_custom(|iterations| {
                    let count = iterations * COUNT as u64;
                    delivery.add_sent(count as usize);
                    paced(mix, count, &mut bulk)
                });
            });
        }
        group.finish();
    }
}

/// Runs a benchmark, and then prints how many of the sent datagrams were delivered.
fn bench_delivery(
    group: &mut BenchmarkGroup<'_, WallTime>,
    reader: &ReaderThread,
    size: usize,
    name: &str,
    mut run: impl FnMut(&mut Bencher<'_>, &Delivery<'_>),
) {
    let delivery = reader.delivery(name, size);
    group.bench_function(name, |bench| run(bench, &delivery));
}

/// Returns the mix with which `evdg bench` sends an event with a sequence number. Returns `None`
/// for the smallest event, which has no space for a number.
fn mix(event: &EventBuf, size: usize) -> Option<Mix> {
    let mut event = event.clone();
    event.params.pop();
    Mix::new(Dialect::Text, &[event], &[size], &Tag::random()).ok()
}

/// Sends `count` datagrams at the highest rate as `evdg bench` does, and returns the time that it
/// took.
fn paced(mix: &Mix, count: u64, bulk: &mut Bulk) -> Duration {
    let time = Duration::from_secs_f64(count as f64 / MAX_RATE);
    let schedule =
        Schedule::new(Shape::Constant(MAX_RATE), time).expect("the schedule is not empty");
    // In a trial of `evdg bench`, the thread that reads reports receives each call through a
    // channel, too.
    let (calls, _received) = channel();
    let begin = Instant::now();
    let pacer = Pacer {
        schedule: &schedule,
        mix,
        clock: SystemClock::starting_at(begin),
        wire: bulk,
        timeout: Duration::from_secs(1),
        stop: || false,
        on_send: |call| calls.send(call).expect("the channel is open"),
    };
    let result = pacer.run();
    assert_eq!(
        (result.end, result.accepted),
        (PaceEnd::Done, schedule.len())
    );
    begin.elapsed()
}

/// Returns an event whose datagram has `size` bytes.
fn event(size: usize) -> EventBuf {
    match size {
        33 => EventBuf::new("E_PIKE_BLOCKED", [ParamBuf::named("ip", "192.168.2.11")]),
        _ => {
            let name = "E_UL_CONTACT_INSERT";
            let params: Vec<_> = (0..12)
                .map(|at| ParamBuf::named(format!("name{at:02}"), "value"))
                .collect();
            let mut event = EventBuf::new(name, params);
            let used = text::sender::size(&event) + "last::\n".len();
            event
                .params
                .push(ParamBuf::named("last", vec![b'x'; size - used]));
            event
        }
    }
}

fn send_all(bulk: &mut Bulk, batch: &Batch) {
    let mut from = 0;
    while from < batch.len() {
        match bulk.send(batch, from) {
            Ok(taken) => from += taken,
            Err(SendError::Blocked) => bulk
                .wait_until_writable(Duration::from_secs(1))
                .expect("poll works"),
            Err(error) => panic!("{error}"),
        }
    }
}

/// A thread that reads a socket as fast as it can. It ends when this value is dropped.
struct ReaderThread {
    /// The number of bytes that the thread has received.
    received: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
}

impl ReaderThread {
    fn start(reader: impl AsRawFd + Send + 'static) -> Self {
        let thread = Self {
            received: Arc::default(),
            is_over: Arc::default(),
        };
        let (received, is_over) = (Arc::clone(&thread.received), Arc::clone(&thread.is_over));
        thread::spawn(move || {
            let mut buffer = vec![0; COUNT * MAX_PIECE];
            while !is_over.load(Ordering::Relaxed) {
                match receive(&reader, &mut buffer) {
                    0 => thread::yield_now(),
                    bytes => _ = received.fetch_add(bytes, Ordering::Relaxed),
                }
            }
        });
        thread
    }

    /// Starts to count the datagrams of a benchmark.
    fn delivery(&self, name: &str, size: usize) -> Delivery<'_> {
        Delivery {
            name: name.into(),
            size: size as u64,
            reader: self,
            received_before: self.received.load(Ordering::Relaxed),
            sent: Cell::new(0),
        }
    }
}

impl Drop for ReaderThread {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// The largest piece that one read returns.
const MAX_PIECE: usize = 65_536;

/// Reads all waiting datagrams, and returns their total length in bytes.
#[cfg(target_os = "linux")]
fn receive(reader: &impl AsRawFd, buffer: &mut [u8]) -> u64 {
    use std::array;
    use std::io::IoSliceMut;

    use nix::sys::socket::{MultiHeaders, SockaddrStorage, recvmmsg};

    let mut pieces = buffer.chunks_mut(MAX_PIECE);
    let mut pieces: [_; COUNT] = array::from_fn(|_| {
        [IoSliceMut::new(
            pieces.next().expect("there is room for all"),
        )]
    });
    let mut headers = MultiHeaders::<SockaddrStorage>::preallocate(COUNT, None);
    let flags = MsgFlags::MSG_DONTWAIT;
    recvmmsg(
        reader.as_raw_fd(),
        &mut headers,
        pieces.iter_mut(),
        flags,
        None,
    )
    .map_or(0, |received| received.map(|one| one.bytes as u64).sum())
}

/// Reads one datagram, because not all systems can read several in a call.
#[cfg(not(target_os = "linux"))]
fn receive(reader: &impl AsRawFd, buffer: &mut [u8]) -> u64 {
    let received = nix::sys::socket::recv(reader.as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT);
    received.map_or(0, |bytes| bytes as u64)
}

/// Counts the datagrams of a benchmark, and prints the delivered share when this value is dropped.
struct Delivery<'r> {
    name: String,
    /// The size of a datagram in bytes.
    size: u64,
    reader: &'r ReaderThread,
    received_before: u64,
    sent: Cell<u64>,
}

impl Delivery<'_> {
    fn add_sent(&self, count: usize) {
        self.sent.set(self.sent.get() + count as u64);
    }
}

impl Drop for Delivery<'_> {
    fn drop(&mut self) {
        let (sent, received) = (
            self.sent.get(),
            (self.reader.received.load(Ordering::Relaxed) - self.received_before) / self.size,
        );
        if sent > 0 {
            println!(
                "    {}: {received} of {sent} delivered, {:.1} %",
                self.name,
                received as f64 * 100.0 / sent as f64
            );
        }
    }
}
