use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A request to stop, which every wait checks: a signal handler makes it, for example. Clones share
/// the request.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Requests that every wait ends.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether somebody has requested to stop.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
