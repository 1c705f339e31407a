use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use event_datagram_conformance::fence;
use event_datagram_conformance::known::{Changes, Findings, Known};
use event_datagram_conformance::report::{
    Head, Recorder, Settings as RunSettings, Subject, Suite, Title,
};
use event_datagram_conformance::run::{Event, Plan, RunError, run as run_plan};
use event_datagram_conformance::subject::{Kind, Settings, SocketKind, Stop, SubjectCommand};
use event_datagram_conformance::vectors::Corpus;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::args::TestArgs;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::reports::Reports;
use crate::vectors::{corpus, select};

pub(crate) fn run(args: &TestArgs) -> crate::Result {
    let corpus = corpus(args.select.corpus.as_deref())?;
    let signals = Signals::catch()?;
    let plan = plan(args, &corpus, signals.stop.clone())?;
    let recorder = recorder(args, &plan);
    let mut reports = Reports::create(&head(args, &plan, &corpus), &args.reports)?;

    let mut findings = Findings::new(args.strict);
    let progress = progress(plan.vectors.len() * plan.sockets.len());
    let result = run_plan(&plan, |event| match event {
        Event::Ready {
            dialect,
            socket,
            start,
        } => {
            reports.started(&recorder.started(dialect, socket, start));
        }
        Event::Outcome(outcome) => {
            reports.take(&recorder.record(outcome));
            findings.add(outcome);
            progress.set_message(outcome.vector.id.clone());
            progress.inc(1);
        }
        _ => {}
    });
    progress.finish_and_clear();

    signals.restore();

    if let Err(error) = result {
        reports.break_off(&error.to_string())?;
        return Err(failure(error));
    }
    reports.write_files()?;
    if let (Some(path), true) = (&args.known, args.write_known) {
        let changes = findings
            .write(path)
            .or_exit_with(Exit::Usage, format!("list {}", path.display()))?;
        let Changes {
            added,
            changed,
            removed,
            ..
        } = changes;
        anstream::eprintln!(
            "evdg: {}: {added} added, {changed} changed, {removed} removed",
            path.display()
        );
    }
    let exit = reports.finish()?;
    Ok(if args.write_known {
        Exit::Success
    } else {
        exit
    })
}

fn plan<'c>(args: &TestArgs, corpus: &'c Corpus, stop: Stop) -> crate::Result<Plan<'c>> {
    let mut vectors = select(corpus, &args.select)?;
    if let Some(seed) = args.seed {
        fastrand::Rng::with_seed(seed).shuffle(&mut vectors);
    }
    let kind = if args.parser {
        Kind::Parser
    } else {
        Kind::Listener
    };
    let words = if args.command.is_empty() {
        built_in(kind)?
    } else {
        args.command.clone()
    };
    let command = SubjectCommand::new(kind, args.select.dialect, &words).or_exit(Exit::Usage)?;
    let sockets = if args.parser {
        vec![SocketKind::Stdin]
    } else {
        args.socket.kinds()
    };
    for socket in &sockets {
        command.accepts(*socket).or_exit(Exit::Usage)?;
    }
    let settings = Settings {
        limit: args.timeout,
        fence: args.fence.clone(),
        stop,
    };
    let known = match &args.known {
        Some(path) if !args.write_known => {
            let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
            let known = Known::load(path, corpus, (today.year(), today.month(), today.day()));
            known.or_exit_with(Exit::Usage, format!("list {}", path.display()))?
        }
        _ => Known::default(),
    };
    Ok(Plan {
        vectors,
        command,
        sockets,
        settings,
        known,
        seed: args.seed.unwrap_or_else(|| fastrand::u64(..)),
    })
}

/// A signal lets the run come to an end, with all that it started. Behind the run it ends the program.
struct Signals {
    stop: Stop,
    is_over: Arc<AtomicBool>,
}

impl Signals {
    fn catch() -> crate::Result<Self> {
        let signals = Self {
            stop: Stop::default(),
            is_over: Arc::default(),
        };
        let (stop, is_over) = (signals.stop.clone(), Arc::clone(&signals.is_over));
        let end = move || {
            if is_over.load(Ordering::Relaxed) {
                std::process::exit(Exit::Interrupted as i32);
            }
            stop.request();
        };
        ctrlc::set_handler(end).or_exit(Exit::Setup)?;
        Ok(signals)
    }

    /// Makes signals end the program again: nothing is left to be cleaned up.
    fn restore(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// The reference listener or parser: this very program, as a process of its own.
fn built_in(kind: Kind) -> crate::Result<Vec<OsString>> {
    let program = std::env::current_exe()
        .or_exit_with(Exit::Setup, "the built-in listener cannot be found")?;
    let words: &[&str] = match kind {
        Kind::Parser => &["decode"],
        _ => &["listen", "{socket}"],
    };
    Ok(std::iter::once(program.into())
        .chain(words.iter().map(OsString::from))
        .collect())
}

fn recorder(args: &TestArgs, plan: &Plan<'_>) -> Recorder {
    let mut options = String::new();
    if args.parser {
        options.push_str(" --parser");
    }
    for (name, value) in [
        (
            "fence",
            Some(&args.fence)
                .filter(|name| *name != fence::DEFAULT_NAME)
                .cloned(),
        ),
        (
            "corpus",
            args.select
                .corpus
                .as_ref()
                .map(|folder| folder.display().to_string()),
        ),
    ] {
        if let Some(value) = value {
            let value =
                shlex::try_quote(&value).map_or(value.clone(), |quoted| quoted.into_owned());
            options.push_str(&format!(" --{name} {value}"));
        }
    }
    let command = if args.command.is_empty() {
        String::new()
    } else {
        format!(" -- {}", plan.command.shell())
    };
    Recorder { options, command }
}

fn head(args: &TestArgs, plan: &Plan<'_>, corpus: &Corpus) -> Head {
    let kind = if args.parser { "parser" } else { "listener" };
    let command = if args.command.is_empty() {
        format!("the built-in {kind}")
    } else {
        plan.command.shell()
    };
    let titles = corpus.requirements.iter().map(|requirement| Title {
        id: requirement.id.clone(),
        title: requirement.title.clone(),
    });
    Head {
        suite: Suite::this(titles.collect()),
        subject: Subject::new(&command, kind),
        settings: RunSettings {
            strict: args.strict,
            seed: args.seed,
            filters: args.select.filters.clone(),
            levels: args.select.levels.clone(),
        },
    }
}

/// A bar on a terminal, nothing elsewhere.
fn progress(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    let style = ProgressStyle::with_template("{bar:32} {pos}/{len} {wide_msg}");
    bar.with_style(style.expect("the template is right"))
}

fn failure(error: RunError) -> Failure {
    let exit = match error {
        RunError::Interrupted => Exit::Interrupted,
        _ => Exit::Setup,
    };
    Failure::new(exit, error)
}
