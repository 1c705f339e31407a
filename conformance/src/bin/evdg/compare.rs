use event_datagram_conformance::compare::{ReportInput, ReportKind, SubjectIdentity, compare};
use event_datagram_conformance::load::{BenchComparison, BenchReport};

use crate::args::{CompareArgs, CompareFormat};
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _, ignore_closed_stdout};
use crate::reports::prepare;
use crate::signals::Signals;
use crate::terminal::{message, styled_stdout};
use crate::values::ReportArg;

/// Compares reports of one kind, and returns whether anything got worse.
pub(crate) fn run(args: &CompareArgs, signals: &Signals) -> CommandResult {
    prepare(&args.reports, &args.files)?;
    let mut reports = Vec::new();
    for path in &args.files {
        let report = ReportInput::open(path);
        reports.push(report.or_exit_with(ExitStatus::Usage, path.display().to_string())?);
    }
    let first = &reports[0];
    if let Some(other) = reports.iter().find(|report| report.kind != first.kind) {
        return Err(Failure::new(
            ExitStatus::Usage,
            anyhow::anyhow!(
                "{} is a report of {}, and {} is one of {}: compare reports of one kind",
                first.path.display(),
                first.kind.command(),
                other.path.display(),
                other.kind.command()
            ),
        ));
    }
    match first.kind {
        ReportKind::Test => compare_tests(args, reports, signals),
        ReportKind::Bench => compare_load_tests(args, reports, signals),
    }
}

/// Compares test runs: a matrix of all, and what got worse between runs of one subject.
fn compare_tests(
    args: &CompareArgs,
    reports: Vec<ReportInput>,
    signals: &Signals,
) -> CommandResult {
    let identity = if args.same_subject {
        SubjectIdentity::Assumed
    } else {
        SubjectIdentity::Declared
    };
    let comparison = compare(reports, identity);
    let comparison = comparison.or_exit(ExitStatus::Usage)?;
    // An interruption must not leave only some of the files written.
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
    comparison.advice().into_iter().for_each(message);
    Ok(status(comparison.worse() == 0))
}

/// Compares load tests: their figures, and what got worse from the first to the last.
fn compare_load_tests(
    args: &CompareArgs,
    reports: Vec<ReportInput>,
    signals: &Signals,
) -> CommandResult {
    let mut read = Vec::new();
    for ReportInput { path, reader, .. } in reports {
        let name = path.display().to_string();
        let report = BenchReport::read_from(reader);
        let report = report.or_exit_with(ExitStatus::Usage, name.clone())?;
        read.push((name, report));
    }
    let comparison = BenchComparison::of(&read, args.same_subject).or_exit(ExitStatus::Usage)?;
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
    Ok(status(comparison.worse.is_empty()))
}

fn status(is_nothing_worse: bool) -> ExitStatus {
    if is_nothing_worse {
        ExitStatus::Success
    } else {
        ExitStatus::Failed
    }
}
