//! Tests on a machine that cannot send to itself, because the loopback interface of a new network
//! namespace is down.

use std::process::Command;

use crate::evdg::Ran;

/// Runs `evdg` without a loopback interface. Returns `None` if this user may not create a network
/// namespace.
fn run_without_loopback(args: &[&str]) -> Option<Ran> {
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--net"]);
    let is_allowed = unshare
        .arg("true")
        .status()
        .is_ok_and(|status| status.success());
    let mut unshare = Command::new("unshare");
    unshare
        .args(["--user", "--net", env!("CARGO_BIN_EXE_evdg")])
        .args(args);
    is_allowed.then(|| unshare.output().expect("unshare runs").into())
}

#[test]
fn a_loopback_interface_that_is_down_is_named_at_once() {
    for (args, socket) in [
        (&["test", "--filter", "sep-alone"][..], "udp"),
        (
            &["test", "--filter", "sep-alone", "--socket", "udp6"],
            "udp6",
        ),
        (&["bench", "--rate", "10", "--duration", "1s"], "udp"),
        (&["fuzz", "--socket", "udp", "--cases", "1"], "udp"),
        (
            &["test", "--attach", "udp:127.0.0.1:9", "--observe", "-"],
            "udp",
        ),
        (
            &["bench", "--attach", "udp:[::1]:9", "--observe", "-"],
            "udp6",
        ),
    ] {
        let Some(ran) = run_without_loopback(args) else {
            return;
        };
        let said = format!("this machine cannot send to itself over {socket}; is its loopback");
        let ran = ran.expect_status(3).expect_stderr(&said);
        let lines = ran.stderr.lines();
        let messages = lines.filter(|line| !line.starts_with("evdg: dialect: "));
        assert_eq!(messages.count(), 1, "{}", ran.stderr);
    }
    let unix = ["test", "--filter", "sep-alone", "--socket", "unix"];
    run_without_loopback(&unix).map(|ran| ran.expect_status(0));
}

#[test]
fn the_reason_of_the_system_is_said_once() {
    for args in [
        &["bench", "--sink", "--rate", "10", "--duration", "1s"][..],
        &["send", "udp:127.0.0.1:9", "E_TEST"],
    ] {
        let Some(ran) = run_without_loopback(args) else {
            return;
        };
        let ran = ran.expect_status(3);
        assert_eq!(
            ran.stderr.matches("unreachable").count(),
            1,
            "{}",
            ran.stderr
        );
    }
}
