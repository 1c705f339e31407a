//! Listeners with a known behaviour. `evdg bench` starts this test program as the listener.

use std::io::{self, Write as _};
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::transport::{Address, Port};
use rustix::net::sockopt::set_socket_recv_buffer_size;

use crate::evdg::{Ran, evdg};

/// The variable that names the behaviour, with a number: `loses:10`.
const BEHAVIOUR: &str = "EVDG_TEST_LISTENER";
/// The variable that names the file for the number of datagrams taken.
const COUNT: &str = "EVDG_TEST_COUNT";

/// Runs `evdg bench ARGS -- LISTENER`. Returns the result, and how many datagrams the listener has
/// taken.
pub(crate) fn bench(args: &[&str], behaviour: &str) -> (Ran, u64) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let count = folder.path().join("count");
    let output = command(args, behaviour, &count).output();
    let taken = std::fs::read_to_string(&count).unwrap_or_default();
    (
        output.expect("evdg runs").into(),
        taken.parse().unwrap_or_default(),
    )
}

/// Returns the file that the behaviour `marks` creates.
pub(crate) fn mark(count: impl AsRef<Path>) -> PathBuf {
    count.as_ref().with_extension("mark")
}

pub(crate) fn command(args: &[&str], behaviour: &str, count: &PathBuf) -> Command {
    let mut evdg = evdg();
    evdg.arg("bench").args(args).arg("--");
    evdg.arg(std::env::current_exe().expect("this test has a path"));
    evdg.args([
        "load::listener::acts_as_one",
        "--exact",
        "--ignored",
        "--nocapture",
    ]);
    evdg.env(BEHAVIOUR, behaviour).env(COUNT, count);
    evdg
}

enum Socket {
    Udp(UdpSocket),
    Unix(UnixDatagram),
}

impl Socket {
    fn bind() -> Self {
        let text = std::env::var("EVDG_SOCKET").expect("evdg sets the variable");
        match text.split_once(':').expect("the socket has a kind") {
            ("udp", address) => Self::Udp(UdpSocket::bind(address).expect("the port is free")),
            (_, path) => Self::Unix(UnixDatagram::bind(path).expect("the path is free")),
        }
    }

    fn receive(&self, buffer: &mut [u8]) -> usize {
        match self {
            Self::Udp(socket) => socket.recv(buffer),
            Self::Unix(socket) => socket.recv(buffer),
        }
        .expect("a bound socket can be read")
    }

    /// Waits until the kernel has dropped `number` datagrams because the receive buffer was full.
    fn wait_for_drops(&self, number: u64) {
        let Self::Udp(socket) = self else {
            panic!("a UNIX socket drops nothing");
        };
        let address = Address::Udp(socket.local_addr().expect("the socket is bound"));
        while Port::dropped_at(&address).expect("the kernel counts drops") < number {
            std::thread::yield_now();
        }
    }
}

/// The receive buffer of the behaviour `overflows`, in bytes: fewer datagrams than any trial sends.
const SMALL_BUFFER: usize = 1 << 16;

/// The listener that `evdg bench` starts. It is not a test.
#[test]
#[ignore = "a listener for other tests"]
fn acts_as_one() {
    let Ok(behaviour) = std::env::var(BEHAVIOUR) else {
        return;
    };
    let (behaviour, number) = behaviour.split_once(':').expect("it has a number");
    let number: u64 = number.parse().expect("it is a number");
    let count = std::env::var(COUNT).expect("evdg passes its environment on");
    if behaviour == "dies-for-good" && std::fs::exists(&count).expect("the folder is readable") {
        std::process::exit(9);
    }
    let socket = Socket::bind();
    let mut buffer = vec![0; 1 << 18];
    let mut out = io::stdout().lock();
    // Ends the line that the test harness has begun.
    writeln!(out).expect("standard output is read");
    let mut report = |line: &[u8]| out.write_all(line).expect("standard output is read");
    let mut pace = Pace::new(number);
    if let Socket::Udp(socket) = &socket {
        let buffer = match behaviour {
            // Enough for the datagrams that the listener may catch up with. A system may be
            // configured to grant less.
            "takes" => (number as f64 * CREDIT.as_secs_f64() * KERNEL_SIZE) as usize,
            "overflows" => SMALL_BUFFER,
            _ => 0,
        };
        if buffer > 0 {
            set_socket_recv_buffer_size(socket, buffer).expect("the size can be set");
        }
    }
    let (mut taken, mut held) = (0, None);
    loop {
        let length = socket.receive(&mut buffer);
        let mut line = Dialect::Text.report_line(&buffer[..length]);
        line.push(b'\n');
        if memchr::memmem::find(&buffer[..length], b"evdg_seq").is_none() {
            // A fence.
            std::fs::write(&count, taken.to_string()).expect("the folder is writable");
            report(&line);
            continue;
        }
        taken += 1;
        match behaviour {
            "takes" => {
                pace.wait();
                report(&line);
            }
            "overflows" => {
                if taken == 1 {
                    socket.wait_for_drops(number);
                }
                report(&line);
            }
            "loses" if taken % number == 0 => {}
            "repeats" if taken % number == 0 => report(&[&line[..], &line].concat()),
            // Reports each n-th datagram after the next one.
            "swaps" if taken % number == 0 => held = Some(line),
            "swaps" => {
                report(&line);
                if let Some(late) = held.take() {
                    report(&late);
                }
            }
            "marks" => {
                report(&line);
                if taken == number {
                    std::fs::write(mark(&count), "").expect("the folder is writable");
                }
            }
            "dies" | "dies-for-good" if taken == number => std::process::exit(7),
            "stops" if taken == number => loop {
                std::thread::park();
            },
            "forgets" => report(b"{\"error\":\"forgotten\"}\n"),
            "loses" | "repeats" | "dies" | "dies-for-good" | "stops" => report(&line),
            _ => panic!("unknown behaviour `{behaviour}`"),
        }
    }
}

/// Limits a rate.
struct Pace {
    each: Duration,
    next: Instant,
}

/// How much time [`Pace`] may catch up with after a sleep that was too long: a hundredth of the
/// shortest trial that finds the limit.
const CREDIT: Duration = Duration::from_millis(20);
/// The bytes of receive buffer to request for each datagram of the default events. Kernels count
/// some 1,000 bytes for a datagram, and double the requested size.
const KERNEL_SIZE: f64 = 512.0;

impl Pace {
    fn new(rate: u64) -> Self {
        Self {
            each: Duration::from_secs(1) / u32::try_from(rate.max(1)).expect("the rate fits"),
            next: Instant::now(),
        }
    }

    fn wait(&mut self) {
        let now = Instant::now();
        self.next = self.next.max(now.checked_sub(CREDIT).unwrap_or(now)) + self.each;
        if self.next > now {
            std::thread::sleep(self.next - now);
        }
    }
}
