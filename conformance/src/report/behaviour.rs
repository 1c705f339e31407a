use crate::evidence::Evidence;
use crate::run::Behaviour;

/// What shows that a subject does something differently from run to run. The datagrams and reports
/// of the vector that reports it do not show it.
#[derive(Clone, Copy, Debug)]
pub(super) struct BehaviourEvidence {
    pub(super) sent: &'static str,
    pub(super) expected: &'static str,
    pub(super) observed: &'static str,
}

impl BehaviourEvidence {
    /// Returns what shows the behaviour that evidence is about. `None` if the vector shows it.
    pub(super) fn of(evidence: &Evidence) -> Option<Self> {
        let (sent, expected, observed) = match reported_behaviour(evidence)? {
            Behaviour::ReportsOvertake => (
                "long datagrams, each with short ones behind it",
                "the report of the long datagram, then those of the short ones",
                "in another order: the report of a short datagram, then that of the long one",
            ),
            Behaviour::ShufflesParameters => (
                "several events with the same parameters in the same order",
                "the parameters in this order in each report",
                "the parameters in another order in each report",
            ),
            Behaviour::RepeatsLate => (
                "the datagrams of the run, each once",
                "one report of each datagram",
                "a second report of some datagrams, behind those of later ones",
            ),
            Behaviour::ReportsAfterEnd => (
                "the datagrams of the run, each once",
                "no report behind that of the last datagram",
                "a report behind that of the last datagram",
            ),
            Behaviour::OverflowsReceiveBuffer => return None,
        };
        Some(Self {
            sent,
            expected,
            observed,
        })
    }
}

/// Returns what the subject does differently from run to run, if evidence is about that.
pub(super) fn reported_behaviour(evidence: &Evidence) -> Option<Behaviour> {
    let slug = evidence.behaviour.as_deref()?;
    let mut all = Behaviour::ALL.into_iter();
    all.find(|behaviour| behaviour.slug() == slug)
}
