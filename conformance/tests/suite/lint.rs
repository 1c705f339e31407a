//! Tests of `evdg lint` on captures of real servers, on ambiguous datagrams, on a live sender, and
//! on broken input.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::lint::{Kind, Linter, Severity, Summary};
use event_datagram_conformance::vectors::{Corpus, Expectation, Level};
use event_datagram_oracle::generate::{JsonRpcDatagram, TextDatagram};
use event_datagram_oracle::reference::Reading;
use proptest::prelude::*;
use serde_json::Value;

use crate::evdg::{Ran, evdg, run};

/// Returns the path of a file of the corpus' captures.
fn captures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../corpus/captures")
        .join(name)
}

/// Runs `evdg lint - ARGS` on these bytes.
fn lint(input: &[u8], args: &[&str]) -> Ran {
    let mut command = evdg();
    command.args(["lint", "-"]).args(args);
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("evdg starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_vec();
    // `evdg` need not read the rest after an error.
    let feeding = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let ran = child.wait_with_output().expect("it ends").into();
    feeding.join().expect("it ends");
    ran
}

/// Returns the JSON lines of datagrams.
fn lines(datagrams: &[&[u8]]) -> Vec<u8> {
    let line = |datagram: &&[u8]| format!("{{\"datagram_hex\":\"{}\"}}\n", hex::encode(datagram));
    datagrams.iter().map(line).collect::<String>().into_bytes()
}

#[track_caller]
fn assert_prints(ran: &Ran, parts: &[&str]) {
    for part in parts {
        let stdout = &ran.stdout;
        assert!(
            stdout.contains(part),
            "expected: {part}\nthere is: {stdout}"
        );
    }
}

#[test]
fn captures_of_servers_have_no_errors_but_for_three_events_without_a_name() {
    let folder = tempfile::tempdir().expect("there is room");
    let report = folder.path().join("lint.json");
    let mut files = 0;
    for entry in fs::read_dir(captures("")).expect("the corpus is there") {
        let path = entry.expect("it can be listed").path();
        let name = path.file_name().expect("it has a name").to_string_lossy();
        let argument = format!("json={}", report.display());
        let path = path.to_str().expect("it is UTF-8");
        let ran = run(&["lint", path, "--report", &argument]);
        let json = fs::read(&report).expect("it was written");
        let json: Value = serde_json::from_slice(&json).expect("it is JSON");
        assert_fits_schema(&json);
        let errors = if name == "opensips-2.4.11.jsonl" {
            3
        } else {
            0
        };
        let ran = ran.expect_status(i32::from(errors > 0));
        assert_eq!(json["summary"]["datagrams_with_errors"], errors, "{name}");
        let lines = fs::read_to_string(path)
            .expect("it is text")
            .lines()
            .count();
        assert_eq!(json["datagrams"], lines, "{name}");
        let by_no_release = json["releases"].as_array().and_then(|all| all.last());
        let by_no_release = by_no_release.expect("there are releases");
        assert_eq!(by_no_release["releases"], Value::Null);
        assert_eq!(by_no_release["datagrams"], errors, "{name}");
        if errors > 0 {
            assert_prints(&ran, &["errors     3 malformed; 3 datagrams with errors"]);
            let finding = &json["findings"][0];
            assert_eq!(finding["kind"], "malformed");
            let why = finding["example"]["details"][0]["text"].as_str();
            assert_eq!(why, Some("event name is empty, at byte 0 (T1)"));
        }
        files += 1;
    }
    assert_eq!(files, 10);
}

#[track_caller]
fn assert_fits_schema(report: &Value) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/lint.schema.json");
    let schema = fs::read(schema).expect("the schema is there");
    let schema = serde_json::from_slice(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is valid");
    let errors: Vec<_> = validator.iter_errors(report).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_page_of_the_book_names_every_kind() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src/lint.md");
    let page = fs::read_to_string(page).expect("the page is there");
    for kind in Kind::ALL {
        let requirements = kind.requirements().join(", ");
        let row = match kind.severity() {
            Severity::Error => format!("| `{}` | {} |\n", kind.slug(), kind.sentence()),
            _ => format!(
                "| `{}` | {requirements} | {} |\n",
                kind.slug(),
                kind.sentence()
            ),
        };
        assert!(page.contains(&row), "expected: {row}");
    }
}

#[test]
fn every_ambiguous_vector_has_a_note() {
    let corpus = Corpus::embedded().expect("it is sound");
    let mut count = 0;
    for vector in &corpus.vectors {
        let is_ambiguous = |expect: &Expectation| matches!(expect, Expectation::AnyOf(_));
        if vector.level != Level::May && !vector.steps.iter().any(|step| is_ambiguous(&step.expect))
        {
            continue;
        }
        for dialect in [Some(vector.dialect), None] {
            let summary = summary_of(dialect, vector.steps.iter().map(|step| &step.datagram[..]));
            let notes = summary.kinds(Severity::Note).count();
            assert!(notes > 0, "{} as {dialect:?}: {summary:?}", vector.id);
        }
        count += 1;
    }
    assert!(count >= 53, "only {count} vectors are ambiguous");
}

#[test]
fn what_a_listener_must_reject_is_an_error() {
    let corpus = Corpus::embedded().expect("it is sound");
    for vector in &corpus.vectors {
        for step in &vector.steps {
            let summary = summary_of(Some(vector.dialect), [&step.datagram[..]]);
            let errors = summary.kinds(Severity::Error).count();
            if step.expect == Expectation::Reject {
                assert!(errors > 0, "{}: {summary:?}", vector.id);
            }
            if vector.captured.is_some() && step.expect != Expectation::Reject {
                assert_eq!(errors, 0, "{}: {summary:?}", vector.id);
            }
        }
    }
}

proptest! {
    #[test]
    fn generated_text_is_judged_as_the_reference_reads_it(case: TextDatagram) {
        assert_agrees_with_reference(Dialect::Text, &case.0);
    }

    #[test]
    fn generated_jsonrpc_is_judged_as_the_reference_reads_it(case: JsonRpcDatagram) {
        assert_agrees_with_reference(Dialect::JsonRpc, &case.0);
    }
}

/// Asserts that there is a note if a listener may choose a reading, and an error if it must reject
/// the datagram.
#[track_caller]
fn assert_agrees_with_reference(dialect: Dialect, datagram: &[u8]) {
    let readings = dialect.readings(datagram, 2);
    let is_free = readings.len() > 1 || dialect.is_unspecified(datagram);
    let summary = summary_of(Some(dialect), [datagram]);
    let shown = datagram.escape_ascii();
    let notes = summary.kinds(Severity::Note).count();
    assert!(!is_free || notes > 0, "{shown}: {summary:?}");
    let is_malformed = !is_free && readings == [Reading::Rejection];
    let found = summary.of_kind(Kind::Malformed) > 0;
    assert_eq!(found, is_malformed, "{shown}: {summary:?}");
}

fn summary_of<'d>(
    dialect: Option<Dialect>,
    datagrams: impl IntoIterator<Item = &'d [u8]>,
) -> Summary {
    let mut linter = Linter::new(dialect);
    for (position, datagram) in (1..).zip(datagrams) {
        linter.add(position, datagram);
    }
    linter.summary().clone()
}

