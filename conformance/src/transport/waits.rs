use std::time::Duration;

/// The longest uninterrupted wait. After it, the waiting code checks whether to stop, and whether
/// the socket was refused.
pub(crate) const STOP_CHECK_INTERVAL: Duration = Duration::from_millis(50);
