//! `evdg test --rerun`: runs the vectors that failed in an earlier run.

use std::path::Path;

use event_datagram_conformance::judge::Strictness;
use event_datagram_conformance::report::FailedVectors;
use event_datagram_conformance::vectors::Vector;

use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _};
use crate::terminal::message;

/// Keeps those of the selected vectors that failed in the run of a JSON report.
pub(crate) fn keep_failed(
    path: &Path,
    strictness: Strictness,
    vectors: &mut Vec<&Vector>,
) -> CommandResult<()> {
    let context = format!("report {}", path.display());
    let failed = FailedVectors::read(path, strictness).or_exit_with(ExitStatus::Usage, context)?;
    vectors.retain(|vector| failed.contains(vector));
    let nothing = |why: &str| {
        let error = anyhow::anyhow!("report {}: {why}", path.display());
        Failure::new(ExitStatus::Nothing, error)
    };
    if failed.is_empty() {
        return Err(nothing(
            "nothing failed there, so there is nothing to run again",
        ));
    }
    if vectors.is_empty() {
        return Err(nothing(
            "nothing that failed there is among the vectors that are selected here",
        ));
    }
    if vectors.len() < failed.len() {
        let (left, all) = (vectors.len(), failed.len());
        message(format_args!(
            "{left} of the {all} vectors that failed in {} are selected here",
            path.display()
        ));
    }
    Ok(())
}
