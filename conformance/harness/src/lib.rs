//! The vectors of the event_datagram conformance suite as tests of another crate's own
//! `cargo test`. The parser under test runs in the process of its tests.
//!
//! The crate with the parser adds a test target
//!
//! ```toml
//! [dev-dependencies]
//! event-datagram-harness = "0.1"
//!
//! [[test]]
//! name = "conformance"
//! harness = false
//! ```
//!
//! and the file `tests/conformance.rs`:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use event_datagram_harness::{Dialect, EventBuf, Harness};
//!
//! # mod my_crate {
//! #     pub fn parse(datagram: &[u8]) -> Result<event_datagram::EventBuf, String> {
//! #         let event = event_datagram::text::decode(datagram).map_err(|error| error.to_string())?;
//! #         Ok(event_datagram::EventBuf::from_event(&event))
//! #     }
//! # }
//! fn main() -> ExitCode {
//!     let parser = || |datagram: &[u8]| -> Result<EventBuf, String> { my_crate::parse(datagram) };
//!     Harness::new()
//!         .parser(Dialect::Text, parser)
//!         .known("sep-first-one-splits", "the old parser splits at the last separator")
//!         .not_applicable("T16")
//!         .main()
//! }
//! ```
//!
//! `cargo test` then shows a test for each vector, such as `text::T4::sep-first-one-splits`.
//! `cargo test text::T4` runs those of a requirement, and `cargo test -- --list` lists them. The
//! harness does what `evdg test` does, with these differences:
//!
//! - **Each vector gets a fresh parser.** Tests run in parallel and are selected by name, so no
//!   test may depend on earlier ones. A parser that keeps state keeps it over the datagrams of a
//!   sequence (T19, T20) and over the good event after every vector: if something stays in its
//!   buffer, it misreads that event, and the vector fails.
//! - **A panic is a crash.** A parser that has not answered within the time limit hangs; its thread
//!   cannot be stopped, and ends with the process. `abort` or a stack overflow ends the tests, too:
//!   `evdg test --parser` tests such a parser from outside.
//! - **Remarks come at the end**, on standard error: which of several right readings the parser
//!   took, the warnings, and the diagnosis, which says what faults explain the failures.
//!
//! A run that tests nothing never passes. Cargo passes one filter to all test targets, so a filter
//! that fits no vector may be meant for another target, and is accepted; but a filter that can only
//! be meant for a vector, such as `sep-frist` or `text::T99`, has to fit one.

mod empty_run;
mod factory;
mod harness;
mod parser;
mod parser_run;
mod remarks;
mod run_findings;
mod vector_test;

pub use event_datagram::{EventBuf, ParamBuf, ValueBuf};
pub use event_datagram_conformance::dialect::Dialect;
pub use harness::Harness;
pub use parser::Parser;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeDoctests;
