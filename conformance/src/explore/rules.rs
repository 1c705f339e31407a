use std::collections::BTreeSet;
use std::sync::Arc;

use event_datagram::MAX_DATAGRAM;

use crate::contract::Start;
use crate::dialect::Dialect;
use crate::judge::Strictness;
use crate::vectors::{Authority, Expectation, Level, Step, Vector, with_event_name};

/// Derives the expectation for any datagram from the reference decoder.
#[derive(Clone, Debug)]
pub struct Rules {
    dialect: Dialect,
    strictness: Strictness,
    /// The requirements that the subject declares not applicable.
    excused: Arc<BTreeSet<String>>,
    /// The name of the event in every datagram that names one.
    event: Option<String>,
}

/// The most readings that an expectation lists. A datagram with more has only to be survived.
const MAX_READINGS: usize = 64;

impl Rules {
    /// Creates the rules for a subject with this start line. With [`Strictness::Should`] advice is
    /// binding, too.
    pub fn new(dialect: Dialect, strictness: Strictness, start: &Start) -> Self {
        Self {
            dialect,
            strictness,
            excused: Arc::new(start.not_applicable.clone().unwrap_or_default()),
            event: None,
        }
    }

    /// Returns the same rules, but with this name for the event of every datagram.
    pub fn with_event(self, event: Option<String>) -> Self {
        Self { event, ..self }
    }

    /// Returns the same rules without advice.
    pub fn without_advice(&self) -> Self {
        Self {
            strictness: Strictness::Must,
            ..self.clone()
        }
    }

    /// Returns a case as a vector: its datagrams with their expectations.
    pub fn vector(&self, id: String, case: Vec<Vec<u8>>) -> Vector {
        let expect = |datagram: Vec<u8>| {
            let name = self.event.as_deref();
            let renamed = name.and_then(|name| with_event_name(&datagram, self.dialect, name));
            let datagram = renamed.unwrap_or(datagram);
            Step {
                expect: self.expectation(&datagram),
                datagram,
            }
        };
        let steps: Vec<_> = case.into_iter().map(expect).collect();
        let longest = steps.iter().map(|step| step.datagram.len()).max();
        let (requirement, authority) = match (&steps[..], self.dialect) {
            _ if longest > Some(MAX_DATAGRAM) => ("T16", Authority::Ruling),
            (
                [
                    Step {
                        expect: Expectation::Reject,
                        datagram,
                    },
                ],
                dialect,
            ) => match dialect.rejecting_requirement(datagram) {
                ruling @ ("T18" | "J14") => (ruling, Authority::Ruling),
                documented => (documented, Authority::Documented),
            },
            ([_], Dialect::Text) => ("T14", Authority::Sender),
            ([_], Dialect::JsonRpc) => ("J2", Authority::Sender),
            _ => ("T20", Authority::Ruling),
        };
        Vector {
            id,
            topic: "found".into(),
            dialect: self.dialect,
            requirement: requirement.into(),
            level: Level::Must,
            authority,
            summary: "Found by evdg fuzz.".into(),
            steps,
            captured: None,
            notes: None,
            not_applicable: None,
        }
    }

    /// Returns the expectation for a datagram.
    pub fn expectation(&self, datagram: &[u8]) -> Expectation {
        let advice = self.dialect.advice(datagram);
        if advice
            .iter()
            .all(|id| self.strictness == Strictness::Should && !self.excuses(id))
        {
            self.admissible(datagram)
        } else {
            Expectation::Survive
        }
    }

    /// Returns the readings of the reference decoder as an expectation.
    pub fn admissible(&self, datagram: &[u8]) -> Expectation {
        if self.dialect.is_unspecified(datagram) {
            return Expectation::Survive;
        }
        let readings = self.dialect.readings(datagram, MAX_READINGS + 1);
        if readings.len() > MAX_READINGS {
            return Expectation::Survive;
        }
        Expectation::any_of(readings)
    }

