//! Tests of `evdg decode` and `evdg encode`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;

use crate::evdg::{Ran, evdg, run};

#[track_caller]
fn feed(args: &[&str], input: &[u8]) -> Ran {
    let mut child = evdg();
    child
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = child.spawn().expect("evdg runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let ran = child.wait_with_output().expect("evdg ends").into();
    writer.join().expect("no panic").expect("evdg reads all");
    ran
}

#[test]
fn decode_answers_every_line() {
    let input = b"455f544553540a69703a3a3a3a310aff0a0a\n\nzz\n0a\n455F540A\r\n";
    let ran = feed(&["decode"], input)
        .expect_status(2)
        .expect_stderr("line 3 is not hex");
    let expected = [
        r#"{"event":"E_TEST","params":[{"name":"ip","value":"::1"},{"value_hex":"ff"}]}"#,
        r#"{"error":"datagram is empty"}"#,
        r#"{"error":"line 3 is not hex: Invalid character 'z' at position 0"}"#,
        r#"{"error":"event name is empty, at byte 0"}"#,
        r#"{"event":"E_T","params":[]}"#,
    ];
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), expected);
    let ran = feed(&["decode", "--raw"], b"E_TEST\na\n\n").expect_status(0);
    assert_eq!(
        ran.stdout,
        "{\"event\":\"E_TEST\",\"params\":[{\"value\":\"a\"}]}\n"
    );
}

#[test]
fn decode_reads_each_datagram_in_the_dialect_that_it_looks_like() {
    let rpc = r#"{"jsonrpc":"2.0","method":"E_A","params":{"n":1}}"#;
    let input = format!("{}\n{}\n", hex::encode(rpc), hex::encode("E_A\nn::1\n\n"));
    let decode = |args: &[&str]| {
        let ran = feed(&[&["decode"], args].concat(), input.as_bytes()).expect_status(0);
        ran.stdout
    };
    let [from_rpc, from_text] = [
        r#"{"event":"E_A","params":[{"name":"n","value":1}]}"#,
        r#"{"event":"E_A","params":[{"name":"n","value":"1"}]}"#,
    ];
    assert_eq!(decode(&[]), format!("{from_rpc}\n{from_text}\n"));
    assert!(decode(&["--dialect", "jsonrpc"]).starts_with(&format!("{from_rpc}\n{{\"error\":")));
    assert!(!decode(&["--dialect", "text"]).contains(from_rpc));
    let ran = feed(&["decode", "--raw"], rpc.as_bytes()).expect_status(0);
    assert_eq!(ran.stdout, format!("{from_rpc}\n"));
    // `evdg test` asks a parser for one dialect.
    let parser = [
        "test",
        "--parser",
        "--filter",
        "sep-alone",
        "--",
        env!("CARGO_BIN_EXE_evdg"),
    ];
    run(&[&parser[..], &["decode"]].concat()).expect_status(0);
}

/// The program that sends the lines may wait for the answers before it completes the next line.
#[test]
fn decode_answers_before_it_waits() {
    let mut child = evdg()
        .arg("decode")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("evdg runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut answers = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut answer = || answers.next().map(|line| line.expect("it is UTF-8"));
    let event = r#"{"event":"E_T","params":[]}"#;
    for piece in [&b"455f540a\n"[..], b"455f540a\n455f", b"540a\n455f540a"] {
        stdin.write_all(piece).expect("it reads");
        assert_eq!(answer().as_deref(), Some(event));
    }
    drop(stdin);
    assert_eq!(answer().as_deref(), Some(event));
    assert_eq!(answer(), None);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn encode_writes_what_opensips_would() {
    let input = concat!(
        r#"{"event":"E_TEST","params":[{"name":"n","value":-1},{"value_hex":"ff0a22"},{"name":null,"value":"::1"}]}"#,
        "\n",
        r#"{"event":"lower","params":[{"name":"","value":null}]}"#,
        "\nnot a line\n{\"error\":\"x\"}\n{\"event\":\"E\",\"params\":[{\"value\":1.5}]}\n",
        r#"{"event":"E_TEST"}"#,
    );
    let ran = feed(&["encode"], input.as_bytes()).expect_status(2);
    let lines: Vec<_> = ran
        .stdout
        .lines()
        .map(|line| hex::decode(line).expect("it is hex"))
        .collect();
    let expected = [
        &b"E_TEST\nn::18446744073709551615\n\"\xff\n\\\"\"\n::1\n\n"[..],
        b"lower\n\n\n",
        b"E_TEST\n\n",
    ];
    assert_eq!(lines, expected);
    for message in [
        "line 3: it does not start with `{`",
        "line 4: it is no event",
        "line 5: params[0].value is 1.5",
    ] {
        assert!(
            ran.stderr.contains(message),
            "{message} is not in {}",
            ran.stderr
        );
    }
    assert!(
        ran.stderr
            .contains("line 2: note: event name does not begin with `E_`"),
        "{}",
        ran.stderr
    );
    let ran = feed(
        &["encode", "--raw"],
        br#"{"event":"E_TEST","params":[{"value":"a"}]}"#,
    )
    .expect_status(0);
    assert_eq!(ran.stdout, "E_TEST\na\n\n");
}

#[test]
fn encode_and_send_note_a_name_that_servers_refuse() {
    let note = "note: event name of 65 bytes: servers refuse more than 64";
    let line = |length: usize| format!("{{\"event\":\"E_{}\"}}\n", "A".repeat(length - 2));
    for dialect in ["text", "jsonrpc"] {
        let encode = |length| {
            let args = ["encode", "--dialect", dialect];
            feed(&args, line(length).as_bytes()).expect_status(0).stderr
        };
        assert!(encode(65).contains(note), "{}", encode(65));
        assert_eq!(encode(64), "");
    }
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("event.sock");
    let _listener = UnixDatagram::bind(&path).expect("it can be bound");
    let name = format!("E_{}", "A".repeat(63));
    let address = path.to_str().expect("it is UTF-8");
    run(&["send", address, &name])
        .expect_status(0)
        .expect_stderr(note);
}

#[test]
fn a_value_that_a_caller_chose_adds_no_parameter() {
    let event = r#"{"event":"E_MSG","params":[{"value":"hi::there\nip::6.6.6.6\n"}]}"#;
    let encoded = feed(&["encode"], event.as_bytes()).expect_status(0);
    assert_eq!(encoded.stderr, "");
    let decoded = feed(&["decode"], encoded.stdout.as_bytes()).expect_status(0);
    assert_eq!(decoded.stdout.trim_end(), event);
}
