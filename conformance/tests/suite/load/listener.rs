//! Listeners whose limits are known: this very test program, started as a process of its own.

use std::io::{self, Write as _};
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use event_datagram_conformance::vectors::Dialect;
use rustix::net::sockopt::set_socket_recv_buffer_size;

use crate::evdg::{Ran, evdg};

/// What such a listener does, in a word.
const HABIT: &str = "EVDG_TEST_LISTENER";
/// Where it writes how many it has taken.
const COUNT: &str = "EVDG_TEST_COUNT";

/// Runs `evdg bench ARGS -- LISTENER`, and gives what the listener says that it took, besides.
pub(crate) fn bench(args: &[&str], habit: &str) -> (Ran, u64) {
    let folder = tempfile::tempdir().expect("there is room");
    let count = folder.path().join("count");
    let output = command(args, habit, &count).output();
    let taken = std::fs::read_to_string(&count).unwrap_or_default();
    (
        output.expect("evdg runs").into(),
        taken.parse().unwrap_or_default(),
    )
}

/// Gives the file that says that it has taken as many as it was to tell of.
pub(crate) fn told(count: impl AsRef<Path>) -> PathBuf {
    count.as_ref().with_extension("told")
}

pub(crate) fn command(args: &[&str], habit: &str, count: &PathBuf) -> Command {
    let mut evdg = evdg();
    evdg.arg("bench").args(args).arg("--");
    evdg.arg(std::env::current_exe().expect("it runs"));
    evdg.args([
        "load::listener::acts_as_one",
        "--exact",
        "--ignored",
        "--nocapture",
    ]);
    evdg.env(HABIT, habit).env(COUNT, count);
    evdg
}

enum Socket {
    Udp(UdpSocket),
    Unix(UnixDatagram),
}

impl Socket {
    fn bind() -> Self {
        let text = std::env::var("EVDG_SOCKET").expect("evdg sets it");
        match text.split_once(':').expect("it has a kind") {
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
}

/// No test: what `evdg bench` is given to start.
#[test]
#[ignore = "a listener for other tests"]
fn acts_as_one() {
    let Ok(habit) = std::env::var(HABIT) else {
        return;
    };
    let (habit, number) = habit.split_once(':').expect("it has a number");
    let number: u64 = number.parse().expect("it is one");
    let count = std::env::var(COUNT).expect("it is set");
    if habit == "dies-for-good" && std::fs::exists(&count).expect("it can be looked for") {
        std::process::exit(9);
    }
    let socket = Socket::bind();
    let mut buffer = vec![0; 1 << 18];
    let mut out = io::stdout().lock();
    // The line that the test harness has begun is none of ours.
    writeln!(out).expect("it is read");
    let mut pace = Pace::new(number);
    if let ("takes", Socket::Udp(socket)) = (habit, &socket) {
        // As much as it may make up for; systems give less where they are set up so.
        let datagrams = number as f64 * CREDIT.as_secs_f64();
        set_socket_recv_buffer_size(socket, (datagrams * KERNEL_SIZE) as usize)
            .expect("a socket takes it");
    }
    let (mut taken, mut held) = (0, None);
    loop {
        let length = socket.receive(&mut buffer);
        let mut line = Dialect::Text.report_line(&buffer[..length]);
        line.push(b'\n');
        if memchr::memmem::find(&buffer[..length], b"evdg_seq").is_none() {
            // Between tests all is reported at once.
            std::fs::write(&count, taken.to_string()).expect("there is room");
            out.write_all(&line).expect("it is read");
            continue;
        }
        taken += 1;
        match habit {
            "takes" => {
                pace.wait();
                out.write_all(&line).expect("it is read");
            }
            "loses" if taken % number == 0 => {}
            "repeats" if taken % number == 0 => {
                out.write_all(&[&line[..], &line].concat())
                    .expect("it is read");
            }
            // Each n-th comes behind the next one.
            "swaps" if taken % number == 0 => held = Some(line),
            "swaps" => {
                out.write_all(&line).expect("it is read");
                if let Some(late) = held.take() {
                    out.write_all(&late).expect("it is read");
                }
            }
            "tells" => {
                if taken == number {
                    std::fs::write(told(&count), "").expect("there is room");
                }
                out.write_all(&line).expect("it is read");
            }
            "dies" | "dies-for-good" if taken == number => std::process::exit(7),
            "stops" if taken == number => loop {
                std::thread::park();
            },
            "forgets" => out
                .write_all(b"{\"error\":\"forgotten\"}\n")
                .expect("it is read"),
            "loses" | "repeats" | "dies" | "dies-for-good" | "stops" => {
                out.write_all(&line).expect("it is read")
            }
            _ => panic!("`{habit}` is no habit"),
        }
    }
}

/// Lets so many go by a second, and no more.
struct Pace {
    each: Duration,
    next: Instant,
}

/// What may be made up for at once, after a sleep that was too long: a hundredth of the shortest test that finds the pace.
const CREDIT: Duration = Duration::from_millis(20);
/// What kernels count for a datagram of the usual events: some 1,000 bytes, half of which are for what was not asked for.
const KERNEL_SIZE: f64 = 512.0;

impl Pace {
    fn new(rate: u64) -> Self {
        Self {
            each: Duration::from_secs(1)
                / u32::try_from(rate.max(1)).expect("no listener is faster"),
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
