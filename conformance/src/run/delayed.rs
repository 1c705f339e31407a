use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use super::confirm::Confirmed;
use super::error::RunError;
use super::outcome::Outcome;
use super::replay::LossCause;
use super::worker_event::WorkerEvent;
use crate::subject::MAX_PIPELINED;
use crate::vectors::Vector;

/// Emits outcomes in order, and with a delay: a vector may make the subject die only while later
/// ones run, and its outcome changes then. Other threads find out the outcomes of some vectors
/// meanwhile.
pub(super) struct DelayedOutcomes<'e, 's, 'env, 'c> {
    scope: &'s Scope<'s, 'env>,
    /// The most threads at a time.
    max_threads: usize,
    /// How many threads run, as far as `ends` tells.
    running: usize,
    /// Gets a message from each thread that ends.
    ends: (Sender<()>, Receiver<()>),
    /// The outcomes that are not emitted yet, the newest last.
    held: VecDeque<Held<'s, 'c>>,
    /// The vectors that cause losses, as a replay has found, and whose outcomes are not known yet.
    causes: Vec<LossCause<'c>>,
    emit: &'e mut dyn FnMut(WorkerEvent<'c>),
    error: Option<RunError>,
}

enum Held<'s, 'c> {
    Ready(Outcome<'c>),
    Pending(Pending<'s, 'c>),
}

struct Pending<'s, 'c> {
    thread: ScopedJoinHandle<'s, Result<Confirmed<'c>, RunError>>,
    since: Instant,
}

/// Sends a message when it is dropped, which is at the end of a thread.
struct EndOfThread(Sender<()>);

impl Drop for EndOfThread {
    fn drop(&mut self) {
        // The receiver is gone if the run has failed.
        let _ = self.0.send(());
    }
}

/// How long a thread waits for a silent instance and a fresh one, unless the subject is slow.
const USUAL_WAIT: Duration = Duration::from_secs(4);

impl<'e, 's, 'env, 'c: 's> DelayedOutcomes<'e, 's, 'env, 'c> {
    pub(super) fn new(
        scope: &'s Scope<'s, 'env>,
        max_threads: usize,
        emit: &'e mut dyn FnMut(WorkerEvent<'c>),
    ) -> Self {
        Self {
            scope,
            max_threads,
            running: 0,
            ends: channel(),
            held: VecDeque::new(),
            causes: Vec::new(),
            emit,
            error: None,
        }
    }

    /// Adds an outcome, and emits the oldest ones if there are too many.
    pub(super) fn push(&mut self, mut outcome: Outcome<'c>) {
        self.apply_cause(&mut outcome);
        self.held.push_back(Held::Ready(outcome));
        self.emit_oldest();
    }

    /// Adds the outcome that `work` returns in another thread. Waits if there are too many threads.
    ///
    /// # Errors
    ///
    /// If no thread can be started.
    pub(super) fn push_pending(
        &mut self,
        work: impl FnOnce() -> Result<Confirmed<'c>, RunError> + Send + 's,
    ) -> Result<(), RunError> {
        self.wait_for_room();
        let end = EndOfThread(self.ends.0.clone());
        let work = move || {
            let _end = end;
            work()
        };
        let thread = thread::Builder::new().spawn_scoped(self.scope, work);
        let thread = thread.map_err(RunError::Thread)?;
        self.running += 1;
        let since = Instant::now();
        self.held
            .push_back(Held::Pending(Pending { thread, since }));
        self.emit_oldest();
        Ok(())
    }

    /// Returns whether other threads still have to find out outcomes.
    pub(super) fn is_waiting(&self) -> bool {
        let mut held = self.held.iter();
        held.any(|held| matches!(held, Held::Pending(_)))
    }

    /// Waits until all threads have ended.
    pub(super) fn join_all(&mut self) {
        for at in 0..self.held.len() {
            self.join(at);
        }
    }

    /// Returns the newest outcome, if it is known.
    pub(super) fn last(&mut self) -> Option<&mut Outcome<'c>> {
        match self.held.back_mut() {
            Some(Held::Ready(outcome)) => Some(outcome),
            _ => None,
        }
    }

    /// Removes and returns the newest outcome, if it is known.
    pub(super) fn pop(&mut self) -> Option<Outcome<'c>> {
        match self.held.pop_back() {
            Some(Held::Ready(outcome)) => Some(outcome),
            Some(pending) => {
                self.held.push_back(pending);
                None
            }
            None => None,
        }
    }

    /// Returns the newest outcome of a vector, unless it was emitted or is not known yet.
    pub(super) fn of(&mut self, vector: &Vector) -> Option<&mut Outcome<'c>> {
        let mut newest = self.held.iter_mut().rev().filter_map(|held| match held {
            Held::Ready(outcome) => Some(outcome),
            Held::Pending(_) => None,
        });
        newest.find(|outcome| std::ptr::eq(outcome.vector, vector))
    }

    /// Blames the vector that causes a loss, now or when its outcome is known. If its outcome was
    /// emitted already, blames the vector at which the subject was lost.
    pub(super) fn blame(&mut self, loss: &Outcome<'c>, cause: LossCause<'c>) {
        if let Some(culprit) = self.of(cause.vector) {
            cause.blame(culprit);
        } else if !cause.was_answered {
            self.causes.push(cause);
        } else if let Some(outcome) = self.of(loss.vector) {
            let why = format!("{}; `{}` causes it", loss.why, cause.vector.id);
            let log = loss.log.clone();
            LossCause { why, log, ..cause }.blame(outcome);
        }
    }

    /// Waits until all outcomes are known, and emits them.
    ///
    /// # Errors
    ///
    /// Returns the first error of the threads.
    pub(super) fn finish(mut self) -> Result<(), RunError> {
        self.join_all();
        for held in self.held {
            if let Held::Ready(outcome) = held {
                (self.emit)(WorkerEvent::Outcome(outcome));
            }
        }
        self.error.map_or(Ok(()), Err)
    }

    fn pending_count(&self) -> usize {
        let is_pending = |held: &&Held<'_, '_>| match held {
            Held::Ready(_) => false,
            Held::Pending(pending) => !pending.thread.is_finished(),
        };
        self.held.iter().filter(is_pending).count()
    }

    /// Waits until another thread may start. The oldest thread need not be the first that ends: it
    /// may have to ask fresh instances.
    fn wait_for_room(&mut self) {
        self.running -= self.ends.1.try_iter().count();
        if self.running < self.max_threads {
            return;
        }
        let pending = self.held.iter().filter_map(|held| match held {
            Held::Pending(pending) if !pending.thread.is_finished() => Some(pending.since),
            _ => None,
        });
        if let Some(since) = pending.min() {
            self.report_wait(since);
        }
        if self.ends.1.recv().is_ok() {
            self.running -= 1;
        }
    }

    fn report_wait(&mut self, since: Instant) {
        let instances = self.pending_count();
        let at_most = USUAL_WAIT.saturating_sub(since.elapsed());
        (self.emit)(WorkerEvent::Waiting { instances, at_most });
    }

    /// Waits for an outcome.
    fn join(&mut self, at: usize) {
        if let Some(Held::Pending(pending)) = self.held.get(at)
            && !pending.thread.is_finished()
        {
            self.report_wait(pending.since);
        }
        if let Some(Held::Pending(_)) = self.held.get(at)
            && let Some(Held::Pending(pending)) = self.held.remove(at)
        {
            match pending.thread.join().expect("a thread does not panic") {
                Ok(confirmed) => {
                    let Confirmed {
                        mut outcome,
                        explained,
                    } = confirmed;
                    self.apply_cause(&mut outcome);
                    self.held.insert(at, Held::Ready(outcome));
                    if let Some((loss, cause)) = explained {
                        self.blame(&loss, cause);
                    }
                }
                Err(error) => {
                    self.error.get_or_insert(error);
                }
            }
        }
    }

    /// Blames a vector whose outcome is known now, if a replay has found that it causes a loss.
    fn apply_cause(&mut self, outcome: &mut Outcome<'c>) {
        let mut causes = self.causes.iter();
        let is_its = |cause: &LossCause<'_>| std::ptr::eq(cause.vector, outcome.vector);
        if let Some(at) = causes.position(is_its) {
            self.causes.swap_remove(at).blame(outcome);
        }
    }

    /// Emits the oldest known outcomes, but keeps as many as may be in flight.
    fn emit_oldest(&mut self) {
        while self.held.len() > MAX_PIPELINED {
            match self.held.pop_front() {
                Some(Held::Ready(outcome)) => (self.emit)(WorkerEvent::Outcome(outcome)),
                Some(Held::Pending(pending)) => {
                    let is_finished = pending.thread.is_finished();
                    self.held.push_front(Held::Pending(pending));
                    if !is_finished {
                        return;
                    }
                    self.join(0);
                }
                None => return,
            }
        }
    }
}
