use std::time::Instant;

#[cfg(unix)]
use super::attached::Attached;
use super::death::Death;
use super::news::News;
use super::process::Process;
use super::streams::InputError;
use crate::transport::Link;

/// What a subject is for its runner: something that gives news, and mostly can be killed.
#[derive(Debug)]
pub(super) enum Body {
    /// A process that was started for the run.
    Process(Process),
    /// A listener that somebody else runs.
    #[cfg(unix)]
    Attached(Attached),
}

impl Body {
    /// Waits for news until the deadline. `None` if there were none. With `room`, that the link may have room is news, too.
    pub(super) fn wait(&mut self, deadline: Instant, room: Option<&Link>) -> Option<News> {
        match self {
            Self::Process(process) => process.wait(deadline, room),
            #[cfg(unix)]
            Self::Attached(attached) => attached.wait(deadline, room),
        }
    }

    /// Tells whether there are news already.
    pub(super) fn has_news(&mut self) -> bool {
        let news = self.wait(Instant::now(), None);
        let output = match self {
            Self::Process(process) => process.output(),
            #[cfg(unix)]
            Self::Attached(attached) => attached.output(),
        };
        if let Some(news) = news {
            output.put_back(news);
        }
        output.has_news()
    }

    /// Hands bytes to its standard input.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<(), InputError> {
        match self {
            Self::Process(process) => process.send(bytes),
            #[cfg(unix)]
            Self::Attached(_) => Err(InputError::Closed),
        }
    }

    /// Says what it means that no more can be read from it.
    pub(super) fn closed(&self) -> Death {
        match self {
            Self::Process(_) => Death::ClosedOutput,
            #[cfg(unix)]
            Self::Attached(_) => Death::NoMoreReports,
        }
    }

    /// Gives the first and the last lines that it said for people.
    pub(super) fn log_ends(&self) -> Vec<String> {
        match self {
            Self::Process(process) => process.log_ends(),
            #[cfg(unix)]
            Self::Attached(attached) => attached.log_ends(),
        }
    }

    /// Ends it, unless it is somebody else's.
    pub(super) fn stop(self) {
        match self {
            Self::Process(process) => process.stop(),
            #[cfg(unix)]
            Self::Attached(_) => {}
        }
    }

    /// Kills it, unless it is somebody else's, and gives what was still on its way.
    pub(super) fn kill(&mut self) -> Vec<News> {
        match self {
            Self::Process(process) => process.kill(),
            #[cfg(unix)]
            Self::Attached(_) => Vec::new(),
        }
    }
}
