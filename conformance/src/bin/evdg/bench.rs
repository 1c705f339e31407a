use std::collections::HashMap;
use std::io::{self, BufReader, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use event_datagram::EventBuf;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::escape::visible;
use event_datagram_conformance::input_file::{Limited, MAX_FILE};
use event_datagram_conformance::load::{
    self, BenchError, BenchEvent, BenchPlan, BenchReport, Goal, SearchSettings, Shape, TargetSpec,
    Thresholds, TrialVerdict, write_html, write_text,
};
use event_datagram_conformance::report::RunContext;
use event_datagram_conformance::subject::{Kind, StartError};
use event_datagram_conformance::transport::{Method, SocketKind};
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{BenchArgs, BenchFormat, Sending};
use crate::capture_line::parse_datagram;
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _, ignore_closed_stdout};
use crate::reports::{command_line, prepare};
use crate::send::open;
use crate::signals::Signals;
use crate::subject::{SubjectLabel, settings, subject};
use crate::terminal::{message, styled_stdout};
use crate::translate::{for_each_line, parse_event};
use crate::values::ReportArg;

/// How long to send at a given rate, by default.
const DEFAULT_DURATION: Duration = Duration::from_secs(10);
/// How long to send in each trial of a search, by default.
const DEFAULT_TRIAL: Duration = Duration::from_secs(2);
/// How often the progress line is drawn.
const SPINNER_INTERVAL: Duration = Duration::from_millis(200);

/// Measures at a rate, or searches for one, or merges reports.
pub(crate) fn run(args: &BenchArgs, signals: &Signals) -> CommandResult {
    let inputs = args.merge.iter().chain(&args.events);
    prepare(&args.reports, inputs.chain(&args.subject.observe))?;
    let stop = signals.hold();
    if !args.merge.is_empty() {
        let mut report = merge(&args.merge)?;
        report.set_thresholds(thresholds(args)?);
        return write_reports(&report, &args.reports, signals);
    }
    let thresholds = thresholds(args)?;
    let (target, sockets, name) = target(args)?;
    let plan = BenchPlan {
        target,
        sockets,
        dialects: args.dialects.clone(),
        goal: match args.rate {
            Some(shape) => Goal::Measure(shape),
            None => Goal::Search(search(args)?),
        },
        duration: args.duration.unwrap_or(if args.rate.is_some() {
            DEFAULT_DURATION
        } else {
            DEFAULT_TRIAL
        }),
        warm_up: args.warm_up,
        events: match &args.events {
            Some(path) => events(path, &args.dialects)?,
            None => Vec::new(),
        },
        event: args.subject.event.clone(),
        sizes: args.sizes.iter().map(|size| *size as usize).collect(),
        method: match args.send {
            Sending::Single => Method::Single,
            Sending::Many => Method::Many,
            Sending::Segments => Method::Segments,
        },
        settings: settings(&args.subject, None, stop),
    };
    let (context, begun) = (
        RunContext::now(args.dialects.clone(), &command_line()),
        Instant::now(),
    );
    let bar = spinner();
    let runs = load::run(&plan, |socket, event| show(&bar, socket, &event));
    bar.finish_and_clear();
    let mut report = BenchReport::new(name, load_in_words(args, &plan));
    report.runs = runs.map_err(failure)?;
    report.started = Some(context.started.to_string());
    report.seconds = Some(begun.elapsed().as_millis() as f64 / 1e3);
    report.command = context.command;
    report.set_thresholds(thresholds);
    write_reports(&report, &args.reports, signals)
}

