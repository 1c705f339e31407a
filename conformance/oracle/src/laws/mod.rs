//! Laws: properties of the codec that hold for every input, in either dialect and for the socket
//! syntax. Each is a function that panics with a message where the property does not hold.
//!
//! A law takes its input from anywhere: a property test, a fuzzing engine, a file with an old
//! finding.
//!
//! ```
//! use event_datagram_oracle::generate::{ByteSource, Generate, TextEvent};
//! use event_datagram_oracle::laws;
//!
//! // A fuzz target of libFuzzer: the closure gets the engine's bytes.
//! let target = |bytes: &[u8]| {
//!     laws::text::decoder_agrees_with_reference(bytes);
//!     laws::jsonrpc::decoder_agrees_with_reference(bytes);
//!     let TextEvent(event) = TextEvent::generate(&mut ByteSource::new(bytes).small());
//!     laws::text::sender_matches_size_and_check(&event);
//! };
//! target(b"E_TEST\nip::10.0.0.1\n\n");
//! ```
//!
//! To test a parser of your own, compare its result with the [reference](crate::reference), as
//! [`text::decoder_agrees_with_reference`] does with the codec's.

mod codec_checks;
mod event_model;
pub mod jsonrpc;
pub mod socket;
pub mod text;

pub use event_model::bytes_accessors_agree;
