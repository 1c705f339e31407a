//! Results of load tests: as JSON, for people, as a page.

mod chart;
mod human;
mod limit;
mod model;
mod page;

pub use human::human;
pub use limit::Limit;
pub(super) use model::INTERRUPTED;
pub use model::{Attempt, Host, Report, ReportError, Run, Searched};
pub use page::page;
