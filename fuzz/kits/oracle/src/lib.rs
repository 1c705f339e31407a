//! The library of the oracle: the functions of event_datagram_oracle.h.

pub use event_datagram_oracle_c::c_interface::*;