/// Writes a report to files and to standard output, and returns the exit status that it calls for.
/// Releases the signals when the files are written.
fn write_reports(
    report: &BenchReport,
    files: &[ReportArg<BenchFormat>],
    signals: &Signals,
) -> CommandResult {
    // Files first: the reader of standard output may close it early.
    let written: CommandResult<()> = files.iter().try_for_each(|ReportArg { format, path }| {
        let context = format!("report {}", path.display());
        match format {
            BenchFormat::Json => report.write(path).or_exit_with(ExitStatus::Setup, context),
            BenchFormat::Html => write_html(report, path).or_exit_with(ExitStatus::Setup, context),
        }
    });
    signals.release();
    ignore_closed_stdout(write_text(report, &mut styled_stdout()))?;
    written?;
    Ok(if report.has_passed() {
        ExitStatus::Success
    } else {
        ExitStatus::Failed
    })
}

fn merge(paths: &[PathBuf]) -> CommandResult<BenchReport> {
    let mut merged: Option<BenchReport> = None;
    let mut seen = HashMap::new();
    for path in paths {
        let context = || path.display().to_string();
        let report = BenchReport::read(path).or_exit_with(ExitStatus::Usage, context())?;
        // Equal figures mean that a report was given twice: two machines never measure the same.
        let figures = serde_json::to_string(&report.runs).or_exit(ExitStatus::Setup)?;
        if let Some(other) = seen.insert(figures, path) {
            let why = format!(
                "{}: it is the same report as {}",
                context(),
                other.display()
            );
            return Err(Failure::new(ExitStatus::Usage, anyhow::anyhow!(why)));
        }
        match &mut merged {
            None => merged = Some(report),
            Some(merged) => merged
                .merge(&report)
                .or_exit_with(ExitStatus::Usage, context())?,
        }
    }
    Ok(merged.expect("clap requires a file"))
}

/// Returns the thresholds of the options.
fn thresholds(args: &BenchArgs) -> CommandResult<Thresholds> {
    if args.max_loss.is_some() && args.rate.is_none() && args.merge.is_empty() {
        let message = "--max-loss needs --rate: a search looks for a rate without loss";
        return Err(Failure::new(ExitStatus::Usage, anyhow::anyhow!(message)));
    }
    let mut thresholds = Thresholds::default();
    thresholds.max_loss_percent = args.max_loss;
    thresholds.max_p99_us = args.max_p99.map(|latency| latency.as_secs_f64() * 1e6);
    thresholds.min_rate = args.min_rate;
    Ok(thresholds)
}

fn search(args: &BenchArgs) -> CommandResult<SearchSettings> {
    if args.from > args.to {
        let message = "--from is higher than --to: no rate is left to be tried";
        return Err(Failure::new(ExitStatus::Usage, anyhow::anyhow!(message)));
    }
    let mut settings = SearchSettings::default();
    settings.start = args.from;
    settings.max = args.to;
    // A start rate below the default lowest rate lowers the lowest rate.
    settings.min = settings.min.min(args.from);
    settings.confirmations = args.confirm;
    Ok(settings)
}

/// Returns what to test, over which sockets, and its name.
fn target(args: &BenchArgs) -> CommandResult<(TargetSpec, Vec<SocketKind>, String)> {
    let sockets = args.socket.kinds();
    if args.sink {
        return Ok((TargetSpec::Sink, sockets, "a bare socket".into()));
    }
    let (subject, sockets) = subject(&args.subject, Kind::Listener, sockets)?;
    let label = SubjectLabel::new(&args.subject, &subject);
    Ok((TargetSpec::Subject(subject), sockets, label.name))
}

