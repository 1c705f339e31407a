use std::time::Duration;

use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::explore::{
    Campaign, FuzzPlan, FuzzProgress, FuzzStatistics, Part, Until, replay,
};
use event_datagram_conformance::output_file::check_creatable;
use event_datagram_conformance::report::RunContext;
use event_datagram_conformance::subject::Kind;
use event_datagram_conformance::transport::SocketKind;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{FuzzArgs, Sockets};
use crate::exit_status::{CommandResult, ExitStatus, OrExit as _};
use crate::fuzz_files::{first_cases, prepare_folder, save, save_finds};
use crate::fuzz_output::FuzzOutput;
use crate::fuzz_report::write_reports;
use crate::reports::{command_line, prepare};
use crate::searched_socket::SearchedSocket;
use crate::signals::Signals;
use crate::subject::{SubjectLabel, failure, settings, subject};
use crate::terminal::message;
use crate::values::{Datagrams, ShardArg, VectorFileArg};

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
    let inputs = args.known.iter().chain(&args.subject.observe);
    prepare(&args.reports, inputs)?;
    if let Some(folder) = &args.finds {
        prepare_folder(folder)?;
    }
    let (plan, sockets) = plan(args, signals)?;
    let output = FuzzOutput {
        args,
        plan: &plan,
        subject: SubjectLabel::new(&args.subject, &plan.subject),
        context: RunContext::now(vec![args.dialect], &command_line()),
    };
    if let Some(Datagrams(case)) = &args.replay {
        let mut status = ExitStatus::Success;
        for socket in sockets {
            let finding = replay(&plan, socket, case.clone()).map_err(failure)?;
            if finding.is_some() {
                status = ExitStatus::Failed;
            }
            output.print_replay(socket, finding.as_ref())?;
        }
        return Ok(status);
    }

    let campaign = Campaign::new(&plan);
    let mut searched = Vec::new();
    let mut result = Ok(());
    for socket in sockets {
        let mut statistics = FuzzStatistics::default();
        let bar = progress_bar(plan.seed);
        result = campaign.explore(socket, &mut statistics, |progress| show(&bar, progress));
        bar.finish_and_clear();
        searched.push(SearchedSocket { socket, statistics });
        let has_found = campaign.found().iter().any(|found| !found.is_known);
        if result.is_err() || (args.first && has_found) {
            break;
        }
    }
    let found = campaign.found();
    let saved = save(args, &found).and(save_finds(args, &found));
    let reported = match &result {
        Ok(()) => write_reports(&output, &found, &searched),
        // A search that ended with an error writes no reports.
        Err(_) => Ok(()),
    };
    signals.release();
    for searched in &searched {
        output.print_statistics(searched);
    }
    let is_complete = result.is_ok();
    if is_complete || !found.is_empty() {
        output.print(&found, &searched)?;
    }
    result.map_err(failure)?;
    // What was found is printed even if it could not be saved.
    saved?;
    reported?;
    Ok(if found.iter().any(|found| !found.is_known) {
        ExitStatus::Failed
    } else if searched.iter().all(|it| it.statistics.cases == 0) {
        ExitStatus::Nothing
    } else {
        ExitStatus::Success
    })
}

fn plan(args: &FuzzArgs, signals: &Signals) -> CommandResult<(FuzzPlan, Vec<SocketKind>)> {
    let sockets = args.socket.unwrap_or(DEFAULT_SOCKETS).kinds();
    let kind = if args.parser {
        Kind::Parser
    } else {
        Kind::Listener
    };
    let (subject, sockets) = subject(&args.subject, kind, sockets)?;
    let plan = FuzzPlan {
        subject,
        dialect: args.dialect,
        settings: settings(&args.subject, args.seed, signals.hold()),
        jobs: args.jobs,
        seed: args
            .seed
            .unwrap_or_else(|| fastrand::u64(..=u64::from(u32::MAX))),
        cases: match (args.cases, args.time) {
            (Some(cases), _) => cases,
            (None, Some(_)) => u64::MAX,
            (None, None) => DEFAULT_CASES,
        },
        part: args
            .shard
            .map_or(Part::WHOLE, |ShardArg { index, count }| Part {
                index: index as u64,
                count: count as u64,
            }),
        max_size: args.max_size.map_or(usize::MAX, |size| size as usize),
        time: match args.time {
            Some(time) => time / sockets.len() as u32,
            None => Duration::MAX,
        },
        strictness: args.strict.into(),
        event: args.subject.event.clone(),
        first_cases: first_cases(args)?,
        until: if args.first {
            Until::FirstFinding
        } else {
            Until::AllCases
        },
    };
    Ok((plan, sockets))
}

/// Returns a progress bar, which is hidden unless standard error is a terminal.
fn progress_bar(seed: u64) -> ProgressBar {
    let bar = ProgressBar::new(1_000);
    let style =
        ProgressStyle::with_template(&format!("{{bar:32}} seed {seed} {{wide_msg}} {{eta}} left"));
    bar.with_style(style.expect("the template is valid"))
}

fn show(bar: &ProgressBar, progress: &FuzzProgress) {
    bar.set_position((progress.done * 1e3) as u64);
    let FuzzProgress {
        cases,
        causes,
        rate,
        ..
    } = progress;
    let noun = if *causes == 1 { "cause" } else { "causes" };
    bar.set_message(format!(
        "{cases} cases, {rate:.0} a second, {causes} {noun} found"
    ));
}
