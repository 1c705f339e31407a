use std::cell::Cell;
use std::rc::Rc;

/// How a listener with a fault ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// Its process exits with status 0.
    Exit,
    /// Its process dies: of a signal, or with an exception that nobody catches.
    Crash,
    /// Its process goes on without reading datagrams.
    Hang,
}

/// The modelled process of a listener, which the steps of the listener can end. Clones stand for
/// the same process.
#[derive(Clone, Debug, Default)]
pub(super) struct Process(Rc<Cell<Option<End>>>);

impl Process {
    /// Ends the process with exit status 0. The result of the current step is lost.
    pub(super) fn exit(&self) {
        self.end(End::Exit);
    }

    /// Ends the process with a crash. The result of the current step is lost.
    pub(super) fn crash(&self) {
        self.end(End::Crash);
    }

    /// Makes the process hang: it reads no more datagrams. The result of the current step is lost.
    pub(super) fn hang(&self) {
        self.end(End::Hang);
    }

    /// Ends the process with a crash unless a condition holds.
    pub(super) fn assert(&self, condition: bool) {
        if !condition {
            self.crash();
        }
    }

    /// Returns how the process ended, if it did.
    pub(super) fn ended(&self) -> Option<End> {
        self.0.get()
    }

    /// Ends the process. If it has ended before, nothing changes.
    fn end(&self, end: End) {
        self.0.set(self.0.get().or(Some(end)));
    }
}
