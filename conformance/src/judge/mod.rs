//! From what was expected and what was observed to a verdict. Pure: no socket, no clock.

mod align;
mod applicability;
mod difference;
mod grade;
mod verdict;

pub use align::{Answering, Judgment, judge, take_late};
pub use applicability::not_applicable;
pub use grade::{apply_known, grade};
pub use verdict::{Strictness, Verdict};
