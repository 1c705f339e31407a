//! The benchmarks of the codec, shared by the programs that run them.
//!
//! [`cases`] are the events, [`peers`] other implementations of the codec, [`benchmarks`] the work
//! that all of them do on each case. `benches/codec.rs` measures it with criterion, `ratios`
//! compares implementations in several [`rounds`] of one run and checks [`ratio_targets`],
//! `instructions` counts the instructions of the codec. [`selection`] is how both take a filter.

pub mod benchmarks;
pub mod cases;
pub mod peers;
pub mod ratio_targets;
pub mod rounds;
pub mod selection;
