//! Tests of `evdg send`, with raw sockets and with `evdg listen`.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use event_datagram::{MAX_UDP_PAYLOAD, MAX_UNIX_DATAGRAM};
use event_datagram_conformance::dialect::Dialect;

use crate::evdg::{Ran, evdg, run};

/// Returns a receiving socket, and its text in the socket syntax.
fn udp() -> (UdpSocket, String) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
    let limit = Some(Duration::from_secs(10));
    socket.set_read_timeout(limit).expect("it can be set");
    let name = format!("udp:{}", socket.local_addr().expect("it is bound"));
    (socket, name)
}

fn received(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = vec![0; 1 << 17];
    let length = socket.recv(&mut buffer).expect("a datagram comes");
    buffer.truncate(length);
    buffer
}

/// Runs `evdg send ARGS` with `input` on standard input.
fn send(args: &[&str], input: &[u8]) -> Ran {
    let mut command = evdg();
    command.arg("send").args(args);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("evdg runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    // `evdg` need not read all of its input.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().expect("it ends").into()
}

fn captures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/captures/opensips-2.4.11.jsonl")
}

#[test]
fn arguments_become_a_datagram_as_a_server_writes_it() {
    let (socket, name) = udp();
    let args = [
        "E_PIKE_BLOCKED",
        "ip=192.168.2.11",
        "unnamed",
        "n:=-1",
        "=a=b",
        "text=say \"hi\"\nbye",
        "",
        "none:=null",
    ];
    let ran = send(&[&[&name[..]], &args[..]].concat(), b"").expect_status(0);
    assert_eq!(
        ran.stderr.lines().last(),
        Some(&*format!("evdg: sent 1 datagram to {name}"))
    );
    assert_eq!(ran.stdout, "");
    let expected = b"E_PIKE_BLOCKED\nip::192.168.2.11\nunnamed\nn::18446744073709551615\na=b\n\
        text::\"say \\\"hi\\\"\nbye\"\n\nnone::\n\n";
    assert_eq!(received(&socket), expected);
}

#[test]
fn json_lines_are_sent_as_they_come() {
    let (socket, name) = udp();
    let mut child = evdg()
        .args(["send", &name])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("evdg runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    writeln!(
        stdin,
        r#"{{"event":"E_ONE","params":[{{"value_hex":"ff00"}}]}}"#
    )
    .expect("it reads");
    // The second line is written only after the first datagram has arrived.
    assert_eq!(received(&socket), b"E_ONE\n\xff\x00\n\n");
    writeln!(stdin, "\nE_TWO\n{{\"event\":\"E_TWO\"}}").expect("it reads");
    assert_eq!(received(&socket), b"E_TWO\n\n");
    drop(stdin);
    let ran = Ran::from(child.wait_with_output().expect("it ends")).expect_status(2);
    let ran = ran.expect_stderr("evdg: line 3: it does not start with `{`\n");
    ran.expect_stderr("sent 2 datagrams");

    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("events.jsonl");
    fs::write(&file, "{\"event\":\"E_THREE\"}\n").expect("there is room");
    run(&[
        "send",
        &name,
        "--lines",
        file.to_str().expect("it is UTF-8"),
    ])
    .expect_status(0);
    assert_eq!(received(&socket), b"E_THREE\n\n");
}

