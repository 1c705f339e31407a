//! The text dialect, which OpenSIPS up to 3.0 sends.
//!
//! A datagram is the event's name on a line, a line for each parameter, and an empty line:
//!
//! ```text
//! E_PIKE_BLOCKED
//! ip::192.168.2.11
//!
//! ```
//!
//! - [`decode`] reads a datagram by the rulings T1 to T20, as every listener should.
//! - [`documented`] reads only datagrams that the documented grammar allows.
//! - [`sender`] writes a datagram byte for byte as OpenSIPS 1.8 to 3.0 does.

mod check;
mod decode;
pub mod documented;
mod error;
mod marks;
pub mod sender;
mod write;

pub use decode::{Decoded, Params, decode};
pub use error::{DecodeError, DecodeErrorKind};
