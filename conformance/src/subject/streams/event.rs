#[cfg(unix)]
use crate::subject::death::Exit;

/// What happened while the runner waited for the streams of a process.
#[derive(Debug)]
pub(crate) enum StreamEvent<'s> {
    /// The process wrote these bytes to standard output.
    Output(&'s [u8]),
    /// The standard output of the process was closed.
    OutputClosed,
    /// The process wrote these bytes to standard error.
    Log(&'s [u8]),
    /// The standard error of the process was closed.
    LogClosed,
    /// The process ended. It is not reaped yet, so that its process id is not reused.
    #[cfg(unix)]
    Ended(Exit),
    /// The link may have space for another datagram.
    Writable,
    /// Nothing happened until the end of the wait.
    Nothing,
}
