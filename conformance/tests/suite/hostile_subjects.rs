//! Tests with subjects that misbehave as programs. Each run ends in bounded time, with a clear
//! message and the right status, and leaves no process or file behind.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::evdg::{Ran, evdg, python_listener, test};

/// Returns the command of a listener that runs the code `extra` for each datagram before it reports
/// the datagram.
pub(crate) fn listener_with(extra: &str) -> Vec<String> {
    let listener = python_listener();
    let folder = listener
        .parent()
        .and_then(Path::to_str)
        .expect("it is UTF-8");
    let program = format!(
        "import json, os, signal, sys, time\n\
         sys.path.insert(0, {folder:?})\n\
         sys.dont_write_bytecode = True\n\
         from listener import *\n\
         sock = bind(os.environ['EVDG_SOCKET'])\n\
         def say(line): print(json.dumps(line), flush=True)\n\
         for count in range(1 << 60):\n\
         \x20   datagram = sock.recv(LARGEST)\n\
         {}\n\
         \x20   try: say(report(*parse(datagram)))\n\
         \x20   except ValueError: pass\n",
        extra
            .lines()
            .map(|line| format!("    {line}\n"))
            .collect::<String>()
    );
    vec!["python3".into(), "-c".into(), program]
}

pub(crate) fn test_listener_with(args: &[&str], extra: &str) -> Ran {
    let command = listener_with(extra);
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    test(args, &command)
}

/// Arguments that select a few vectors and one socket, and print everything. Enough for subjects
/// whose mistake is not in reading datagrams.
pub(crate) const FEW: &[&str] = &["--verbose", "--socket", "unix", "--filter", "sep-*"];

#[track_caller]
fn does_not_start(script: &str, message: &str) {
    does_not_start_within("2", script, message);
}

#[track_caller]
fn does_not_start_within(timeout: &str, script: &str, message: &str) {
    let begin = Instant::now();
    let args = [FEW, &["--timeout", timeout]].concat();
    test(&args, &["sh", "-c", script])
        .expect_status(3)
        .expect_stderr(message);
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "it took {:?}",
        begin.elapsed()
    );
}

#[test]
fn a_program_that_ends_at_once() {
    test(FEW, &["/bin/false"])
        .expect_status(3)
        .expect_stderr("did not start over unix: it ended: exit status 1");
    does_not_start(
        "echo no licence >&2; exit 7",
        "exit status 7\nits log:\n  no licence",
    );
    does_not_start("kill -SEGV $$", "killed by signal 11 (SIGSEGV)");
}

#[test]
fn a_program_that_is_not_there() {
    let ran = test(FEW, &["/no/such/file"]).expect_status(3);
    assert_eq!(
        ran.stderr,
        "evdg: the subject cannot be started: /no/such/file: No such file or directory (os error 2)\n"
    );
}

#[test]
fn a_program_that_does_nothing() {
    does_not_start("exec sleep 100", "nobody listens on unix:");
}

#[test]
fn a_program_that_prints_garbage() {
    does_not_start("exec yes garbage", "its log:\n  garbage");
}

#[test]
fn a_program_that_prints_a_hundred_megabytes() {
    // Reading so much takes a while on a busy machine.
    does_not_start_within(
        "20",
        "head -c 100000000 /dev/zero",
        "did not start over unix: it ended: exit status 0",
    );
    does_not_start_within(
        "6",
        "head -c 100000000 /dev/zero | tr '\\0' '{'; sleep 100",
        "a line of more than 8 MiB",
    );
    does_not_start("yes '{\"error\":\"x\"}'", "it reported something else");
}

#[test]
fn a_program_that_closes_its_output() {
    does_not_start(
        "exec >&-; exec sleep 100",
        "it closed its standard output, so that it cannot be observed",
    );
}

