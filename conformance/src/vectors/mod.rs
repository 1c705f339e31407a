//! Loads, validates and selects the vectors of the corpus and the requirements that they test.

mod bytes;
#[cfg(feature = "runner")]
mod check;
mod corpus;
mod expectation_json;
#[cfg(feature = "runner")]
mod export;
mod exported;
mod file;
mod folder;
#[cfg(feature = "runner")]
mod import;
#[cfg(feature = "runner")]
mod notation;
mod rename;
mod select;
mod set;
mod spec;
mod vector;

#[cfg(feature = "runner")]
pub use check::check;
#[cfg(feature = "testing")]
pub(crate) use corpus::embedded_vector_files;
pub use corpus::{Corpus, CorpusError};
#[cfg(feature = "runner")]
pub(crate) use expectation_json::expectation_from_json;
pub(crate) use expectation_json::expectation_to_json;
#[cfg(feature = "runner")]
pub use export::export;
pub use file::{is_slug, read};
#[cfg(feature = "runner")]
pub use import::VectorFile;
#[cfg(feature = "runner")]
pub use notation::{digits, write};
pub use rename::TEST_EVENT;
#[cfg(feature = "runner")]
pub(crate) use rename::with_event_name;
#[cfg(feature = "testing")]
pub(crate) use select::glob_fits;
pub use select::{Selection, SelectionError};
pub use set::Set;
pub use spec::Requirement;
pub use vector::{Authority, Captured, Expectation, Level, Step, Vector};
