use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, BufReader, Read};
use std::marker::PhantomData;
use std::path::Path;
use std::time::Duration;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::json::FORMAT_VERSION;
use super::run_context::RunMember;
use super::{ReadySubject, ReportHeader, RunSettings, Suite, TestedSubject};
use crate::escape::{visible, visible_command};
use crate::input_file::{Limited, MAX_REPORT, open_file_or_pipe};

/// The content of a JSON report without its results.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadReport {
    /// What was run, on what, and how.
    pub header: ReportHeader,
    /// The subjects that became ready, in order.
    pub subjects: Vec<ReadySubject>,
    /// How many results there are.
    pub count: usize,
    /// How long the run took.
    pub duration: Option<Duration>,
    /// How many tests were not run because the run ended early.
    pub not_run: usize,
}

/// Why a file is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file is no JSON report, or is incomplete. The message says what is wrong and where.
    #[error("{0}")]
    Content(String),
}

/// The most bytes of a result, and of the text before, between and after results. No more of a
/// report is in memory at the same time.
const MAX_RESULT: u64 = 8 << 20;

/// Reads the JSON report of a whole run from a file or a pipe, and calls `on_result` with each
/// result as it is read.
///
/// A result is read as any type that can be deserialized, such as a [`Record`](super::Record).
///
/// # Errors
///
/// If the file cannot be read, has more than [`MAX_REPORT`] bytes or a result of more than 8 MiB,
/// has a format that this version does not know, does not end with `complete`, or is of a run that
/// ended early. The caller must discard the results until then.
pub fn read<R: for<'de> Deserialize<'de>>(
    path: &Path,
    on_result: impl FnMut(R) -> io::Result<()>,
) -> Result<ReadReport, ReadError> {
    read_from(open(path)?, on_result)
}

/// Reads a JSON report as [`read`] does, from any reader.
///
/// # Errors
///
/// The same as for [`read`].
pub fn read_from<R: for<'de> Deserialize<'de>>(
    report: impl Read,
    on_result: impl FnMut(R) -> io::Result<()>,
) -> Result<ReadReport, ReadError> {
    let report = parse(report, on_result)?;
    match report.not_run {
        0 => Ok(report),
        count => Err(ReadError::Content(format!(
            "it is not complete: {count} tests were not run, because the run ended early"
        ))),
    }
}

/// Reads a JSON report as [`read`] does, also one of a run that ended early.
///
/// # Errors
///
/// The same as for [`read`], except that a run may have ended early.
pub fn read_unfinished<R: for<'de> Deserialize<'de>>(
    path: &Path,
    on_result: impl FnMut(R) -> io::Result<()>,
) -> Result<ReadReport, ReadError> {
    parse(open(path)?, on_result)
}

fn open(path: &Path) -> io::Result<impl Read> {
    let report = Limited::new(open_file_or_pipe(path)?, MAX_REPORT);
    Ok(BufReader::new(report))
}

fn parse<R: for<'de> Deserialize<'de>>(
    report: impl Read,
    on_result: impl FnMut(R) -> io::Result<()>,
) -> Result<ReadReport, ReadError> {
    let (failed, left) = (RefCell::new(None), Cell::new(MAX_RESULT));
    let results = Results {
        on_result,
        failed: &failed,
        left: &left,
        count: 0,
        of: PhantomData,
    };
    let mut json = serde_json::Deserializer::from_reader(Metered {
        report,
        left: &left,
    });
    let whole = ReportVisitor(results);
    let whole = json.deserialize_map(whole).and_then(|whole| {
        json.end()?;
        Ok(whole)
    });
    match (failed.into_inner(), whole) {
        (Some(error), _) => Err(ReadError::Io(error)),
        (None, Ok(whole)) => Ok(whole),
        (None, Err(error)) if error.is_io() => Err(ReadError::Io(error.into())),
        (None, Err(error)) if error.is_eof() => {
            let error = visible(&error.to_string());
            Err(ReadError::Content(format!("it is not complete: {error}")))
        }
        (None, Err(error)) => Err(ReadError::Content(visible(&error.to_string()))),
    }
}

#[derive(Deserialize)]
struct SubjectMember {
    #[serde(flatten)]
    subject: TestedSubject,
    declared: Vec<ReadySubject>,
}

#[derive(Deserialize)]
struct SummaryMember {
    total: usize,
    #[serde(default)]
    not_run: usize,
    #[serde(default)]
    complete: bool,
}

struct ReportVisitor<'f, F, R>(Results<'f, F, R>);

