//! Tests of `--attach`: `evdg` attaches to a listener that runs already, follows it through
//! restarts, and never kills it.

use std::fs::{self, File};
use std::io;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use tempfile::TempDir;

use crate::evdg::{Ran, evdg, python_listener, run};
use crate::hostile_subjects::listener_with;

/// A listener on a UNIX socket that `evdg` did not start, and the folder with its files.
struct Running {
    process: Child,
    folder: TempDir,
}

impl Running {
    /// Starts the reference listener, which writes its reports into this file.
    fn start(folder: TempDir, reports: impl Into<Stdio>) -> Self {
        let mut command = evdg();
        command.args(["listen", &socket(&folder), "--dialect", "text"]);
        command.stdout(reports);
        let process = command.spawn().expect("evdg runs");
        Self { process, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `evdg test --attach` on the listener, and reads its reports from `observe`.
    fn test(&self, args: &[&str], observe: &Path) -> Ran {
        attach(args, &socket(&self.folder), observe)
    }

    #[track_caller]
    fn still_runs(&mut self) {
        let status = self.process.try_wait().expect("it can be asked");
        assert_eq!(status, None, "it was killed, and is not ours");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("there is room")
}

fn socket(folder: &TempDir) -> String {
    format!("unix:{}", folder.path().join("events.sock").display())
}

fn attach(args: &[&str], socket: &str, observe: &Path) -> Ran {
    let observe = observe.to_str().expect("it is UTF-8");
    run(&[&["test"], args, &["--attach", socket, "--observe", observe]].concat())
}

#[test]
fn reports_are_read_from_a_file() {
    let folder = folder();
    let path = folder.path().join("reports");
    // Lines that the file holds before the run are not taken for answers.
    fs::write(&path, "{\"event\":\"E_OLD\",\"params\":[]}\n").expect("there is room");
    let reports = File::options()
        .append(true)
        .open(&path)
        .expect("it is there");
    let mut running = Running::start(folder, reports);
    for _ in 0..2 {
        let ran = running.test(&[], &running.path("reports")).expect_status(0);
        assert!(
            ran.stdout.starts_with("the listener at unix:"),
            "{}",
            ran.stdout
        );
        running.still_runs();
    }
}

#[test]
fn reports_are_read_from_a_fifo() {
    let folder = folder();
    let path = folder.path().join("reports");
    let made = Command::new("mkfifo")
        .arg(&path)
        .status()
        .expect("mkfifo runs");
    assert!(made.success());
    // Opened for reading and writing, so that the listener need not wait for a reader.
    let fifo = File::options()
        .read(true)
        .write(true)
        .open(&path)
        .expect("it is there");
    let mut running = Running::start(folder, fifo);
    running.test(&[], &running.path("reports")).expect_status(0);
    running.still_runs();
}

#[test]
fn reports_are_read_from_a_stream_socket() {
    let mut running = Running::start(folder(), Stdio::piped());
    let path = running.path("reports");
    let server = UnixListener::bind(&path).expect("nobody has it");
    let mut reports = running.process.stdout.take().expect("it is piped");
    thread::spawn(move || {
        let (mut client, _) = server.accept().expect("evdg connects");
        io::copy(&mut reports, &mut client)
    });
    running.test(&["--filter", "T4"], &path).expect_status(0);
    running.still_runs();
}

#[test]
fn reports_are_read_from_standard_input() {
    let mut running = Running::start(folder(), Stdio::piped());
    let reports = running.process.stdout.take().expect("it is piped");
    let mut command = evdg();
    command.args([
        "test",
        "--attach",
        &socket(&running.folder),
        "--observe",
        "-",
    ]);
    let ran: Ran = command.stdin(reports).output().expect("evdg runs").into();
    ran.expect_status(0);
    running.still_runs();
}

#[test]
fn generated_cases_are_sent_to_an_attached_listener() {
    let folder = folder();
    let path = folder.path().join("reports");
    let reports = File::create(&path).expect("there is room");
    let mut running = Running::start(folder, reports);
    let (socket, observe) = (socket(&running.folder), path.to_str().expect("it is UTF-8"));
    let args = ["--attach", &socket, "--observe", observe];
    let ran = run(&[&["fuzz", "--cases", "500", "--seed", "1"], &args[..]].concat());
    let expected =
        format!("the listener at {socket} over unix: nothing found in 500 cases (seed 1)\n");
    assert_eq!(ran.expect_status(0).stdout, expected);
    running.still_runs();
}

#[test]
fn an_attached_listener_is_found_again_after_a_restart() {
    let folder = folder();
    let path = folder.path().join("events.sock");
    // The listener dies of one datagram, and a shell loop starts it again, as an init system would.
    let python = python_listener();
    let python = python.parent().and_then(Path::to_str).expect("it is UTF-8");
    let program = format!(
        "import os, sys; sys.path.insert(0, {python:?}); sys.dont_write_bytecode = True\n\
         import listener; parse = listener.parse\n\
         listener.parse = lambda datagram: os.abort() if b'::b::c' in datagram else parse(datagram)\n\
         listener.main()"
    );
    let script = folder.path().join("listener.py");
    fs::write(&script, program).expect("there is room");
    let reports = folder.path().join("reports");
    let again = format!(
        "while :; do rm -f {path:?}; EVDG_SOCKET=unix:{} python3 {script:?} >>{reports:?}; done",
        path.display()
    );
    let mut command = Command::new("sh");
    command.args(["-c", &again]).stderr(Stdio::null());
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut running = Running {
        process: command.spawn().expect("sh runs"),
        folder,
    };
    let ran = running
        .test(&["--verbose", "--filter", "sep-*"], &reports)
        .expect_status(1);
    running.still_runs();
    // Kills the loop and the listeners that it has started.
    let group = format!("-{}", running.process.id());
    let killed = Command::new("kill").args(["-KILL", "--", &group]).status();
    assert!(killed.expect("kill runs").success());

    let crashes = ran.stdout.lines().filter(|line| line.starts_with("crash"));
    let ids: Vec<_> = crashes
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    let expected = [
        "sep-first-one-splits",
        "sep-several-in-value",
        "sep-collision-three-parts",
    ];
    assert_eq!(ids, expected, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("nobody listens on its socket any more"),
        "{}",
        ran.stdout
    );
}

/// `evdg` cannot restart an attached listener. It must not report that the later vectors made the
/// listener die.
#[test]
fn a_listener_that_hangs_for_good_has_not_crashed() {
    let folder = folder();
    let (socket, reports) = (socket(&folder), folder.path().join("reports"));
    let command = listener_with("if b'::b::c' in datagram: time.sleep(1000)");
    let process = Command::new(&command[0])
        .args(&command[1..])
        .env("EVDG_SOCKET", &socket)
        .stdout(File::create(&reports).expect("there is room"))
        .spawn()
        .expect("python3 runs");
    let mut running = Running { process, folder };
    let args = ["--verbose", "--filter", "sep-*", "--timeout", "6s"];
    let ran = running.test(&args, &reports).expect_status(1);
    running.still_runs();
    assert!(!ran.stdout.contains("crash"), "{}", ran.stdout);
    let why = "it was not sent: the subject fell silent at `sep-first-one-splits`";
    assert!(ran.unwrapped().contains(why), "{}", ran.stdout);
}

/// The user names an event and a fence that the listener reports.
#[test]
fn a_listener_that_drops_names_is_tested_with_another_event_and_fence() {
    let folder = folder();
    let (socket, reports) = (socket(&folder), folder.path().join("reports"));
    let command = listener_with("if not datagram.startswith(b'E_REAL\\n'): continue");
    let process = Command::new(&command[0])
        .args(&command[1..])
        .env("EVDG_SOCKET", &socket)
        .stdout(File::create(&reports).expect("there is room"))
        .spawn()
        .expect("python3 runs");
    let running = Running { process, folder };
    let args = ["--filter", "sep-*", "--event", "E_REAL", "--fence"];
    let args = [&args[..], &["E_REAL id={tag} n=1"]].concat();
    running.test(&args, &reports).expect_status(0);
    let silent = running
        .test(&["--timeout", "1s"], &reports)
        .expect_status(3);
    silent.expect_stderr("nothing was added to its reports");
}

#[test]
fn the_end_of_the_reports_is_an_error() {
    let running = Running::start(folder(), Stdio::null());
    let socket = socket(&running.folder);
    let args = ["test", "--attach", &socket, "--observe", "-"];
    run(&args)
        .expect_status(3)
        .expect_stderr("its reports came to their end");
}

#[test]
fn missing_reports_listeners_and_options_are_errors() {
    let folder = folder();
    let reports = folder.path().join("reports");
    let socket = socket(&folder);
    attach(&["--timeout", "200ms"], &socket, &reports)
        .expect_status(3)
        .expect_stderr("the reports of the running listener cannot be read from");
    fs::write(&reports, "").expect("there is room");
    attach(&["--timeout", "200ms"], &socket, &reports)
        .expect_status(3)
        .expect_stderr("is the listener running?");
    let running = Running::start(folder, Stdio::null());
    running
        .test(&["--timeout", "6s"], &reports)
        .expect_status(3)
        .expect_stderr("nothing was added to its reports");
    attach(&[], "nowhere", &reports).expect_status(2);
    attach(&[], &socket, Path::new("/")).expect_status(3);
    for args in [
        &["--attach", "udp:127.0.0.1:9"][..],
        &["--observe", "-"],
        &["--attach", "udp:127.0.0.1:9", "--observe", "-", "--parser"],
        &[
            "--attach",
            "udp:127.0.0.1:9",
            "--observe",
            "-",
            "--jobs",
            "2",
        ],
        &[
            "--attach",
            "udp:127.0.0.1:9",
            "--observe",
            "-",
            "--",
            "true",
        ],
    ] {
        run(&[&["test"], args].concat()).expect_status(2);
    }
}
