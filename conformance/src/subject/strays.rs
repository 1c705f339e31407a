//! Processes that a subject has started and that have left its process group: a daemon, say, or a fork bomb.

use std::collections::HashSet;
use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// The environment variable by which everything that a subject starts is recognised.
pub(super) const MARK: &str = "EVDG_SUBJECT";
/// So long those are looked for that were started meanwhile.
const LIMIT: Duration = Duration::from_secs(10);
/// So many are looked at before new ones are asked for.
const AT_ONCE: usize = 1_000;

/// Kills every process that carries this mark in its environment, and what such have started meanwhile.
pub(super) fn kill_all(mark: &str) {
    let entry = format!("{MARK}={mark}");
    let deadline = Instant::now() + LIMIT;
    // Ended ones stay for as long as nobody asks how they ended, and a fork bomb leaves tens of thousands.
    let mut settled = HashSet::new();
    while Instant::now() < deadline {
        let mut pids = pids();
        pids.retain(|pid| !settled.contains(pid));
        // The newest first: those are the ones that start others.
        pids.sort_unstable_by(|one, other| other.cmp(one));
        let mut is_over = pids.len() <= AT_ONCE;
        for pid in pids.into_iter().take(AT_ONCE) {
            let state = state(pid, entry.as_bytes());
            // What has ended meanwhile may have left another behind.
            is_over &= state == State::NotMarked;
            if matches!(state, State::Ended | State::NotMarked) {
                settled.insert(pid);
            }
        }
        if is_over {
            return;
        }
    }
}

fn pids() -> Vec<i32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    pids.collect()
}

#[derive(PartialEq, Eq)]
enum State {
    Killed,
    /// A program takes the place of another, and has no environment yet.
    Starting,
    /// Or one of the kernel's own.
    Ended,
    NotMarked,
}

/// Looks at a process, and kills it if it is marked.
fn state(pid: i32, entry: &[u8]) -> State {
    // Opened first, so that the process that is killed is the one whose environment was read.
    let Some(process) =
        Pid::from_raw(pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok())
    else {
        return State::Ended;
    };
    if fs::read_link(format!("/proc/{pid}/exe")).is_err() {
        return State::Ended;
    }
    let read = |what| fs::read(format!("/proc/{pid}/{what}")).unwrap_or_default();
    let mut environment = read("environ");
    if environment.is_empty() {
        if read("cmdline").is_empty() {
            return State::Starting;
        }
        environment = read("environ");
    }
    let is_marked = environment.split(|byte| *byte == 0).any(|one| one == entry);
    if is_marked && pidfd_send_signal(&process, Signal::KILL).is_ok() {
        State::Killed
    } else {
        State::NotMarked
    }
}
