//! What must hold of the readers and the judge of this library, and what fuzzing engines run, for tests and fuzz targets.
//!
//! - [`laws`] hold for any input, as those of `event_datagram_oracle` do; each panics where it is broken, and says by what.
//! - [`JudgeCase`] is what the judge is given: steps, and an observation that may be right; a [`JudgePair`] is two, one behind the
//!   other.
//! - [`Target`] is a set of laws over one kind of input. Engines, and the replay of seeds in the tests, all run these.

mod judge_case;
pub mod laws;
mod seeds;
mod target;

pub use judge_case::{JudgeCase, JudgePair};
pub use target::Target;