impl<'de, F, R> Visitor<'de> for ReportVisitor<'_, F, R>
where
    F: FnMut(R) -> io::Result<()>,
    R: for<'a> Deserialize<'a>,
{
    type Value = ReadReport;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report as `evdg test --report json=FILE` writes it")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<ReadReport, A::Error> {
        let mut version = None;
        let (mut suite, mut subject, mut settings) = (None, None, None);
        let (mut run, mut summary) = (None, None);
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "format_version" => {
                    let found = map.next_value::<u32>()?;
                    if found != FORMAT_VERSION {
                        return Err(A::Error::custom(format!(
                            "format_version is {found}, and this evdg reads {FORMAT_VERSION}"
                        )));
                    }
                    version = Some(found);
                }
                // Without a known version, the meaning of later members is not known.
                _ if version.is_none() => {
                    return Err(A::Error::custom(
                        "it is no report: format_version does not come first",
                    ));
                }
                "suite" => suite = Some(map.next_value::<Suite>()?),
                "subject" => subject = Some(map.next_value::<SubjectMember>()?),
                "settings" => settings = Some(map.next_value::<RunSettings>()?),
                "run" => run = Some(map.next_value::<RunMember>()?),
                "results" => map.next_value_seed(&mut self.0)?,
                "summary" => summary = Some(map.next_value::<SummaryMember>()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let missing = |member| A::Error::custom(format!("{member} is missing"));
        version.ok_or_else(|| missing("format_version"))?;
        let summary =
            summary.ok_or_else(|| A::Error::custom("it is not complete: summary is missing"))?;
        if !summary.complete && summary.not_run == 0 {
            return Err(A::Error::custom(
                "it is not complete: summary does not say so",
            ));
        }
        let count = self.0.count;
        if summary.total != count {
            let total = summary.total;
            return Err(A::Error::custom(format!(
                "it is not complete: {count} results, and the summary counts {total}"
            )));
        }
        let mut suite = suite.ok_or_else(|| missing("suite"))?;
        for text in [&mut suite.name, &mut suite.version]
            .into_iter()
            .chain(&mut suite.set)
        {
            *text = visible(text);
        }
        for title in &mut suite.requirements {
            (title.id, title.title) = (visible(&title.id), visible(&title.title));
            title.text = visible_command(&title.text);
        }
        let SubjectMember { subject, declared } = subject.ok_or_else(|| missing("subject"))?;
        let subject = TestedSubject::new(&subject.command, &subject.kind);
        let mut settings = settings.ok_or_else(|| missing("settings"))?;
        for filter in &mut settings.filters {
            *filter = visible(filter);
        }
        let run = run.map(RunMember::parse).transpose();
        let (run, duration) = run.map_err(A::Error::custom)?.unzip();
        let header = ReportHeader {
            suite,
            subject,
            settings,
            run,
        };
        Ok(ReadReport {
            header,
            subjects: declared,
            count,
            duration: duration.flatten(),
            not_run: summary.not_run,
        })
    }
}

/// Passes each result to `on_result`, and does not keep it.
struct Results<'f, F, R> {
    on_result: F,
    /// The error of `on_result`, which is no error of the file.
    failed: &'f RefCell<Option<io::Error>>,
    /// The bytes that may be read until the next result is complete.
    left: &'f Cell<u64>,
    count: usize,
    of: PhantomData<R>,
}

impl<'de, F, R> DeserializeSeed<'de> for &mut Results<'_, F, R>
where
    F: FnMut(R) -> io::Result<()>,
    R: for<'a> Deserialize<'a>,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F, R> Visitor<'de> for &mut Results<'_, F, R>
where
    F: FnMut(R) -> io::Result<()>,
    R: for<'a> Deserialize<'a>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of results")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut results: A) -> Result<(), A::Error> {
        while let Some(result) = results.next_element()? {
            self.count += 1;
            self.left.set(MAX_RESULT);
            if let Err(error) = (self.on_result)(result) {
                *self.failed.borrow_mut() = Some(error);
                return Err(A::Error::custom("the result could not be stored"));
            }
        }
        Ok(())
    }
}

/// A reader that returns an error if a result is too long. The parser reads it byte by byte.
struct Metered<'f, R> {
    report: R,
    left: &'f Cell<u64>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.report.read(buffer)?;
        let left = self.left.get().checked_sub(length as u64);
        self.left.set(left.ok_or_else(|| {
            let max = MAX_RESULT >> 20;
            let message = format!(
                "a result, or the text between results, is longer than {max} MiB, and no \
                 more is read"
            );
            io::Error::new(io::ErrorKind::FileTooLarge, message)
        })?);
        Ok(length)
    }
}
