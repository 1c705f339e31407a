//! Reads and merges results of load tests, and renders them: as JSON, as text, as a page. Decides
//! nothing.

mod chart;
mod file;
mod format;
mod page;
mod text;

pub use file::{BenchHost, BenchReport, BenchReportError};
pub use page::write_html;
pub use text::write_text;
