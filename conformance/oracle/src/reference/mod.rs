//! Reference decoders, one for each dialect, that list *every* admissible reading of a datagram.
//!
//! A correct listener may often read a datagram in more than one way. Compare what yours reads with
//! `admits`, which also covers the cases in which a datagram has only to be survived:
//!
//! ```
//! use event_datagram::{EventBuf, ParamBuf};
//! use event_datagram_oracle::reference::{Reading, text};
//!
//! // A listener that takes the line for one unnamed value, and one that splits it at `::`.
//! let whole = EventBuf::new("E_TEST", [ParamBuf::unnamed("2001:db8::1")]);
//! let split = EventBuf::new("E_TEST", [ParamBuf::named("2001:db8", "1")]);
//! for event in [whole, split] {
//!     assert!(text::admits(b"E_TEST\n2001:db8::1\n\n", &Reading::Event(event)));
//! }
//! assert!(!text::admits(b"E_TEST\n2001:db8::1\n\n", &Reading::Rejection));
//! ```
//!
//! `decode` returns the preferred reading alone, and `advice` names the requirements of level
//! *should* on which the readings rest: a departure from those is a warning, not a failure.

pub mod jsonrpc;
mod reading;
pub mod text;

pub use reading::Reading;
