//! Laws of this library's parsers and of its judge, and the fuzz targets that run them.
//!
//! - [`laws`] hold for any input, as those of `event_datagram_oracle` do; each panics with a
//!   message where it does not hold.
//! - [`JudgeCase`] is an input of the judge: steps, and an observation that is right or not. A
//!   [`JudgePair`] is two cases, one behind the other.
//! - [`FuzzTarget`] is a set of laws over one kind of input. Fuzzing engines run it, and so does
//!   the replay of seeds in the tests.

mod fuzz_target;
mod judge_case;
pub mod laws;
mod seeds;

pub use fuzz_target::FuzzTarget;
pub use judge_case::{JudgeCase, JudgePair};
