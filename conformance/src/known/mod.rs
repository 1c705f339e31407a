//! Lists of known failures. Each entry excuses one vector.

mod list;
mod update;

pub use list::{Date, KnownError, KnownList};
pub use update::{ListChanges, ObservedFailures};
