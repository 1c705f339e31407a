use std::time::Instant;

use super::death::Death;
use super::event::SubjectEvent;
use super::exchange::ExchangeEnd;
use super::session::Session;
use crate::observation::Observation;
use crate::transport::{Address, Link};

/// What a subject did while another part of the program sent datagrams.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Watched {
    /// The subject did nothing until the deadline.
    Nothing,
    /// The subject wrote a report.
    Report(Vec<u8>),
    /// The subject wrote a line that is longer than any report may be.
    TooLong,
    /// The subject died.
    Died {
        /// How the subject died.
        death: Death,
        /// The first and the last lines of the subject's log.
        log: Vec<String>,
    },
}

/// Methods of a session that receive reports and send nothing.
impl Session {
    /// Returns the address that the subject is bound to. `None` for a parser.
    pub fn address(&self) -> Option<&Address> {
        self.link.as_ref().map(Link::address)
    }

    /// Waits for the next line of the reports until the deadline.
    pub fn watch(&mut self, deadline: Instant) -> Watched {
        match self.next_event(deadline) {
            None | Some(SubjectEvent::Writable) => Watched::Nothing,
            Some(SubjectEvent::Line(line)) => Watched::Report(line),
            Some(SubjectEvent::LongLine) => Watched::TooLong,
            Some(event @ (SubjectEvent::Closed | SubjectEvent::Exited(_))) => {
                died(self.end_by(event, &mut Observation::default()))
            }
        }
    }

    /// Returns how the subject died, if its socket is no longer bound and stays so.
    pub fn find_dead(&mut self) -> Option<Watched> {
        if !self.link.as_mut().is_some_and(Link::is_refused) {
            return None;
        }
        let death = self.await_death_or_socket()?;
        Some(died(self.end_by_death(death, &mut Observation::default())))
    }
}

fn died(end: ExchangeEnd) -> Watched {
    match end {
        ExchangeEnd::Died { death, log } => Watched::Died { death, log },
        _ => Watched::Nothing,
    }
}
