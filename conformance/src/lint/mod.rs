//! `evdg lint`: finds in the datagrams of a sender what listeners must reject, and what they will
//! misread.
//!
//! A [`Linter`] takes datagrams, and its [`Summary`] counts them by [`Kind`], with an example of
//! each. The finder decodes a datagram once, writes the event again as each release would, and keeps
//! nothing but counts: only the first datagram of a kind is described.

mod describe;
mod find;
mod freedom;
mod human;
mod json;
mod kind;
mod kind_set;
mod params;
mod releases;
mod summary;

pub use human::write_text;
pub use json::write_json;
pub use kind::{Kind, Severity};
pub use releases::Releases;
pub use summary::{Detail, Example, Linter, Summary};
