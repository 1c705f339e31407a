//! What to send: cases made to break parsers, out of whatever bytes an engine has.
//!
//! A case is what its generator makes of a row of bytes, each of which decides something. A fuzzing engine has such bytes and
//! keeps those that reach new code; a property test draws them at random; a replay reads them from a file. All of them
//! share these generators, and none needs to know how a case looks: fewer and smaller bytes give a simpler case, so that whoever
//! shrinks the bytes ([`Shrink`] does) shrinks the case, and no bytes at all give the simplest one.
//!
//! ```
//! use event_datagram_oracle::generate::{Generate, Source, TextDatagram};
//! use event_datagram_oracle::laws;
//!
//! let TextDatagram(datagram) = TextDatagram::generate(&mut Source::new(b"any bytes at all"));
//! laws::text::decoder_agrees_with_reference(&datagram);
//! ```
//!
//! With the feature `proptest` the cases implement its `Arbitrary`, with the feature `arbitrary` that of the crate of
//! this name, which libFuzzer's and other engines' targets take. Their `Debug` is Rust that can be pasted into a test.

#[cfg(any(feature = "arbitrary", feature = "proptest"))]
mod engines;
mod event;
mod jsonrpc;
mod mutate;
#[cfg(feature = "proptest")]
mod property;
mod shrink;
mod socket;
mod source;
mod text;

use std::fmt;

pub use event::{JsonRpcEvent, TextEvent};
pub use jsonrpc::{JsonRpcDatagram, JsonRpcSequence, Spelling};
#[cfg(feature = "proptest")]
pub use property::{Case, Cases};
pub use shrink::Shrink;
pub use socket::SocketText;
pub use source::Source;
pub use text::{TextDatagram, TextSequence};

/// A kind of case.
pub trait Generate: fmt::Debug + Sized {
    /// Makes a case of what `source` decides.
    fn generate(source: &mut Source<'_>) -> Self;
}

/// Bytes as a vector in Rust.
struct Literal<'a>(&'a [u8]);

impl fmt::Debug for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\".to_vec()", self.0.escape_ascii())
    }
}
