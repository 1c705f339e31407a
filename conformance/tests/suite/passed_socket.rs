//! Tests of sockets that are passed as descriptor 3, to subjects and to `evdg listen`.

use std::io::{BufRead as _, BufReader};
use std::net::UdpSocket;
use std::process::{Child, Command, Stdio};

use crate::evdg::{evdg, python_listener_with, run, test};

/// The line by which the Python listener binds its socket.
const BIND: &str = r#"listener = bind(os.environ["EVDG_SOCKET"])"#;
/// The lines that take the passed socket, as systemd's own function does.
const TAKE: &str = r#"assert (os.environ["LISTEN_FDS"], os.environ["LISTEN_PID"]) == ("1", str(os.getpid()))
    listener = socket.socket(fileno=3)"#;

#[test]
fn a_listener_takes_its_socket_as_descriptor_3() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = python_listener_with(folder.path(), BIND, TAKE);
    let command = ["python3", path.to_str().expect("it is UTF-8")];
    test(&["--pass-socket", "--filter", "T4"], &command).expect_status(0);
    // The listener fails without a passed socket.
    let ran = test(&["--filter", "T4"], &command).expect_status(3);
    ran.expect_stderr("KeyError");
}

#[test]
fn the_built_in_listener_takes_its_socket_as_descriptor_3() {
    let args = ["test", "--pass-socket", "--filter", "sep-*"];
    run(&[&args[..], &["--socket", "both"]].concat()).expect_status(0);
    // A listener that binds the address in its arguments fails, because the address is taken.
    let evdg = env!("CARGO_BIN_EXE_evdg");
    let script = "unset LISTEN_FDS; exec \"$0\" listen \"$EVDG_SOCKET\"";
    let command = ["sh", "-c", script, evdg];
    let ran = test(&["--pass-socket", "--socket", "udp"], &command).expect_status(3);
    ran.expect_stderr("cannot bind");
}

/// The runner must not keep a descriptor of the socket, because the socket would then outlive the
/// listener.
#[test]
fn a_crash_is_seen_though_the_runner_bound_the_socket() {
    let folder = tempfile::tempdir().expect("there is room");
    let receive = "        datagram = listener.recv(LARGEST)  # an empty one is a datagram, too\n";
    let path = python_listener_with(folder.path(), BIND, TAKE);
    let text = std::fs::read_to_string(&path).expect("it is there");
    let crash = format!("{receive}        if not datagram: os.abort()\n");
    assert!(text.contains(receive), "the listener has changed");
    std::fs::write(&path, text.replace(receive, &crash)).expect("there is room");
    let command = ["python3", path.to_str().expect("it is UTF-8")];
    let args = ["--pass-socket", "--filter", "T18"];
    let ran = test(&args, &command).expect_status(1);
    assert!(ran.stdout.contains("crash"), "{}", ran.stdout);
    assert!(ran.stdout.contains(" --pass-socket"), "{}", ran.stdout);
}

#[test]
fn a_socket_that_cannot_be_passed_is_an_error() {
    let args = ["--pass-socket", "--filter", "T4", "--socket", "udp"];
    let ran = test(&args, &["no-such-program"]).expect_status(3);
    ran.expect_stderr("no-such-program");
    for other in ["--parser", "--attach"] {
        run(&["test", "--pass-socket", other, "x"]).expect_status(2);
    }
}

/// A child process that is killed when the test ends, also if the test panics.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn systemd_hands_a_socket_to_evdg_listen() {
    let free = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
    let address = free.local_addr().expect("it is bound").to_string();
    drop(free);
    let mut command = Command::new("systemd-socket-activate");
    command.args(["--datagram", "--listen", &address]);
    command.args([env!("CARGO_BIN_EXE_evdg"), "listen"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(child) = command.spawn() else {
        println!("skipped: there is no systemd-socket-activate");
        return;
    };
    let mut child = Killed(child);
    let mut log = BufReader::new(child.0.stderr.take().expect("it is piped"));
    let mut line = String::new();
    log.read_line(&mut line).expect("it is text");
    assert!(line.contains(&address), "{line}");
    // `systemd-socket-activate` starts the program at the first datagram, which stays in the
    // socket.
    run(&["send", &format!("udp:{address}"), "E_TEST", "ip=::1"]).expect_status(0);
    let lines = BufReader::new(child.0.stdout.take().expect("it is piped")).lines();
    let mut lines = lines.map(|line| line.expect("it is UTF-8"));
    let start = lines.next().expect("it starts");
    assert!(
        start.contains(&format!("\"socket\":\"udp:{address}\"")),
        "{start}"
    );
    let event = r#"{"event":"E_TEST","params":[{"name":"ip","value":"::1"}]}"#;
    assert_eq!(lines.next().as_deref(), Some(event));
}

#[test]
fn a_descriptor_that_is_no_socket_is_an_error() {
    let ran = |variables: &[(&str, &str)]| {
        let mut listening = evdg();
        listening.args(["listen", "/no/such/folder/event.sock"]);
        listening.envs(variables.iter().copied());
        crate::evdg::Ran::from(listening.output().expect("evdg runs")).expect_status(3)
    };
    let why = "evdg: descriptor 3 (LISTEN_FDS): expected a UDP socket or a UNIX datagram socket";
    ran(&[("LISTEN_FDS", "1")]).expect_stderr(why);
    let why = "evdg: descriptor 3 (LISTEN_FDS): expected one socket, found 2";
    ran(&[("LISTEN_FDS", "2"), ("LISTEN_PID", "")]).expect_stderr(why);
    let why = "evdg: descriptor 3 (LISTEN_FDS): expected one socket, found 4000000000";
    ran(&[("LISTEN_FDS", "4000000000")]).expect_stderr(why);
    // Ignores variables that are for another process.
    for variables in [
        &[("LISTEN_FDS", "1"), ("LISTEN_PID", "1")][..],
        &[("LISTEN_FDS", "x")],
    ] {
        ran(variables).expect_stderr("cannot bind unix:/no/such/folder/event.sock");
    }
}

#[test]
fn a_subject_is_not_told_of_a_socket_that_is_not_for_it() {
    let mut testing = evdg();
    testing.args(["test", "--filter", "sep-*", "--socket", "udp"]);
    testing.env("LISTEN_FDS", "1").env("LISTEN_FDNAMES", "x");
    crate::evdg::Ran::from(testing.output().expect("evdg runs")).expect_status(0);
}
