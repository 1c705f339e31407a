//! Processes that a subject has started and that have left its process group: a daemon, say, or a fork bomb.

use std::fs;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// The environment variable by which everything that a subject starts is recognised.
pub(super) const MARK: &str = "EVDG_SUBJECT";
/// They may start others while they are looked for.
const ROUNDS: usize = 20;

/// Kills every process that carries this mark in its environment.
pub(super) fn kill_all(mark: &str) {
    let entry = format!("{MARK}={mark}");
    for _ in 0..ROUNDS {
        if kill_once(entry.as_bytes()) == 0 {
            return;
        }
    }
}

/// Kills those that are there now, and counts them.
fn kill_once(entry: &[u8]) -> usize {
    let Ok(processes) = fs::read_dir("/proc") else {
        return 0;
    };
    let pids = processes.flatten().filter_map(|process| {
        let pid = process.file_name().to_str()?.parse().ok()?;
        Pid::from_raw(pid)
    });
    pids.filter(|pid| kill_if_marked(*pid, entry)).count()
}

fn kill_if_marked(pid: Pid, entry: &[u8]) -> bool {
    // Opened first, so that the process that is killed is the one whose environment was read.
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else {
        return false;
    };
    let Ok(environment) = fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero())) else {
        return false;
    };
    let is_marked = environment.split(|byte| *byte == 0).any(|one| one == entry);
    is_marked && pidfd_send_signal(&process, Signal::KILL).is_ok()
}
