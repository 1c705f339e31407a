use std::path::PathBuf;

use crate::report::ReadError;

/// Why files cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// A file is not a complete report.
    #[error("{}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why it cannot be read.
        source: ReadError,
    },
    /// A file holds a part of a run.
    #[error(
        "{} is part {index} of {count} of a run: put them together first, with `evdg merge`",
        path.display()
    )]
    Part {
        /// The file.
        path: PathBuf,
        /// The number of the part, from 1.
        index: usize,
        /// The count of parts.
        count: usize,
    },
}
