//! The send path: a plain loop over bytes that are there already, which is the limit a naive sender has, beside every way of
//! [`Bulk`], with and without encoding, and `evdg bench` as fast as it goes. `cargo bench --bench send`.
//!
//! A thread drains the socket meanwhile, many datagrams in a call, and never sleeps: to wake it would be the sender's work. What it got of
//! what was sent is told behind each bench. Over UDP a sender that is faster than its reader sends into a full receive buffer, which costs
//! less than delivering: compare ways within a group, not a group with what a listener takes. The reader of `udp-gro` takes what the kernel
//! would cut into datagrams as it is, as a network device does; that of `udp` is like most listeners, and the sender pays for the cutting.

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

/// The datagrams of a batch, and of an iteration.
const COUNT: usize = 64;
/// A small event, one of thirteen parameters, one that fills an Ethernet frame, and as much as servers send.
const SIZES: [usize; 4] = [33, 270, 1400, LONGEST];
const LONGEST: usize = 16_000;

fn udp(criterion: &mut Criterion) {
    let reader = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
    over_udp(criterion, "udp", reader);
    #[cfg(target_os = "linux")]
    {
        let reader = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        nix::sys::socket::setsockopt(&reader, nix::sys::socket::sockopt::UdpGroSegment, &true)
            .expect("Linux 5.0 has it");
        over_udp(criterion, "udp-gro", reader);
    }
}

fn over_udp(criterion: &mut Criterion, name: &str, reader: UdpSocket) {
    let address = reader.local_addr().expect("it is bound");
    let drain = Drain::start(reader);
    let unconnected = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
    let connected = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
    connected.connect(address).expect("it is there");
    compare(
        criterion,
        name,
        &Address::Udp(address),
        &drain,
        &[
            ("raw-sendto", &|datagram| {
                unconnected.send_to(datagram, address).expect("it is sent")
            }),
            ("raw-send", &|datagram| {
                connected.send(datagram).expect("it is sent")
            }),
        ],
    );
}

fn unix(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("s");
    let reader = UnixDatagram::bind(&path).expect("the path is free");
    let drain = Drain::start(reader);
    let unconnected = UnixDatagram::unbound().expect("there are sockets");
    let connected = UnixDatagram::unbound().expect("there are sockets");
    connected.connect(&path).expect("it is there");
    compare(
        criterion,
        "unix",
        &Address::Unix(path.clone()),
        &drain,
        &[
            ("raw-sendto", &|datagram| {
                unconnected.send_to(datagram, &path).expect("it is sent")
            }),
            ("raw-send", &|datagram| {
                connected.send(datagram).expect("it is sent")
            }),
        ],
    );
}

type Raw<'r> = (&'r str, &'r dyn Fn(&[u8]) -> usize);

