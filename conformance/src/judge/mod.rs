//! From what was expected and what was observed to a verdict. Pure: no socket, no clock.

mod align;
mod difference;
mod verdict;

pub use align::{Answering, Finding, judge, take_late};
pub use verdict::Verdict;
