use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use event_datagram_conformance::fence;
use event_datagram_conformance::known::{Changes, Findings, Known};
use event_datagram_conformance::report::{
    Head, Recorder, Settings as RunSettings, Shard as ReportShard, Subject as ReportSubject, Suite,
    Title,
};
use event_datagram_conformance::run::{Event, Plan, RunError, run as run_plan};
use event_datagram_conformance::subject::{
    Kind, Settings, SocketKind, Stop, Subject, SubjectCommand,
};
use event_datagram_conformance::vectors::Corpus;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::args::{Shard, TestArgs};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::reports::Reports;
use crate::vectors::{corpus, select, set};

pub(crate) fn run(args: &TestArgs) -> crate::Result {
    let corpus = corpus(args.select.corpus.as_deref())?;
    let signals = Signals::catch()?;
    let plan = plan(args, &corpus, signals.stop.clone())?;
    let (head, recorder) = head(args, &plan, &corpus);
    let mut reports = Reports::create(&head, &args.reports)?;

    let mut findings = Findings::new(args.strict);
    let progress = progress(plan.vectors.len() * plan.sockets.len());
    let result = run_plan(&plan, |event| match event {
        Event::Ready {
            socket,
            dialects,
            start,
        } => reports.started(&recorder.started(socket, dialects, start)),
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
    let mut vectors = select(corpus, &args.select, args.dialects())?;
    if let Some(seed) = args.seed {
        fastrand::Rng::with_seed(seed).shuffle(&mut vectors);
    }
    if let Some(Shard { index, count }) = args.shard {
        // Dialect by dialect, so that the parts can be put together again.
        let mut seen = BTreeMap::new();
        vectors.retain(|vector| {
            let seen = seen.entry(vector.dialect).or_insert(0);
            *seen += 1;
            (*seen - 1) % count == index - 1
        });
        if vectors.is_empty() {
            let message = format!("part {index} of {count} has no vectors: there are not so many");
            return Err(Failure::new(Exit::Nothing, anyhow::anyhow!(message)));
        }
    }
    let (subject, sockets) = subject(args)?;
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
        subject,
        sockets,
        jobs: args.jobs,
        settings,
        known,
        set: args
            .set
            .as_deref()
            .map(|name| set(corpus, name))
            .transpose()?,
    })
}

/// Finds out what to test, and over which sockets.
fn subject(args: &TestArgs) -> crate::Result<(Subject, Vec<SocketKind>)> {
    if let (Some(socket), Some(reports)) = (&args.attach, &args.observe) {
        return attached(socket, reports);
    }
    let (kind, sockets) = if args.parser {
        (Kind::Parser, vec![SocketKind::Stdin])
    } else {
        (Kind::Listener, args.socket.kinds())
    };
    let words = if args.command.is_empty() {
        built_in(kind)?
    } else {
        args.command.clone()
    };
    let command = SubjectCommand::new(kind, &words).or_exit(Exit::Usage)?;
    for socket in &sockets {
        command.accepts(*socket).or_exit(Exit::Usage)?;
    }
    Ok((command.into(), sockets))
}

#[cfg(unix)]
pub(crate) fn attached(socket: &str, reports: &Path) -> crate::Result<(Subject, Vec<SocketKind>)> {
    use event_datagram_conformance::subject::{Reports, Running};

    let (address, kind) = crate::listen::address(socket)?;
    let reports = if reports == Path::new("-") {
        Reports::Stdin
    } else {
        Reports::Path(reports.into())
    };
    Ok((Running { address, reports }.into(), vec![kind]))
}

#[cfg(not(unix))]
pub(crate) fn attached(_: &str, _: &Path) -> crate::Result<(Subject, Vec<SocketKind>)> {
    let message = "this platform cannot watch a running listener";
    Err(Failure::new(Exit::Usage, anyhow::anyhow!(message)))
}

/// A signal lets the run come to an end, with all that it started. Behind the run it ends the program.
pub(crate) struct Signals {
    pub(crate) stop: Stop,
    is_over: Arc<AtomicBool>,
}

impl Signals {
    pub(crate) fn catch() -> crate::Result<Self> {
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
    pub(crate) fn restore(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// The reference listener or parser: this very program, as a process of its own.
pub(crate) fn built_in(kind: Kind) -> crate::Result<Vec<OsString>> {
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

/// Says what is run, on what and how, and how a vector of it is run again.
fn head(args: &TestArgs, plan: &Plan<'_>, corpus: &Corpus) -> (Head, Recorder) {
    let mut options = String::new();
    let mut option = |name: &str, value: &str| {
        let value = shlex::try_quote(value).map_or(value.into(), |quoted| quoted.into_owned());
        options.push_str(&format!(" --{name} {value}"));
    };
    if args.fence != fence::DEFAULT_NAME {
        option("fence", &args.fence);
    }
    if let Some(folder) = &args.select.corpus {
        option("corpus", &folder.display().to_string());
    }
    if let (Some(socket), Some(reports)) = (&args.attach, &args.observe) {
        option("attach", socket);
        option("observe", &reports.display().to_string());
    }
    if args.parser {
        options.push_str(" --parser");
    }
    let (subject, command) = match &plan.subject {
        Subject::Command(command) if !args.command.is_empty() => {
            let shell = command.shell();
            (shell.clone(), format!(" -- {shell}"))
        }
        subject => {
            let name = match subject.kind() {
                Kind::Parser => "the built-in parser".into(),
                Kind::Listener => "the built-in listener".into(),
                _ => format!(
                    "the listener at {}",
                    args.attach.as_deref().unwrap_or_default()
                ),
            };
            (name, String::new())
        }
    };
    let titles = corpus.requirements.iter().map(|requirement| Title {
        id: requirement.id.clone(),
        title: requirement.title.clone(),
    });
    let mut suite = Suite::this(titles.collect());
    suite.set = args.set.clone();
    suite.shard = args
        .shard
        .map(|Shard { index, count }| ReportShard { index, count });
    let head = Head {
        suite,
        subject: ReportSubject::new(&subject, plan.subject.kind().as_str()),
        settings: RunSettings {
            strict: args.strict,
            seed: args.seed,
            filters: args.select.filters.clone(),
            levels: args.select.levels.clone(),
        },
    };
    let recorder = Recorder {
        options,
        is_attached: args.attach.is_some(),
        command,
    };
    (head, recorder)
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
