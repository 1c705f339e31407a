use std::env;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::github_command::{Annotation, AnnotationKind};
use super::markdown::MarkdownText;
use super::summary::count_of_results;
use super::{ReadySubject, Record, ReportHeader, Reporter, Summary};
use crate::diagnose::{Cause, Diagnosis};
use crate::escape::visible;
use crate::judge::{Strictness, Verdict};
use crate::output_file::{remove_stale, write_atomically};

/// A reporter for GitHub Actions. It writes annotations as workflow commands, for standard output,
/// and appends the Markdown report to the summary of the job if the environment names its file.
///
/// The first annotation is the verdict. Then there is one for each cause, and one for each failure
/// that no cause explains. There are at most ten errors and ten warnings, because GitHub shows no
/// more.
#[derive(Debug)]
pub struct Github {
    path: PathBuf,
    header: ReportHeader,
    job_summary: Option<(PathBuf, MarkdownText)>,
    /// The count of results.
    count: usize,
    departures: Vec<DepartureText>,
}

/// A failure or a warning.
#[derive(Debug)]
struct DepartureText {
    /// The number of the result.
    result: usize,
    id: String,
    verdict: Verdict,
    kind: AnnotationKind,
    title: String,
    message: String,
}

/// The variable that names the file of the job's summary.
const JOB_SUMMARY: &str = "GITHUB_STEP_SUMMARY";
/// The most annotations of a kind that GitHub shows of a step.
const MAX_ANNOTATIONS: usize = 10;
/// The most failures and warnings that are kept for annotations.
const MAX_DEPARTURES: usize = 2_000;
/// The most characters of a line of evidence.
const MAX_LINE: usize = 300;

impl Github {
    /// Creates a reporter that writes annotations to a file, and removes the file that an earlier
    /// run left there.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed, or its folder is not there.
    pub fn create(path: PathBuf, header: ReportHeader) -> io::Result<Self> {
        remove_stale(&path)?;
        let job_summary = env::var_os(JOB_SUMMARY).filter(|path| !path.is_empty());
        Ok(Self {
            path,
            job_summary: job_summary.map(|path| (path.into(), MarkdownText::new(header.clone()))),
            header,
            count: 0,
            departures: Vec::new(),
        })
    }

    fn add_departure(&mut self, record: &Record) {
        if !record.verdict.is_failure(Strictness::Should)
            || !record.decides
            || self.departures.len() == MAX_DEPARTURES
        {
            return;
        }
        let (verdict, id, requirement) = (record.verdict, &record.id, &record.requirement);
        let socket = record.socket;
        let mut message = String::new();
        for line in record.evidence_lines() {
            let text = line.shortened(MAX_LINE);
            writeln!(message, "{}: {text}", line.label).expect("a string takes any text");
        }
        self.departures.push(DepartureText {
            result: self.count,
            id: id.clone(),
            verdict,
            kind: match record.is_failure(self.header.settings.strictness) {
                true => AnnotationKind::Error,
                false => AnnotationKind::Warning,
            },
            title: format!("{verdict}: {id} ({requirement}, {socket})"),
            message: message.trim_end().into(),
        });
    }

    /// Returns an annotation for each cause and for each departure that no cause explains, the
    /// gravest first.
    fn annotations(&self, diagnosis: &Diagnosis) -> Vec<Annotation> {
        let cause_of = |departure: &DepartureText| diagnosis.cause_of.get(&departure.result);
        let causes = diagnosis.causes.iter().enumerate();
        let causes = causes.filter_map(|(index, cause)| {
            let is_of_cause = |it: &&DepartureText| cause_of(it) == Some(&index);
            let of_cause = || self.departures.iter().filter(is_of_cause);
            let kind = of_cause().map(|it| it.kind).min()?;
            let mut of_kind = of_cause().filter(|it| it.kind == kind);
            let example = of_kind.clone().find(|it| it.id == cause.example);
            let example = example.or_else(|| of_kind.next())?;
            Some(annotation_of_cause(kind, cause, example))
        });
        let unexplained = self.departures.iter().filter(|it| cause_of(it).is_none());
        let mut unexplained: Vec<_> = unexplained.collect();
        unexplained.sort_by_key(|it| it.verdict);
        let unexplained = unexplained.into_iter().map(|it| Annotation {
            kind: it.kind,
            title: it.title.clone(),
            message: it.message.clone(),
        });
        let mut annotations: Vec<_> = causes.chain(unexplained).collect();
        annotations.sort_by_key(|it| it.kind);
        annotations
    }
}

fn annotation_of_cause(kind: AnnotationKind, cause: &Cause, example: &DepartureText) -> Annotation {
    let (sentence, results) = (visible(&cause.sentence), count_of_results(cause.explains));
    Annotation {
        kind,
        title: format!("{}: {sentence} ({results})", cause.requirement),
        message: format!("{}\n{}", example.title, example.message),
    }
}

impl Reporter for Github {
    fn subject_ready(&mut self, _: &ReadySubject) {}

    fn add(&mut self, record: &Record) {
        self.add_departure(record);
        self.count += 1;
        if let Some((_, text)) = &mut self.job_summary {
            text.add(record);
        }
    }

    fn finish(&mut self, summary: &Summary, diagnosis: &Diagnosis) -> io::Result<()> {
        let subject = &self.header.subject.command;
        let mut message = format!("{subject}: {}", self.header.verdict_in_words(summary));
        if let Some(headline) = diagnosis.headline(summary.of(Verdict::Warn)) {
            write!(message, "\n{headline}").map_err(io::Error::other)?;
        }
        let annotations = self.annotations(diagnosis);
        let mut text = String::new();
        for (kind, noun) in [
            (AnnotationKind::Error, "failures"),
            (AnnotationKind::Warning, "warnings"),
        ] {
            let of_kind = || annotations.iter().filter(|it| it.kind == kind);
            for annotation in of_kind().take(MAX_ANNOTATIONS) {
                writeln!(text, "{annotation}").map_err(io::Error::other)?;
            }
            let more = of_kind().skip(MAX_ANNOTATIONS).count();
            if more > 0 {
                write!(message, "\n{more} more {noun} have no annotation")
                    .map_err(io::Error::other)?;
            }
        }
        let verdict = Annotation {
            kind: AnnotationKind::Notice,
            title: "event_datagram conformance".into(),
            message,
        };
        let text = format!("{verdict}\n{text}");
        write_atomically(&self.path, text.as_bytes())?;
        match &self.job_summary {
            Some((path, text)) => {
                let text = text.finish(summary, diagnosis).map_err(io::Error::other)?;
                append(path, &text).map_err(|error| {
                    let path = path.display();
                    io::Error::new(error.kind(), format!("{JOB_SUMMARY} {path}: {error}"))
                })
            }
            None => Ok(()),
        }
    }
}

/// Appends text to the summary of a job, after the text of earlier steps.
fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(text.as_bytes())
}
