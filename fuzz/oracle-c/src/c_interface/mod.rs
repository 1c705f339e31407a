//! The functions and types of the header `event_datagram_oracle.h`, which documents them.
//!
//! This is the only unsafe code of the project. Each function turns its pointers into slices, calls
//! a safe function, and writes its result through a pointer; a panic becomes
//! [`INTERNAL`](codes::INTERNAL).

#![expect(unsafe_code, reason = "pointers come from C")]

pub mod codes;
mod functions;
mod input;
mod output;

pub use functions::{evdg_admits, evdg_admits_line, evdg_encode, evdg_generate, evdg_mutate};
pub use input::{CBytes, CEvent, CParam};
pub use output::CBuffer;