#[test]
fn captures_are_sent_as_they_are() {
    let (socket, name) = udp();
    let line = br#"{"datagram_hex":"ff00","event":"another"}"#;
    send(&[&name, "--captures", "-"], line).expect_status(0);
    assert_eq!(received(&socket), b"\xff\x00");
    for (line, why) in [
        ("{}", "line 1: it has no `datagram_hex`"),
        (r#"{"datagram_hex":"f"}"#, "line 1: datagram_hex is not hex"),
        ("E_TEST", "line 1: it is not JSON"),
    ] {
        let ran = send(&[&name, "--captures", "-"], line.as_bytes()).expect_status(2);
        ran.expect_stderr(why).expect_stderr("sent 0 datagrams");
    }
    run(&["send", &name, "--captures", "/no/such/file"]).expect_status(2);
}

/// Starts `evdg listen`, and returns its lines after the first one.
fn listener(socket: &str) -> (Child, impl Iterator<Item = String> + use<>, String) {
    listener_of(socket, "text")
}

fn listener_of(
    socket: &str,
    dialect: &str,
) -> (Child, impl Iterator<Item = String> + use<>, String) {
    let mut child = evdg()
        .args(["listen", socket, "--dialect", dialect])
        .stdout(Stdio::piped())
        .spawn()
        .expect("evdg runs");
    let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut lines = lines.map(|line| line.expect("it is UTF-8"));
    let start: serde_json::Value =
        serde_json::from_str(&lines.next().expect("it starts")).expect("it is JSON");
    let socket = start["socket"].as_str().expect("it says where").to_string();
    (child, lines, socket)
}

#[test]
fn the_other_dialect_is_written_as_servers_write_it() {
    let (socket, name) = udp();
    let args = ["E_TEST", "n:=-1", "none:=null", "text=é\n/"];
    let ran = run(&[&["send", &name, "--dialect", "jsonrpc"], &args[..]].concat());
    ran.expect_status(0);
    let expected =
        r#"{"jsonrpc":"2.0","method":"E_TEST","params":{"n":-1,"none":null,"text":"é\n/"}}"#;
    let sent = String::from_utf8(received(&socket)).expect("it is UTF-8");
    assert_eq!(sent, expected);
}

#[test]
fn every_capture_goes_over_a_unix_socket_and_reads_as_before() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("event.sock");
    let (mut child, lines, socket) = listener(path.to_str().expect("it is UTF-8"));
    let file = captures();
    let expected: Vec<_> = fs::read_to_string(&file)
        .expect("it is there")
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("it is JSON"))
        .map(|line| {
            hex::decode(line["datagram_hex"].as_str().expect("it is text")).expect("it is hex")
        })
        .map(|datagram| {
            String::from_utf8(Dialect::Text.report_line(&datagram)).expect("it is JSON")
        })
        .collect();
    assert!(expected.len() > 800);
    // The queue holds ten datagrams. `evdg send` waits for space and loses none.
    let sending = std::thread::spawn(move || {
        run(&[
            "send",
            &socket,
            "--captures",
            file.to_str().expect("it is UTF-8"),
        ])
    });
    let heard: Vec<_> = lines.take(expected.len()).collect();
    assert_eq!(heard, expected);
    let ran = sending.join().expect("it ends").expect_status(0);
    ran.expect_stderr(&format!("sent {} datagrams to unix:", expected.len()));
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn the_listener_hears_what_is_sent_over_udp6() {
    let (mut child, mut lines, socket) = listener("udp:[::1]:0");
    run(&["send", &socket, "E_TEST", "ip=::1"]).expect_status(0);
    let heard = lines.next().expect("a line comes");
    assert_eq!(
        heard,
        r#"{"event":"E_TEST","params":[{"name":"ip","value":"::1"}]}"#
    );
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn a_missing_listener_is_an_error() {
    let (socket, name) = udp();
    drop(socket);
    let ran = run(&["send", &name, "E_TEST"]).expect_status(3);
    ran.expect_stderr(&format!(
        "evdg: {name}: after 0 datagrams: no process listens at this address\n"
    ));

    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("event.sock");
    let text = path.to_str().expect("it is UTF-8");
    run(&["send", text, "E_TEST"])
        .expect_status(3)
        .expect_stderr("cannot send to unix:");
    drop(UnixDatagram::bind(&path).expect("it can be bound"));
    run(&["send", text, "E_TEST"])
        .expect_status(3)
        .expect_stderr("cannot send to unix:");
}

#[test]
fn a_listener_that_does_not_read_is_told() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("event.sock");
    let _socket = UnixDatagram::bind(&path).expect("it can be bound");
    let lines = "{\"event\":\"E_TEST\"}\n".repeat(2000);
    let text = path.to_str().expect("it is UTF-8");
    let ran = send(&[text, "--timeout", "100ms"], lines.as_bytes()).expect_status(3);
    ran.expect_stderr("the receive buffer is full: its reader has stopped reading");
}

