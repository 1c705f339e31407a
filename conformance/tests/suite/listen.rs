//! Tests of `evdg listen`: its output on a terminal and into a pipe, and its socket.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use regex::Regex;
use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::evdg::{evdg, run};

/// A child process that is killed when the test ends, also if the test panics.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Opens a pseudoterminal. The first file reads what a program writes to the second file.
fn terminal() -> (File, File) {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are terminals");
    grantpt(&controller).expect("it is ours");
    unlockpt(&controller).expect("it is ours");
    let path = ptsname(&controller, Vec::new()).expect("it has a path");
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let screen = rustix::fs::open(path, flags, rustix::fs::Mode::empty());
    (controller.into(), screen.expect("it can be opened").into())
}

fn interrupt(child: &Child) {
    let mut kill = Command::new("kill");
    let sent = kill.args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
}

#[test]
fn events_are_laid_out_on_a_terminal_and_counted_at_the_end() {
    let (mut controller, screen) = terminal();
    let mut listening = evdg();
    listening.args(["listen", "udp:127.0.0.1:0", "--dialect", "text,jsonrpc"]);
    listening.stdout(screen).stderr(Stdio::piped());
    let mut child = Killed(listening.spawn().expect("evdg runs"));
    // From here on only the child has a descriptor of the terminal, so that reading ends when the
    // child ends.
    drop(listening);
    let mut log = BufReader::new(child.0.stderr.take().expect("it is piped"));
    let mut line = String::new();
    log.read_line(&mut line).expect("it is text");
    let address = line.strip_prefix("evdg: listening on udp:");
    let address = address.and_then(|rest| rest.split(';').next());
    let address = address.expect("it says where").to_string();
    let sender = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
    for datagram in [
        &b"E_PIKE_BLOCKED\nip::192.168.2.11\ncount::7\nunnamed\n\n"[..],
        br#"{"jsonrpc":"2.0","method":"E_TEST","params":{"a":-1,"none":null}}"#,
        b"E_PIKE_BLOCKED\n\x1b[2J\xff\n\n",
        b"no event",
    ] {
        sender.send_to(datagram, &*address).expect("it listens");
    }
    let mut text = Vec::new();
    let mut piece = [0; 4096];
    while !String::from_utf8_lossy(&text).contains("no event") {
        let length = controller.read(&mut piece).expect("more comes");
        text.extend_from_slice(&piece[..length]);
    }
    interrupt(&child.0);
    // Reading returns an error at the end of a terminal.
    while let Ok(length @ 1..) = controller.read(&mut piece) {
        text.extend_from_slice(&piece[..length]);
    }
    assert_eq!(child.0.wait().expect("it ends").code(), Some(0));
    let text = String::from_utf8(text).expect("it is text");
    let styles = Regex::new("\x1b\\[[0-9;]*m").expect("it is one");
    assert!(styles.is_match(&text), "{text:?}");
    let text = styles.replace_all(&text, "").replace("\r\n", "\n");
    let times = Regex::new(r"(?m)^\d\d:\d\d:\d\d\.\d{3} ").expect("it is one");
    let text = times.replace_all(&text, "TIME ");
    let spans = Regex::new(r" in \d+ s\b").expect("it is one");
    let text = spans.replace(&text, " in N s");
    let expected = "\
TIME  E_PIKE_BLOCKED
              ip     192.168.2.11
              count  7
                     unnamed
TIME  E_TEST
              a     -1
              none  null
TIME  E_PIKE_BLOCKED
                \\u{1b}[2J\\xff
TIME  rejected  event name does not end with a line feed, at byte 8
              no event

3 events in N s, 1 rejected
  2  E_PIKE_BLOCKED
  1  E_TEST
";
    assert_eq!(text, expected);
}

/// Starts `evdg listen ARGS` with its output in a pipe. Returns the process, the lines after the
/// first one, and the socket.
fn piped(args: &[&str]) -> (Killed, impl Iterator<Item = String> + use<>, String) {
    let mut listening = evdg();
    listening.arg("listen").args(args).stdout(Stdio::piped());
    let mut child = Killed(listening.spawn().expect("evdg runs"));
    let lines = BufReader::new(child.0.stdout.take().expect("it is piped")).lines();
    let mut lines = lines.map(|line| line.expect("it is UTF-8"));
    let start = lines.next().expect("it starts");
    let start: serde_json::Value = serde_json::from_str(&start).expect("it is JSON");
    let socket = start["socket"].as_str().expect("it says where").to_string();
    (child, lines, socket)
}

#[test]
fn a_pipe_gets_json_lines_of_what_the_filters_select() {
    let args = [
        "udp:127.0.0.1:0",
        "--name",
        "e_pike_*",
        "--name",
        "E_OTHER",
        "--param",
        "ip=192.168.*",
    ];
    let (_child, mut lines, socket) = piped(&args);
    for args in [
        ["E_PIKE_BLOCKED", "ip=10.0.0.1"],
        ["E_TEST", "ip=192.168.2.11"],
        ["E_OTHER", "IP=192.168.2.12"],
        ["E_PIKE_BLOCKED", "ip=192.168.2.13"],
    ] {
        run(&[&["send", &socket], &args[..]].concat()).expect_status(0);
    }
    let expected = [
        r#"{"event":"E_OTHER","params":[{"name":"IP","value":"192.168.2.12"}]}"#,
        r#"{"event":"E_PIKE_BLOCKED","params":[{"name":"ip","value":"192.168.2.13"}]}"#,
    ];
    assert_eq!(lines.by_ref().take(2).collect::<Vec<_>>(), expected);
}

#[test]
fn text_goes_into_a_pipe_on_request() {
    let mut listening = evdg();
    listening.args(["listen", "udp:127.0.0.1:0", "--format", "text"]);
    listening.args(["--param", "ip"]).stdout(Stdio::piped());
    let mut child = Killed(listening.stderr(Stdio::piped()).spawn().expect("evdg runs"));
    let mut log = BufReader::new(child.0.stderr.take().expect("it is piped"));
    let mut line = String::new();
    log.read_line(&mut line).expect("it is text");
    let socket = line.split([' ', ';']).nth(3).expect("it says where");
    run(&["send", socket, "E_HIDDEN"]).expect_status(0);
    run(&["send", socket, "E_SHOWN", "ip=x"]).expect_status(0);
    let mut out = BufReader::new(child.0.stdout.take().expect("it is piped"));
    let mut text = String::new();
    out.read_line(&mut text).expect("it is text");
    out.read_line(&mut text).expect("it is text");
    assert!(text.ends_with("  E_SHOWN\n              ip  x\n"), "{text}");
    interrupt(&child.0);
    text.clear();
    out.read_to_string(&mut text).expect("it is text");
    assert!(
        text.ends_with(" 1 hidden by the filters\n  1  E_SHOWN\n"),
        "{text}"
    );
}

#[test]
fn a_unix_socket_has_the_mode_that_is_asked_for() {
    let folder = tempfile::tempdir().expect("there is room");
    for (number, mode) in ["660", "0600", "777", "000"].into_iter().enumerate() {
        let path = folder.path().join(format!("{number}.sock"));
        let text = path.to_str().expect("it is UTF-8");
        let (_child, _, _) = piped(&[text, "--mode", mode]);
        assert_eq!(
            format!("{:03o}", permissions(&path)),
            mode[mode.len() - 3..]
        );
    }
    // A socket that replaces a dead one has the mode, too.
    let path = folder.path().join("dead.sock");
    drop(UnixDatagram::bind(&path).expect("it can be bound"));
    let (_child, _, _) = piped(&[path.to_str().expect("it is UTF-8"), "--mode", "640"]);
    assert_eq!(permissions(&path), 0o640);
}

fn permissions(path: &Path) -> u32 {
    let file = fs::metadata(path).expect("it is there");
    file.permissions().mode() & 0o7777
}

#[test]
fn a_mode_that_cannot_be_set_is_told() {
    for (args, why) in [
        (
            ["listen", "udp:127.0.0.1:0", "--mode", "660"],
            "--mode: udp:127.0.0.1:0 has no file; only UNIX sockets have one",
        ),
        (
            ["listen", "/x.sock", "--mode", "8"],
            "expected permissions in octal",
        ),
        (
            ["listen", "/x.sock", "--mode", "1777"],
            "expected permissions in octal",
        ),
        (
            ["listen", "/x.sock", "--mode", "+7"],
            "expected permissions in octal",
        ),
    ] {
        run(&args).expect_status(2).expect_stderr(why);
    }
    let ran = run(&["listen"]).expect_status(2);
    ran.expect_stderr(
        "evdg: expected a socket: udp:ADDRESS:PORT, unix:PATH, or one that is handed",
    );
}
