//! What the benches of the codec have in common: the cases, and those that are measured on them.
//!
//! [`cases`] are the events, [`peers`] other ways to read and write them, [`contests`] all that is measured beside each
//! other. `benches/codec.rs` measures it with criterion, `ratios` compares it in one run, `instructions` counts what the
//! codec's own paths execute.

pub mod cases;
pub mod contests;
pub mod peers;
pub mod targets;
