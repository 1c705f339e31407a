//! Conformance suite for listeners of OpenSIPS event datagrams.
//!
//! Data flows one way: corpus → [`vectors`] → [`run`] → [`subject`] → observation → [`judge`] → verdict → [`report`].
//! [`explore`] goes beyond the corpus: it makes vectors up, and makes small what fails.
//!
//! The command `evdg` is a thin layer above; what it does can be done from here, too. Nothing here prints, but for the
//! harness.

#[cfg(any(feature = "cli", feature = "testing"))]
pub mod capture;
pub mod compare;
pub mod contract;
pub mod dialect;
pub mod escape;
pub mod explore;
pub mod fence;
#[cfg(feature = "harness")]
pub mod harness;
pub mod judge;
pub mod known;
pub mod listen;
#[cfg(feature = "cli")]
pub mod load;
pub mod merge;
pub mod output_file;
pub mod report;
pub mod run;
pub mod send;
pub mod subject;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transport;
pub mod vectors;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct ReadmeDoctests;
