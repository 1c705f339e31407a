//! Laws of this library's parsers, judge and diagnosis, and the fuzz targets that run them.
//!
//! - [`laws`] are functions that panic with a message if a property does not hold for an input,
//!   like those of `event_datagram_oracle`.
//! - [`JudgeCase`] is an input of the judge: steps, and an observation that is right or not. A
//!   [`JudgePair`] is two consecutive cases.
//! - [`DiagnosisCase`] is an input of the diagnosis: a listener with faults, and vectors.
//! - [`FuzzTarget`] is a set of laws for one kind of input. Fuzzing engines and the tests with
//!   seeds run it.

mod diagnosis_case;
mod fuzz_target;
mod judge_case;
pub mod laws;
mod seeds;

pub use diagnosis_case::DiagnosisCase;
pub use fuzz_target::FuzzTarget;
pub use judge_case::{JudgeCase, JudgePair};
