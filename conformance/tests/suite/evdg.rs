//! Runs `evdg` as a user would.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The exit status and the output of a run of `evdg`.
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Returns the first 24 lines of standard output, which a person sees without scrolling.
    pub(crate) fn first_screen(&self) -> String {
        self.stdout.lines().take(24).collect::<Vec<_>>().join("\n")
    }

    /// Returns the verdict of a run: the last line, up to the dialects.
    #[track_caller]
    pub(crate) fn verdict(&self) -> &str {
        let last = self.stdout.lines().last().expect("there is a verdict");
        last.split(" (").next().unwrap_or(last)
    }

    /// Returns the standard output, with each reason and the advice joined to one line.
    pub(crate) fn unwrapped(&self) -> String {
        let reasons = self.stdout.replace("\n            ", " ");
        reasons.replace("\n           ", " ")
    }

    #[track_caller]
    pub(crate) fn expect_status(self, status: i32) -> Self {
        assert_eq!(
            self.status,
            Some(status),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    #[track_caller]
    pub(crate) fn expect_stderr(self, part: &str) -> Self {
        assert!(
            self.stderr.contains(part),
            "expected on stderr: {part}\nthere is: {}",
            self.stderr
        );
        self
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("reports are UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
        }
    }
}

pub(crate) fn evdg() -> Command {
    let mut evdg = Command::new(env!("CARGO_BIN_EXE_evdg"));
    // If CI runs these tests, `evdg` must not write into the summary of the job.
    evdg.env_remove("GITHUB_STEP_SUMMARY");
    evdg
}

/// Runs `evdg ARGS`.
pub(crate) fn run(args: &[&str]) -> Ran {
    evdg().args(args).output().expect("evdg runs").into()
}

/// Runs `evdg test ARGS -- COMMAND`.
pub(crate) fn test(args: &[&str], command: &[&str]) -> Ran {
    let mut evdg = evdg();
    evdg.arg("test").args(args).arg("--").args(command);
    evdg.output().expect("evdg runs").into()
}

/// Runs `evdg` as [`run`] does. If `evdg` has not ended within `limit`, kills it and panics; the
/// limit should be far longer than a run takes.
#[track_caller]
pub(crate) fn run_within(limit: Duration, args: &[&str]) -> Ran {
    let mut evdg = evdg();
    evdg.args(args).stdin(Stdio::null());
    evdg.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = evdg.spawn().expect("evdg starts");
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (sender, texts) = mpsc::channel();
    let stderr = thread::spawn(move || read_to_end(stderr));
    thread::spawn(move || sender.send((read_to_end(stdout), stderr.join())));
    let Ok((stdout, stderr)) = texts.recv_timeout(limit) else {
        child.kill().expect("it runs");
        panic!("evdg {args:?} still runs after {limit:?}");
    };
    let status = child.wait().expect("it was started");
    let stderr = stderr.expect("it was read");
    Output {
        status,
        stdout,
        stderr,
    }
    .into()
}

fn read_to_end(stream: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut stream = stream.expect("it is piped");
    stream.read_to_end(&mut bytes).expect("it can be read");
    bytes
}

/// Writes a listener that splits at the last separator into a folder, and returns its path.
pub(crate) fn splits_at_last(folder: &Path) -> String {
    let path = python_listener_with(folder, "body.find(b\"::\", at", "body.rfind(b\"::\", at");
    path.to_str().expect("it is UTF-8").into()
}

pub(crate) fn python_listener() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("listeners/python/listener.py")
}

/// Copies the Python listener into a folder, with one piece of its text replaced. The piece may be
/// in any of its files.
pub(crate) fn python_listener_with(folder: &Path, old: &str, new: &str) -> PathBuf {
    python_listener_with_all(folder, &[(old, new)])
}

/// Copies the Python listener into a folder, with several pieces of its text replaced.
pub(crate) fn python_listener_with_all(folder: &Path, changes: &[(&str, &str)]) -> PathBuf {
    let mut found = vec![0; changes.len()];
    for name in ["listener.py", "text.py", "jsonrpc.py"] {
        let path = python_listener().with_file_name(name);
        let mut text = fs::read_to_string(path).expect("it is there");
        for ((old, new), found) in changes.iter().zip(&mut found) {
            *found += text.matches(old).count();
            text = text.replace(old, new);
        }
        fs::write(folder.join(name), text).expect("there is room");
    }
    let ones = vec![1; changes.len()];
    assert_eq!(found, ones, "the listener has changed: {changes:?}");
    folder.join("listener.py")
}
