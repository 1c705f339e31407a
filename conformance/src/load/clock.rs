use std::thread;
use std::time::{Duration, Instant};

/// The time since a trial began, and sleeping: the system's clock, or a simulated one in tests.
pub trait Clock {
    /// Returns the time since the trial began; zero before that.
    fn now(&mut self) -> Duration;

    /// Sleeps until a time. It may wake later.
    fn sleep_until(&mut self, time: Duration);
}

/// The clock of this machine, counted from the beginning of a trial.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    begin: Instant,
}

impl SystemClock {
    /// Returns a clock that stands at zero until `begin` and counts from there.
    pub const fn starting_at(begin: Instant) -> Self {
        Self { begin }
    }
}

impl Clock for SystemClock {
    fn now(&mut self) -> Duration {
        Instant::now().saturating_duration_since(self.begin)
    }

    fn sleep_until(&mut self, time: Duration) {
        let left = (self.begin + time).saturating_duration_since(Instant::now());
        if !left.is_zero() {
            thread::sleep(left);
        }
    }
}
