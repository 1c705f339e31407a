use std::time::Duration;

use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::explore::{Finding, FuzzPlan, FuzzStatistics, explore, replay};
use event_datagram_conformance::output_file::check_creatable;
use event_datagram_conformance::run::RunError;
use event_datagram_conformance::subject::Kind;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{FuzzArgs, Sockets};
use crate::exit_status::{CommandResult, ExitStatus, OrExit as _};
use crate::fuzz_output::FuzzOutput;
use crate::signals::Signals;
use crate::subject::{SubjectLabel, failure, settings, subject};
use crate::terminal::message;
use crate::values::{Datagrams, VectorFileArg};

/// The number of cases if neither a number nor a time is given.
const DEFAULT_CASES: u64 = 100_000;
/// The sockets if none are given: a UNIX socket drops nothing, and is faster.
const DEFAULT_SOCKETS: Sockets = if cfg!(unix) {
    Sockets::Unix
} else {
    Sockets::Udp
};

/// Fuzzes a subject, and prints the dialect in the first and in the last line of the progress.
pub(crate) fn run(args: &FuzzArgs, signals: &Signals) -> CommandResult {
    let print_dialect = || {
        let dialect = Dialect::list_with_releases(&[args.dialect]);
        message(format_args!("dialect: {dialect}"));
    };
    print_dialect();
    let status = run_over_sockets(args, signals)?;
    print_dialect();
    Ok(status)
}

fn run_over_sockets(args: &FuzzArgs, signals: &Signals) -> CommandResult {
    if let Some(VectorFileArg { path, .. }) = &args.save {
        let context = format!("vector {}", path.display());
        check_creatable(path).or_exit_with(ExitStatus::Usage, context)?;
    }
    let sockets = args.socket.unwrap_or(DEFAULT_SOCKETS).kinds();
    let kind = if args.parser {
        Kind::Parser
    } else {
        Kind::Listener
    };
    let (subject, sockets) = subject(&args.subject, kind, sockets)?;
    let mut plan = FuzzPlan {
        subject,
        socket: sockets[0],
        dialect: args.dialect,
        settings: settings(&args.subject, signals.hold()),
        seed: args
            .seed
            .unwrap_or_else(|| fastrand::u64(..=u64::from(u32::MAX))),
        cases: match (args.cases, args.time) {
            (Some(cases), _) => cases,
            (None, Some(_)) => u64::MAX,
            (None, None) => DEFAULT_CASES,
        },
        time: match args.time {
            Some(time) => time / sockets.len() as u32,
            None => Duration::MAX,
        },
        strictness: args.strict.into(),
        event: args.subject.event.clone(),
    };
    // The next socket is tried only if nothing was found over this one.
    let mut status = ExitStatus::Nothing;
    for (index, socket) in sockets.iter().enumerate() {
        plan.socket = *socket;
        let (result, statistics) = run_over_socket(&plan, args);
        let output = FuzzOutput {
            args,
            plan: &plan,
            subject: SubjectLabel::new(&args.subject, &plan.subject),
        };
        let saved = match &result {
            Ok(finding) => output.save(finding.as_ref()),
            Err(_) => Ok(()),
        };
        if index + 1 == sockets.len() || !matches!(result, Ok(None)) {
            signals.release();
        }
        if let Some(statistics) = &statistics {
            output.print_statistics(statistics);
        }
        let finding = result.map_err(failure)?;
        let status_here = output.print(finding.as_ref(), statistics.as_ref())?;
        // The finding is printed even if it could not be saved.
        saved?;
        match status_here {
            ExitStatus::Nothing => {}
            ExitStatus::Success => status = ExitStatus::Success,
            failed => return Ok(failed),
        }
    }
    Ok(status)
}

/// Runs the case to replay, or else all cases, which have statistics.
fn run_over_socket(
    plan: &FuzzPlan,
    args: &FuzzArgs,
) -> (Result<Option<Finding>, RunError>, Option<FuzzStatistics>) {
    if let Some(Datagrams(case)) = &args.replay {
        return (replay(plan, case.clone()), None);
    }
    let mut statistics = FuzzStatistics::default();
    let bar = progress_bar(plan);
    let result = explore(plan, &mut statistics, |statistics| {
        let done = match args.time {
            Some(_) => statistics.elapsed.as_secs_f64() / plan.time.as_secs_f64(),
            None => statistics.cases as f64 / plan.cases as f64,
        };
        bar.set_position((done * 1e3) as u64);
        bar.set_message(format!("{} cases", statistics.cases));
    });
    bar.finish_and_clear();
    (result, Some(statistics))
}

/// Returns a progress bar, which is hidden unless standard error is a terminal.
fn progress_bar(plan: &FuzzPlan) -> ProgressBar {
    let bar = ProgressBar::new(1_000);
    let style =
        ProgressStyle::with_template(&format!("{{bar:32}} seed {} {{wide_msg}}", plan.seed));
    bar.with_style(style.expect("the template is valid"))
}