#[test]
fn both_readings_and_the_parameter_are_shown() {
    let ran = lint(
        &lines(&[
            b"E_TEST\nip::192.0.2.1\n2001:db8::1\n\n",
            b"E_TEST\np::\"abc\"\n\n",
            b"E_TEST\np::\"a\nip::6.6.6.6\\\"\n\n",
            b"E_TEST\nq::18446744073709551615\n\n",
            b"E_TEST\nua::\"Alice\" <sip:alice@example.com>\n\n",
            b"E_TEST\n::1\n\n",
            b"E_TEST\na::1\na::caf\xe9\n\n",
        ]),
        &[],
    );
    assert_prints(
        &ran.expect_status(0),
        &[
            "note name-or-value: 1 datagram  (T6)",
            "    line 1     E_TEST\\nip::192.0.2.1\\n2001:db8::1\\n\\n\n    \
             parameter  2, \"2001:db8\"\n    \
             either     2001:db8=\"1\"\n    \
             or         \"2001:db8::1\"\n",
            "note quoted-line: 1 datagram  (T9)",
            "    either     p=\"\\\"abc\\\"\"\n    or         p=\"abc\"\n",
            "note backslash-last: 1 datagram  (T10)",
            "    read as    p=\"a\\nip::6.6.6.6\\\\\"\n    \
             not as     p=\"\\\"a\"  ip=\"6.6.6.6\\\\\\\"\"\n",
            "note forged-parameter: 1 datagram  (T7, J1, J3)",
            "    not as     ip=\"6.6.6.6",
            "    was        an integer of the server: -1\n",
            "note open-quote: 1 datagram  (T8)",
            "    not as     =\"1\"\n",
            "note duplicate-name: 1 datagram  (T14, J7)",
            "    parameter  2, \"a\"\n",
            "note not-utf8: 1 datagram  (T13, J9)",
            "    why        0xe9 at byte 18\n",
            "datagrams  7: 7 text; ",
            "written    7 by 1.8 to 3.0, byte for byte\n",
            "errors     none\n",
        ],
    );
}

