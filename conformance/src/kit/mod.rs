//! `evdg kit`: a folder with which an author fuzzes a parser in some language. The files come from
//! the crate `event-datagram-kits`, seeds and dictionaries from the corpus.

mod crates;
mod dictionary;
mod files;
mod language;
mod seeds;

pub use crates::{CrateSource, NoRepository};
pub use files::kit_files;
pub use language::Language;
