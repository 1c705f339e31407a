use std::path::Path;
use std::{fmt, io};

use serde::{Deserialize, Serialize};

use super::limit::{self, Limit};
use crate::load::{Found, Measurement, MergeError, TrialEnd};
use crate::vectors::Dialect;

/// The results of a load test, as they are written to a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Raised where a reader of the old version would go wrong.
    pub format_version: u32,
    /// The version of this suite.
    pub suite_version: String,
    /// How the subject was started, or where it is.
    pub subject: String,
    /// What was sent, in words.
    pub load: String,
    /// The machines that it was sent from.
    pub hosts: Vec<Host>,
    /// Each dialect over each kind of socket.
    pub runs: Vec<Run>,
    /// That the file is whole.
    pub complete: bool,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Host {
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its system.
    pub system: String,
    /// How many processors this program may use.
    pub processors: usize,
}

/// The results over one kind of socket, in one dialect.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Run {
    /// The dialect.
    pub dialect: Dialect,
    /// The kind of socket.
    pub socket: String,
    /// What was measured: at the rate that was asked for, or at the highest that was found.
    pub measurement: Option<Measurement>,
    /// What was found, where the rate was searched for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<Searched>,
    /// What kept it from going faster.
    pub limit: Limit,
    /// What a reader of the figures has to know.
    pub notes: Vec<String>,
}

/// A search for the highest rate without loss.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Searched {
    /// The highest rate that passed as often as it had to.
    pub highest: Option<f64>,
    /// The lowest rate that failed.
    pub failed: Option<f64>,
    /// How often the highest passed.
    pub passes: u32,
    /// Whether the two are as close as they were to be.
    pub is_decided: bool,
    /// Why it did not come to its end, if nothing more could be tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// So many datagrams went at the highest rate without a loss.
    pub lossless: u64,
    /// With 95 % confidence, no more than one in so many is lost at that rate.
    pub one_in: u64,
    /// Every trial in order.
    pub trials: Vec<Attempt>,
}

/// A trial of a search.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attempt {
    /// At which rate.
    pub rate: f64,
    /// Whether all arrived, by the schedule.
    pub passed: bool,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Whether it failed only while [the machine was elsewhere](Measurement::is_disturbed), which says little of the listener.
    #[serde(default)]
    pub disturbed: bool,
    /// Datagrams that the kernel took.
    pub accepted: u64,
    /// Those of them that were lost.
    pub lost: u64,
    /// 99 of 100 latencies are no longer.
    pub p99_us: f64,
}

/// A file that is no report of a load test, or does not go together with others.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no such report.
    #[error("it is no report of evdg bench: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A later suite wrote it.
    #[error("its format is version {0}; this suite reads version {FORMAT_VERSION}")]
    Version(u32),
    /// It is not whole.
    #[error("it is not whole")]
    Incomplete,
    /// It holds a search.
    #[error("it holds a search; only measurements at a set --rate add up")]
    Search,
    /// Of one of its runs nothing was measured.
    #[error("nothing was measured {0}; measure that again, or leave this file out")]
    Unmeasured(String),
    /// It measured over other sockets, or in another dialect.
    #[error("it measured {theirs}, and the first one {ours}")]
    Other {
        /// What the first one has.
        ours: String,
        /// What it has.
        theirs: String,
    },
    /// It has moments that this program does not write.
    #[error("its timeline is none of 1 to {MAX_MOMENTS} moments of some length")]
    Timeline,
    /// Its figures do not add up.
    #[error(transparent)]
    Merge(#[from] MergeError),
}

const FORMAT_VERSION: u32 = 1;
/// Why a search did not come to its end, where that is nobody's fault.
pub(in crate::load) const INTERRUPTED: &str = "interrupted";
/// More moments than this program ever writes.
const MAX_MOMENTS: usize = 1_000;

