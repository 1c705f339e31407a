//! Tests of signals at any moment: the exit status is 130, all reports exist or none, and no
//! process or temporary file is left.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use crate::evdg::evdg;
use crate::hostile_subjects::wait_until;

/// A running command with a folder of its own, which is also its folder for temporary files.
struct Interrupted {
    folder: tempfile::TempDir,
    child: Child,
}

impl Interrupted {
    fn start(args: &[&str], subject: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let mut evdg = evdg();
        evdg.args(args).arg("--").args(subject);
        evdg.current_dir(&folder).env("TMPDIR", folder.path());
        evdg.stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = evdg.spawn().expect("evdg starts");
        Self { folder, child }
    }

    /// Waits until the process handles the signal.
    fn wait_for_handler(&self) {
        wait_until(|| handles_signals(&self.child));
    }

    /// Sends SIGINT, and returns the exit status.
    fn interrupt(&mut self) -> Option<i32> {
        signal(&self.child, "INT");
        ended(&mut self.child)
    }

    /// Returns the names of the files in the folder, in order.
    fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).expect("it is there");
        let names = entries.map(|entry| entry.expect("it can be read").file_name());
        let mut names: Vec<_> = names
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

/// Returns whether a process handles SIGINT.
pub(crate) fn handles_signals(process: &Child) -> bool {
    let path = format!("/proc/{}/status", process.id());
    let status = fs::read_to_string(path).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    caught.is_some_and(|mask| mask & 1 << (2 - 1) != 0)
}

pub(crate) fn signal(child: &Child, name: &str) {
    let mut kill = Command::new("kill");
    let sent = kill.args([&format!("-{name}"), &child.id().to_string()]);
    // The process may have ended meanwhile, so that `kill` fails.
    sent.stderr(Stdio::null()).status().expect("kill runs");
}

#[track_caller]
pub(crate) fn ended(child: &mut Child) -> Option<i32> {
    let mut status = None;
    wait_until(|| {
        status = child.try_wait().expect("it was started");
        status.is_some()
    });
    status.and_then(|status| status.code())
}

