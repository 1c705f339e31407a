//! The corpus: vectors and the requirements they test. Load, validate, select.

mod bytes;
mod check;
mod corpus;
mod export;
mod file;
#[cfg(any(feature = "cli", feature = "testing"))]
mod import;
#[cfg(any(feature = "cli", feature = "testing"))]
mod notation;
mod select;
mod set;
mod spec;
mod vector;

pub use check::check;
pub use corpus::{Corpus, CorpusError};
pub use export::export;
pub use file::{is_slug, read};
#[cfg(any(feature = "cli", feature = "testing"))]
pub use import::VectorFile;
#[cfg(any(feature = "cli", feature = "testing"))]
pub use notation::write;
pub use select::{Selection, Shortage};
pub use set::Set;
pub use spec::Requirement;
pub use vector::{Authority, Captured, Dialect, Expectation, Level, Step, Vector};
