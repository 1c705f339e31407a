//! Load tests of a live listener: datagrams by a schedule, and what became of each.
//!
//! A [`Schedule`] says when each datagram is meant to go, whatever happens to those before it; [`pace`] sends by it; the
//! [`Ledger`] counts what is reported, each datagram told from every other by the number in it ([`Tag`], [`Mix`]); a
//! [`Trial`] brings these together around a listener, or around a [`Sink`].
//! A [`Plan`] is a whole run of `evdg bench`. A [`Search`] chooses rates for trials, until the
//! highest is known that goes without loss. What was measured is a [`Measurement`], which adds up with those of other machines.
//!
//! `conformance/book/src/load-test-figures.md` says what the figures mean, and what they do not.

mod absence;
mod distribution;
mod handover;
mod ledger;
mod machine;
mod measurement;
mod mix;
mod observer;
mod pace;
mod plan;
mod report;
mod schedule;
mod search;
mod settle;
mod sheet;
mod tag;
mod timeline;
mod trial;

pub use absence::Absences;
pub use distribution::{Distribution, HdrError};
pub use ledger::{Entry, Ledger, Tally};
pub use machine::Usage;
pub use measurement::{Counts, Measurement, MergeError, Moment, Moments};
pub use mix::{Mix, MixError, default_events};
pub use observer::{Observer, Seen, Sink};
pub use pace::{Clock, LATE, PaceEnd, Paced, SystemClock, Wire, histogram, pace};
pub use plan::{BenchError, Goal, Plan, Progress, Target, run};
pub use report::{Attempt, Host, Limit, Report, ReportError, Run, Searched, human, page};
pub use schedule::{MAX_RATE, Schedule, ScheduleError, Shape};
pub use search::{Found, Search, SearchSettings, TrialEnd, one_in};
pub use tag::{NUMBER_DIGITS, PARAM, Tag};
pub use timeline::{Slice, Timeline};
pub use trial::{Ending, Outcome, Trial};