#[test]
fn bytes_that_no_release_writes_are_compared_with_those_that_it_does() {
    let long = [&b"E_TEST\n"[..], &b"x".repeat(16_380), b"\n\n"].concat();
    let ran = lint(
        &lines(&[
            b"E_TEST\nip::::1\n",
            br#"{"jsonrpc": "2.0","method":"E_TEST"}"#,
            br#"{"id":null,"jsonrpc":"2.0","method":"E_TEST","params":{}}"#,
            br#"{"jsonrpc":"2.0","method":"E_TEST","params":[2147483648]}"#,
            &long,
        ]),
        &[],
    );
    assert_prints(
        &ran.expect_status(1),
        &[
            "    why        at byte 15: found nothing more, where 1.8 to 3.0 write `\\n`\n",
            "error not-written: 2 datagrams",
            "error wide-integer: 1 datagram  (J10)",
            "error over-buffer: 1 datagram",
            "    line 5     E_TEST\\nxxx",
            "    why        16389 bytes\n",
            "datagrams  5: 2 text, 3 jsonrpc; ",
            "written    1 by 3.1.0, 4 by no release, byte for byte\n",
        ],
    );
    let ran = lint(
        &lines(&[br#"{"jsonrpc": "2.0","method":"E_TEST"}"#]),
        &["--dialect", "jsonrpc"],
    );
    let why = "at byte 11: found ` \"2.0\",\"method\":\"E_TEST\"`, where 3.4 to 4.0 write `\"2.0\"";
    assert_prints(&ran.expect_status(1), &[why]);
}

#[test]
fn sizes_near_and_above_the_limits_are_noted() {
    let text = |size: usize| [&b"E_TEST\n"[..], &b"x".repeat(size - 9), b"\n\n"].concat();
    let kinds = |size| {
        let summary = summary_of(None, [&text(size)[..]]);
        let kinds = [Severity::Error, Severity::Note].into_iter();
        let kinds = kinds.flat_map(|severity| summary.kinds(severity).collect::<Vec<_>>());
        kinds.map(|kind| kind.slug()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(2048), [""; 0]);
    assert_eq!(kinds(2049), ["over-macos-unix"]);
    assert_eq!(kinds(9217), ["over-macos-unix", "over-macos-udp"]);
    let near = ["near-limit", "over-macos-unix", "over-macos-udp"];
    for size in [16_000, 16_384, 16_385] {
        assert_eq!(kinds(size), near, "{size}");
    }
    let over = ["over-buffer", "over-macos-unix", "over-macos-udp"];
    assert_eq!(kinds(16_386), over);
    assert_eq!(kinds(65_457), over);
    let over_documented = [&over[..], &["over-documented-size"]].concat();
    assert_eq!(kinds(65_458), over_documented);
}

#[test]
fn a_capture_is_read_from_its_ports() {
    // An Ethernet frame with an empty UDP datagram to port 8081, in a pcap.
    let mut capture = Vec::new();
    for number in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 262_144, 101, 0, 0] {
        capture.extend(number.to_le_bytes());
    }
    let event = b"E_TEST\nip::::1\n\n";
    let length = 28 + event.len();
    for number in [length, length] {
        capture.extend(u32::try_from(number).expect("it is small").to_le_bytes());
    }
    let two = |number: usize| u16::try_from(number).expect("it is small").to_be_bytes();
    capture.extend([0x45, 0]);
    capture.extend(two(length));
    capture.extend([0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
    capture.extend([two(40_000), two(8081), two(8 + event.len()), two(0)].concat());
    capture.extend(event);
    let ran = lint(&capture, &["--port", "8081"]).expect_status(0);
    assert_prints(&ran, &["written    1 by 1.8 to 3.0"]);
    lint(&capture, &["--port", "8082"]).expect_status(4);
    let cut = lint(&capture[..capture.len() - 1], &[]).expect_status(2);
    cut.expect_stderr("it was cut short");
}

#[test]
fn bad_input_has_a_message_and_a_status() {
    lint(b"", &[])
        .expect_status(4)
        .expect_stderr("no datagram was read");
    lint(b"455f0a0a\n", &[])
        .expect_status(2)
        .expect_stderr("expected a packet capture or JSON lines: it is neither pcap nor pcapng");
    run(&["lint", "no-such-file"])
        .expect_status(2)
        .expect_stderr("no-such-file: ");
    let ran = lint(b"{\"datagram_hex\":\"450a0a\"}\n{}\n", &[]).expect_status(2);
    assert_prints(&ran, &["datagrams  1: 1 text; 3 bytes"]);
    ran.expect_stderr("line 2: it has no `datagram_hex`");
    lint(&lines(&[b"E\n\n"]), &["--port", "1"])
        .expect_status(2)
        .expect_stderr("--port: expected a packet capture");
    run(&["lint", "udp:nonsense"]).expect_status(2);
    let taken = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
    let address = taken.local_addr().expect("it is bound");
    run(&["lint", &format!("udp:{address}")])
        .expect_status(3)
        .expect_stderr("cannot bind");
}

/// A running `evdg lint`, and the socket that it has bound.
struct Live {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    socket: String,
}

impl Live {
    fn start(socket: &str) -> Self {
        let mut command = evdg();
        command.args(["lint", socket]).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("evdg starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("it is text");
        let socket = line.strip_prefix("evdg: linting what comes to ");
        let socket = socket.and_then(|rest| rest.split_once("; "));
        let socket = socket.unwrap_or_else(|| panic!("{line}")).0.into();
        Self {
            child,
            stderr,
            socket,
        }
    }

    /// Interrupts the command, and returns its output.
    fn end(mut self) -> Ran {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("kill runs").success());
        let mut stderr = Vec::new();
        self.stderr
            .read_to_end(&mut stderr)
            .expect("it can be read");
        let mut output = self.child.wait_with_output().expect("it ends");
        output.stderr = stderr;
        output.into()
    }
}

#[test]
fn a_live_sender_is_linted_until_a_signal() {
    let live = Live::start("udp:127.0.0.1:0");
    let sender = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
    let address = live.socket.strip_prefix("udp:").expect("it is UDP");
    for datagram in [&b"E_TEST\n2001:db8::1\n\n"[..], b"\n\n"] {
        sender.send_to(datagram, address).expect("it is sent");
    }
    let ran = live.end().expect_status(1);
    assert_prints(
        &ran,
        &[
            "note name-or-value: 1 datagram",
            "    datagram 2",
            "errors     1 malformed; 1 datagram with errors\n",
        ],
    );
    Live::start("udp:127.0.0.1:0").end().expect_status(4);
}

#[test]
fn a_unix_socket_is_linted_and_its_file_removed() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("event.sock");
    let socket = format!("unix:{}", path.display());
    let live = Live::start(&socket);
    let sender = UnixDatagram::unbound().expect("there is one");
    sender.send_to(b"E_TEST\n\n", &path).expect("it is sent");
    run(&["lint", &socket])
        .expect_status(3)
        .expect_stderr("cannot bind");
    let ran = live.end().expect_status(0);
    assert_prints(
        &ran,
        &["datagrams  1: 1 text; 8 bytes\n", "errors     none"],
    );
    assert!(!path.exists());
}

/// Regression: if datagrams arrived faster than `evdg lint` read them, it never checked for a
/// signal.
#[test]
fn a_flood_of_datagrams_does_not_hide_a_signal() {
    let live = Live::start("udp:127.0.0.1:0");
    let address = live
        .socket
        .strip_prefix("udp:")
        .expect("it is UDP")
        .to_owned();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let flood = std::thread::spawn(move || {
        let sender = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        sender.connect(address).expect("it is an address");
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            // `evdg lint` may have ended already.
            drop(sender.send(b"E_TEST\n\n"));
        }
    });
    // `evdg lint` may have read some datagrams or none. In both cases it ends with its counts.
    let ran = live.end();
    drop(stop);
    flood.join().expect("it ends");
    assert!(matches!(ran.status, Some(0 | 4)), "{:?}", ran.status);
}
