//! Writes pages for a browser. The template, style and script are files in this folder.

mod groups;
mod page;
mod report;
mod requirement_text;
mod vector_details;

pub(crate) use page::PageTemplate;
pub use report::Html;
