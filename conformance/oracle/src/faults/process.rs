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

/// The process of a listener, as its steps see it. Clones are the same process.
#[derive(Clone, Debug, Default)]
pub(super) struct Process(Rc<Cell<Option<End>>>);

impl Process {
    /// Exits with status 0. What the present step returns is lost.
    pub(super) fn exit(&self) {
        self.end(End::Exit);
    }

    /// Dies. What the present step returns is lost.
    pub(super) fn crash(&self) {
        self.end(End::Crash);
    }

    /// Stops reading. What the present step returns is lost.
    pub(super) fn hang(&self) {
        self.end(End::Hang);
    }

    /// Dies unless a condition holds.
    pub(super) fn assert(&self, condition: bool) {
        if !condition {
            self.crash();
        }
    }

    /// Returns how the process ended, if it did.
    pub(super) fn ended(&self) -> Option<End> {
        self.0.get()
    }

    /// The first end counts: nothing happens behind it.
    fn end(&self, end: End) {
        self.0.set(self.0.get().or(Some(end)));
    }
}
