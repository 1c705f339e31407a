//! Pages for a browser: template, style and script lie beside the code.

mod page;
mod report;

pub(crate) use page::PageTemplate;
pub use report::Html;
