//! Times that several files of load tests share.

use std::time::Duration;

/// A datagram that is sent later than this was not sent on schedule.
pub const LATE: Duration = Duration::from_millis(10);
/// The longest uninterrupted wait: sender and reader check at least this often whether to stop.
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(20);
