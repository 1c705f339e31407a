//! Conformance suite for listeners of OpenSIPS event datagrams.
//!
//! Data flows one way: corpus → [`vectors`] → [`run`] → [`subject`] → observation → [`judge`] →
//! verdict → [`diagnose`] → [`report`]. [`explore`] goes beyond the corpus: it generates vectors,
//! and shrinks those that fail.
//!
//! The command `evdg` is a thin layer on top of this library. Nothing in the library prints.
//!
//! # Features
//!
//! - `runner`: everything that tests a subject and reports. Without it, the crate contains what the
//!   crate `event-datagram-harness` needs: vectors, judge and evidence.
//! - `reference`: access to the reference decoders.
//! - `diagnosis`: searches the causes of failures.
//! - `capture`: reads datagrams from packet captures, and anonymizes them.
//! - `load`: load tests.
//! - `kits`: kits for fuzzing parsers in other languages.
//! - `testing`: laws of the readers and of the judge, and the table of fuzz targets.
//! - `cli` (default): the command `evdg`.

#[cfg(feature = "capture")]
pub mod anonymize;
#[cfg(feature = "capture")]
pub mod capture;
#[cfg(feature = "runner")]
pub mod compare;
pub mod contract;
#[cfg(feature = "diagnosis")]
pub mod diagnose;
pub mod dialect;
pub mod escape;
pub mod evidence;
#[cfg(feature = "runner")]
pub mod explore;
pub mod fence;
pub mod input_file;
pub mod judge;
#[cfg(feature = "kits")]
pub mod kit;
#[cfg(feature = "runner")]
pub mod known;
pub mod layout;
#[cfg(feature = "runner")]
pub mod lint;
#[cfg(feature = "runner")]
pub mod listen;
#[cfg(feature = "load")]
pub mod load;
#[cfg(feature = "runner")]
pub mod merge;
mod named_enum;
pub mod observation;
#[cfg(feature = "runner")]
pub mod output_file;
#[cfg(feature = "runner")]
pub mod output_folder;
#[cfg(feature = "runner")]
pub mod report;
#[cfg(feature = "runner")]
pub mod run;
#[cfg(feature = "runner")]
pub mod send;
#[cfg(feature = "runner")]
pub mod subject;
pub mod suggest;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "runner")]
pub mod transport;
pub mod vectors;
