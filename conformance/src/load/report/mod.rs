//! Reads and merges results of load tests, and renders them: as JSON, as text, as a page. Does not
//! judge them.

mod chart;
mod comparison;
mod comparison_page;
mod file;
mod format;
mod page;
mod render;
mod text;

pub use file::{BenchHost, BenchReport, BenchReportError};
pub(super) use format::{rate, time};
pub use page::write_html;
pub(super) use text::name as run_name;
pub use text::write_text;
