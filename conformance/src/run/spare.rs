use std::collections::VecDeque;
use std::thread::{self, Scope, ScopedJoinHandle};

use super::error::RunError;
use super::supervisor::Supervisor;

/// Instances that are started ahead, in other threads, while each that runs is soon lost.
pub(super) struct SpareInstances<'s, 'env, 'r> {
    scope: &'s Scope<'s, 'env>,
    starting: VecDeque<ScopedJoinHandle<'s, Result<Supervisor<'r>, RunError>>>,
}

/// How many instances are started ahead.
const COUNT: usize = 2;

impl<'s, 'env, 'r: 's> SpareInstances<'s, 'env, 'r> {
    pub(super) fn new(scope: &'s Scope<'s, 'env>) -> Self {
        Self {
            scope,
            starting: VecDeque::new(),
        }
    }

    /// Starts instances of a subject, if fewer than enough are there.
    pub(super) fn prepare(&mut self, supervisor: &Supervisor<'r>) {
        while self.starting.len() < COUNT {
            let mut sibling = supervisor.sibling();
            let start = move || sibling.ensure_running().map(|()| sibling);
            match thread::Builder::new().spawn_scoped(self.scope, start) {
                Ok(thread) => self.starting.push_back(thread),
                // Instances are started when they are needed, then.
                Err(_) => return,
            }
        }
    }

    /// Returns the supervisor of the instance that was started first. `None` if there is none, or
    /// it could not be started: the subject is started at once then, and says what is wrong.
    pub(super) fn take(&mut self) -> Option<Supervisor<'r>> {
        let thread = self.starting.pop_front()?;
        thread.join().expect("a thread does not panic").ok()
    }

    /// Ends the instances that were not needed.
    pub(super) fn end(&mut self) {
        while !self.starting.is_empty() {
            if let Some(supervisor) = self.take() {
                supervisor.stop();
            }
        }
    }
}
