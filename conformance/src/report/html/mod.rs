//! Pages for a browser: template, style and script stand beside the code.

mod page;
mod report;

pub(crate) use page::Page;
pub use report::Html;