#[test]
fn the_first_datagram_that_cannot_be_sent_ends_the_command() {
    let (socket, name) = udp();
    drop(socket);
    let mut child = evdg()
        .args(["send", &name])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("evdg runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    writeln!(stdin, r#"{{"event":"E_TEST"}}"#).expect("it reads");
    // Standard input stays open without more input.
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    drop(stdin);
    ran.expect_status(3)
        .expect_stderr("no process listens at this address");
}

#[test]
fn datagrams_that_are_too_long_are_errors() {
    let (socket, name) = udp();
    let value = "x".repeat(65_500);
    let line = format!("{{\"event\":\"E_TEST\",\"params\":[{{\"value\":\"{value}\"}}]}}\n");
    let ran = send(&[&name], line.as_bytes()).expect_status(2);
    ran.expect_stderr("line 1: ").expect_stderr("65457");
    let capture = format!("{{\"datagram_hex\":\"{}\"}}", "00".repeat(65_508));
    let ran = send(&[&name, "--captures", "-"], capture.as_bytes()).expect_status(3);
    ran.expect_stderr("65508 bytes could not be sent");
    // Servers would lose such a datagram, but `evdg send` sends it.
    let line = line.replace(&value, &value[..20_000]);
    let ran = send(&[&name], line.as_bytes()).expect_status(0);
    ran.expect_stderr("line 1: note: 20009 bytes: servers lose what is longer than 16384");
    assert_eq!(received(&socket).len(), 20_009);
}

#[test]
fn drops_by_the_kernel_are_reported() {
    let (_socket, name) = udp();
    let value = "x".repeat(10_000);
    let line = format!("{{\"event\":\"E_TEST\",\"params\":[{{\"value\":\"{value}\"}}]}}\n");
    let ran = send(&[&name], line.repeat(500).as_bytes()).expect_status(0);
    let note = "did not fit into the listener's receive buffer and were dropped";
    ran.expect_stderr("sent 500 datagrams").expect_stderr(note);
}

#[test]
fn bad_usage_is_told_before_anything_is_sent() {
    let (socket, name) = udp();
    for args in [
        &[&name[..], "E_TEST", "n:=x"][..],
        &[&name, "E_TEST", "--captures", "-"],
        &[&name, "--captures", "-", "--lines", "-"],
        &["udp:127.0.0.1:0", "E_TEST"],
        &["upd:127.0.0.1:1", "E_TEST"],
        &[],
    ] {
        let ran = send(args, b"").expect_status(2);
        assert!(!ran.stderr.contains("evdg: sent"), "{}", ran.stderr);
    }
    socket.set_nonblocking(true).expect("it can be set");
    assert!(socket.recv(&mut [0]).is_err());
}

#[test]
fn the_largest_that_each_kind_of_socket_carries_are_read_whole() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("event.sock");
    let path = path.to_str().expect("it is UTF-8");
    // `{"jsonrpc":"2.0","method":"E","params":["…"]}`
    let frame = 44;
    for (place, largest) in [
        ("udp:127.0.0.1:0", MAX_UDP_PAYLOAD),
        (path, MAX_UNIX_DATAGRAM),
    ] {
        let (child, mut lines, socket) = listener_of(place, "jsonrpc");
        let _child = Killed(child);
        let event = |size: usize| {
            let value = "a".repeat(size - frame);
            format!(r#"{{"event":"E","params":[{{"value":"{value}"}}]}}"#)
        };
        let args = [socket.as_str(), "--dialect", "jsonrpc"];
        send(&args, event(largest).as_bytes()).expect_status(0);
        let line = lines.next().expect("it reports");
        assert_eq!(line, event(largest), "{largest} bytes");
        // A datagram with one byte more is too long for this kind of socket.
        let ran = send(&args, event(largest + 1).as_bytes());
        assert!(
            matches!(ran.status, Some(2 | 3)),
            "{:?} {}",
            ran.status,
            ran.stderr
        );
    }
}

/// Returns `count` lines of events.
fn events(count: usize) -> Vec<u8> {
    "{\"event\":\"E_TEST\"}\n".repeat(count).into()
}

#[test]
fn refused_datagrams_are_counted_and_the_others_are_sent() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("event.sock");
    let text = path.to_str().expect("it is UTF-8");
    let args = [text, "--keep-going"];
    let ran = send(&args, &events(3)).expect_status(1);
    let expected = format!(
        "evdg: sent 0 datagrams to unix:{text}\nevdg: 3 datagrams not sent: nobody listened\n"
    );
    assert_eq!(ran.stderr, expected);

    // Nobody reads the socket, so only a few datagrams fit into the queue.
    let _socket = UnixDatagram::bind(&path).expect("it can be bound");
    let ran = send(&args, &events(2000)).expect_status(1);
    let counts: Vec<usize> = ran
        .stderr
        .lines()
        .filter_map(|line| line.split(' ').find_map(|word| word.parse().ok()))
        .collect();
    let [sent, refused] = counts[..] else {
        panic!("{}", ran.stderr);
    };
    assert!(sent > 0 && refused > 0, "{}", ran.stderr);
    assert_eq!(sent + refused, 2000);
    ran.expect_stderr(" datagrams not sent: the listener's queue was full\n");

    let (socket, name) = udp();
    drop(socket);
    let ran = send(&[&name, "--keep-going"], &events(3)).expect_status(1);
    ran.expect_stderr("evdg: 3 datagrams not sent: nobody listened\n");
    let (_socket, name) = udp();
    send(&[&name, "--keep-going"], &events(3)).expect_status(0);
    // A line that is no event is still an input error.
    send(&[&name, "--keep-going"], b"x\n").expect_status(2);
}