impl Report {
    /// Begins one.
    pub fn new(subject: String, load: String) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            suite_version: env!("CARGO_PKG_VERSION").into(),
            subject,
            load,
            hosts: vec![Host::this()],
            runs: Vec::new(),
            complete: true,
        }
    }

    /// Reads one from a file.
    ///
    /// # Errors
    ///
    /// If it is none, or not whole.
    pub fn read(path: &Path) -> Result<Self, ReportError> {
        Self::from_json(&std::fs::read(path)?)
    }

    /// Reads one that was read from a file.
    ///
    /// # Errors
    ///
    /// If it is none, or not whole.
    pub fn from_json(text: &[u8]) -> Result<Self, ReportError> {
        let report: Self = serde_json::from_slice(text)?;
        if report.format_version != FORMAT_VERSION {
            return Err(ReportError::Version(report.format_version));
        }
        if !report.complete {
            return Err(ReportError::Incomplete);
        }
        let measured = report
            .runs
            .iter()
            .filter_map(|run| run.measurement.as_ref());
        for timeline in measured.filter_map(|measured| measured.timeline.as_ref()) {
            let is_long = (1e-9..1e9).contains(&timeline.width_seconds);
            if !is_long || !(1..=MAX_MOMENTS).contains(&timeline.moments.len()) {
                return Err(ReportError::Timeline);
            }
        }
        Ok(report)
    }

    /// Writes it to a file, whole or not at all.
    ///
    /// # Errors
    ///
    /// If that fails.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        crate::output_file::write_atomically(path, &text)
    }

    /// Adds what another machine measured at the same time.
    ///
    /// # Errors
    ///
    /// If it measured something else.
    pub fn merge(&mut self, other: &Self) -> Result<(), ReportError> {
        let names = |report: &Self| {
            let runs = report.runs.iter();
            let names: Vec<_> = runs
                .map(|run| format!("{} over {}", run.dialect, run.socket))
                .collect();
            names.join(", ")
        };
        let (ours, theirs) = (names(self), names(other));
        if ours != theirs {
            return Err(ReportError::Other { ours, theirs });
        }
        self.hosts.extend_from_slice(&other.hosts);
        for (run, more) in self.runs.iter_mut().zip(&other.runs) {
            if run.is_unmeasured() || more.is_unmeasured() {
                let run = format!("in {} over {}", run.dialect, run.socket);
                return Err(ReportError::Unmeasured(run));
            }
            let (Some(measurement), Some(another), None, None) = (
                &mut run.measurement,
                &more.measurement,
                &run.search,
                &more.search,
            ) else {
                return Err(ReportError::Search);
            };
            measurement.merge(another)?;
            *run = Run::measured(run.dialect, run.socket.clone(), measurement.clone());
        }
        Ok(())
    }

    /// Tells whether nothing was lost in any run, each kept its schedule, and each search came to a rate.
    pub fn has_passed(&self) -> bool {
        self.runs.iter().all(|run| match &run.search {
            Some(search) => search.highest.is_some() && search.is_decided,
            None => run
                .measurement
                .as_ref()
                .is_some_and(|measured| verdict(measured).is_none()),
        })
    }
}

