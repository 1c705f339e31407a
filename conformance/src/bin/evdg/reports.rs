use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use event_datagram_conformance::diagnose::{Diagnosis, MAX_SEARCH_TIME};
use event_datagram_conformance::fence::FenceTemplate;
use event_datagram_conformance::judge::Strictness;
use event_datagram_conformance::output_file::{FileIdentity, remove_stale};
use event_datagram_conformance::report::{
    Conformance, Detail, Findings, Format, Human, ReadySubject, Record, ReportHeader, Reporter,
    Summary,
};
use event_datagram_conformance::subject::Stop;
use event_datagram_conformance::vectors::Vector;
use indicatif::ProgressBar;

use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _, ignore_closed_stdout};
use crate::terminal::{Stdout, styled_stdout};
use crate::values::ReportArg;

/// Prepares the files of reports before anything else is done. Removes the files of an earlier run,
/// so that nobody takes them for reports of this run if it fails. `inputs` are the files that the
/// run reads.
///
/// Returns an error if two reports go to the same file, one would replace an input, or a file
/// cannot be created.
pub(crate) fn prepare<'p, F>(
    reports: &[ReportArg<F>],
    inputs: impl IntoIterator<Item = &'p PathBuf>,
) -> CommandResult<()> {
    let inputs: HashSet<_> = inputs
        .into_iter()
        .filter_map(|it| FileIdentity::of(it))
        .collect();
    let mut seen = HashSet::new();
    for ReportArg { path, .. } in reports {
        let Some(identity) = FileIdentity::of(path) else {
            continue;
        };
        let why = if inputs.contains(&identity) {
            "this run reads the file, too"
        } else if !seen.insert(identity) {
            "another report goes to the same file"
        } else {
            continue;
        };
        let message = format!("report {}: {why}", path.display());
        return Err(Failure::new(ExitStatus::Usage, anyhow::anyhow!(message)));
    }
    for ReportArg { path, .. } in reports {
        remove_stale(path).or_exit_with(ExitStatus::Usage, format!("report {}", path.display()))?;
    }
    Ok(())
}

/// Returns the command line of this program, as one would type it into a shell.
pub(crate) fn command_line() -> String {
    let quoted = std::env::args_os().skip(1).map(|arg| {
        let arg = arg.to_string_lossy().into_owned();
        shlex::try_quote(&arg).map_or_else(|_| arg.clone(), |quoted| quoted.into_owned())
    });
    let words: Vec<_> = std::iter::once("evdg".into()).chain(quoted).collect();
    words.join(" ")
}

/// The reports of one run: the one on standard output, and those in files.
pub(crate) struct ReportSet<'c> {
    pub(crate) summary: Summary,
    findings: Findings<'c>,
    strictness: Strictness,
    detail: Detail,
    human: Human<Stdout>,
    files: Vec<(PathBuf, Box<dyn Reporter>)>,
}

impl<'c> ReportSet<'c> {
    /// Creates the reports. `vectors` are the vectors of the results. The caller has called
    /// [`prepare`].
    pub(crate) fn create(
        header: &ReportHeader,
        files: &[ReportArg<Format>],
        detail: Detail,
        vectors: impl IntoIterator<Item = &'c Vector>,
    ) -> CommandResult<Self> {
        let files = files.iter().map(|ReportArg { format, path }| {
            let report = format.create_reporter(path.clone(), header);
            let report =
                report.or_exit_with(ExitStatus::Usage, format!("report {}", path.display()))?;
            Ok((path.clone(), report))
        });
        Ok(Self {
            files: files.collect::<CommandResult<_>>()?,
            human: Human::new(styled_stdout(), header.clone(), detail),
            findings: Findings::new(vectors),
            strictness: header.settings.strictness,
            detail,
            summary: Summary::default(),
        })
    }

    /// Sets how long the run took. Must be called after the last result.
    pub(crate) fn end_run(&mut self, duration: Option<Duration>) {
        duration
            .into_iter()
            .for_each(|it| self.summary.set_duration(it));
    }

    pub(crate) fn subject_ready(&mut self, subject: &ReadySubject) {
        self.human.subject_ready(subject);
        self.files
            .iter_mut()
            .for_each(|(_, report)| report.subject_ready(subject));
    }

    pub(crate) fn add(&mut self, record: &Record) {
        self.summary.add(record);
        self.findings.add(record);
        self.human.add(record);
        self.files
            .iter_mut()
            .for_each(|(_, report)| report.add(record));
    }

    /// Returns how many results keep the subject from being conformant so far.
    pub(crate) fn failures(&self) -> usize {
        self.summary.failures(self.strictness)
    }

    /// Prints the results so far on standard output; the files are not written.
    pub(crate) fn break_off(mut self, why: &str) -> CommandResult<()> {
        if self.summary.total() == 0 {
            return Ok(());
        }
        self.human.interrupt(why);
        let finished = self.human.finish(&self.summary, &Diagnosis::default());
        ignore_closed_stdout(finished)
    }

    /// Searches for the causes of the failures, for at most [`MAX_SEARCH_TIME`]. `fence` is the
    /// fence of the run.
    pub(crate) fn diagnose(&self, fence: &FenceTemplate, stop: &Stop) -> Diagnosis {
        let bar = match self.detail {
            Detail::Summary => ProgressBar::hidden(),
            _ => ProgressBar::new_spinner().with_message("searching for the causes"),
        };
        let begin = Instant::now();
        let go_on = || {
            // The bar is drawn here, because a thread for it may fail to start.
            bar.tick();
            !stop.is_requested() && begin.elapsed() < MAX_SEARCH_TIME
        };
        let diagnosis = self.findings.diagnose(fence, &go_on);
        bar.finish_and_clear();
        diagnosis
    }

    /// Writes the files. They are written before standard output, because its reader may close it.
    pub(crate) fn write_files(&mut self, diagnosis: &Diagnosis) -> CommandResult<()> {
        self.write(diagnosis, |path| !is_pipe(path))
    }

    /// Writes the reports that go to pipes and devices, which may never be read, and prints the
    /// summary on standard output, with advice if there is some. Returns the exit status.
    pub(crate) fn finish(mut self, diagnosis: &Diagnosis, advice: Option<String>) -> CommandResult {
        let written = self.write(diagnosis, is_pipe);
        self.human.advise(advice);
        ignore_closed_stdout(self.human.finish(&self.summary, diagnosis))?;
        written?;
        Ok(match self.summary.conformance(self.strictness) {
            Conformance::NotTested => ExitStatus::Nothing,
            Conformance::Conforms | Conformance::NoNewFailures(_) => ExitStatus::Success,
            Conformance::Fails(_) | Conformance::OutdatedList(_) | Conformance::NothingPassed => {
                ExitStatus::Failed
            }
        })
    }

    /// Writes the reports whose paths `is_such` selects.
    fn write(&mut self, diagnosis: &Diagnosis, is_such: fn(&Path) -> bool) -> CommandResult<()> {
        for (path, report) in self.files.iter_mut().filter(|(path, _)| is_such(path)) {
            report
                .finish(&self.summary, diagnosis)
                .or_exit_with(ExitStatus::Setup, format!("report {}", path.display()))?;
        }
        Ok(())
    }
}

/// Returns whether a path leads to a pipe or a device.
fn is_pipe(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file())
}
