use event_datagram_conformance::merge::{Told, merge};

use crate::args::MergeArgs;
use crate::exit::{Exit, OrExit as _};
use crate::reports::Reports;

/// The parts of a run become the whole: what is written, and the status, are those of the run in one piece.
pub(crate) fn run(args: &MergeArgs) -> crate::Result {
    let merged = merge(&args.files).or_exit(Exit::Usage)?;
    let mut reports = Reports::create(&merged.head, &args.reports)?;
    let told = merged.tell(|told| match told {
        Told::Started(started) => reports.started(started),
        Told::Record(record) => reports.take(record),
    });
    told.or_exit_with(Exit::Setup, "what was read of the parts is gone")?;
    let written = reports.write_files();
    let exit = reports.finish()?;
    written?;
    Ok(exit)
}
