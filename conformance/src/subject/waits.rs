use std::time::Duration;

/// How long the runner waits for a process to end after it has asked the process to end, or after
/// the process has closed its output or its socket.
pub(super) const EXIT_GRACE: Duration = Duration::from_millis(500);
