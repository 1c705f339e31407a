//! Tests of the progress of a run on a terminal.

use std::process::Command;

use crate::evdg::{Ran, splits_at_last};

/// Runs `evdg test ARGS` with standard error on a terminal, and returns what the terminal shows.
fn on_terminal(args: &[&str]) -> String {
    // Standard output goes to `/dev/null`, so that the terminal shows only the progress.
    let program = "import os, pty, sys\n\
                   out = os.open(os.devnull, os.O_WRONLY)\n\
                   def child(argv):\n    \
                       pid, fd = pty.fork()\n    \
                       if pid == 0:\n        \
                           os.dup2(out, 1)\n        \
                           os.execv(argv[0], argv)\n    \
                       shown = b''\n    \
                       while True:\n        \
                           try:\n            \
                               piece = os.read(fd, 65536)\n        \
                           except OSError:\n            \
                               piece = b''\n        \
                           if not piece:\n            \
                               break\n        \
                           shown += piece\n    \
                       os.waitpid(pid, 0)\n    \
                       return shown\n\
                   sys.stdout.buffer.write(child(sys.argv[1:]))\n";
    let mut python = Command::new("python3");
    python
        .args(["-c", program, env!("CARGO_BIN_EXE_evdg"), "test"])
        .args(args);
    python
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .env("COLUMNS", "120");
    let ran = Ran::from(python.output().expect("python3 runs"));
    ran.expect_status(0).stdout
}

#[test]
fn progress_shows_counts_failures_and_times_in_colour() {
    let folder = tempfile::tempdir().expect("there is room");
    let listener = splits_at_last(folder.path());
    let command = ["--", "python3", &listener];
    let shown = on_terminal(&[&["--color", "always"][..], &command].concat());
    for part in ["/1100", " failed", " elapsed, ", " left", "\u{1b}["] {
        assert!(shown.contains(part), "{part}: {shown:?}");
    }
    let quiet = on_terminal(&[&["--quiet"][..], &command].concat());
    assert_eq!(quiet, "");
}
