//! The JSON-RPC dialect, which OpenSIPS 3.1 and later send.
//!
//! A datagram is one notification of JSON-RPC 2.0, with the event's name as `method`:
//!
//! ```text
//! {"jsonrpc":"2.0","method":"E_PIKE_BLOCKED","params":{"ip":"192.168.2.11"}}
//! ```
//!
//! - [`decode`] reads a datagram by the rulings J1 to J14, as every listener should.
//! - [`sender`] writes a datagram byte for byte as OpenSIPS 3.1 to 4.0 does.
//!
//! The crate has its own JSON parser, because events need little of JSON, and because a general
//! parser would drop duplicate names, reject bytes that are not UTF-8, or be slower.

mod check;
mod decode;
mod error;
mod escaped;
mod number;
mod read;
mod scan;
pub mod sender;
mod string;
mod write;

pub use decode::{Decoded, decode};
pub use error::{DecodeError, DecodeErrorKind};
pub use read::Params;
pub use scan::MAX_DEPTH;
