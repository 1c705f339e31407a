use event_datagram_conformance::compare::{SubjectIdentity, compare};

use crate::args::{CompareArgs, CompareFormat};
use crate::exit_status::{CommandResult, ExitStatus, OrExit as _, ignore_closed_stdout};
use crate::reports::prepare;
use crate::signals::Signals;
use crate::terminal::styled_stdout;
use crate::values::ReportArg;

/// Compares reports: a matrix of all, and what got worse between runs of one subject.
pub(crate) fn run(args: &CompareArgs, signals: &Signals) -> CommandResult {
    prepare(&args.reports, &args.files)?;
    let identity = if args.same_subject {
        SubjectIdentity::Assumed
    } else {
        SubjectIdentity::Declared
    };
    let comparison = compare(&args.files, identity);
    let comparison = comparison.or_exit(ExitStatus::Usage)?;
    // No file is left half of the way.
    signals.hold();
    for ReportArg { format, path } in &args.reports {
        let written = match format {
            CompareFormat::Html => comparison.write_html(path),
            CompareFormat::Markdown => comparison.write_markdown(path),
        };
        written.or_exit_with(ExitStatus::Setup, format!("report {}", path.display()))?;
    }
    signals.release();
    ignore_closed_stdout(comparison.write_text(&mut styled_stdout()))?;
    Ok(match comparison.worse() {
        0 => ExitStatus::Success,
        _ => ExitStatus::Failed,
    })
}
