//! Codec of the datagrams by which OpenSIPS tells the outside world what happens in it.
//!
//! ```
//! use event_datagram::text;
//!
//! let event = text::decode(b"E_PIKE_BLOCKED\nip::192.168.2.11\n\n")?;
//! assert_eq!(event.name(), b"E_PIKE_BLOCKED");
//!
//! let ip = event.params().next().expect("one parameter");
//! assert_eq!(ip.name.expect("it is named"), *b"ip");
//! assert_eq!(ip.value, *b"192.168.2.11");
//! # Ok::<(), text::DecodeError>(())
//! ```
//!
//! An event is a name and parameters in order, each with an optional name and a value ([`Event`], [`Param`], [`Value`]).
//! The [`text`] dialect is what OpenSIPS up to 3.0 sends; [`Socket`] is the syntax that says where to.
//!
//! # Scope of this crate
//!
//! It knows bytes and nothing of sockets. Decoding borrows from the datagram and allocates nothing; encoding writes into
//! a buffer of the caller's, or into a `Vec` (feature `alloc`). It builds without `std`.
//!
//! What it does rests on one of three authorities, and the documentation of each item says on which:
//!
//! - **documented**: the grammar in the README of OpenSIPS' `event_datagram` module, releases 1.7 to 3.0. The strict
//!   profile, [`text::documented`], implements it and nothing else.
//! - **sender**: what real servers (1.8.8, 1.11.11, 2.4.11 and 3.0.5) put on the wire. [`text::sender`] writes the same
//!   bytes, byte for byte.
//! - **ruling**: where the two disagree or are silent, a choice made once, for all listeners. [`text::decode`] reads
//!   datagrams by these rulings, T1 to T20 of the specification in the project's corpus.
//!
//! The text form is not injective: several events share one datagram. [`text::sender::check`] tells whether a given event
//! survives the journey, and if not, which parameter is in the way and why.
//!
//! # Features
//!
//! - `std` (default): lets `memchr` choose the widest vector instructions of the processor at run time.
//! - `alloc`: [`EventBuf`] and its parts, encoding into a `Vec`, contents as `Cow`. Part of `std`.
//! - `testing`: the reference decoder and the laws, for property tests, fuzzing, and judges of other decoders.

#![no_std]
#![warn(
    clippy::exhaustive_enums,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod advice;
mod bytes;
mod event;
#[cfg(feature = "alloc")]
mod owned;
mod socket;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;

pub use advice::{Advice, advise};
pub use bytes::Bytes;
pub use event::{Event, EventRef, Param, Value};
#[cfg(feature = "alloc")]
pub use owned::{EventBuf, ParamBuf, ValueBuf};
pub use socket::*;

/// The greatest length of an event datagram, in bytes, that the module's documentation promises (all releases).
///
/// Every listener must take a datagram of this length (requirement T15). Text senders stop far below, at
/// [`text::sender::BUFFER`]; UDP over IPv4 could carry up to [`MAX_UDP_PAYLOAD`].
pub const MAX_DATAGRAM: usize = 65_457;

/// The greatest payload of one UDP datagram over IPv4, in bytes: 65535 less the IP and UDP headers (requirement T16).
pub const MAX_UDP_PAYLOAD: usize = 65_507;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeDoctests;
