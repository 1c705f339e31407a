use crate::evidence::Evidence;
use crate::run::Behaviour;

/// Texts that a report shows as evidence of a behaviour that differs from run to run, because the
/// datagrams and reports of a single vector do not show it.
#[derive(Clone, Copy, Debug)]
pub(super) struct BehaviourEvidence {
    pub(super) sent: &'static str,
    pub(super) expected: &'static str,
    pub(super) observed: &'static str,
}

impl BehaviourEvidence {
    /// Returns the texts for the behaviour that the evidence is about. Returns `None` if there is
    /// no such behaviour, or if the datagrams and reports of the vector show it.
    pub(super) fn of(evidence: &Evidence) -> Option<Self> {
        let (sent, expected, observed) = match reported_behaviour(evidence)? {
            Behaviour::ReportsOvertake => (
                "long datagrams, each with short ones after it",
                "the report of the long datagram, then those of the short ones",
                "in another order: the report of a short datagram, then that of the long one",
            ),
            Behaviour::ReportsWithoutDatagram => (
                "nothing, after the reports of some datagrams",
                "no report",
                "one report after another",
            ),
            Behaviour::ShufflesParameters => (
                "several events with the same parameters in the same order",
                "the parameters in this order in each report",
                "the parameters in another order in each report",
            ),
            Behaviour::RepeatsLate => (
                "the datagrams of the run, each once",
                "one report of each datagram",
                "a second report of some datagrams, after those of later ones",
            ),
            Behaviour::ReportsAfterEnd => (
                "the datagrams of the run, each once",
                "no report after that of the last datagram",
                "a report after that of the last datagram",
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

/// Returns the behaviour that the evidence is about, if it is about one.
pub(super) fn reported_behaviour(evidence: &Evidence) -> Option<Behaviour> {
    let slug = evidence.behaviour.as_deref()?;
    let mut all = Behaviour::ALL.into_iter();
    all.find(|behaviour| behaviour.slug() == slug)
}