#[test]
fn a_listener_that_never_flushes() {
    let ran = test_listener_with(
        &[FEW, &["--timeout", "6"]].concat(),
        "if count == 0: out = open(1, 'w', 65536)\nsay = lambda line: out.write(json.dumps(line) + '\\n')",
    )
    .expect_status(3);
    ran.expect_stderr("it took the event and printed nothing; does it write a JSON line for each datagram, and flush it?");
}

#[test]
fn a_listener_that_drops_names_it_was_not_told_of() {
    let drop = "if not datagram.startswith(b'E_TEST'): continue";
    test_listener_with(&[FEW, &["--timeout", "2"]].concat(), drop).expect_status(3);
    test_listener_with(&[FEW, &["--fence", "E_TEST"]].concat(), drop).expect_status(0);
}

#[test]
fn a_listener_that_ignores_termination() {
    test_listener_with(FEW, "signal.signal(signal.SIGTERM, signal.SIG_IGN)").expect_status(0);
}

#[test]
fn a_listener_that_forks_leaves_nothing_behind() {
    // The duration of the sleep identifies the process, because no other process sleeps as long.
    let mark = format!("31{:05}", std::process::id() % 100_000);
    let fork = format!("if count == 0: os.system('sleep {mark} &')");
    test_listener_with(FEW, &fork).expect_status(0);
    assert_eq!(processes_with(&mark), Vec::<String>::new());
}

#[test]
fn a_daemon_that_a_listener_starts_does_not_outlive_it() {
    let mark = format!("33{:05}", std::process::id() % 100_000);
    let daemon = format!(
        "if count == 0 and os.fork() == 0:\n    \
             os.setsid()\n    \
             if os.fork() == 0: os.execvp('sleep', ['sleep', '{mark}'])\n    \
             os._exit(0)"
    );
    test_listener_with(FEW, &daemon).expect_status(0);
    assert_eq!(processes_with(&mark), Vec::<String>::new());
}

#[test]
fn a_daemon_without_an_environment_does_not_outlive_its_listener() {
    let mark = format!("35{:05}", std::process::id() % 100_000);
    let daemon = format!(
        "if count == 0 and os.fork() == 0:\n    \
             os.setsid()\n    \
             if os.fork() == 0: os.execve('/bin/sleep', ['sleep', '{mark}'], {{}})\n    \
             os._exit(0)"
    );
    test_listener_with(FEW, &daemon).expect_status(0);
    assert_eq!(processes_with(&mark), Vec::<String>::new());
}

#[test]
fn a_fork_bomb_ends_with_the_run() {
    // Sixty processes at a time. Each one moves to a session of its own, starts its successor, and
    // ends.
    let mark = format!("34{:05}", std::process::id() % 100_000);
    let bomb = format!(
        "if count == 0 and os.fork() == 0:\n    \
             for _ in range(60):\n        \
                 if os.fork() == 0:\n            \
                     for _ in range(1000):\n                \
                         os.setsid()\n                \
                         if os.fork(): os._exit(0)\n            \
                     os.execvp('sleep', ['sleep', '{mark}'])\n    \
             os._exit(0)"
    );
    test_listener_with(&[FEW, &["--timeout", "5"]].concat(), &bomb).expect_status(0);
    assert_eq!(processes_with(&mark), Vec::<String>::new());
}

#[test]
fn a_listener_that_floods() {
    let flood =
        "if b'::b::c' in datagram:\n    while True: sys.stdout.write('{\"error\":\"x\"}\\n')";
    let ran = test_listener_with(FEW, flood).expect_status(1);
    assert!(ran.first_screen().contains("hang"), "{}", ran.stdout);
}

#[test]
fn a_listener_that_reads_slowly_loses_nothing() {
    // The queue of a UNIX socket holds about ten datagrams, and the buffer of a UDP socket three of
    // the largest.
    let ran = test_listener_with(
        &["--filter", "recovery", "--filter", "sizes"],
        "time.sleep(0.002)",
    );
    ran.expect_status(0);
}

