//! Reports: each format is a sink for the one stream of a run's events.

mod describe;
mod file;
mod human;
mod json;
mod junit;
mod markdown;
mod summary;
mod tap;

use std::io;

pub use describe::{datagram_in_words, event_in_words, expectation_in_words};
pub(crate) use describe::{evidence, expectation_to_json, shortened};
pub(crate) use file::write_whole;
pub use human::Human;
pub use json::Json;
pub use junit::Junit;
pub use markdown::Markdown;
pub use summary::Summary;
pub use tap::Tap;

use crate::run::{Event, Outcome};
use crate::subject::SocketKind;
use crate::vectors::{Requirement, Vector};

/// Takes the events of a run, and at its end makes a report of them.
pub trait Report<'c> {
    /// Takes an event.
    fn take(&mut self, event: &Event<'_, 'c>);

    /// Writes the report: all of it, or nothing.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    fn finish(&mut self, summary: &Summary) -> io::Result<()>;
}

/// What reports say about a run besides its results.
#[derive(Clone, Debug)]
pub struct Context {
    /// How the subject was started, as one would type it into a shell.
    pub subject: String,
    /// How it is connected: `listener` or `parser`.
    pub kind: &'static str,
    /// The options with which a vector is run again, each with a space before it.
    pub options: String,
    /// The subject's command behind ` -- `; empty for the built-in listener.
    pub command: String,
    /// The requirements that vectors name.
    pub requirements: Vec<Requirement>,
    /// Whether warnings count as failures.
    pub strict: bool,
    /// The requirement set whose vectors decide.
    pub set: Option<String>,
}

impl Context {
    /// Gives the command line that runs a vector again over a socket.
    fn replay(&self, vector: &Vector, socket: SocketKind) -> String {
        let socket = match socket {
            SocketKind::Stdin => String::new(),
            socket => format!(" --socket {socket}"),
        };
        format!(
            "evdg test --filter {}{socket}{}{}",
            vector.id, self.options, self.command
        )
    }

    /// Gives what a verdict rests on, line by line.
    fn evidence(&self, outcome: &Outcome<'_>) -> Vec<(&'static str, String)> {
        let replay = self.replay(outcome.vector, outcome.socket);
        evidence(
            outcome.vector,
            &outcome.why,
            &outcome.observation,
            &outcome.log,
            replay,
        )
    }

    /// Says for which set a verdict holds: ` to 2026.1`, or nothing.
    fn to_set(&self) -> String {
        self.set
            .as_ref()
            .map_or_else(String::new, |set| format!(" to {set}"))
    }

    /// Says how many results do not decide, if there are any, and why.
    fn aside(&self, summary: &Summary) -> Option<String> {
        let set = self.set.as_ref()?;
        match summary.total() - summary.deciding() {
            0 => None,
            1 => Some(format!(
                "1 result does not decide: its vector is not in {set}"
            )),
            count => Some(format!(
                "{count} results do not decide: their vectors are not in {set}"
            )),
        }
    }

    fn title(&self, requirement: &str) -> &str {
        self.requirements
            .iter()
            .find(|known| known.id == requirement)
            .map_or("", |known| &known.title)
    }
}
