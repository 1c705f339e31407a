use std::collections::HashSet;
use std::io::StdoutLock;
use std::path::PathBuf;

use anstream::AutoStream;
use event_datagram_conformance::judge::Strictness;
use event_datagram_conformance::report::{
    Format, Human, ReadySubject, Record, ReportHeader, Reporter, Summary,
};

use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _, ignore_closed_stdout};
use crate::values::ReportArg;

/// Returns an error if two reports go to the same file.
pub(crate) fn check_distinct<F>(reports: &[ReportArg<F>]) -> CommandResult<()> {
    let mut seen = HashSet::new();
    let paths = reports.iter().map(|report| &report.path);
    // A device such as /dev/stdout takes any number of reports.
    let mut files = paths.filter(|path| path.is_file() || !path.exists());
    match files.find(|path| !seen.insert(*path)) {
        Some(path) => {
            let message = format!("report {}: another one goes there, too", path.display());
            Err(Failure::new(ExitStatus::Usage, anyhow::anyhow!(message)))
        }
        None => Ok(()),
    }
}

/// The reports of one run: the one on standard output, and those in files.
pub(crate) struct ReportSet {
    pub(crate) summary: Summary,
    strictness: Strictness,
    human: Human<AutoStream<StdoutLock<'static>>>,
    files: Vec<(PathBuf, Box<dyn Reporter>)>,
}

impl ReportSet {
    pub(crate) fn create(
        header: &ReportHeader,
        files: &[ReportArg<Format>],
    ) -> CommandResult<Self> {
        check_distinct(files)?;
        let files = files.iter().map(|ReportArg { format, path }| {
            let report = format.create_reporter(path.clone(), header);
            let report =
                report.or_exit_with(ExitStatus::Usage, format!("report {}", path.display()))?;
            Ok((path.clone(), report))
        });
        Ok(Self {
            files: files.collect::<CommandResult<_>>()?,
            human: Human::new(anstream::stdout().lock(), header.clone()),
            strictness: header.settings.strictness,
            summary: Summary::default(),
        })
    }

    pub(crate) fn subject_ready(&mut self, subject: &ReadySubject) {
        self.human.subject_ready(subject);
        self.files
            .iter_mut()
            .for_each(|(_, report)| report.subject_ready(subject));
    }

    pub(crate) fn add(&mut self, record: &Record) {
        self.summary.add(record);
        self.human.add(record);
        self.files
            .iter_mut()
            .for_each(|(_, report)| report.add(record));
    }

    /// Prints the results so far on standard output; the files are not written.
    pub(crate) fn break_off(mut self, why: &str) -> CommandResult<()> {
        if self.summary.total() == 0 {
            return Ok(());
        }
        self.human.interrupt(why);
        ignore_closed_stdout(self.human.finish(&self.summary))
    }

    /// Writes the files. They come before standard output, whose reader may close it.
    pub(crate) fn write_files(&mut self) -> CommandResult<()> {
        for (path, report) in &mut self.files {
            report
                .finish(&self.summary)
                .or_exit_with(ExitStatus::Setup, format!("report {}", path.display()))?;
        }
        Ok(())
    }

    /// Prints the summary on standard output, and returns the exit status.
    pub(crate) fn finish(mut self) -> CommandResult {
        ignore_closed_stdout(self.human.finish(&self.summary))?;
        Ok(match self.summary.failures(self.strictness) {
            0 if self.summary.tested() == 0 => ExitStatus::Nothing,
            0 => ExitStatus::Success,
            _ => ExitStatus::Failed,
        })
    }
}
