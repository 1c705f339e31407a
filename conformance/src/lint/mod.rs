//! `evdg lint`: finds in the datagrams of a sender what listeners must reject, and what they will
//! misread.
//!
//! A [`Linter`] takes datagrams, and its [`Summary`] counts them by [`Kind`], with an example of
//! each. A datagram is decoded once, its event is written again as each release would, and nothing
//! but counts is kept: only the first datagram of a kind is described.

mod describe;
mod detail;
mod find;
mod freedom;
mod human;
mod json;
mod kind;
mod kind_set;
mod params;
mod releases;
mod summary;

pub use detail::Detail;
pub use human::write_text;
pub use json::write_json;
pub use kind::{Kind, Severity};
pub use releases::Releases;
pub use summary::{Example, Linter, Summary};
