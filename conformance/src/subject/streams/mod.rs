//! The standard streams of a process, and its end: waited for in one place.

#[cfg(not(unix))]
mod threads;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(super) use threads::Streams;
#[cfg(unix)]
pub(super) use unix::Streams;

use super::death::Exit;

/// Something that happened.
#[derive(Debug)]
pub(super) enum Stir<'s> {
    /// It wrote this to standard output.
    Output(&'s [u8]),
    /// Its standard output was closed.
    OutputClosed,
    /// It wrote this to standard error.
    Log(&'s [u8]),
    /// Its standard error was closed.
    LogClosed,
    /// It ended. It is not reaped yet, so that its number still means it.
    Ended(Exit),
    /// The link may have room for another datagram.
    Room,
    /// Nothing, for as long as was to be waited.
    Nothing,
}

/// Why a process takes no bytes on its standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputError {
    /// It has not read those before.
    Full,
    /// It has closed it.
    Closed,
}

/// As much may wait for a process that does not read: a few of the longest lines.
const MAX_WAITING: usize = 1 << 20;
const BUFFER: usize = 1 << 16;
