//! Peers: other implementations of the codec, which use the standard library, a parser crate or a
//! JSON crate.
//!
//! The peers implement the same rulings as the codec and return the same result, as
//! `tests/peers.rs` checks. Each uses the fastest way of its crate, and passes the parameters to a
//! closure, so that it need not build a list.

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
