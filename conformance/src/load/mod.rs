//! Load tests of a live listener: datagrams by a schedule, and what became of each.
//!
//! A [`Schedule`] says when each datagram is due, whatever happens to those before it; a [`Pacer`]
//! sends by it; the [`Ledger`] counts what is reported, each datagram identified by the number in
//! it ([`Tag`], [`Mix`]); a [`Trial`] combines these around a listener, or around a
//! [`DatagramSink`]. What was measured is a [`Measurement`], which merges with those of other
//! machines, and `judge` decides whether it passes and what limited it. A [`RateSearch`] chooses
//! rates for trials until the highest without loss is known. A [`BenchPlan`] is a whole run of
//! `evdg bench`, its results are [`BenchRun`]s, and a [`BenchReport`] is the file of them.
//!
//! `conformance/book/src/load-test-figures.md` says what the figures mean, and what they do not.

mod bench_run;
mod clock;
mod comparison;
mod distribution;
mod drain;
mod histogram;
mod interference;
mod judge;
mod ledger;
mod machine;
mod measurement;
mod mix;
mod moments;
mod notes;
mod observer;
mod pace;
mod plan;
mod rate_search;
mod report;
mod runner;
mod schedule;
mod search_record;
mod send_log;
mod sink;
mod steal_time;
mod tag;
mod thresholds;
mod timeline;
mod timing;
mod trial;
mod trial_end;
mod trial_state;
mod uncertainty;
mod wire;

pub use bench_run::BenchRun;
pub use clock::{Clock, SystemClock};
pub use comparison::{BenchComparison, RunFigures};
pub use distribution::{Distribution, HdrError};
pub use histogram::empty_histogram;
pub use interference::Interference;
pub use judge::{FailureReason, LimitedBy, SearchAbort, TrialVerdict};
pub use ledger::{Entry, Ledger, Tally};
pub use machine::Usage;
pub use measurement::{Counts, Measurement, MeasurementMergeError};
pub use mix::{Mix, MixError, default_events};
pub use moments::{Moment, Moments};
pub use observer::{Observer, ObserverEvent};
pub use pace::{PaceEnd, PaceResult, Pacer, SendCall};
pub use plan::{BenchPlan, Goal, TargetSpec};
pub use rate_search::{RateSearch, SearchOutcome, SearchSettings, one_in};
pub use report::{BenchHost, BenchReport, BenchReportError, write_html, write_text};
pub use runner::{BenchError, BenchEvent, run};
pub use schedule::{MAX_RATE, MAX_TIME, Schedule, ScheduleError, Shape};
pub use search_record::{SearchRecord, TrialRecord};
pub use sink::DatagramSink;
pub use tag::{NUMBER_DIGITS, PARAM, Tag};
pub use thresholds::Thresholds;
pub use timeline::{Timeline, TimelineSlice};
pub use timing::LATE;
pub use trial::{Trial, TrialResult};
pub use trial_end::TrialEnd;
pub use wire::{BlockedBy, Wire};
