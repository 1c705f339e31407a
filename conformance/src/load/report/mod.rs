//! Renders results of load tests: as JSON, as text, as a page. Decides nothing.

mod chart;
mod file;
mod format;
mod notes;
mod page;
mod run;
mod search_record;
mod text;

pub use file::{BenchHost, BenchReport, BenchReportError};
pub use page::write_html;
pub use run::BenchRun;
pub use search_record::{SearchRecord, TrialRecord};
pub use text::write_text;
