use std::io;
use std::path::PathBuf;

use super::{Head, Html, Json, Junit, Markdown, Record, Started, Summary, Tap};

/// Takes what is recorded of a run, and at its end makes a report of it.
pub trait Report {
    /// Takes note that a subject stands ready; its results follow.
    fn started(&mut self, started: &Started);

    /// Takes a result.
    fn take(&mut self, record: &Record);

    /// Writes the report: all of it, or nothing. Comes once, and last.
    ///
    /// # Errors
    ///
    /// If it cannot be written, or something could not be kept for it.
    fn finish(&mut self, summary: &Summary) -> io::Result<()>;
}

/// The formats of reports that go into files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// One page for a browser.
    Html,
    /// For programs; the other formats can be made from it.
    Json,
    /// For CI services.
    Junit,
    /// For a pull request's comment or a job's summary.
    Markdown,
    /// The Test Anything Protocol.
    Tap,
}

impl Format {
    /// Every format, by its name.
    pub const ALL: [(&str, Self); 5] = [
        ("html", Self::Html),
        ("json", Self::Json),
        ("junit", Self::Junit),
        ("markdown", Self::Markdown),
        ("tap", Self::Tap),
    ];
}

/// Makes a report that goes to this file. What an earlier run left there is removed.
///
/// # Errors
///
/// If the file cannot be removed, or its folder is not there.
pub fn create(format: Format, path: PathBuf, head: &Head) -> io::Result<Box<dyn Report>> {
    Ok(match format {
        Format::Html => Box::new(Html::create(path, head.clone())?),
        Format::Json => Box::new(Json::create(path, head.clone())?),
        Format::Junit => Box::new(Junit::create(path, head)?),
        Format::Markdown => Box::new(Markdown::create(path, head.clone())?),
        Format::Tap => Box::new(Tap::create(path, head)?),
    })
}
