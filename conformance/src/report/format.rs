use std::io;
use std::path::PathBuf;

use super::github::Github;
use super::header::ReportHeader;
use super::html::Html;
use super::json::Json;
use super::junit::Junit;
use super::markdown::Markdown;
use super::reporter::Reporter;
use super::tap::Tap;

/// A format of reports that go into files.
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
    /// Annotations of GitHub Actions, and a job's summary.
    Github,
}

impl Format {
    /// Every format, by its name.
    pub const ALL: [(&str, Self); 6] = [
        ("html", Self::Html),
        ("json", Self::Json),
        ("junit", Self::Junit),
        ("markdown", Self::Markdown),
        ("tap", Self::Tap),
        ("github", Self::Github),
    ];

    /// Creates a reporter that writes to a file in this format, and removes the file that an
    /// earlier run left there.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed, or its folder is not there.
    pub fn create_reporter(
        self,
        path: PathBuf,
        header: &ReportHeader,
    ) -> io::Result<Box<dyn Reporter>> {
        Ok(match self {
            Self::Html => Box::new(Html::create(path, header.clone())?),
            Self::Json => Box::new(Json::create(path, header.clone())?),
            Self::Junit => Box::new(Junit::create(path, header.clone())?),
            Self::Markdown => Box::new(Markdown::create(path, header.clone())?),
            Self::Tap => Box::new(Tap::create(path, header.clone())?),
            Self::Github => Box::new(Github::create(path, header.clone())?),
        })
    }
}
