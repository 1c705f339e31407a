use std::collections::VecDeque;
use std::thread::{self, Scope, ScopedJoinHandle};

use super::error::RunError;
use super::supervisor::Supervisor;

/// Instances that other threads start in advance, for a subject whose instances are soon lost.
pub(super) struct SpareInstances<'s, 'env, 'r> {
    scope: &'s Scope<'s, 'env>,
    starting: VecDeque<ScopedJoinHandle<'s, Result<Supervisor<'r>, RunError>>>,
}

/// How many instances are started in advance.
const COUNT: usize = 2;

impl<'s, 'env, 'r: 's> SpareInstances<'s, 'env, 'r> {
    pub(super) fn new(scope: &'s Scope<'s, 'env>) -> Self {
        Self {
            scope,
            starting: VecDeque::new(),
        }
    }

    /// Starts instances of a subject until there are enough.
    pub(super) fn prepare(&mut self, supervisor: &Supervisor<'r>) {
        while self.starting.len() < COUNT {
            let mut sibling = supervisor.sibling();
            let start = move || sibling.ensure_running().map(|()| sibling);
            match thread::Builder::new().spawn_scoped(self.scope, start) {
                Ok(thread) => self.starting.push_back(thread),
                // Without a thread, instances are started when they are needed.
                Err(_) => return,
            }
        }
    }

    /// Returns the supervisor of the instance that was started first. Returns `None` if there is
    /// none, or if it could not be started. The caller then starts the subject itself, and gets the
    /// error.
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
