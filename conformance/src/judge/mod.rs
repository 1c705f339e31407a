//! Compares expectations with observations and returns verdicts. This module opens no socket and
//! reads no clock.

mod alignment;
mod applicability;
mod closest;
mod copies;
mod departure;
mod difference;
mod fit;
mod grade;
mod judgment;
mod late;
mod pair;
mod param_order;
mod params;
mod reported_names;
mod verdict;

pub use alignment::Alignment;
pub use applicability::not_applicable;
pub use copies::remove_copies;
pub use fit::{Answering, nearest};
pub use grade::{apply_known, grade};
pub use judgment::{Judgment, judge};
pub use late::{Predecessor, take_late};
pub use pair::Pair;
pub use param_order::restore_order;
pub use reported_names::ReportedNames;
pub use verdict::{Strictness, Verdict};
