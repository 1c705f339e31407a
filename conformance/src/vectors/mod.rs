//! The corpus: vectors and the requirements they test. Load, validate, select.

mod bytes;
mod check;
mod corpus;
mod export;
mod file;
#[cfg(feature = "cli")]
mod import;
#[cfg(feature = "cli")]
mod notation;
mod select;
mod set;
mod spec;
mod vector;

pub use check::check;
pub use corpus::{Corpus, CorpusError};
pub use export::export;
#[cfg(feature = "cli")]
pub use import::VectorFile;
#[cfg(feature = "cli")]
pub use notation::write;
pub use select::{Selection, Shortage};
pub use set::Set;
pub use spec::Requirement;
pub use vector::{Authority, Captured, Dialect, Expectation, Level, Step, Vector};
