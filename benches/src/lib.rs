//! The benchmarks of the codec, shared by the programs that run them.
//!
//! [`cases`] are the events, [`peers`] are other implementations of the codec, and [`benchmarks`]
//! are the operations that each implementation does on each case. `benches/codec.rs` measures it
//! with criterion, `ratios` compares implementations in several [`rounds`] of one run and checks
//! [`ratio_targets`], `instructions` counts the instructions of the codec. [`selection`] parses the
//! filter on the command line of `ratios` and `instructions`.

pub mod benchmarks;
pub mod cases;
pub mod peers;
pub mod ratio_targets;
pub mod rounds;
pub mod selection;
