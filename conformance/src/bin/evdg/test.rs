use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use event_datagram_conformance::escape::{cut, escaped};
use event_datagram_conformance::fence::FenceTemplate;
use event_datagram_conformance::judge::ReportedNames;
use event_datagram_conformance::known::{Date, KnownList, ListChanges, ObservedFailures};
use event_datagram_conformance::report::{
    Recorder, ReportHeader, RequirementTitle, RunContext, RunSettings, Shard, Suite, TestedSubject,
};
use event_datagram_conformance::run::{RunError, RunEvent, TestPlan, run as run_plan};
use event_datagram_conformance::subject::{Kind, StartError, Stop};
use event_datagram_conformance::vectors::{Corpus, TEST_EVENT};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::args::{CorpusArgs, TestArgs};
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _};
use crate::progress::Progress;
use crate::reports::{ReportSet, command_line, prepare};
use crate::rerun::keep_failed;
use crate::signals::Signals;
use crate::subject::{SubjectLabel, failure, option, options, settings, subject};
use crate::terminal::message;
use crate::values::ShardArg;
use crate::vectors::{corpus, select, set};

pub(crate) fn run(args: &TestArgs, signals: &Signals) -> CommandResult {
    let inputs = [&args.known, &args.subject.observe, &args.rerun];
    let inputs = inputs
        .into_iter()
        .flatten()
        .chain(&args.select.source.files);
    prepare(&args.reports, inputs)?;
    let mut corpus = corpus(&args.select.source)?;
    if let Some(name) = &args.subject.event {
        corpus.rename_test_event(name);
    }
    let stop = signals.hold();
    let plan = plan(args, &corpus, stop.child())?;
    let (header, recorder) = report_header(args, &plan, &corpus);
    let mut reports = ReportSet::create(
        &header,
        &args.reports,
        args.output.detail(),
        plan.vectors.iter().copied(),
    )?;

    let mut failures = ObservedFailures::new(args.strict.into());
    let test_event = args.subject.event.as_deref().unwrap_or(TEST_EVENT);
    let mut names = ReportedNames::new(test_event, plan.settings.fence.event_name());
    let (ids, mut unknown) = (corpus.ids(), BTreeSet::new());
    let begun = Instant::now();
    let planned = plan.vectors.len() * plan.sockets.len();
    let mut progress = match args.output.quiet {
        true => Progress::hidden(),
        false => Progress::new(planned),
    };
    let is_over = |reports: &ReportSet<'_>| {
        let max = args.max_failures;
        max.is_some_and(|max| reports.failures() >= max.get())
    };
    let result = run_plan(&plan, |event| match event {
        // The run is ending and kills its instances, so their results mean nothing.
        _ if is_over(&reports) => {}
        RunEvent::Ready {
            socket,
            dialects,
            start,
        } => {
            let declared = start.not_applicable.iter().flatten();
            unknown.extend(declared.filter(|id| !ids.contains(id.as_str())).cloned());
            reports.subject_ready(&recorder.ready_subject(socket, dialects, start));
        }
        RunEvent::Outcome(outcome) => {
            reports.add(&recorder.record(outcome));
            names.add(outcome.vector, &outcome.observation);
            failures.add(&outcome.vector.id, outcome.socket, outcome.verdict);
            progress.advance(&outcome.vector.id, reports.failures());
            if is_over(&reports) {
                plan.settings.stop.request();
            }
        }
        RunEvent::Waiting { instances, at_most } => progress.wait(instances, at_most),
        _ => {}
    });
    progress.finish();
    if !unknown.is_empty() {
        message(format_args!(
            "the subject declares {} not applicable, and there is no such requirement or vector",
            first_few(&unknown)
        ));
    }

    if is_over(&reports) && !stop.is_requested() {
        let not_run = planned - reports.summary.total();
        reports.summary.set_not_run(not_run);
    } else if let Err(error) = result {
        signals.release();
        reports.break_off(&error.to_string())?;
        return Err(match advice_on_fence(args, &error) {
            Some(advice) => {
                let error = anyhow::Error::from(error);
                Failure::new(ExitStatus::Setup, anyhow::anyhow!("{error:#}\n{advice}"))
            }
            None => failure(error),
        });
    }
    reports.end_run(Some(begun.elapsed()));
    let diagnosis = reports.diagnose(&plan.settings.fence, &stop);
    let written = reports.write_files(&diagnosis);
    if let (Some(path), true) = (&args.known, args.write_known) {
        let changes = failures
            .write(path)
            .or_exit_with(ExitStatus::Usage, format!("list {}", path.display()))?;
        let ListChanges {
            added,
            changed,
            removed,
            ..
        } = changes;
        message(format_args!(
            "{}: {added} added, {changed} changed, {removed} removed",
            path.display()
        ));
    }
    signals.release();
    let status = reports.finish(&diagnosis, names.advice())?;
    written?;
    Ok(match status {
        // The list names all failures now.
        ExitStatus::Failed if args.write_known => ExitStatus::Success,
        status => status,
    })
}

