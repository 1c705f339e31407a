//! Oracle for OpenSIPS event datagrams: decides whether a listener read a datagram correctly, and
//! generates datagrams on which listeners fail.
//!
//! - [`reference`](mod@reference): a decoder for each dialect that lists *every* admissible reading
//!   of a datagram.
//! - [`laws`]: properties that hold for any input; each panics where it does not hold.
//! - `faults`: models of listeners that do one thing wrong (feature `faults`).
//! - [`mod@generate`]: generators of events, datagrams and sequences, from the bytes of any engine.
//!
//! Property tests, fuzz targets, the judge and the diagnosis of the conformance suite call these.
//! To test a parser of your own, generate a datagram, parse it, and ask the reference whether it
//! admits the result:
//!
//! ```
//! use event_datagram::EventBuf;
//! use event_datagram_oracle::generate::{ByteSource, Generate, TextDatagram};
//! use event_datagram_oracle::reference::{Reading, text};
//!
//! # fn parse(datagram: &[u8]) -> Result<EventBuf, String> {
//! #     let event = event_datagram::text::decode(datagram).map_err(|error| error.to_string())?;
//! #     Ok(EventBuf::from_event(&event))
//! # }
//! #
//! /// What a fuzzing engine or a property test calls with its bytes.
//! fn parser_agrees_with_reference(bytes: &[u8]) {
//!     let TextDatagram(datagram) = TextDatagram::generate(&mut ByteSource::new(bytes));
//!     let reading = parse(&datagram).map_or(Reading::Rejection, Reading::Event);
//!     assert!(text::admits(&datagram, &reading), "{reading:?} is no reading of {datagram:?}");
//! }
//!
//! parser_agrees_with_reference(b"");
//! parser_agrees_with_reference(b"\x40\x99\x30\x00\xff");
//! ```
//!
//! # Features
//!
//! - `proptest`: the generated cases implement `proptest::arbitrary::Arbitrary`.
//! - `faults`: the module of this name.
//! - `arbitrary`: the generated cases implement `arbitrary::Arbitrary`.

#![warn(clippy::missing_panics_doc)]

#[cfg(feature = "faults")]
pub mod faults;
pub mod generate;
pub mod laws;
pub mod reference;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeDoctests;
