//! Generators of test cases that break parsers: datagrams, sequences, events and socket texts.
//!
//! A generator makes a case from bytes; each byte decides a choice ([`ByteSource`]). A fuzzing
//! engine has such bytes and keeps those that reach new code; a property test draws them at random;
//! a replay reads them from a file. All of them share these generators. Fewer and smaller bytes
//! make a simpler case, and no bytes the simplest one, so that an engine shrinks a case by
//! shrinking its bytes, without knowing the structure of the case. [`ByteShrinker`] does so, too.
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
//!     // Add #[test] in your own test.
//!     fn my_parser_survives(case: TextDatagram) {
//!         let _ = event_datagram::text::decode(&case.0);
//!     }
//! }
//! # my_parser_survives();
//! ```
//!
//! With the feature `arbitrary` the cases implement `arbitrary::Arbitrary`, so fuzz targets of
//! libFuzzer and other engines can take them as input: `fuzz_target!(|datagram: TextDatagram| …)`.
//! Their `Debug` output is Rust that can be pasted into a test.

mod byte_shrinker;
mod byte_source;
mod bytes_literal;
#[cfg(any(feature = "arbitrary", feature = "proptest"))]
mod engine_traits;
mod event;
mod from_bytes;
mod jsonrpc;
mod lenient;
mod mutate;
mod socket;
#[cfg(feature = "proptest")]
mod strategy;
mod text;
mod words;

pub use byte_shrinker::ByteShrinker;
pub use byte_source::ByteSource;
pub use event::{JsonRpcEvent, TextEvent};
pub use from_bytes::Generate;
pub use jsonrpc::{JsonRpcDatagram, JsonRpcSequence, Spelling};
pub use socket::SocketText;
#[cfg(feature = "proptest")]
pub use strategy::{CaseStrategy, CaseTree};
pub use text::{TextDatagram, TextSequence};
