//! Selects benchmarks by a part of their names.

use std::fmt;

use crate::benchmarks::Benchmark;
use crate::cases::CodecCase;

/// The exit status of a program whose filter matches no benchmark, or that got several filters.
pub const EXIT_WRONG_FILTER: u8 = 2;

/// Returns the benchmarks whose names contain the only argument, or all if there is none.
///
/// # Errors
///
/// If there are several arguments, or if no name contains the argument.
pub fn selected<'c>(
    cases: &'c [CodecCase],
    arguments: impl IntoIterator<Item = String>,
) -> Result<Vec<Benchmark<'c>>, SelectionError> {
    let mut arguments = arguments.into_iter();
    let filter = arguments.next().unwrap_or_default();
    if arguments.next().is_some() {
        return Err(SelectionError::SeveralFilters);
    }
    let all = Benchmark::all(cases);
    let names: Vec<_> = all.iter().map(|one| one.name.clone()).collect();
    let selected = all.into_iter().filter(|one| one.name.contains(&filter));
    let selected: Vec<_> = selected.collect();
    if selected.is_empty() {
        return Err(SelectionError::NoMatch { filter, names });
    }
    Ok(selected)
}

/// Why no benchmarks were selected.
#[derive(Debug)]
pub enum SelectionError {
    /// There is more than one filter.
    SeveralFilters,
    /// No name contains the filter.
    NoMatch {
        /// The filter.
        filter: String,
        /// The names of all benchmarks.
        names: Vec<String>,
    },
}

impl fmt::Display for SelectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeveralFilters => f.write_str("expected at most one filter, found several"),
            Self::NoMatch { filter, names } => write!(
                f,
                "no benchmark has {filter:?} in its name; the {} benchmarks are:\n  {}",
                names.len(),
                names.join("\n  ")
            ),
        }
    }
}

impl std::error::Error for SelectionError {}