/// Reads events: JSON lines, or captures, whose datagrams are decoded in the first of the dialects.
/// Skips the datagrams of a capture that are no events, because they cannot carry a number.
fn events(path: &Path, dialects: &[Dialect]) -> CommandResult<Vec<EventBuf>> {
    let mut events = Vec::new();
    let mut invalid = None;
    let mut skipped = 0;
    let mut input = BufReader::new(Limited::new(open(path)?, MAX_FILE));
    let result = for_each_line(&mut input, |number, line| {
        let line = line.trim_ascii();
        if line.is_empty() || invalid.is_some() {
            return Ok(());
        }
        let event = match parse_datagram(line) {
            Err(_) => parse_event(line),
            Ok(datagram) => match dialects[0].decode(&datagram) {
                Ok(event) => Ok(event),
                Err(_) => {
                    skipped += 1;
                    return Ok(());
                }
            },
        };
        match event {
            Ok(event) => events.push(event),
            Err(why) => invalid = Some(format!("{}: line {number}: {why}", path.display())),
        }
        Ok(())
    });
    result.or_exit_with(ExitStatus::Usage, path.display().to_string())?;
    let invalid = invalid.or_else(|| {
        events
            .is_empty()
            .then(|| format!("{}: there is no event in it", path.display()))
    });
    match invalid {
        Some(why) => Err(Failure::new(ExitStatus::Usage, anyhow::anyhow!(why))),
        None if skipped == 0 => Ok(events),
        None => {
            let path = path.display();
            message(format_args!(
                "note: {path}: {skipped} datagrams are no events, and are left out"
            ));
            Ok(events)
        }
    }
}

/// Describes what is sent.
fn load_in_words(args: &BenchArgs, plan: &BenchPlan) -> String {
    let what = match &args.events {
        Some(path) => format!("events of {}", path.display()),
        None => "E_PIKE_BLOCKED and E_UL_CONTACT_INSERT in turn".into(),
    };
    let what = match &plan.event {
        Some(name) => format!("{what}, each named {name}"),
        None => what,
    };
    let sizes: Vec<_> = plan.sizes.iter().map(usize::to_string).collect();
    let sizes = match &sizes[..] {
        [] => String::new(),
        sizes => format!(" of {} bytes", sizes.join(", ")),
    };
    let time = plan.duration;
    match plan.goal {
        Goal::Measure(shape @ Shape::Constant(_)) => {
            format!("{what}{sizes}, {shape} a second for {time:?}")
        }
        Goal::Measure(shape) => format!("{what}{sizes}, {shape} for {time:?}"),
        _ => format!("{what}{sizes}, trials of {time:?}"),
    }
}

/// Returns a progress line on a terminal, and a hidden one elsewhere.
fn spinner() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(SPINNER_INTERVAL);
    let style = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}");
    bar.with_style(style.expect("the template is valid"))
}

fn show(bar: &ProgressBar, socket: SocketKind, event: &BenchEvent<'_>) {
    match event {
        BenchEvent::SearchStarted { trials, duration } => {
            let [least, most] =
                [trials.start(), trials.end()].map(|count| in_words(*duration * *count));
            let (fewest, most_trials) = (trials.start(), trials.end());
            bar.suspend(|| {
                message(format_args!(
                    "{socket}: the search takes {fewest} to {most_trials} trials of {duration:?}, which \
                     is {least} to {most}; more if the machine is busy with other things"
                ));
            });
        }
        BenchEvent::WarmUp(time) => bar.set_message(format!("{socket}: warming up for {time:?}")),
        BenchEvent::TrialStarted { rate, duration } => {
            bar.set_message(format!("{socket}: {rate:.0} a second for {duration:?}"));
        }
        BenchEvent::TrialEnded(trial) => {
            let result = visible(trial.why.as_deref().unwrap_or("nothing lost"));
            let excuse = match trial.verdict() {
                TrialVerdict::Disturbed => ", during interference",
                _ => "",
            };
            let rate = trial.rate;
            bar.println(format!("{socket}: {rate:.0} a second: {result}{excuse}"));
        }
        _ => {}
    }
}

/// Returns a time in whole seconds, or minutes and seconds.
fn in_words(time: Duration) -> String {
    match time.as_secs_f64().ceil() as u64 {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn failure(error: BenchError) -> Failure {
    let status = match error {
        BenchError::Interrupted => ExitStatus::Interrupted,
        BenchError::Start(StartError::UndeclaredDialect(_)) => ExitStatus::Nothing,
        BenchError::Mix(_) | BenchError::Schedule(_) | BenchError::Unsendable(_) => {
            ExitStatus::Usage
        }
        _ => ExitStatus::Setup,
    };
    Failure::new(status, error)
}
