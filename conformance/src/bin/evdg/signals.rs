//! Signals that ask the program to end.

use std::io::{self, PipeReader, PipeWriter};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use event_datagram_conformance::subject::Stop;

use crate::exit_status::{CommandResult, ExitStatus, OrExit as _};

/// Handles signals that ask the program to end. A signal ends it at once, unless a command holds
/// signals because it has something to clean up or to complete.
pub(crate) struct Signals(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    clean_up: Mutex<Option<CleanUp>>,
    /// Notified when signals are released.
    released: Condvar,
}

/// What is done before a signal ends the program.
type CleanUp = Box<dyn FnOnce() + Send>;

enum State {
    /// The next signal ends the program.
    Free,
    /// The next signal requests this stop.
    Held(Stop),
    /// The next signal closes this pipe, on which the command waits.
    Awaited(PipeWriter),
    /// A signal has come while signals were held.
    Interrupted,
    /// A signal has come while signals were held, and they were released since.
    Ending,
}

/// How much longer a command may take after it has released the signals, if one had come. It may
/// block on output that nobody reads.
pub(crate) const GRACE: Duration = Duration::from_millis(500);

impl Signals {
    /// Handles signals from now on.
    pub(crate) fn install() -> CommandResult<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State::Free),
            clean_up: Mutex::default(),
            released: Condvar::new(),
        });
        let handler = Arc::clone(&shared);
        let set = ctrlc::set_handler(move || handler.handle());
        let set = set.map_err(|error| match error {
            ctrlc::Error::System(error) => error,
            error => io::Error::other(error),
        });
        set.or_exit_with(ExitStatus::Setup, "signals cannot be handled")?;
        // With a handler of SIGXFSZ, a write beyond the limit of file sizes fails, instead of
        // ending the program.
        #[cfg(unix)]
        signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default())
            .or_exit_with(ExitStatus::Setup, "signals cannot be handled")?;
        Ok(Self(shared))
    }

    /// Holds signals: the first that comes requests this stop.
    pub(crate) fn hold(&self) -> Stop {
        let stop = Stop::default();
        *lock(&self.0.state) = State::Held(stop.clone());
        stop
    }

    /// Returns a pipe that becomes readable at the first signal: then the command has to end.
    pub(crate) fn wait_for(&self) -> io::Result<PipeReader> {
        let (reader, writer) = io::pipe()?;
        *lock(&self.0.state) = State::Awaited(writer);
        Ok(reader)
    }

    /// Sets what is done before a signal ends the program.
    pub(crate) fn clean_up_with(&self, clean_up: impl FnOnce() + Send + 'static) {
        *lock(&self.0.clean_up) = Some(Box::new(clean_up));
    }

    /// Releases signals: the next one ends the program. If one has come meanwhile, the command has
    /// to end soon.
    pub(crate) fn release(&self) {
        let mut state = lock(&self.0.state);
        *state = match *state {
            State::Interrupted | State::Ending => State::Ending,
            _ => State::Free,
        };
        self.0.released.notify_all();
    }

    /// Returns whether a signal has come while signals were held.
    pub(crate) fn have_interrupted(&self) -> bool {
        matches!(*lock(&self.0.state), State::Interrupted | State::Ending)
    }
}

impl Shared {
    fn handle(&self) {
        let mut state = lock(&self.state);
        match mem::replace(&mut *state, State::Interrupted) {
            State::Held(stop) => stop.request(),
            State::Awaited(wake) => {
                *state = State::Free;
                drop(wake);
            }
            State::Free | State::Interrupted | State::Ending => self.exit(),
        }
        while let State::Interrupted = *state {
            let waited = self.released.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        thread::sleep(GRACE);
        self.exit();
    }

    fn exit(&self) -> ! {
        if let Some(clean_up) = lock(&self.clean_up).take() {
            clean_up();
        }
        std::process::exit(ExitStatus::Interrupted as i32)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