#[test]
fn datagrams_are_spaced_by_a_rate_or_by_their_times() {
    let (_socket, name) = udp();
    let started = Instant::now();
    send(&[&name, "--rate", "20"], &events(5)).expect_status(0);
    assert!(started.elapsed() >= Duration::from_millis(200));
    let line = |time: &str| format!("{{\"time\":\"{time}\",\"datagram_hex\":\"00\"}}\n");
    let lines = [
        line("2026-01-01T00:00:00Z"),
        "{\"time\":null,\"datagram_hex\":\"00\"}\n".into(),
        line("2026-01-01T00:00:00.3Z"),
    ];
    let started = Instant::now();
    let args = [&name[..], "--captures", "-", "--pace"];
    let ran = send(&args, lines.concat().as_bytes()).expect_status(0);
    assert!(started.elapsed() >= Duration::from_millis(300));
    ran.expect_stderr("sent 3 datagrams");
    let ran = send(&args, line("noon").as_bytes()).expect_status(2);
    ran.expect_stderr("line 1: time: expected a time such as 2026-01-31T12:00:00.25Z");
    for args in [
        &[&name[..], "--pace"][..],
        &[&name, "--captures", "-", "--pace", "--rate", "1"],
        &[&name, "--rate", "0"],
        &[&name, "--keep-going", "--timeout", "1s"],
    ] {
        send(args, b"").expect_status(2);
    }
}

#[test]
fn a_signal_ends_the_command_with_its_counts() {
    let (socket, name) = udp();
    let mut child = evdg()
        .args(["send", &name, "--captures", "-", "--pace"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("evdg runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    for time in ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"] {
        writeln!(stdin, "{{\"time\":\"{time}\",\"datagram_hex\":\"00\"}}").expect("it reads");
    }
    assert_eq!(received(&socket), b"\0");
    let mut kill = std::process::Command::new("kill");
    let killed = kill.args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
    let ran = Ran::from(child.wait_with_output().expect("it ends")).expect_status(130);
    // `evdg` may not have counted the first datagram yet. It waits for a day before the second one.
    let counts =
        ["0 datagrams", "1 datagram"].map(|count| format!("evdg: sent {count} to {name}\n"));
    assert!(counts.contains(&ran.stderr), "{}", ran.stderr);
}

#[test]
fn notes_that_nobody_reads_do_not_hold_up_a_signal() {
    let (socket, name) = udp();
    let mut child = evdg()
        .args(["send", &name, "--captures", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("evdg runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let datagram = [&b"E_"[..], &[b'A'; 63], b"\n\n"].concat();
    let line = format!("{{\"datagram_hex\":\"{}\"}}\n", hex::encode(datagram));
    let feeding = std::thread::spawn(move || while stdin.write_all(line.as_bytes()).is_ok() {});
    // The notes have then nearly filled the pipe of standard error.
    for _ in 0..800 {
        received(&socket);
    }
    let mut kill = std::process::Command::new("kill");
    let killed = kill.args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    feeding.join().expect("it ends");
}

#[test]
fn captures_that_servers_cannot_have_sent_get_a_note() {
    let (_socket, name) = udp();
    let line = |datagram: &[u8]| format!("{{\"datagram_hex\":\"{}\"}}\n", hex::encode(datagram));
    let long_name = [&b"E_"[..], &[b'A'; 63], b"\n\n"].concat();
    let long = [&b"E_TEST\n"[..], &[b'x'; 16_384], b"\n\n"].concat();
    let lines = [&b"E_TEST\n\n"[..], &long_name, &long].map(line).concat();
    let ran = send(&[&name, "--captures", "-"], lines.as_bytes()).expect_status(0);
    let expected = format!(
        "evdg: line 2: note: event name of 65 bytes: servers refuse more than 64\n\
         evdg: line 3: note: 16393 bytes: servers lose what is longer than 16384\n\
         evdg: sent 3 datagrams to {name}\n"
    );
    assert_eq!(ran.stderr, expected);
    let socket = UdpSocket::bind("[::1]:0").expect("there is a port");
    let name = format!("udp:{}", socket.local_addr().expect("it is bound"));
    let ran = run(&["send", &name, "E_TEST"]).expect_status(0);
    ran.expect_stderr("evdg: note: servers send over IPv4 alone\n");
}

/// A child process that is killed when the test ends, also if the test panics.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