#[test]
fn a_receive_buffer_that_is_too_small_is_reported() {
    // The listener reads a large datagram only after the kernel has dropped the datagrams behind
    // it, so the result does not depend on timing.
    let tiny = "if count == 0:
    small, dropped_before, LARGE, SO_MEMINFO = sock, 0, 4000, 55
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    def dropped():
        return memoryview(small.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36)).cast('I')[8]
    class sock:
        def recv(size):
            global dropped_before
            if len(small.recv(size, socket.MSG_PEEK)) >= LARGE:
                while dropped() == dropped_before: time.sleep(0.001)
            datagram = small.recv(size)
            dropped_before = dropped()
            return datagram";
    let args = ["--verbose", "--socket", "udp", "--filter", "size-4*"];
    let ran = test_listener_with(&args, tiny).expect_status(1);
    let too_small = "the listener's receive buffer is too small for them";
    let printed = ran.unwrapped();
    assert!(printed.contains(too_small), "{printed}");
    // The receive buffer is the cause, not a fault that loses datagrams.
    let cause = "has a receive buffer that is too small for large datagrams";
    assert!(printed.contains("explains all"), "{printed}");
    assert!(printed.contains(cause), "{printed}");
    // The report does not blame the listener for datagrams that the kernel dropped.
    for blame in ["found no report", "flaky", "hang"] {
        assert!(!printed.contains(blame), "{blame}:\n{printed}");
    }
}

#[test]
fn an_interrupted_run_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("there is room");
    let mark = format!("32{:05}", std::process::id() % 100_000);
    let hang = format!("if b'::b::c' in datagram: os.execvp('sleep', ['sleep', '{mark}'])");
    let temporary = folder.path().join("tmp");
    fs::create_dir(&temporary).expect("there is room");
    let report = folder.path().join("report.json");
    let mut child = evdg()
        .args([
            "test",
            "--filter",
            "sep-*",
            "--report",
            &format!("json={}", report.display()),
            "--",
        ])
        .args(listener_with(&hang))
        .env("TMPDIR", &temporary)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("evdg runs");
    wait_until(|| processes_with(&mark).len() == 1);
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(interrupt.success());
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    assert_eq!(processes_with(&mark), Vec::<String>::new());
    assert_eq!(
        fs::read_dir(&temporary).expect("it is there").count(),
        0,
        "a socket folder was left behind"
    );
    assert!(!report.exists(), "half a report was written");
}

/// Waits until a condition is true, which must happen.
pub(crate) fn wait_until(mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "it did not come");
        std::thread::yield_now();
    }
}

/// Returns the command lines of the running processes that contain this word.
fn processes_with(word: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").expect("this is Linux").flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines
        .filter(|line| line.starts_with("sleep ") && line.contains(word))
        .collect()
}

#[test]
fn a_correct_listener_passes_with_a_short_timeout() {
    // The time limit is shorter than all waits that the runner has by itself.
    let ran = test_listener_with(&[FEW, &["--timeout", "50ms"]].concat(), "");
    assert!(
        matches!(ran.status, Some(0 | 1 | 3)),
        "{:?}\n{}",
        ran.status,
        ran.stderr
    );
}

#[test]
fn a_listener_never_gets_its_own_files_removed() {
    let folder = tempfile::tempdir().expect("there is room");
    let precious = folder.path().join("precious.txt");
    fs::write(&precious, "keep").expect("there is room");
    let tell = format!(
        "if count == 0: print('{{\"ready\":true,\"socket\":\"unix:{}\"}}', flush=True)",
        precious.display()
    );
    test_listener_with(&[FEW, &["--timeout", "1"]].concat(), &tell).expect_status(3);
    assert_eq!(
        fs::read_to_string(&precious).expect("it is still there"),
        "keep"
    );
}

