//! Generators of test cases that break parsers: datagrams, sequences, events and socket texts.
//!
//! A generator makes a case from bytes, each of which makes a choice ([`ByteSource`]). A fuzzing
//! engine has such bytes and keeps those that reach new code; a property test draws them at random;
//! a replay reads them from a file. All of them share these generators. Fewer and smaller bytes
//! make a simpler case, and no bytes the simplest one, so that an engine shrinks the case by
//! shrinking the bytes ([`ByteShrinker`] does), without knowing its structure.
//!
//! ```
//! use event_datagram_oracle::generate::{ByteSource, Generate, TextDatagram};
//! use event_datagram_oracle::laws;
//!
//! let TextDatagram(datagram) = TextDatagram::generate(&mut ByteSource::new(b"any bytes at all"));
//! laws::text::decoder_agrees_with_reference(&datagram);
//! ```
//!
//! With the feature `proptest` the cases implement `proptest::arbitrary::Arbitrary`, and a property
//! test takes them as parameters:
//!
#![cfg_attr(feature = "proptest", doc = "```")]
#![cfg_attr(not(feature = "proptest"), doc = "```ignore")]
//! use event_datagram_oracle::generate::TextDatagram;
//! use proptest::prelude::*;
//!
//! proptest! {
//!     // With #[test] in a test of yours.
//!     fn my_parser_survives(case: TextDatagram) {
//!         let _ = event_datagram::text::decode(&case.0);
//!     }
//! }
//! # my_parser_survives();
//! ```
//!
//! With the feature `arbitrary` they implement `arbitrary::Arbitrary`, which the targets of
//! libFuzzer and other engines take: `fuzz_target!(|datagram: TextDatagram| …)`. Their `Debug`
//! output is Rust that can be pasted into a test.

mod byte_shrinker;
mod byte_source;
mod bytes_literal;
#[cfg(any(feature = "arbitrary", feature = "proptest"))]
mod engine_traits;
mod event;
mod from_bytes;
mod jsonrpc;
mod mutate;
mod socket;
#[cfg(feature = "proptest")]
mod strategy;
mod text;

pub use byte_shrinker::ByteShrinker;
pub use byte_source::ByteSource;
pub use event::{JsonRpcEvent, TextEvent};
pub use from_bytes::Generate;
pub use jsonrpc::{JsonRpcDatagram, JsonRpcSequence, Spelling};
pub use socket::SocketText;
#[cfg(feature = "proptest")]
pub use strategy::{CaseStrategy, CaseTree};
pub use text::{TextDatagram, TextSequence};
