//! Oracle for OpenSIPS event datagrams: what a correct reader may make of any bytes.
//!
//! - [`reference`](mod@reference) decodes both dialects as plainly as the rulings are written, and
//!   lists *every* admissible reading.
//! - [`laws`] are properties that hold for any input. Each panics where it is broken, and says how.
//! - [`mod@generate`] makes inputs, for any engine that has bytes to spend.
//!
//! Property tests, fuzz targets and the judge of the conformance suite call these three. They serve
//! tests of other codecs as well.
//!
//! # Features
//!
//! - `proptest`: the generated cases implement `proptest::arbitrary::Arbitrary`.
//! - `arbitrary`: the generated cases implement `arbitrary::Arbitrary`.

#![warn(clippy::missing_panics_doc)]

pub mod generate;
pub mod laws;
pub mod reference;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeDoctests;
