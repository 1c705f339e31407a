//! Tests of captures that are compressed or live.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::UdpSocket;
use std::process::{Command, Stdio};

use super::build::*;
use super::{EVENT, datagrams, import};
use crate::evdg::{evdg, run};

#[test]
fn a_compressed_capture_is_named() {
    for (start, what) in [
        (
            &b"\x28\xb5\x2f\xfd\0"[..],
            "it is compressed with zstd, and neither pcap nor pcapng: pipe",
        ),
        (b"\xfd7zXZ\0\0\0\0", "compressed with xz"),
        (b"BZh9", "compressed with bzip2"),
        (b"snoop\0\0\0\0", "a snoop capture"),
    ] {
        for rest in [0, 100] {
            let capture = [start, &vec![7; rest]].concat();
            import(&capture, &[]).expect_status(2).expect_stderr(what);
        }
    }
}

#[test]
fn what_tcpdump_captures_is_read() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("real.pcap");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
    let port = socket.local_addr().expect("it is bound").port().to_string();
    let capture = fs::File::create(&file).expect("there is room");
    let tcpdump = Command::new("tcpdump")
        .args(["-i", "lo", "--immediate-mode", "-U", "-c", "2", "-w", "-"])
        .args(["udp", "dst", "port", &port])
        .stdout(capture)
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut tcpdump) = tcpdump else {
        println!("skipped: there is no tcpdump");
        return;
    };
    let log = BufReader::new(tcpdump.stderr.take().expect("it is piped"));
    let mut log = log.lines().map(|line| line.expect("it is UTF-8"));
    if !log.any(|line| line.contains("listening on")) {
        println!("skipped: tcpdump must not capture here");
        tcpdump.wait().expect("it ends");
        return;
    }
    for _ in 0..2 {
        socket
            .send_to(EVENT, ("127.0.0.1", port.parse().expect("it is one")))
            .expect("it goes out");
    }
    assert!(tcpdump.wait().expect("it ends").success());
    let file = file.to_str().expect("it is UTF-8");
    for command in [&["capture"][..], &["vectors", "import"]] {
        let ran = run(&[command, &[file, "--port", &port]].concat()).expect_status(0);
        assert_eq!(datagrams(&ran), [EVENT, EVENT]);
    }
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("a vector takes everything");
    encoder.finish().expect("a vector takes everything")
}

#[test]
fn a_capture_may_be_compressed() {
    let plain = pcap(ETHERNET, &[ethernet(EVENT), ethernet(b"")]);
    let (first, second) = plain.split_at(100);
    let in_two = [gzipped(first), gzipped(second)].concat();
    let big = pcapng(&[(RAW, raw_v4(EVENT)), (RAW, raw_v4(b""))], true);
    for capture in [gzipped(&plain), in_two, gzipped(&big)] {
        let ran = import(&capture, &[]).expect_status(0);
        assert_eq!(datagrams(&ran), [EVENT, b""]);
    }
    let whole = gzipped(&plain);
    for length in [3, whole.len() - 1] {
        let ran = import(&whole[..length], &[]).expect_status(2);
        ran.expect_stderr("its compression with gzip is damaged or cut short");
    }
    let ran = import(&gzipped(b"not a capture"), &[]).expect_status(2);
    ran.expect_stderr("it is neither pcap nor pcapng");
}

/// Each datagram of a live capture is written before the next one comes.
#[test]
fn a_live_capture_is_written_as_it_comes() {
    let old = pcap(
        ETHERNET,
        &[ethernet(EVENT), ethernet(b"E_B\n\n"), ethernet(b"")],
    );
    let packets = [
        (RAW, raw_v4(EVENT)),
        (RAW, raw_v4(b"E_B\n\n")),
        (RAW, raw_v4(b"")),
    ];
    let new = pcapng(&packets, false);
    let start = |capture: &[u8], packets: usize| capture.len() - packets;
    let old_packet = [EVENT, b"E_B\n\n", b""].map(|payload| 16 + ethernet(payload).len());
    let new_packet = packets
        .clone()
        .map(|(_, packet)| 32 + packet.len().next_multiple_of(4));
    for (capture, sizes) in [(old, old_packet), (new, new_packet)] {
        let mut child = evdg()
            .args(["capture", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("evdg runs");
        let mut stdin = child.stdin.take().expect("it is piped");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut lines = lines.map(|line| line.expect("it is UTF-8"));
        let mut at = start(&capture, sizes.iter().sum());
        stdin.write_all(&capture[..at]).expect("it reads");
        for size in sizes {
            stdin.write_all(&capture[at..at + size]).expect("it reads");
            at += size;
            let line = lines.next().expect("a line comes while the pipe is open");
            assert!(line.contains(r#""to":"udp:192.0.2.2:8081""#), "{line}");
        }
        drop(stdin);
        assert_eq!(lines.next(), None);
        assert!(child.wait().expect("it ends").success());
    }
}
