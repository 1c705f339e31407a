//! Tests of the start line, in which a subject declares facts about itself.

use std::path::Path;

use crate::evdg::{python_listener, run};

#[test]
fn what_a_subject_declares_not_to_apply_is_counted() {
    let listener = |start: &str| {
        let folder = python_listener();
        let folder = folder
            .parent()
            .and_then(Path::to_str)
            .expect("it is UTF-8")
            .to_string();
        format!(
            "import sys, os; sys.path.insert(0, {folder:?}); sys.dont_write_bytecode = True\n\
             import listener\nprint('{start}', flush=True)\nlistener.main()"
        )
    };
    let python = |start: &str, args: &[&str]| {
        let program = listener(start);
        run(&[&["test"], args, &["--", "python3", "-c", &program]].concat())
    };
    let ran = python(
        r#"{"ready":true,"not_applicable":["T16","sep-lone-colon"]}"#,
        &[],
    )
    .expect_status(0);
    assert!(
        ran.stdout
            .contains("n/a   T4  sep-lone-colon: the subject declares that it does not apply"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("8 not-applicable") || ran.stdout.contains("6 not-applicable"),
        "{}",
        ran.stdout
    );
    python(
        r#"{"ready":true,"not_applicable":["T16","T99"]}"#,
        &["--filter", "sep"],
    )
    .expect_status(0)
    .expect_stderr("evdg: the subject declares T99 not applicable, and there is no such ");
    let ran = python(
        r#"{"ready":true,"max_datagram":4096}"#,
        &["--filter", "sizes"],
    )
    .expect_status(0);
    assert!(
        ran.stdout.contains("takes at most 4096 bytes"),
        "{}",
        ran.stdout
    );
    // A run with nothing left to test is no success.
    python(r#"{"ready":true,"dialects":["jsonrpc"]}"#, &[]).expect_status(4);
    python(r#"{"ready":true,"socket":"nowhere"}"#, &[])
        .expect_status(3)
        .expect_stderr("start line cannot be used");
}

#[test]
fn a_subject_may_choose_its_socket() {
    let python = "import listener, os, sys\n\
        sock = listener.bind('udp:127.0.0.1:0')\n\
        print('{\"ready\":true,\"socket\":\"udp:127.0.0.1:%d\"}' % sock.getsockname()[1], flush=True)\n\
        listener.bind = lambda _: sock\nlistener.main()";
    let folder = python_listener();
    let folder = folder.parent().and_then(Path::to_str).expect("it is UTF-8");
    let python = format!(
        "import sys; sys.path.insert(0, {folder:?}); sys.dont_write_bytecode = True\n{python}"
    );
    let test = |socket| run(&["test", "--socket", socket, "--", "python3", "-c", &python]);
    test("udp").expect_status(0);
    // If the subject does not listen on this kind of socket, nothing is tested, and the report must
    // not say that it conforms.
    let ran = test("both").expect_status(0);
    let why = "the subject declares that it is bound to udp:127.0.0.1:";
    assert!(ran.unwrapped().contains(why), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("which is no unix socket"),
        "{}",
        ran.stdout
    );
    test("unix").expect_status(4);
    let listener = ["--", "python3", "-c", &python];
    run(&[
        &["fuzz", "--cases", "100", "--socket", "unix"],
        &listener[..],
    ]
    .concat())
    .expect_status(4);
    let args = [
        "bench",
        "--socket",
        "unix",
        "--rate",
        "100",
        "--duration",
        "100ms",
    ];
    run(&[&args, &listener[..]].concat())
        .expect_status(3)
        .expect_stderr("which is no unix socket");
}

#[test]
fn a_listener_may_tell_the_dialects_apart_by_itself() {
    let evdg = env!("CARGO_BIN_EXE_evdg");
    let listener = ["--", evdg, "listen", "--dialect", "text,jsonrpc"];
    let test = |args: &[&str]| run(&[&["test"], args, &listener].concat());
    let ran = test(&["--dialect", "text,jsonrpc"]).expect_status(0);
    // A datagram that is malformed in one dialect may be an event in the other one. Reporting that
    // event is no failure.
    let exempt = "the subject tells the dialects apart, and in the other one this is an event";
    assert!(ran.stdout.contains(exempt), "{}", ran.stdout);
    test(&["--dialect", "jsonrpc", "--jobs", "2"]).expect_status(0);
    // A listener that reads everything as text is a set-up error, before any vector can fail.
    let blind = "import listener, os, sys\n\
        print('{\"ready\":true,\"tells_dialects_apart\":true}', flush=True)\n\
        listener.main()";
    let folder = python_listener();
    let folder = folder.parent().and_then(Path::to_str).expect("it is UTF-8");
    let blind = format!(
        "import sys; sys.path.insert(0, {folder:?}); sys.dont_write_bytecode = True\n{blind}"
    );
    let args = [
        "test",
        "--dialect",
        "text,jsonrpc",
        "--",
        "python3",
        "-c",
        &blind,
    ];
    run(&args)
        .expect_status(3)
        .expect_stderr("did not report a good event in jsonrpc");
}
