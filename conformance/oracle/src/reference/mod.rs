//! Reference decoders, one for each dialect, that list *every* admissible reading of a datagram.
//!
//! A correct listener may often read a datagram in more than one way. Call `admits` with the
//! reading of your listener. It also covers the datagrams that a listener may read in any way, as
//! long as it survives them:
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
//! `decode` returns only the preferred reading. `advice` names the requirements of level *should*
//! that decide the readings: if there are some, a departure from the readings is a warning, not a
//! failure.

pub mod jsonrpc;
mod reading;
pub mod text;

pub use reading::Reading;
