//! Peers: other implementations of the codec, with the standard library, with a parser crate, with
//! a JSON crate.
//!
//! They implement the same rulings as the codec and return the same result, as `tests/peers.rs`
//! checks. Each takes its fastest way, and passes each parameter to a closure, so that none pays
//! for a list.

mod agreement;
pub mod jiter;
mod json_part;
mod notification;
mod param;
pub mod regex;
pub mod serde_json;
pub mod simd_json;
pub mod sonic_rs;
pub mod std_str;
pub mod std_write;
mod typed_notification;
pub mod winnow;

pub use agreement::{assert_jsonrpc_peers_agree, assert_text_peers_agree};
pub use json_part::JsonPart;
pub use param::PeerParam;
