use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::read::{ReadError, read_unfinished};
use crate::dialect::Dialect;
use crate::judge::{Strictness, Verdict};
use crate::vectors::Vector;

/// The vectors that failed in a run.
#[derive(Clone, Debug, Default)]
pub struct FailedVectors(BTreeSet<(Dialect, String)>);

/// The members of a result that say whether it failed.
#[derive(Deserialize)]
struct ResultMembers {
    id: String,
    dialect: Dialect,
    verdict: Verdict,
    #[serde(default = "default_decides")]
    decides: bool,
}

const fn default_decides() -> bool {
    true
}

impl FailedVectors {
    /// Reads the failed vectors from a JSON report. Warnings count if that run was strict, or if
    /// `strictness` is.
    ///
    /// # Errors
    ///
    /// The same as for [`read_unfinished`].
    pub fn read(path: &Path, strictness: Strictness) -> Result<Self, ReadError> {
        let (mut failed, mut warned) = (BTreeSet::new(), BTreeSet::new());
        let report = read_unfinished(path, |result: ResultMembers| {
            let vector = (result.dialect, result.id);
            match result.verdict {
                _ if !result.decides => false,
                Verdict::Warn => warned.insert(vector),
                verdict => verdict.is_failure(Strictness::Must) && failed.insert(vector),
            };
            Ok(())
        })?;
        if [strictness, report.header.settings.strictness].contains(&Strictness::Should) {
            failed.append(&mut warned);
        }
        Ok(Self(failed))
    }

    /// Returns whether no vector failed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the count of vectors.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether a vector failed.
    pub fn contains(&self, vector: &Vector) -> bool {
        // Reports hold few failures, and ids are short.
        self.0.contains(&(vector.dialect, vector.id.clone()))
    }
}
