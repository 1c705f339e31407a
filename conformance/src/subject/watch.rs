use std::time::Instant;

use super::death::Death;
use super::news::News;
use super::observation::Observation;
use super::session::{Ending, Session};
use crate::transport::{Address, Link};

/// What a subject says while somebody else sends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heard {
    /// Nothing, as long as was waited.
    Nothing,
    /// A line of its reports.
    Report(Vec<u8>),
    /// A line that is longer than any report may be.
    TooLong,
    /// It died.
    Died {
        /// How.
        death: Death,
        /// What it wrote for people: the first lines and the last.
        log: Vec<String>,
    },
}

/// A session that is only listened to.
impl Session {
    /// Says where the subject is bound. `None` for a parser.
    pub fn address(&self) -> Option<&Address> {
        self.link.as_ref().map(Link::address)
    }

    /// Waits for the next line of its reports until the deadline.
    pub fn hear(&mut self, deadline: Instant) -> Heard {
        match self.next_news(deadline) {
            None | Some(News::Room) => Heard::Nothing,
            Some(News::Line(line)) => Heard::Report(line),
            Some(News::LongLine) => Heard::TooLong,
            Some(news @ (News::Closed | News::Exited(_))) => {
                died(self.death_by(news, &mut Observation::default()))
            }
        }
    }

    /// Finds out how the subject died, if nobody listens on its socket any more.
    pub fn find_dead(&mut self) -> Option<Heard> {
        let is_refused = self.link.as_mut().is_some_and(Link::is_refused);
        is_refused.then(|| died(self.death(Death::Refused, &mut Observation::default())))
    }
}

fn died(ending: Ending) -> Heard {
    match ending {
        Ending::Died { death, log } => Heard::Died { death, log },
        _ => Heard::Nothing,
    }
}
