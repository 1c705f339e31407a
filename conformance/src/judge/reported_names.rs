use std::collections::BTreeSet;

use crate::contract::Line;
use crate::fence::{is_plain_name, renaming_advice};
use crate::observation::{Observation, Report};
use crate::vectors::{Expectation, TEST_EVENT, Vector};

/// The names of the events that a subject reports. They show whether the subject drops all events
/// except those with known names.
#[derive(Clone, Debug)]
pub struct ReportedNames {
    /// The name of the event in most vectors.
    test_event: String,
    /// How many datagrams with that event the subject did not report.
    dropped: usize,
    /// Whether the subject reported such a datagram, so that it does not drop them.
    is_reported: bool,
    names: BTreeSet<String>,
}

/// The least number of dropped events from which advice is derived.
const MIN_DROPPED: usize = 3;
/// The most names of a subject that may drop unknown ones. A subject that reports more names is not
/// suspected.
const MAX_NAMES: usize = 8;

impl ReportedNames {
    /// Returns a collection that contains the name of the fence, which every subject reports.
    /// `test_event` is the name of the event in most vectors.
    pub fn new(test_event: &str, fence: &str) -> Self {
        Self {
            test_event: test_event.into(),
            dropped: 0,
            is_reported: false,
            names: BTreeSet::from([fence.into()]),
        }
    }

    /// Adds the names in the reports about a vector.
    pub fn add(&mut self, vector: &Vector, observation: &Observation) {
        if self.is_reported || self.names.len() > MAX_NAMES {
            return;
        }
        let is_test_event = |one: &Expectation| match one {
            Expectation::Event(event) => event.name == self.test_event.as_bytes(),
            _ => false,
        };
        let is_due = match &vector.steps[..] {
            [step] => {
                let mut alternatives = step.expect.alternatives().iter();
                alternatives.all(is_test_event)
            }
            _ => false,
        };
        let names = observation.reports.iter().filter_map(event_name);
        let names: Vec<_> = names.collect();
        if is_due && names.is_empty() {
            self.dropped += 1;
        }
        self.is_reported = is_due && !names.is_empty();
        self.names.extend(names);
    }

    /// Returns advice for the user if the subject reported no test event and few others.
    pub fn advice(&self) -> Option<String> {
        if self.is_reported || self.dropped < MIN_DROPPED || self.names.len() > MAX_NAMES {
            return None;
        }
        let name = &self.test_event;
        if name == TEST_EVENT {
            return renaming_advice(self.names.iter().map(String::as_str));
        }
        // `--event` has set this name, so the user believes that the subject knows it.
        Some(format!(
            "it reported no {name} with the parameters of a vector: if it demands others, test it \
             without that check"
        ))
    }
}

/// Returns the plain name of the event in a report.
fn event_name(report: &Report) -> Option<String> {
    match report.line()?.as_ref() {
        Line::Event(event) if is_plain_name(&event.name) => {
            Some(String::from_utf8_lossy(&event.name).into_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use event_datagram::EventBuf;

    use super::*;
    use crate::vectors::Corpus;

    fn observation(names: &[&str]) -> Observation {
        let mut observation = Observation::default();
        let lines = names
            .iter()
            .map(|name| Line::Event(EventBuf::new(*name, [])));
        let reports = lines.map(|line| Report::parsed(Vec::new(), line));
        observation.reports.extend(reports);
        observation
    }

    fn advice(reported: impl Fn(&Vector) -> Vec<&'static str>) -> Option<String> {
        advice_on(TEST_EVENT, reported)
    }

    fn advice_on(
        test_event: &str,
        reported: impl Fn(&Vector) -> Vec<&'static str>,
    ) -> Option<String> {
        let mut corpus = Corpus::embedded().expect("it is sound");
        corpus.rename_test_event(test_event);
        let mut names = ReportedNames::new(test_event, "E_FENCE");
        for vector in corpus.vectors {
            names.add(&vector, &observation(&reported(&vector)));
        }
        names.advice()
    }

    #[test]
    fn a_subject_that_drops_a_name_that_it_knows_is_not_told_to_rename_the_event() {
        let why = "it reported no E_PIKE_BLOCKED with the parameters of a vector: if it demands \
                   others, test it without that check";
        assert_eq!(
            advice_on("E_PIKE_BLOCKED", |_| vec![]).as_deref(),
            Some(why)
        );
        assert_eq!(
            advice_on("E_PIKE_BLOCKED", |_| vec!["E_PIKE_BLOCKED"]),
            None
        );
    }

    #[test]
    fn a_subject_that_drops_names_is_told_to_rename_the_event() {
        let dropped = |_: &Vector| Vec::new();
        let why = "it never reported any event but E_FENCE: `--event E_FENCE` renames the corpus' \
                   test event, `--fence 'E_FENCE param={tag}'` the fence";
        assert_eq!(advice(dropped).as_deref(), Some(why));
        let another = |vector: &Vector| match vector.steps.len() {
            1 => vec![],
            _ => vec!["E_B"],
        };
        assert!(advice(another).is_some_and(|why| why.contains("any event but E_B, E_FENCE: ")));
    }

    #[test]
    fn a_subject_that_reports_the_test_event_or_misreads_it_drops_no_names() {
        assert_eq!(advice(|_| vec!["E_TEST"]), None);
        assert_eq!(advice(|_| vec!["X_TEST"]), None);
    }
}