/// Returns what to do about a listener that did not report the first event, if only the event of
/// the vectors was renamed.
fn advice_on_fence(args: &TestArgs, error: &RunError) -> Option<String> {
    let name = args.subject.event.as_ref()?;
    let is_default = args.subject.fence == FenceTemplate::default();
    let is_silent = matches!(error, RunError::Start(StartError::Silent { .. }));
    (is_silent && is_default).then(|| {
        format!(
            "--event renames the event of the vectors alone: --fence '{name} param={{tag}}' renames \
             the first event, too, and gives it a parameter that the listener may demand"
        )
    })
}

/// Returns the first of these ids, and how many more there are.
fn first_few(ids: &BTreeSet<String>) -> String {
    const MAX_IDS: usize = 10;
    let first = ids.iter().take(MAX_IDS);
    let first: Vec<_> = first.map(|id| cut(&escaped(id.as_bytes()), 60)).collect();
    let first = first.join(", ");
    match ids.len().saturating_sub(MAX_IDS) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

fn plan<'c>(args: &TestArgs, corpus: &'c Corpus, stop: Stop) -> CommandResult<TestPlan<'c>> {
    let mut vectors = select(corpus, &args.select, args.dialects())?;
    if let Some(report) = &args.rerun {
        keep_failed(report, args.strict.into(), &mut vectors)?;
    }
    if let Some(seed) = args.seed {
        fastrand::Rng::with_seed(seed).shuffle(&mut vectors);
    }
    if let Some(ShardArg { index, count }) = args.shard {
        // Counts each dialect apart, as `evdg merge` does.
        let mut seen = BTreeMap::new();
        vectors.retain(|vector| {
            let seen = seen.entry(vector.dialect).or_insert(0);
            *seen += 1;
            (*seen - 1) % count == index - 1
        });
        if vectors.is_empty() {
            let message = format!(
                "part {index} of {count} has no vectors: fewer vectors than parts are selected"
            );
            return Err(Failure::new(ExitStatus::Nothing, anyhow::anyhow!(message)));
        }
    }
    let kind = if args.parser {
        Kind::Parser
    } else {
        Kind::Listener
    };
    let (subject, sockets) = subject(&args.subject, kind, args.socket.kinds())?;
    let known = match &args.known {
        Some(path) if !args.write_known => known_list(path, corpus)?,
        _ => KnownList::default(),
    };
    Ok(TestPlan {
        vectors,
        subject,
        sockets,
        jobs: args.jobs,
        settings: settings(&args.subject, args.seed, stop),
        linger: args.linger.unwrap_or_default(),
        known,
        set: args
            .set
            .as_deref()
            .map(|name| set(corpus, name))
            .transpose()?,
    })
}

/// Reads a list of known failures.
pub(crate) fn known_list(path: &Path, corpus: &Corpus) -> CommandResult<KnownList> {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let today = Date {
        year: today.year().unsigned_abs(),
        month: today.month().unsigned_abs(),
        day: today.day().unsigned_abs(),
    };
    let known = KnownList::load(path, corpus, today);
    known.or_exit_with(ExitStatus::Usage, format!("list {}", path.display()))
}

/// Returns the header of the reports, and the recorder that knows how a vector is run again.
fn report_header(
    args: &TestArgs,
    plan: &TestPlan<'_>,
    corpus: &Corpus,
) -> (ReportHeader, Recorder) {
    let mut options = options(&args.subject, &plan.subject);
    let CorpusArgs {
        corpus: folder,
        files,
    } = &args.select.source;
    for (name, path) in folder
        .iter()
        .map(|folder| ("corpus", folder))
        .chain(files.iter().map(|file| ("vectors", file)))
    {
        options.push_str(&option(name, &path.display().to_string()));
    }
    if args.strict {
        options.push_str(" --strict");
    }
    if let Some(linger) = args.linger {
        let seconds = linger.as_secs_f64();
        options.push_str(&option("linger", &format!("{seconds}s")));
    }
    let label = SubjectLabel::new(&args.subject, &plan.subject);
    let mut suite = Suite::of_this_crate(RequirementTitle::all_of(corpus));
    suite.set = args.set.clone();
    suite.shard = args
        .shard
        .map(|ShardArg { index, count }| Shard { index, count });
    let header = ReportHeader {
        suite,
        subject: TestedSubject::new(&label.name, plan.subject.kind().as_str()),
        settings: RunSettings {
            strictness: args.strict.into(),
            seed: args.seed,
            filters: args.select.filters.clone(),
            levels: args.select.levels.clone(),
        },
        run: Some(RunContext::now(args.dialects().to_vec(), &command_line())),
    };
    let recorder = Recorder {
        options,
        is_attached: args.subject.attach.is_some(),
        command: label.command,
    };
    (header, recorder)
}
