use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::escape::visible_json;
use crate::input_file::{self, Limited, MAX_FILE};
use crate::load::bench_run::BenchRun;
use crate::load::judge;
use crate::load::measurement::MeasurementMergeError;
use crate::load::thresholds::Thresholds;
use crate::output_file::write_atomically;

/// A report of a load test, as it is written to a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BenchReport {
    /// The version of the format. It is raised when a reader of the old version would misread a
    /// report.
    pub format_version: u32,
    /// The version of this suite.
    pub suite_version: String,
    /// How the subject was started, or where it is.
    pub subject: String,
    /// What was sent, in words.
    pub load: String,
    /// The machines that sent it.
    pub hosts: Vec<BenchHost>,
    /// When the test began, in RFC 3339. `None` in reports of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// How long it took, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// The command line of this program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Each dialect over each kind of socket.
    pub runs: Vec<BenchRun>,
    /// Whether the file is complete.
    pub complete: bool,
}

/// A machine that sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BenchHost {
    /// The system.
    pub system: String,
    /// How many processors this program may use.
    pub processors: usize,
}

/// Why a file is no report of a load test, or cannot be merged with others.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchReportError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no such report.
    #[error("it is no report of evdg bench")]
    Malformed(#[from] serde_json::Error),
    /// Another version of this suite wrote it.
    #[error("its format is version {0}; this suite reads version {FORMAT_VERSION}")]
    Version(u32),
    /// It is not complete.
    #[error("it is incomplete")]
    Incomplete,
    /// It holds a search.
    #[error("it holds a search; only measurements at a set --rate add up")]
    Search,
    /// Nothing was measured in one of its runs.
    #[error("nothing was measured {0}; measure that again, or leave this file out")]
    Unmeasured(String),
    /// It has other runs than the first report.
    #[error("it measured {theirs}, and the first one {ours}")]
    Other {
        /// The runs of the first report.
        ours: String,
        /// Its runs.
        theirs: String,
    },
    /// It has a timeline that this program does not write.
    #[error("its timeline does not have 1 to {MAX_MOMENTS} moments of a valid length")]
    Timeline,
    /// Its figures cannot be merged.
    #[error(transparent)]
    Merge(#[from] MeasurementMergeError),
}

const FORMAT_VERSION: u32 = 2;
/// The most moments of a timeline. This program writes fewer.
const MAX_MOMENTS: usize = 1_000;

impl BenchReport {
    /// Returns a report of this machine without runs.
    pub fn new(subject: String, load: String) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            suite_version: env!("CARGO_PKG_VERSION").into(),
            subject,
            load,
            hosts: vec![BenchHost::this()],
            started: None,
            seconds: None,
            command: None,
            runs: Vec::new(),
            complete: true,
        }
    }

    /// Reads a report from a file.
    ///
    /// # Errors
    ///
    /// If the file holds no report, or an incomplete one.
    pub fn read(path: &Path) -> Result<Self, BenchReportError> {
        Self::from_json(&input_file::read(path)?)
    }

    /// Reads a report as [`read`](Self::read) does, from any reader.
    ///
    /// # Errors
    ///
    /// Those of [`read`](Self::read).
    pub fn read_from(reader: impl Read) -> Result<Self, BenchReportError> {
        let mut text = Vec::new();
        Limited::new(reader, MAX_FILE).read_to_end(&mut text)?;
        Self::from_json(&text)
    }

    /// Parses a report.
    ///
    /// # Errors
    ///
    /// If the text is no report, or an incomplete one.
    pub fn from_json(text: &[u8]) -> Result<Self, BenchReportError> {
        // Other versions have other members, so the version is read first.
        let Version { format_version } = serde_json::from_slice(text)?;
        if format_version != FORMAT_VERSION {
            return Err(BenchReportError::Version(format_version));
        }
        let report: Self = serde_json::from_slice(text)?;
        if !report.complete {
            return Err(BenchReportError::Incomplete);
        }
        let measured = report
            .runs
            .iter()
            .filter_map(|run| run.measurement.as_ref());
        for timeline in measured.filter_map(|measurement| measurement.timeline.as_ref()) {
            let is_long = (1e-9..1e9).contains(&timeline.width_seconds);
            if !is_long || !(1..=MAX_MOMENTS).contains(&timeline.moments.len()) {
                return Err(BenchReportError::Timeline);
            }
        }
        Ok(report)
    }

    /// Writes the report to a file, completely or not at all.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        write_atomically(path, visible_json(&text).as_bytes())
    }

    /// Sets the thresholds of all runs.
    pub fn set_thresholds(&mut self, thresholds: Thresholds) {
        for run in &mut self.runs {
            run.thresholds = thresholds;
        }
    }

    /// Adds what another machine measured at the same time.
    ///
    /// # Errors
    ///
    /// If it has other runs, or its figures cannot be merged.
    pub fn merge(&mut self, other: &Self) -> Result<(), BenchReportError> {
        let names = |report: &Self| {
            let runs = report.runs.iter();
            let names: Vec<_> = runs
                .map(|run| format!("{} over {}", run.dialect, run.socket))
                .collect();
            names.join(", ")
        };
        let (ours, theirs) = (names(self), names(other));
        if ours != theirs {
            return Err(BenchReportError::Other { ours, theirs });
        }
        self.hosts.extend_from_slice(&other.hosts);
        // RFC 3339 in UTC sorts as the times do.
        self.started = self
            .started
            .take()
            .zip(other.started.clone())
            .map(|(ours, theirs)| ours.min(theirs));
        self.seconds = self
            .seconds
            .zip(other.seconds)
            .map(|(ours, theirs)| ours.max(theirs));
        if self.command != other.command {
            self.command = None;
        }
        for (run, more) in self.runs.iter_mut().zip(&other.runs) {
            if run.is_unmeasured() || more.is_unmeasured() {
                let run = format!("in {} over {}", run.dialect, run.socket);
                return Err(BenchReportError::Unmeasured(run));
            }
            let (Some(measurement), Some(another), None, None) = (
                &mut run.measurement,
                &more.measurement,
                &run.search,
                &more.search,
            ) else {
                return Err(BenchReportError::Search);
            };
            measurement.merge(another)?;
            *run = BenchRun {
                thresholds: run.thresholds,
                ..BenchRun::measured(run.dialect, run.socket.clone(), measurement.clone())
            };
        }
        Ok(())
    }

    /// Returns whether every run has passed.
    pub fn has_passed(&self) -> bool {
        judge::have_all_passed(self.runs.iter().map(BenchRun::has_passed))
    }
}

/// What all versions of the format have in common.
#[derive(Deserialize)]
struct Version {
    format_version: u32,
}

impl BenchHost {
    fn this() -> Self {
        Self {
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_of_other_versions_are_refused_by_their_version() {
        let error = BenchReport::from_json(b"{\"format_version\":1,\"runs\":[{}]}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "its format is version 1; this suite reads version 2"
        );
    }
}