#[test]
fn a_listener_may_bind_all_addresses_and_say_so_late() {
    let listener = python_listener();
    let folder = listener
        .parent()
        .and_then(Path::to_str)
        .expect("it is UTF-8");
    let program = format!(
        "import os, sys, time; sys.path.insert(0, {folder:?}); sys.dont_write_bytecode = True\n\
         import listener\n\
         port = os.environ['EVDG_SOCKET'].rpartition(':')[2]\n\
         sock = listener.bind('udp:0.0.0.0:' + port)\n\
         time.sleep(0.05)\n\
         print('{{\"ready\":true,\"socket\":\"udp:0.0.0.0:%s\"}}' % port, flush=True)\n\
         listener.bind = lambda _: sock\nlistener.main()"
    );
    test(
        &["--socket", "udp", "--filter", "sep-*"],
        &["python3", "-c", &program],
    )
    .expect_status(0);
}

#[test]
fn a_listener_that_loses_what_came_before_it_was_ready_is_tested_all_the_same() {
    let listener = python_listener();
    let folder = listener
        .parent()
        .and_then(Path::to_str)
        .expect("it is UTF-8");
    let program = format!(
        "import os, sys, time; sys.path.insert(0, {folder:?}); sys.dont_write_bytecode = True\n\
         import listener\n\
         sock = listener.bind(os.environ['EVDG_SOCKET'])\n\
         sock.recv(listener.LARGEST)\n\
         listener.bind = lambda _: sock\nlistener.main()"
    );
    for socket in ["udp", "unix"] {
        test(
            &["--socket", socket, "--filter", "sep-*"],
            &["python3", "-c", &program],
        )
        .expect_status(0);
    }
}

#[test]
fn a_listener_that_binds_its_socket_anew_is_found_again() {
    let rebind = "if datagram == b'E_TEST\\nkey::b::c\\n\\n':\n\
                  \x20   say(report(*parse(datagram)))\n\
                  \x20   where = os.environ['EVDG_SOCKET']; sock.close()\n\
                  \x20   if where.startswith('unix:'): os.remove(where[5:])\n\
                  \x20   sock = bind(where); continue";
    for socket in ["udp", "unix"] {
        let ran = test_listener_with(&["--socket", socket, "--filter", "sep-*"], rebind);
        // The datagrams in the old socket are lost, but the report must not say that the listener
        // crashed.
        assert!(
            !ran.stdout.contains("crash") && !ran.stdout.contains("hang"),
            "{}",
            ran.stdout
        );
    }
}

#[test]
fn a_listener_that_leaves_its_process_group_ends_with_the_run() {
    let leave = "if count == 0: os.setpgid(0, os.getpgid(os.getppid()))";
    test_listener_with(FEW, leave).expect_status(0);
}

#[test]
fn closing_the_input_counts_as_the_death_of_a_parser() {
    let parser = "import os, sys, time\n\
        for line in sys.stdin:\n\
        \x20   if '3a3a623a3a63' in line: os.close(0); time.sleep(1000)\n\
        \x20   print('{\"error\":\"%s\"}' % bytes.fromhex(line).decode('latin-1').encode('unicode_escape').decode().replace('\\\\', '/'), flush=True)";
    let ran = test(
        &["--parser", "--filter", "sep-first-one-splits"],
        &["python3", "-c", parser],
    );
    let ran = ran.expect_status(1);
    assert!(
        ran.stdout.contains("crash") || ran.stdout.contains("hang"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_parser_has_to_answer() {
    let parser = "import sys\nfor line in sys.stdin:\n    if '45564447' in line: print('{\"error\":\"%s\"}' % bytes.fromhex(line)[18:37].decode(), flush=True)";
    let ran = test(
        &["--parser", "--filter", "bad-empty-datagram"],
        &["python3", "-c", parser],
    )
    .expect_status(1);
    assert!(
        ran.stdout.contains("expected an answer, found none"),
        "{}",
        ran.stdout
    );
}