    /// Returns the advice that a case touches and that is not binding. Under [`Strictness::Must`]
    /// that is all advice, except what the subject declares not applicable.
    pub fn advice(&self, vector: &Vector) -> Vec<&'static str> {
        let steps = vector.steps.iter();
        let mut advice: Vec<_> = steps
            .flat_map(|step| self.dialect.advice(&step.datagram))
            .filter(|id| self.strictness == Strictness::Must && !self.excuses(id))
            .collect();
        advice.sort_unstable();
        advice.dedup();
        advice
    }

    fn excuses(&self, id: &str) -> bool {
        self.excused.contains(id)
    }

    /// Returns the datagrams of a case, each with the readings of the reference decoder.
    pub fn readings(&self, vector: &Vector) -> Vec<Step> {
        let step = |step: &Step| Step {
            datagram: step.datagram.clone(),
            expect: self.admissible(&step.datagram),
        };
        vector.steps.iter().map(step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(dialect: Dialect, strictness: Strictness) -> Rules {
        Rules::new(dialect, strictness, &Start::default())
    }

    #[test]
    fn advice_is_survived_unless_strict() {
        for (dialect, datagram) in [
            (Dialect::Text, &b"E_TEST\n::1\n\n"[..]),
            (Dialect::Text, b"E_TEST\np::\"a\n\n"),
            (Dialect::Text, b"E_TEST\np::\xff\n\n"),
            (
                Dialect::JsonRpc,
                br#"{"jsonrpc":"2.0","method":"E","params":{"a":1,"a":2}}"#,
            ),
            (
                Dialect::JsonRpc,
                br#"{"jsonrpc":"2.0","method":"E","params":{"":1}}"#,
            ),
        ] {
            assert_eq!(
                rules(dialect, Strictness::Must).expectation(datagram),
                Expectation::Survive
            );
            let strict = rules(dialect, Strictness::Should).expectation(datagram);
            assert!(matches!(strict, Expectation::Event(_)), "{strict:?}");
            let start = Start {
                not_applicable: Some(
                    dialect
                        .advice(datagram)
                        .iter()
                        .map(|id| id.to_string())
                        .collect(),
                ),
                ..Start::default()
            };
            let excused = Rules::new(dialect, Strictness::Should, &start);
            assert_eq!(excused.expectation(datagram), Expectation::Survive);
        }
    }

    #[test]
    fn a_datagram_above_the_maximum_is_read_whole_or_refused_if_strict() {
        let large = [b"E\n", &b"a".repeat(MAX_DATAGRAM)[..], b"\n\n"].concat();
        let expectation = |strictness| rules(Dialect::Text, strictness).expectation(&large);
        assert_eq!(expectation(Strictness::Must), Expectation::Survive);
        match expectation(Strictness::Should) {
            Expectation::AnyOf(each) => {
                assert!(matches!(each[0], Expectation::Event(_)));
                assert_eq!(each[1..], [Expectation::Reject]);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_may_not_fail_is_survived_even_if_strict() {
        let ambiguous = ["E\n", &"a b::c\n".repeat(7)].concat().into_bytes();
        let expectation = rules(Dialect::Text, Strictness::Should).expectation(&ambiguous);
        assert_eq!(expectation, Expectation::Survive);
        let odd = br#"{"jsonrpc":"2.0","method":"E","params":[true]}"#;
        assert_eq!(
            rules(Dialect::JsonRpc, Strictness::Should).expectation(odd),
            Expectation::Survive
        );
    }

    #[test]
    fn malformed_jsonrpc_fails_by_j1_and_is_advice_by_j14() {
        let datagram = |end: &str| format!(r#"{{"jsonrpc":"2.0","method":"E"{end}"#).into_bytes();
        let (cut, comma) = (datagram(","), datagram(",}"));
        for (strictness, of_comma) in [
            (Strictness::Must, Expectation::Survive),
            (Strictness::Should, Expectation::Reject),
        ] {
            let rules = rules(Dialect::JsonRpc, strictness);
            let requirement = |datagram: &[u8]| {
                let vector = rules.vector(String::new(), vec![datagram.to_vec()]);
                vector.requirement
            };
            assert_eq!(rules.expectation(&cut), Expectation::Reject);
            assert_eq!(requirement(&cut), "J1");
            assert_eq!(rules.expectation(&comma), of_comma);
            assert_eq!(
                requirement(&comma) == "J14",
                strictness == Strictness::Should
            );
            let advice = rules.advice(&rules.vector(String::new(), vec![comma.clone()]));
            assert_eq!(advice.contains(&"J14"), strictness == Strictness::Must);
        }
    }

    #[test]
    fn empty_datagrams_fail_by_t18() {
        for dialect in Dialect::ALL {
            let vector = rules(*dialect, Strictness::Must).vector(String::new(), vec![vec![]]);
            assert_eq!(vector.requirement, "T18");
        }
    }

    #[test]
    fn a_single_reading_is_expected_and_any_of_several() {
        let rules = rules(Dialect::Text, Strictness::Must);
        assert!(matches!(
            rules.expectation(b"E\na::b\n\n"),
            Expectation::Event(_)
        ));
        assert_eq!(rules.expectation(b""), Expectation::Reject);
        match rules.expectation(b"E\na b::c") {
            Expectation::AnyOf(each) => assert_eq!(each.len(), 3),
            other => panic!("{other:?}"),
        }
    }
}