/// Returns whether a process has this folder among its arguments or in its environment.
fn has_process(folder: &Path) -> bool {
    let needle = folder.to_string_lossy();
    let processes = fs::read_dir("/proc").expect("it is there").flatten();
    processes
        .filter(|process| process.file_name().to_string_lossy().parse::<u32>().is_ok())
        .any(|process| {
            let environment = fs::read(process.path().join("environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(&*needle)
        })
}

#[test]
fn signals_at_any_moment_leave_all_reports_or_none() {
    let reports = ["a.html", "b.json", "c.xml", "d.md", "e.tap"];
    let args = [
        "test",
        "--filter",
        "sep-*",
        "--report",
        "html=a.html",
        "--report",
        "json=b.json",
        "--report",
        "junit=c.xml",
        "--report",
        "markdown=d.md",
        "--report",
        "tap=e.tap",
    ];
    let listener = env!("CARGO_BIN_EXE_evdg");
    // First measures the duration of a whole run.
    let begin = Instant::now();
    let mut whole = Interrupted::start(&args, &[listener, "listen", "{socket}"]);
    assert_eq!(ended(&mut whole.child), Some(0));
    assert_eq!(whole.left(), reports);
    let whole = begin.elapsed();
    let mut interrupted = 0;
    for _ in 0..300 {
        let mut run = Interrupted::start(&args, &[listener, "listen", "{socket}"]);
        run.wait_for_handler();
        thread::sleep(whole.mul_f64(fastrand::f64()));
        let status = run.interrupt();
        let left = run.left();
        match status {
            Some(130) => {
                interrupted += 1;
                assert!(left.is_empty() || left == reports, "{left:?}");
            }
            // The run had ended before the signal, or was about to end.
            Some(0) => assert_eq!(left, reports),
            status => panic!("{status:?}"),
        }
        assert!(!has_process(run.folder.path()), "a subject is left");
    }
    assert!(interrupted > 50, "{interrupted} of 300 came in time");
}

#[test]
fn a_load_test_is_interrupted_while_its_listener_starts() {
    let mut run = Interrupted::start(&["bench"], &["sleep", "1000"]);
    wait_until(|| has_subject(&run));
    assert_eq!(run.interrupt(), Some(130));
    assert_eq!(run.left(), [""; 0]);
}

/// Returns whether the subject was started.
fn has_subject(run: &Interrupted) -> bool {
    let id = run.child.id();
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
    children.is_ok_and(|children| !children.is_empty())
}

#[test]
fn a_listener_ends_while_nobody_reads_what_it_prints() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("socket");
    let mut evdg = evdg();
    evdg.args(["listen", &format!("unix:{}", path.display())]);
    let mut child = evdg
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("evdg starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut start = String::new();
    stdout.read_line(&mut start).expect("it is UTF-8");
    let sender = UnixDatagram::unbound().expect("there is room");
    sender.set_nonblocking(true).expect("it can be set");
    // Sends until the pipe and the queue of the socket have been full for a while.
    let datagram = format!("E_TEST\np::{}\n\n", "x".repeat(60_000));
    let mut full = 0;
    wait_until(|| {
        match sender.send_to(datagram.as_bytes(), &path) {
            Ok(_) => full = 0,
            Err(_) => full += 1,
        }
        full > 1_000
    });
    signal(&child, "TERM");
    assert_eq!(ended(&mut child), Some(130));
    assert!(!path.exists());
}

#[test]
fn a_listener_removes_no_file_that_has_taken_the_place_of_its_socket() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("socket");
    let mut evdg = evdg();
    evdg.args(["listen", &format!("unix:{}", path.display())]);
    let mut child = evdg.stdout(Stdio::piped()).spawn().expect("evdg starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut start = String::new();
    stdout.read_line(&mut start).expect("it is UTF-8");
    fs::remove_file(&path).expect("it is there");
    fs::write(&path, "of somebody else").expect("there is room");
    signal(&child, "TERM");
    assert_eq!(ended(&mut child), Some(0));
    let content = fs::read_to_string(&path).expect("it is there");
    assert_eq!(content, "of somebody else");
}

#[test]
fn a_subject_that_puts_a_link_in_the_place_of_its_folder_has_nothing_deleted() {
    let folder = tempfile::tempdir().expect("there is room");
    let other = folder.path().join("other");
    let temporary = folder.path().join("temporary");
    for made in [&other, &temporary] {
        fs::create_dir(made).expect("there is room");
    }
    for number in 1..9 {
        fs::write(other.join(format!("{number}.sock")), "of somebody else").expect("there is room");
    }
    let swap = "import os\n\
                socket = os.environ['EVDG_SOCKET']\n\
                if socket.startswith('unix:'):\n    \
                    folder = os.path.dirname(socket[5:])\n    \
                    os.rename(folder, folder + '-moved')\n    \
                    os.symlink(os.environ['OTHER'], folder)\n\
                raise SystemExit(1)\n";
    let mut evdg = evdg();
    evdg.args([
        "test", "--socket", "unix", "--filter", "sep-*", "--", "python3", "-c", swap,
    ]);
    evdg.env("TMPDIR", &temporary).env("OTHER", &other);
    let output = evdg.output().expect("evdg runs");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(fs::read_dir(&other).expect("it is there").count(), 8);
}

#[test]
fn a_report_that_goes_to_a_pipe_without_a_reader_does_not_hold_up_a_signal() {
    let args = [
        "test",
        "--filter",
        "sep-*",
        "--report",
        "tap=pipe",
        "--report",
        "json=a.json",
    ];
    let folder = tempfile::tempdir().expect("there is room");
    let made = Command::new("mkfifo")
        .arg(folder.path().join("pipe"))
        .status();
    assert!(made.expect("mkfifo runs").success());
    let mut evdg = evdg();
    evdg.args(args).current_dir(&folder);
    evdg.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = evdg.spawn().expect("evdg starts");
    wait_until(|| folder.path().join("a.json").exists());
    signal(&child, "INT");
    assert_eq!(ended(&mut child), Some(130));
}
