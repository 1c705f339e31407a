use event_datagram_conformance::compare::compare;

use crate::args::{CompareArgs, CompareFormat, ReportArg};
use crate::exit::{Exit, OrExit as _, even_unread};
use crate::reports::check_apart;

/// Several results as one matrix, and what got worse between runs of one subject.
pub(crate) fn run(args: &CompareArgs) -> crate::Result {
    check_apart(&args.reports)?;
    let comparison = compare(&args.files, args.same_subject);
    let comparison = comparison.or_exit(Exit::Usage)?;
    for ReportArg { format, path } in &args.reports {
        let written = match format {
            CompareFormat::Html => comparison.write_html(path),
            CompareFormat::Markdown => comparison.write_markdown(path),
        };
        written.or_exit_with(Exit::Setup, format!("report {}", path.display()))?;
    }
    even_unread(comparison.write_text(&mut anstream::stdout().lock()))?;
    Ok(match comparison.worse() {
        0 => Exit::Success,
        _ => Exit::Failed,
    })
}
