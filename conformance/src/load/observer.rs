use std::borrow::Cow;
use std::time::Instant;

use crate::subject::{Session, Watched, quoted_log};

/// A source of reports: says which datagrams have arrived.
pub trait Observer {
    /// Waits for the next event until the deadline, or a little longer.
    fn next_event(&mut self, deadline: Instant) -> ObserverEvent<'_>;

    /// Returns how the listener died, if it did without an event.
    fn find_death(&mut self) -> Option<String>;
}

/// An event of a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObserverEvent<'o> {
    /// Nothing happened until the deadline.
    Nothing,
    /// A report, or the datagram itself.
    Report(Cow<'o, [u8]>),
    /// The listener died in this way.
    Died(String),
}

/// Observes the listener of a session by its reports.
impl Observer for Session {
    fn next_event(&mut self, deadline: Instant) -> ObserverEvent<'_> {
        match self.watch(deadline) {
            Watched::Report(line) => ObserverEvent::Report(line.into()),
            Watched::TooLong => ObserverEvent::Report(Cow::Borrowed(b"")),
            Watched::Died { death, log } => {
                ObserverEvent::Died(format!("{death}{}", quoted_log(&log)))
            }
            Watched::Nothing => ObserverEvent::Nothing,
        }
    }

    fn find_death(&mut self) -> Option<String> {
        match self.find_dead()? {
            Watched::Died { death, log } => Some(format!("{death}{}", quoted_log(&log))),
            _ => None,
        }
    }
}
