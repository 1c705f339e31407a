//! Lists of known failures: each entry excuses one vector, and nothing else.

mod list;
mod update;

pub use list::{Date, KnownError, KnownList};
pub use update::{ListChanges, ObservedFailures};
