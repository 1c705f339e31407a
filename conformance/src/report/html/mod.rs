//! Pages for a browser: template, style and script lie beside the code.

mod groups;
mod page;
mod report;
mod requirement_text;
mod vector_details;

pub(crate) use page::PageTemplate;
pub use report::Html;
