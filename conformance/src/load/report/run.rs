use std::fmt;

use serde::{Deserialize, Serialize};

use super::notes;
use super::search_record::SearchRecord;
use crate::dialect::Dialect;
use crate::load::judge::LimitedBy;
use crate::load::measurement::Measurement;

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
}

impl BenchRun {
    /// Records a measurement at a given rate.
    pub fn measured(dialect: Dialect, socket: String, measurement: Measurement) -> Self {
        Self {
            limited_by: LimitedBy::of(&measurement),
            notes: notes::of_measurement(&socket, &measurement),
            dialect,
            socket,
            measurement: Some(measurement),
            search: None,
        }
    }

    /// Records a search, with the measurement at the highest rate, and what limited it.
    pub fn searched(
        dialect: Dialect,
        socket: String,
        search: SearchRecord,
        at_highest: Option<Measurement>,
        at_failed: Option<&Measurement>,
        limited_by: LimitedBy,
    ) -> Self {
        let mut notes = at_failed
            .map(|measurement| notes::of_measurement(&socket, measurement))
            .unwrap_or_default();
        notes.extend(notes::of_search(&search));
        Self {
            dialect,
            socket,
            limited_by,
            notes,
            measurement: at_highest,
            search: Some(search),
        }
    }

    /// Records why nothing could be measured.
    pub fn unmeasured(dialect: Dialect, socket: String, why: &impl fmt::Display) -> Self {
        Self {
            dialect,
            socket,
            limited_by: LimitedBy::Listener,
            notes: vec![format!("nothing could be measured: {why}")],
            measurement: None,
            search: None,
        }
    }

    /// Returns whether the search came to a rate, or else nothing was lost and the rate reached.
    pub fn has_passed(&self) -> bool {
        match &self.search {
            Some(search) => search.has_answer(),
            None => self
                .measurement
                .as_ref()
                .is_some_and(|measurement| measurement.failure().is_none()),
        }
    }

    pub(super) fn is_unmeasured(&self) -> bool {
        self.measurement.is_none() && self.search.is_none()
    }
}
