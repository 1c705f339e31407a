use std::time::Instant;

#[cfg(unix)]
use super::attached::Attached;
use super::death::Death;
use super::event::SubjectEvent;
use super::log::LogEnds;
use super::process::Process;
use super::streams::InputError;
use crate::transport::Link;

/// A subject as the runner handles it: it produces events, and can be killed if the runner started
/// it.
#[derive(Debug)]
pub(super) enum SubjectHandle {
    /// A process that was started for the run.
    Process(Process),
    /// A listener that somebody else runs.
    #[cfg(unix)]
    Attached(Attached),
}

impl SubjectHandle {
    /// Waits for the next event until the deadline. `None` if there was none. With `writable`, that
    /// this link may have room is an event, too.
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

    /// Returns whether an event is there already.
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

    /// Returns what it means that no more can be read from the subject.
    pub(super) fn closed(&self) -> Death {
        match self {
            Self::Process(_) => Death::ClosedOutput,
            #[cfg(unix)]
            Self::Attached(_) => Death::NoMoreReports,
        }
    }

    /// Returns the ends of the subject's log.
    pub(super) fn log(&self) -> &LogEnds {
        match self {
            Self::Process(process) => process.log(),
            #[cfg(unix)]
            Self::Attached(attached) => attached.log(),
        }
    }

    /// Ends the subject, unless somebody else runs it, and returns the lines that it reports
    /// meanwhile.
    pub(super) fn stop(self) -> Vec<Vec<u8>> {
        match self {
            Self::Process(process) => process.stop(),
            #[cfg(unix)]
            Self::Attached(_) => Vec::new(),
        }
    }

    /// Kills the subject, unless somebody else runs it, and returns the events that were still on
    /// their way.
    pub(super) fn kill(&mut self) -> Vec<SubjectEvent> {
        match self {
            Self::Process(process) => process.kill(),
            #[cfg(unix)]
            Self::Attached(_) => Vec::new(),
        }
    }
}
