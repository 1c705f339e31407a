//! A codec of the datagrams with which OpenSIPS' `event_datagram` module reports events.
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
//! An event is a name and parameters in order, each with an optional name and a value ([`Event`],
//! [`Param`], [`Value`]). OpenSIPS up to 3.0 sends the [`text`] dialect, later releases send
//! [`jsonrpc`]. [`Socket`] is the syntax of their destination.
//!
//! # Scope of this crate
//!
//! The crate has no I/O. Decoding borrows from the datagram and allocates nothing; encoding writes
//! into a buffer of the caller's, or into a `Vec` (feature `alloc`). It builds without `std`.
//!
//! Each behaviour of the crate has one of three authorities, which the documentation of the item
//! names:
//!
//! - **documented**: the grammar in the README of OpenSIPS' `event_datagram` module, releases 1.7
//!   to 3.0. [`text::documented`] decodes by this grammar alone. For JSON-RPC there is no such
//!   page: the standards are JSON-RPC 2.0 and RFC 8259.
//! - **sender**: what real servers sent: 1.8.8, 1.11.11, 2.4.11 and 3.0.5 in the text dialect,
//!   3.1.0, 3.4.18, 3.6.8 and 4.0.1 in JSON-RPC. [`text::sender`] and [`jsonrpc::sender`] write the
//!   same bytes.
//! - **ruling**: where these two disagree or say nothing, a choice that the project has made for
//!   all listeners. [`text::decode`] reads datagrams by the rulings T1 to T20, [`jsonrpc::decode`]
//!   by J1 to J14, of the specification in the project's corpus.
//!
//! Neither dialect is injective: several events share one datagram. [`text::sender::check`] and
//! [`jsonrpc::sender::check`] report whether an event reads back the same, and if not, which part
//! of it does not, and why.
//!
//! The [`jsonrpc`] module parses only the JSON of events. A value that an event cannot have (a
//! boolean, a nested value, a fraction, an integer beyond 64 bits) is an error in a parameter. In
//! members that do not belong to the event, any well-formed value is accepted.
//!
//! # Features
//!
//! - `std` (default): lets `memchr` choose the widest vector instructions of the processor at run
//!   time.
//! - `alloc`: [`EventBuf`] and its parts, encoding into a `Vec`, contents as `Cow`. Part of `std`.
//! - `jsonrpc`: the [`jsonrpc`] dialect. It needs neither `std` nor `alloc`.

#![no_std]
#![warn(
    clippy::exhaustive_enums,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// The crate documentation links to items of all features, even if some features are off.
#![cfg_attr(
    not(all(feature = "alloc", feature = "jsonrpc")),
    allow(rustdoc::broken_intra_doc_links)
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod advice;
mod bytes;
mod chunks;
mod copy;
mod decode_error;
mod encode;
mod event;
#[cfg(feature = "jsonrpc")]
pub mod jsonrpc;
mod lanes;
#[cfg(feature = "alloc")]
mod owned;
mod socket;
pub mod text;
#[cfg(feature = "jsonrpc")]
mod unescape;
mod unwritable;
mod window;

pub use advice::{Advice, advise};
pub use bytes::Bytes;
pub use chunks::Chunk;
pub use encode::EncodeError;
pub use event::{Event, EventRef, Param, Value};
#[cfg(feature = "alloc")]
pub use owned::{EventBuf, ParamBuf, ValueBuf};
pub use socket::*;
pub use unwritable::{Unwritable, UnwritableReason};

/// The greatest length of an event datagram, in bytes, that the module's documentation promises
/// (all releases).
///
/// Every listener must take a datagram of this length (requirement T15). Text senders stop far
/// below, at [`text::sender::BUFFER`]; UDP over IPv4 could carry up to [`MAX_UDP_PAYLOAD`].
pub const MAX_DATAGRAM: usize = 65_457;

/// The greatest payload of one UDP datagram over IPv4, in bytes: 65535 less the IP and UDP headers
/// (requirement T16).
pub const MAX_UDP_PAYLOAD: usize = 65_507;

/// The greatest datagram that a UNIX socket sends with Linux' default send buffer, in bytes (T16).
///
/// JSON-RPC senders were seen to go that far over UNIX sockets, and [`jsonrpc::sender`] does.
#[cfg(feature = "jsonrpc")]
pub const MAX_UNIX_DATAGRAM: usize = 212_959;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeDoctests;
