//! The two dialects behind one type, with the functions of the codec that the runner, the listener
//! and the commands need.

mod codec;
#[cfg(feature = "reference")]
mod reference;

pub use codec::Dialect;
