//! Waits for the standard streams and for the end of a process, in one call.

mod buffer;
mod event;
mod input;
#[cfg(not(unix))]
mod threads;
#[cfg(unix)]
mod unix;

#[cfg(unix)]
pub(super) use buffer::BUFFER_SIZE;
pub(super) use event::StreamEvent;
pub(super) use input::InputError;
#[cfg(not(unix))]
pub(super) use threads::Streams;
#[cfg(unix)]
pub(super) use unix::Streams;
