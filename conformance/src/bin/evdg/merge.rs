use event_datagram_conformance::merge::{MergeEvent, merge};

use crate::args::MergeArgs;
use crate::exit::{Exit, OrExit as _};
use crate::reports::Reports;

/// The parts of a run become the whole: what is written, and the status, are those of the run in one piece.
pub(crate) fn run(args: &MergeArgs) -> crate::Result {
    let merged = merge(&args.files).or_exit(Exit::Usage)?;
    let mut reports = Reports::create(&merged.header, &args.reports)?;
    let result = merged.replay(|event| match event {
        MergeEvent::SubjectReady(subject) => reports.subject_ready(subject),
        MergeEvent::Result(record) => reports.add(record),
    });
    result.or_exit_with(Exit::Setup, "what was read of the parts is gone")?;
    let written = reports.write_files();
    let exit = reports.finish()?;
    written?;
    Ok(exit)
}
