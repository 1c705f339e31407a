//! The oracle for OpenSIPS event datagrams, with a C interface: any parser, in any language, can be
//! fuzzed in process against the rulings of the conformance suite.
//!
//! The header `include/event_datagram_oracle.h` documents the C interface. Its functions are thin:
//! they convert pointers ([`c_interface`]) and call the safe functions of this crate, which a
//! program in Rust can call as well:
//!
//! ```
//! use event_datagram::{EventRef, Param};
//! use event_datagram_conformance::dialect::Dialect;
//! use event_datagram_oracle_c::{Answer, answer, explanation};
//!
//! let datagram = b"E_TEST\nip::::1\n\n";
//! let params = [Param::named("ip", "::1")];
//! let right = EventRef::new("E_TEST", &params);
//! assert_eq!(answer(Dialect::Text, datagram, Some(&right)), Answer::Admissible);
//!
//! // Split at the last `::` instead of the first.
//! let params = [Param::named("ip::", "1")];
//! let wrong = EventRef::new("E_TEST", &params);
//! assert_eq!(answer(Dialect::Text, datagram, Some(&wrong)), Answer::Inadmissible);
//! assert_eq!(
//!     explanation(Dialect::Text, datagram, Some(&wrong)),
//!     r#"parameter 1: expected the name "ip", found "ip::"; admissible: {"event":"E_TEST","params":[{"name":"ip","value":"::1"}]}"#
//! );
//! ```
//!
//! # Features
//!
//! - `testing`: the fuzz target of the C interface.

mod answer;
pub mod c_interface;
mod explanation;
mod mutation;
#[cfg(feature = "testing")]
pub mod testing;

pub use answer::{Answer, LineAnswer, answer, line_answer};
pub use explanation::{explanation, line_explanation};
pub use mutation::{generated, mutated};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeDoctests;
