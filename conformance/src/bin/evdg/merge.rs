use event_datagram_conformance::fence::FenceTemplate;
use event_datagram_conformance::merge::{MergeEvent, merge};
use event_datagram_conformance::vectors::Corpus;

use crate::args::MergeArgs;
use crate::exit_status::{CommandResult, ExitStatus, OrExit as _};
use crate::reports::{ReportSet, prepare};
use crate::signals::Signals;

/// Merges the parts of a run. Prints what the whole run would have printed, and returns its exit
/// status.
pub(crate) fn run(args: &MergeArgs, signals: &Signals) -> CommandResult {
    prepare(&args.reports, &args.files)?;
    let stop = signals.hold();
    let corpus = Corpus::embedded().or_exit(ExitStatus::Usage)?;
    let merged = merge(&args.files).or_exit(ExitStatus::Usage)?;
    let duration = merged.duration;
    let mut reports = ReportSet::create(
        &merged.header,
        &args.reports,
        args.output.detail(),
        &corpus.vectors,
    )?;
    let result = merged.replay(|event| match event {
        MergeEvent::SubjectReady(subject) => reports.subject_ready(subject),
        MergeEvent::Result(record) => reports.add(record),
    });
    result.or_exit_with(
        ExitStatus::Setup,
        "the results of the parts cannot be read again",
    )?;
    reports.end_run(duration);
    let diagnosis = reports.diagnose(&FenceTemplate::default(), &stop);
    let written = reports.write_files(&diagnosis);
    signals.release();
    let status = reports.finish(&diagnosis, None)?;
    written?;
    Ok(status)
}
