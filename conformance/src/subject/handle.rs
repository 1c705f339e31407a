use std::time::Instant;

#[cfg(unix)]
use super::attached::Attached;
use super::death::Death;
use super::event::SubjectEvent;
use super::log::LogEnds;
use super::process::Process;
use super::streams::InputError;
use crate::transport::Link;

/// A handle to a subject. It returns the subject's events, and can kill the subject if the runner
/// started it.
#[derive(Debug)]
pub(super) enum SubjectHandle {
    /// A process that was started for the run.
    Process(Process),
    /// A listener that somebody else runs.
    #[cfg(unix)]
    Attached(Attached),
}

impl SubjectHandle {
    /// Waits for the next event until the deadline. Returns `None` if there was no event. With
    /// `writable`, also returns an event when this link may have space for a datagram.
    pub(super) fn wait(
        &mut self,
        deadline: Instant,
        writable: Option<&Link>,
    ) -> Option<SubjectEvent> {
        match self {
            Self::Process(process) => process.wait(deadline, writable),
            #[cfg(unix)]
            Self::Attached(attached) => attached.wait(deadline, writable),
        }
    }

    /// Returns whether an event can be returned without waiting.
    pub(super) fn has_event(&mut self) -> bool {
        let event = self.wait(Instant::now(), None);
        let output = match self {
            Self::Process(process) => process.output(),
            #[cfg(unix)]
            Self::Attached(attached) => attached.output(),
        };
        if let Some(event) = event {
            output.put_back(event);
        }
        output.has_event()
    }

    /// Writes a datagram to the standard input of a parser, as a line of hex.
    pub(super) fn send(&mut self, datagram: &[u8]) -> Result<(), InputError> {
        match self {
            Self::Process(process) => process.send((hex::encode(datagram) + "\n").as_bytes()),
            #[cfg(unix)]
            Self::Attached(_) => Err(InputError::Closed),
        }
    }

    /// Returns the kind of death that the end of the subject's output means.
    pub(super) fn closed(&self) -> Death {
        match self {
            Self::Process(_) => Death::ClosedOutput,
            #[cfg(unix)]
            Self::Attached(_) => Death::NoMoreReports,
        }
    }

    /// Returns the first and the last lines of the subject's log.
    pub(super) fn log(&self) -> &LogEnds {
        match self {
            Self::Process(process) => process.log(),
            #[cfg(unix)]
            Self::Attached(attached) => attached.log(),
        }
    }

    /// Ends the subject if the runner started it, and returns the lines that the subject reports
    /// meanwhile.
    pub(super) fn stop(self) -> Vec<Vec<u8>> {
        match self {
            Self::Process(process) => process.stop(),
            #[cfg(unix)]
            Self::Attached(_) => Vec::new(),
        }
    }

    /// Kills the subject if the runner started it, and returns the events that were not read yet.
    pub(super) fn kill(&mut self) -> Vec<SubjectEvent> {
        match self {
            Self::Process(process) => process.kill(),
            #[cfg(unix)]
            Self::Attached(_) => Vec::new(),
        }
    }
}
