use std::time::Duration;

/// How long a process may take to end when it is asked to, and how long its end may take to show
/// after it closed its output or its socket.
pub(super) const EXIT_GRACE: Duration = Duration::from_millis(500);
