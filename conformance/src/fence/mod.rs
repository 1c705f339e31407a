//! The fence: a marked good event that follows every vector, which distinguishes a silent subject
//! from a slow one.

mod advice;
#[cfg(feature = "runner")]
mod barrier;
mod digits;
mod event;
mod factory;
mod tags;
mod template;

pub use advice::{is_plain_name, renaming_advice};
#[cfg(feature = "runner")]
pub(crate) use barrier::{Backoff, Barrier, Position};
#[cfg(feature = "load")]
pub(crate) use digits::holds_mark;
pub use event::{Fence, FenceForm};
pub use factory::{Fences, Mark};
pub use tags::TagSource;
pub use template::{DEFAULT_NAME, FenceTemplate};
