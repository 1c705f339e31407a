#[cfg(unix)]
use crate::subject::death::Exit;

/// What happened to a process while its streams were waited for.
#[derive(Debug)]
pub(crate) enum StreamEvent<'s> {
    /// It wrote this to standard output.
    Output(&'s [u8]),
    /// Its standard output was closed.
    OutputClosed,
    /// It wrote this to standard error.
    Log(&'s [u8]),
    /// Its standard error was closed.
    LogClosed,
    /// It ended. It is not reaped yet, so that its process id is still its own.
    #[cfg(unix)]
    Ended(Exit),
    /// The link may have room for another datagram.
    Writable,
    /// Nothing, until the end of the wait.
    Nothing,
}
