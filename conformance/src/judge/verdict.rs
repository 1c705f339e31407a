use std::fmt;

use serde::{Deserialize, Serialize};

use super::judgment::Judgment;
use crate::vectors::Level;

/// The verdict on a subject and a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// The vector made the subject exit or die of a signal.
    Crash,
    /// The subject stopped answering, and so did a fresh one.
    Hang,
    /// The subject died or stopped answering, but a fresh one did not fail in the same way, and
    /// replaying the earlier vectors does not show why.
    Flaky,
    /// The subject departs from what every listener must do.
    Fail,
    /// The vector is listed as known to fail, but passes.
    Fixed,
    /// The subject departs from what listeners should do, or takes none of several right readings.
    Warn,
    /// The subject takes one of several right readings; the reason says which.
    ///
    /// Or the vector is a sequence that tests whether earlier datagrams change how later ones are
    /// read (T18 to T20): the subject reads the sequence wrong, but it reads each datagram the same
    /// way alone. Another vector fails for that mistake, and the sequence shows no further one.
    Info,
    /// The vector is listed as known to fail, and fails.
    Known,
    /// The subject declares that the vector does not apply to it.
    NotApplicable,
    /// The subject conforms.
    Pass,
}

/// Which departures make a subject fail. In JSON, a boolean: `true` for `Should`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
pub enum Strictness {
    /// Departures from what every listener must do.
    #[default]
    Must,
    /// Warnings, too: the option `--strict`.
    Should,
}

impl From<bool> for Strictness {
    /// Returns `Should` where the option `--strict` is set.
    fn from(strict: bool) -> Self {
        if strict { Self::Should } else { Self::Must }
    }
}

impl From<Strictness> for bool {
    fn from(strictness: Strictness) -> Self {
        strictness == Strictness::Should
    }
}

impl Verdict {
    /// Every verdict, the gravest first.
    pub const ALL: [Self; 10] = [
        Self::Crash,
        Self::Hang,
        Self::Flaky,
        Self::Fail,
        Self::Fixed,
        Self::Warn,
        Self::Info,
        Self::Known,
        Self::NotApplicable,
        Self::Pass,
    ];

    /// Grades a judgment by the level of its vector.
    pub fn of(level: Level, judgment: &Judgment) -> Self {
        match (level, judgment) {
            (Level::May, Judgment::Conforms { .. }) => Self::Info,
            (_, Judgment::Conforms { .. }) => Self::Pass,
            (Level::Must, Judgment::Departs { .. }) => Self::Fail,
            (Level::Should | Level::May, Judgment::Departs { .. }) => Self::Warn,
        }
    }

    /// Returns whether a subject with this verdict does not conform.
    pub const fn is_failure(self, strictness: Strictness) -> bool {
        match self {
            Self::Crash | Self::Hang | Self::Flaky | Self::Fail | Self::Fixed => true,
            Self::Warn => matches!(strictness, Strictness::Should),
            Self::Info | Self::Known | Self::NotApplicable | Self::Pass => false,
        }
    }

    /// Returns the name, as in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Hang => "hang",
            Self::Flaky => "flaky",
            Self::Fail => "fail",
            Self::Fixed => "fixed",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Known => "known",
            Self::NotApplicable => "not-applicable",
            Self::Pass => "pass",
        }
    }

    /// Returns the name in at most five letters, for tables.
    pub const fn short_name(self) -> &'static str {
        match self {
            Self::NotApplicable => "n/a",
            verdict => verdict.as_str(),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_reports() {
        for verdict in Verdict::ALL {
            let name = serde_json::to_string(&verdict).expect("it is a word");
            assert_eq!(format!("\"{verdict}\""), name);
            assert_eq!(format!("{verdict:>15}").len(), 15);
        }
    }

    #[test]
    fn a_departure_is_graded_by_the_level() {
        let departs = Judgment::Departs { why: "why".into() };
        let conforms = Judgment::Conforms { readings: vec![0] };
        for (level, departure, conformance) in [
            (Level::Must, Verdict::Fail, Verdict::Pass),
            (Level::Should, Verdict::Warn, Verdict::Pass),
            (Level::May, Verdict::Warn, Verdict::Info),
        ] {
            assert_eq!(Verdict::of(level, &departs), departure);
            assert_eq!(Verdict::of(level, &conforms), conformance);
        }
    }

    #[test]
    fn verdicts_are_sorted_and_failures_come_first() {
        assert!(Verdict::ALL.is_sorted());
        let failing = |strictness| {
            let all = Verdict::ALL.into_iter();
            all.take_while(move |it| it.is_failure(strictness)).last()
        };
        assert_eq!(failing(Strictness::Must), Some(Verdict::Fixed));
        assert_eq!(failing(Strictness::Should), Some(Verdict::Warn));
        let last = [
            Verdict::Info,
            Verdict::Known,
            Verdict::NotApplicable,
            Verdict::Pass,
        ];
        assert!(!last.into_iter().any(|it| it.is_failure(Strictness::Should)));
    }
}