fn compare(
    criterion: &mut Criterion,
    socket: &str,
    address: &Address,
    drain: &Drain,
    raw: &[Raw<'_>],
) {
    for size in SIZES {
        let event = event(size);
        let mut datagram = Vec::new();
        text::sender::encode_to_vec(&event, &mut datagram).expect("it is short");
        assert_eq!(datagram.len(), size);
        let mut group = criterion.benchmark_group(format!("send-{socket}-{size}"));
        group.throughput(Throughput::Elements(COUNT as u64));
        for (name, send) in raw {
            watched(&mut group, drain, size, name, |bench, told| {
                bench.iter(|| {
                    for _ in 0..COUNT {
                        assert_eq!(send(black_box(&datagram)), size);
                    }
                    told.sent(COUNT);
                });
            });
        }
        let methods: &[_] = match address {
            // There is nothing to cut.
            Address::Unix(_) => &[("single", Method::Single), ("many", Method::Many)],
            _ => &[
                ("single", Method::Single),
                ("many", Method::Many),
                ("segments", Method::Segments),
            ],
        };
        let mix = mix(&event, size);
        for (name, method) in methods {
            let mut bulk = Bulk::connect(address, *method).expect("it is there");
            let mut batch = Batch::new(COUNT, COUNT * size);
            for batch_size in [8, COUNT] {
                let name = format!("{name}/{batch_size}");
                watched(&mut group, drain, size, &name, |bench, told| {
                    batch.clear();
                    (0..batch_size).for_each(|_| assert!(batch.push(&datagram)));
                    bench.iter(|| {
                        (0..COUNT / batch_size)
                            .for_each(|_| send_all(&mut bulk, black_box(&batch)));
                        told.sent(COUNT);
                    });
                });
            }
            let encoding = format!("{name}-encode/{COUNT}");
            watched(&mut group, drain, size, &encoding, |bench, told| {
                bench.iter(|| {
                    batch.clear();
                    for _ in 0..COUNT {
                        let encoded =
                            batch.push_with(|room| text::sender::encode(black_box(&event), room));
                        encoded.expect("there is room");
                    }
                    send_all(&mut bulk, &batch);
                    told.sent(COUNT);
                });
            });
            let Some(mix) = &mix else { continue };
            let as_evdg = format!("{name}-paced/{COUNT}");
            watched(&mut group, drain, size, &as_evdg, |bench, told| {
                bench.iter_custom(|iterations| {
                    let count = iterations * COUNT as u64;
                    told.sent(count as usize);
                    paced(mix, count, &mut bulk)
                });
            });
        }
        group.finish();
    }
}

/// Runs a bench, and tells behind it how much of what was sent has arrived.
fn watched(
    group: &mut BenchmarkGroup<'_, WallTime>,
    drain: &Drain,
    size: usize,
    name: &str,
    mut run: impl FnMut(&mut Bencher<'_>, &Told<'_>),
) {
    let told = drain.watch(name, size);
    group.bench_function(name, |bench| run(bench, &told));
}

/// What `evdg bench` sends of such an event: with a number in it, for which the smallest has no room.
fn mix(event: &EventBuf, size: usize) -> Option<Mix> {
    let mut event = event.clone();
    event.params.pop();
    Mix::new(Dialect::Text, &[event], &[size], &Tag::random()).ok()
}

/// Sends as `evdg bench` does, so many datagrams that are all due at once or nearly, and gives the time that it took.
fn paced(mix: &Mix, count: u64, bulk: &mut Bulk) -> Duration {
    let time = Duration::from_secs_f64(count as f64 / MAX_RATE);
    let schedule = Schedule::new(Shape::Constant(MAX_RATE), time).expect("it sends something");
    // As in a trial, where each call is handed to the thread that reads reports.
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

/// An event whose datagram is as long as this.
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
            Err(SendError::NoRoom) => bulk
                .wait_for_room(Duration::from_secs(1))
                .expect("it can be waited for"),
            Err(error) => panic!("{error}"),
        }
    }
}

/// A thread that reads a socket until this is dropped, as fast as it can: what is measured is sending.
struct Drain {
    /// In bytes.
    received: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
}

impl Drain {
    fn start(reader: impl AsRawFd + Send + 'static) -> Self {
        let drain = Self {
            received: Arc::default(),
            is_over: Arc::default(),
        };
        let (received, is_over) = (Arc::clone(&drain.received), Arc::clone(&drain.is_over));
        thread::spawn(move || {
            let mut buffer = vec![0; COUNT * PIECE];
            while !is_over.load(Ordering::Relaxed) {
                match receive(&reader, &mut buffer) {
                    0 => thread::yield_now(),
                    bytes => _ = received.fetch_add(bytes, Ordering::Relaxed),
                }
            }
        });
        drain
    }

    fn watch(&self, name: &str, size: usize) -> Told<'_> {
        Told {
            name: name.into(),
            size: size as u64,
            drain: self,
            before: self.received.load(Ordering::Relaxed),
            sent: Cell::new(0),
        }
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// The most that comes as one.
const PIECE: usize = 65_536;

/// Takes what is there, and counts its bytes.
#[cfg(target_os = "linux")]
fn receive(reader: &impl AsRawFd, buffer: &mut [u8]) -> u64 {
    use std::array;
    use std::io::IoSliceMut;

    use nix::sys::socket::{MultiHeaders, SockaddrStorage, recvmmsg};

    let mut pieces = buffer.chunks_mut(PIECE);
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

/// The same, one at a time: not all systems have a call for many.
#[cfg(not(target_os = "linux"))]
fn receive(reader: &impl AsRawFd, buffer: &mut [u8]) -> u64 {
    let received = nix::sys::socket::recv(reader.as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT);
    received.map_or(0, |bytes| bytes as u64)
}

/// Tells in the end how much of what was sent has arrived.
struct Told<'d> {
    name: String,
    /// Of a datagram.
    size: u64,
    drain: &'d Drain,
    before: u64,
    sent: Cell<u64>,
}

impl Told<'_> {
    fn sent(&self, count: usize) {
        self.sent.set(self.sent.get() + count as u64);
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        let (sent, received) = (
            self.sent.get(),
            (self.drain.received.load(Ordering::Relaxed) - self.before) / self.size,
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
