//! Tests of `evdg lint` on a pipe that stays open: a signal ends it, and it prints its findings.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Stdio};

use crate::evdg::{Ran, evdg};
use crate::hostile_subjects::wait_until;
use crate::signals::{ended, handles_signals, signal};

/// Starts `evdg lint -`, whose input stays open.
fn start() -> (Child, ChildStdin) {
    let mut command = evdg();
    command.args(["lint", "-"]).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("evdg starts");
    let stdin = child.stdin.take().expect("it is piped");
    (child, stdin)
}

/// Interrupts the command, and returns the rest of its output.
fn interrupt(mut child: Child) -> Ran {
    signal(&child, "INT");
    let status = ended(&mut child);
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let out = child.stdout.take().expect("it is piped");
    BufReader::new(out)
        .read_to_string(&mut stdout)
        .expect("it is text");
    if let Some(err) = child.stderr.take() {
        BufReader::new(err)
            .read_to_string(&mut stderr)
            .expect("it is text");
    }
    Ran {
        status,
        stdout,
        stderr,
    }
}

#[test]
fn a_signal_ends_the_wait_for_the_first_line() {
    let (child, stdin) = start();
    wait_until(|| handles_signals(&child));
    let ran = interrupt(child).expect_status(130);
    assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""));
    drop(stdin);
}

#[test]
fn a_signal_ends_the_wait_for_more_lines_and_the_findings_are_printed() {
    let (mut child, mut stdin) = start();
    stdin
        .write_all(b"{\"datagram_hex\":\"0a0a\"}\n{}\n")
        .expect("it is read");
    // The message about the second line shows that both lines were read.
    let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("it is text");
    assert!(line.starts_with("evdg: line 2: "), "{line}");
    let ran = interrupt(child).expect_status(130);
    let counts = "errors     1 malformed; 1 datagram with errors\n";
    assert!(ran.stdout.ends_with(counts), "{}", ran.stdout);
    drop(stdin);
}