impl Host {
    fn this() -> Self {
        Self {
            name: name(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

impl Run {
    /// Takes a measurement at a set rate.
    pub fn measured(dialect: Dialect, socket: String, measurement: Measurement) -> Self {
        Self {
            limit: Limit::of(&measurement),
            notes: limit::notes(&socket, &measurement),
            dialect,
            socket,
            measurement: Some(measurement),
            search: None,
        }
    }

    /// Takes what a search found, with the measurement at the highest rate and at the lowest that failed.
    pub fn searched(
        dialect: Dialect,
        socket: String,
        searched: Searched,
        at_highest: Option<Measurement>,
        at_failed: Option<&Measurement>,
    ) -> Self {
        let mut notes = at_failed
            .map(|measured| limit::notes(&socket, measured))
            .unwrap_or_default();
        let is_spoilt = |trial: &&Attempt| trial.end() == TrialEnd::Disturbed;
        let spoilt = searched.trials.iter().filter(is_spoilt).count();
        if spoilt > 0 {
            let all = searched.trials.len();
            notes.push(format!("{spoilt} of {all} trials failed only while the machine was elsewhere, and say little of the listener"));
        }
        if let Some(why) = &searched.broken {
            notes.push(format!("the search did not come to its end: {why}"));
        } else if !searched.is_decided {
            let why = match 2 * spoilt > searched.trials.len() {
                true => "the machine was elsewhere too often to name a rate",
                false => "the trials contradict each other too much to name a rate",
            };
            notes.push(why.into());
        }
        Self {
            dialect,
            socket,
            limit: match (at_failed, &searched.broken) {
                (Some(measured), _) => Limit::of(measured),
                (None, Some(why)) if why != INTERRUPTED => Limit::Listener,
                (None, _) => Limit::Nothing,
            },
            notes,
            measurement: at_highest,
            search: Some(searched),
        }
    }

    /// Takes the reason why nothing could be measured.
    pub fn unmeasured(dialect: Dialect, socket: String, why: &impl fmt::Display) -> Self {
        Self {
            dialect,
            socket,
            limit: Limit::Listener,
            notes: vec![format!("nothing could be measured: {why}")],
            measurement: None,
            search: None,
        }
    }

    fn is_unmeasured(&self) -> bool {
        self.measurement.is_none() && self.search.is_none()
    }
}

impl Searched {
    /// Puts together what was found, the trials that led there, and why nothing more could be tried.
    pub fn new(found: Found, trials: Vec<Attempt>, broken: Option<String>) -> Self {
        let (highest, failed, passes, is_decided) = match found {
            Found::Rate {
                highest,
                failed,
                passes,
            } => (Some(highest), failed, passes, true),
            Found::NoRate { failed } => (None, Some(failed), 0, true),
            Found::Undecided { highest, failed } => (highest, failed, 0, false),
            Found::Nothing => (None, None, 0, false),
        };
        let at_highest = trials
            .iter()
            .filter(|trial| trial.passed && Some(trial.rate) == highest);
        let lossless = at_highest.map(|trial| trial.accepted).sum();
        Self {
            highest,
            failed,
            passes,
            is_decided,
            broken,
            lossless,
            one_in: crate::load::one_in(lossless),
            trials,
        }
    }
}

impl Attempt {
    /// Judges a trial: it passes if nothing was lost, and the schedule kept.
    pub fn of(measurement: &Measurement) -> Self {
        let why = verdict(measurement);
        Self {
            rate: measurement.rate,
            passed: why.is_none(),
            disturbed: why.is_some() && measurement.is_disturbed(),
            why,
            accepted: measurement.counts.accepted,
            lost: measurement.counts.lost,
            p99_us: measurement.latency.p99_us,
        }
    }

    /// Says how it ended, for a search.
    pub fn end(&self) -> TrialEnd {
        match (self.passed, self.disturbed) {
            (true, _) => TrialEnd::Passed,
            (false, false) => TrialEnd::Failed,
            (false, true) => TrialEnd::Disturbed,
        }
    }
}

/// Says why a measurement does not pass.
fn verdict(measurement: &Measurement) -> Option<String> {
    let counts = &measurement.counts;
    if let Some(why) = &measurement.broken {
        return Some(why.clone());
    }
    if counts.lost > 0 {
        return Some(format!("{} of {} lost", counts.lost, counts.accepted));
    }
    if measurement.is_behind() {
        let who = if measurement.is_held_back() {
            "held back by the listener"
        } else {
            "the sender fell behind"
        };
        let (took, planned) = (measurement.seconds, measurement.planned_seconds);
        return Some(format!("{who}: {took:.2} s for {planned:.2} s"));
    }
    None
}

#[cfg(unix)]
fn name() -> Option<String> {
    let name = rustix::system::uname();
    Some(name.nodename().to_str().ok()?.to_owned())
}

#[cfg(not(unix))]
fn name() -> Option<String> {
    None
}
