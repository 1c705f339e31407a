use std::fmt;

use serde::{Deserialize, Serialize};

use super::judge::{self, LimitedBy};
use super::measurement::Measurement;
use super::notes;
use super::search_record::SearchRecord;
use super::thresholds::Thresholds;
use crate::dialect::Dialect;

/// The results over one kind of socket, in one dialect.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BenchRun {
    /// The dialect.
    pub dialect: Dialect,
    /// The kind of socket.
    pub socket: String,
    /// What was measured: at the rate that was asked for, or at the highest that was found.
    pub measurement: Option<Measurement>,
    /// The search, where the rate was searched for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchRecord>,
    /// What limited the rate.
    #[serde(rename = "limit")]
    pub limited_by: LimitedBy,
    /// What a reader of the figures has to know.
    pub notes: Vec<String>,
    /// The thresholds that replace the default rules: nothing lost, and the rate reached.
    #[serde(default, skip_serializing_if = "Thresholds::are_none")]
    pub thresholds: Thresholds,
}

/// The results of a search, to be recorded as a run.
pub(super) struct SearchedRun<'m> {
    pub(super) dialect: Dialect,
    /// The kind of socket.
    pub(super) socket: String,
    pub(super) search: SearchRecord,
    /// The measurement at the highest rate that passed.
    pub(super) at_highest: Option<Measurement>,
    /// The measurement at the lowest rate that failed.
    pub(super) at_failed: Option<&'m Measurement>,
    pub(super) limited_by: LimitedBy,
}

impl BenchRun {
    /// Records a measurement at a given rate.
    pub(super) fn measured(dialect: Dialect, socket: String, measurement: Measurement) -> Self {
        Self {
            limited_by: LimitedBy::of(&measurement),
            notes: notes::of_measurement(&socket, &measurement),
            dialect,
            socket,
            measurement: Some(measurement),
            search: None,
            thresholds: Thresholds::default(),
        }
    }

    /// Records a measurement at a given rate that the user interrupted.
    pub(super) fn interrupted(dialect: Dialect, socket: String, measurement: Measurement) -> Self {
        let interruption = notes::of_interruption(&measurement);
        let mut run = Self::measured(dialect, socket, measurement);
        run.notes.insert(0, interruption);
        run
    }

    /// Records a search, with the measurement at the highest rate, and what limited it.
    pub(super) fn searched(searched: SearchedRun<'_>) -> Self {
        let mut notes = searched
            .at_failed
            .map(|measurement| notes::of_measurement(&searched.socket, measurement))
            .unwrap_or_default();
        notes.extend(notes::of_search(&searched.search));
        Self {
            dialect: searched.dialect,
            socket: searched.socket,
            limited_by: searched.limited_by,
            notes,
            measurement: searched.at_highest,
            search: Some(searched.search),
            thresholds: Thresholds::default(),
        }
    }

    /// Records a run in which nothing could be measured, and why.
    pub(super) fn unmeasured(dialect: Dialect, socket: String, why: &impl fmt::Display) -> Self {
        Self {
            dialect,
            socket,
            limited_by: LimitedBy::of_unmeasured(),
            notes: vec![notes::of_unmeasured(why)],
            measurement: None,
            search: None,
            thresholds: Thresholds::default(),
        }
    }

    /// Returns whether the run passed: its search found a rate, or, without a search, nothing was
    /// lost and the rate was reached. A threshold replaces the rule for its figure, and no
    /// threshold may be missed.
    pub fn has_passed(&self) -> bool {
        if !self.missed().is_empty() {
            return false;
        }
        let has_answer = self.search.as_ref().map(SearchRecord::has_answer);
        let excuses = self.thresholds.excuses();
        judge::has_passed(has_answer, self.measurement.as_ref(), excuses)
    }

    /// Returns the thresholds that were missed, each in a sentence.
    pub fn missed(&self) -> Vec<String> {
        self.thresholds
            .missed(self.measurement.as_ref(), self.search.as_ref())
    }

    pub(super) fn is_unmeasured(&self) -> bool {
        self.measurement.is_none() && self.search.is_none()
    }
}
