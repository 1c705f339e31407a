//! The two dialects: what the runner, the listener and the commands need of a codec, by one type.

mod codec;
#[cfg(feature = "reference")]
mod reference;

pub use codec::Dialect;
