//! The fence: a marked good event that follows every vector, which distinguishes a silent subject
//! from a slow one.

#[cfg(feature = "runner")]
mod barrier;
mod digits;
mod event;
mod factory;

#[cfg(feature = "runner")]
pub(crate) use barrier::{Backoff, Barrier, Position};
#[cfg(feature = "load")]
pub(crate) use digits::holds_mark;
pub use event::{Fence, FenceForm};
pub use factory::{DEFAULT_NAME, Fences, Mark};
