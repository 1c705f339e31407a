use std::collections::HashSet;
use std::io::StdoutLock;
use std::path::PathBuf;

use anstream::AutoStream;
use event_datagram_conformance::judge::Strictness;
use event_datagram_conformance::report::{
    Format, Human, ReadySubject, Record, ReportHeader, Reporter, Summary,
};

use crate::args::ReportArg;
use crate::exit::{Exit, Failure, OrExit as _, even_unread};

/// Refuses that two reports go to one file, where the later would take the place of the earlier.
pub(crate) fn check_apart<F>(reports: &[ReportArg<F>]) -> crate::Result<()> {
    let mut seen = HashSet::new();
    let paths = reports.iter().map(|report| &report.path);
    // What is no file, such as /dev/stdout, takes any number.
    let mut files = paths.filter(|path| path.is_file() || !path.exists());
    match files.find(|path| !seen.insert(*path)) {
        Some(path) => {
            let message = format!("report {}: another one goes there, too", path.display());
            Err(Failure::new(Exit::Usage, anyhow::anyhow!(message)))
        }
        None => Ok(()),
    }
}

/// All reports of one run: the one on standard output, and those that go into files.
pub(crate) struct Reports {
    pub(crate) summary: Summary,
    strictness: Strictness,
    human: Human<AutoStream<StdoutLock<'static>>>,
    files: Vec<(PathBuf, Box<dyn Reporter>)>,
}

impl Reports {
    pub(crate) fn create(
        header: &ReportHeader,
        files: &[ReportArg<Format>],
    ) -> crate::Result<Self> {
        check_apart(files)?;
        let files = files.iter().map(|ReportArg { format, path }| {
            let report = format.create_reporter(path.clone(), header);
            let report = report.or_exit_with(Exit::Usage, format!("report {}", path.display()))?;
            Ok((path.clone(), report))
        });
        Ok(Self {
            files: files.collect::<crate::Result<_>>()?,
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

    /// Tells on standard output how far the run came; the files stay away.
    pub(crate) fn break_off(mut self, why: &str) -> crate::Result<()> {
        if self.summary.total() == 0 {
            return Ok(());
        }
        self.human.interrupt(why);
        even_unread(self.human.finish(&self.summary))
    }

    /// Writes the files. They come before standard output: whoever reads that may leave when they have seen enough.
    pub(crate) fn write_files(&mut self) -> crate::Result<()> {
        for (path, report) in &mut self.files {
            report
                .finish(&self.summary)
                .or_exit_with(Exit::Setup, format!("report {}", path.display()))?;
        }
        Ok(())
    }

    /// Tells all on standard output, and gives the status that goes with it.
    pub(crate) fn finish(mut self) -> crate::Result {
        even_unread(self.human.finish(&self.summary))?;
        Ok(match self.summary.failures(self.strictness) {
            0 if self.summary.tested() == 0 => Exit::Nothing,
            0 => Exit::Success,
            _ => Exit::Failed,
        })
    }
}
