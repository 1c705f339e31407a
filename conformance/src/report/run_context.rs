use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dialect::Dialect;
use crate::escape::{visible, visible_command};

/// When, where and by which command a run took place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunContext {
    /// When the run began.
    pub started: Timestamp,
    /// The machines that took part, without their host names, because people publish reports.
    pub machines: Vec<Machine>,
    /// The dialects that were judged.
    pub dialects: Vec<Dialect>,
    /// The command line of this program. `None` if several parts had different ones.
    pub command: Option<String>,
}

/// A machine on which a run took place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The operating system, such as `linux`.
    pub system: String,
    /// The architecture, such as `x86_64`.
    pub architecture: String,
    /// How many processors this program may use.
    pub processors: usize,
}

/// The member `run` of a JSON report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RunMember {
    started: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    machines: Vec<Machine>,
    dialects: Vec<Dialect>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<String>,
}

impl RunContext {
    /// Returns the context of a run that begins now, on this machine.
    pub fn now(dialects: Vec<Dialect>, command: &str) -> Self {
        // The JSON report has times in milliseconds.
        let now = Timestamp::from_millisecond(Timestamp::now().as_millisecond());
        Self {
            started: now.unwrap_or_default(),
            machines: vec![Machine::this()],
            dialects,
            command: Some(visible_command(command)),
        }
    }

    /// Adds the context of another part of the same run.
    pub(crate) fn add_part(&mut self, other: &Self) {
        self.started = self.started.min(other.started);
        for machine in &other.machines {
            if !self.machines.contains(machine) {
                self.machines.push(machine.clone());
            }
        }
        if self.command != other.command {
            self.command = None;
        }
    }

    /// Returns the member `run` of a JSON report, for a run that took this long.
    ///
    /// # Panics
    ///
    /// Never: the member holds strings and numbers.
    pub fn to_json(&self, duration: Duration) -> Value {
        let member = RunMember::new(self, Some(duration));
        serde_json::to_value(member).expect("strings and numbers are JSON")
    }

    /// Returns when the run began, such as `2026-01-31 12:00:00 UTC`.
    pub(crate) fn started_in_words(&self) -> String {
        self.started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
    }

    /// Returns the facts that reports show, each with its label.
    pub(crate) fn facts(&self, duration: Option<Duration>) -> Vec<(&'static str, String)> {
        let machines: Vec<_> = self.machines.iter().map(Machine::in_words).collect();
        let dialects: Vec<_> = self.dialects.iter().map(|it| it.as_str()).collect();
        let mut facts = vec![("started", self.started_in_words())];
        facts.extend(duration.map(|duration| ("duration", duration_in_words(duration))));
        facts.push(("machine", machines.join("; ")));
        facts.push(("dialect", dialects.join(", ")));
        facts.extend(self.command.clone().map(|command| ("command", command)));
        facts
    }
}

impl Machine {
    /// Returns the machine on which this program runs.
    pub fn this() -> Self {
        Self {
            system: std::env::consts::OS.into(),
            architecture: std::env::consts::ARCH.into(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// Returns the machine in words, such as `linux x86_64, 2 processors`.
    pub fn in_words(&self) -> String {
        let (system, architecture) = (&self.system, &self.architecture);
        match self.processors {
            1 => format!("{system} {architecture}, 1 processor"),
            count => format!("{system} {architecture}, {count} processors"),
        }
    }
}

impl RunMember {
    pub(super) fn new(context: &RunContext, duration: Option<Duration>) -> Self {
        Self {
            started: context.started.to_string(),
            seconds: duration.map(|it| it.as_millis() as f64 / 1e3),
            machines: context.machines.clone(),
            dialects: context.dialects.clone(),
            command: context.command.clone(),
        }
    }

    /// Returns the context and the duration, without control characters: the file may come from
    /// anybody.
    pub(super) fn parse(self) -> Result<(RunContext, Option<Duration>), String> {
        let started = &self.started;
        let started = started.parse::<Timestamp>();
        let started =
            started.map_err(|_| "run: started: expected a time such as 2026-01-31T12:00:00Z")?;
        let seconds = self.seconds.map(|seconds| {
            let millis = Duration::try_from_secs_f64((seconds * 1e3).round() / 1e3);
            millis.map_err(|_| format!("run: seconds: {seconds} is no time"))
        });
        let machines = self.machines.into_iter().map(|machine| Machine {
            system: visible(&machine.system),
            architecture: visible(&machine.architecture),
            processors: machine.processors,
        });
        let context = RunContext {
            started,
            machines: machines.collect(),
            dialects: self.dialects,
            command: self.command.as_deref().map(visible_command),
        };
        Ok((context, seconds.transpose()?))
    }
}

/// Returns a duration in words: `0.4 s`, `12 s`, `3 min 5 s`.
fn duration_in_words(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let whole = seconds.round() as u64;
    match whole {
        0..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_at_most_two_units() {
        let words = |millis| duration_in_words(Duration::from_millis(millis));
        assert_eq!(
            [400, 12_000, 185_000, 7_380_000].map(words),
            ["0.4 s", "12 s", "3 min 5 s", "2 h 3 min"]
        );
    }

    #[test]
    fn the_context_survives_the_file() {
        let context = RunContext::now(vec![Dialect::Text], "evdg test");
        let duration = Some(Duration::from_millis(1_234));
        let json = serde_json::to_string(&RunMember::new(&context, duration)).unwrap();
        let read: RunMember = serde_json::from_str(&json).unwrap();
        assert_eq!(read.parse(), Ok((context, duration)));
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        let member = |started: &str, seconds| RunMember {
            started: started.into(),
            seconds: Some(seconds),
            machines: Vec::new(),
            dialects: Vec::new(),
            command: None,
        };
        assert!(member("yesterday", 1.0).parse().is_err());
        assert!(member("2026-01-31T12:00:00Z", -1.0).parse().is_err());
        assert!(
            member("2026-01-31T12:00:00Z", f64::INFINITY)
                .parse()
                .is_err()
        );
    }
}
