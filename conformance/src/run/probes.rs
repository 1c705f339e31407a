use event_datagram::{EventBuf, ParamBuf};

use super::behaviour::Behaviour;
use super::error::RunError;
use super::held::forbids;
use super::supervisor::Supervisor;
use crate::contract::{Line, parse_line};
use crate::dialect::Dialect;
use crate::fence::{Fence, Fences, Mark};
use crate::observation::Observation;
use crate::subject::{ExchangeEnd, SendMode};
use crate::vectors::Vector;

/// The number of short datagrams that follow the long one.
const SHORT: usize = 8;
/// The number of parameters of the long datagram. Interpreters change threads every 5 milliseconds,
/// so it takes them longer than that to read it.
const LONG_PARAMS: usize = 5_000;
/// How often overtaking is tried.
const OVERTAKING_TRIES: usize = 2;
/// The number of events by which the order of parameters is compared.
const SHUFFLED_EVENTS: usize = 8;
/// The number of parameters of each of them: hash tables keep a few in the order in which they came.
const SHUFFLED_PARAMS: usize = 12;

impl Supervisor<'_> {
    /// Finds out what the subject does before a vector is sent whose requirement forbids it.
    pub(super) fn investigate_before(&mut self, vector: &Vector) -> Result<(), RunError> {
        for behaviour in [Behaviour::ReportsOvertake, Behaviour::ShufflesParameters] {
            if forbids(vector, behaviour) {
                self.investigate(vector.dialect, behaviour)?;
            }
        }
        Ok(())
    }

    /// Finds out whether something that the subject does explains a wrong result. Returns whether
    /// that was not known before.
    pub(super) fn investigate_failure(&mut self, dialect: Dialect) -> Result<bool, RunError> {
        let before = self.discoveries.all().len();
        self.investigate(dialect, Behaviour::ReportsOvertake)?;
        self.investigate(dialect, Behaviour::ShufflesParameters)?;
        Ok(self.discoveries.all().len() > before)
    }

    /// Tries once whether the subject does this. The result is among the discoveries.
    fn investigate(&mut self, dialect: Dialect, behaviour: Behaviour) -> Result<(), RunError> {
        if !self.probed.insert((dialect, behaviour)) || self.does(dialect, behaviour) {
            return Ok(());
        }
        let found = match behaviour {
            Behaviour::ReportsOvertake => self.overtakes(dialect),
            _ => self.shuffles(dialect),
        };
        match found {
            Ok(true) => self.discoveries.add(dialect, behaviour),
            Ok(false) => {}
            // The next vector meets the same, and says so.
            Err(RunError::Gone(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Returns whether reports overtake each other: a long datagram is reported behind a short one,
    /// and yet needs none behind it to be reported.
    fn overtakes(&mut self, dialect: Dialect) -> Result<bool, RunError> {
        for _ in 0..OVERTAKING_TRIES {
            let mut probes = vec![Probe::new(&mut self.fences, dialect, LONG_PARAMS)];
            probes.extend((0..SHORT).map(|_| Probe::new(&mut self.fences, dialect, 0)));
            let Some(observation) = self.send_probes(dialect, &probes)? else {
                return Ok(false);
            };
            let order = order(&observation, &probes, &self.fences);
            let is_late = order.len() < probes.len() && self.has_late_report();
            if is_late || !order.is_sorted() {
                let alone = Probe::new(&mut self.fences, dialect, LONG_PARAMS);
                return self.reports_unprompted(dialect, &alone);
            }
        }
        Ok(false)
    }

    /// Returns whether parameters change their order from event to event, or from one instance to
    /// the next.
    fn shuffles(&mut self, dialect: Dialect) -> Result<bool, RunError> {
        let first = self.reported_orders(dialect)?;
        let [one, ..] = &first[..] else {
            return Ok(false);
        };
        let is_as_sent = one.is_sorted_by_key(|param| param.name.clone());
        let mut orders = first.clone();
        if !is_as_sent && first.iter().all(|order| order == one) {
            self.end_instance();
            orders.extend(self.reported_orders(dialect)?);
        }
        let sorted = |params: &Vec<ParamBuf>| {
            let mut params: Vec<_> = params.iter().map(|param| format!("{param:?}")).collect();
            params.sort();
            params
        };
        let same = sorted(one);
        Ok(orders.iter().any(|order| order != one)
            && orders.iter().all(|order| sorted(order) == same))
    }

    /// Returns the parameters of equal events as the subject reports them.
    fn reported_orders(&mut self, dialect: Dialect) -> Result<Vec<Vec<ParamBuf>>, RunError> {
        let probes: Vec<_> = (0..SHUFFLED_EVENTS)
            .map(|_| Probe::new(&mut self.fences, dialect, SHUFFLED_PARAMS))
            .collect();
        let Some(observation) = self.send_probes(dialect, &probes)? else {
            return Ok(Vec::new());
        };
        let params = observation.reports.iter().filter_map(|report| {
            let probe = probes
                .iter()
                .find(|probe| probe.is_in(&report.raw, &self.fences))?;
            match parse_line(&report.raw) {
                Some(Line::Event(mut event)) => {
                    event.params.retain(|param| !probe.is_tag(param));
                    Some(event.params)
                }
                _ => None,
            }
        });
        Ok(params.collect())
    }

    /// Sends probes and a fence, and returns what was reported. `None` if the subject died or fell
    /// silent; that instance is ended.
    fn send_probes(
        &mut self,
        dialect: Dialect,
        probes: &[Probe],
    ) -> Result<Option<Observation>, RunError> {
        self.ensure_running()?;
        let datagrams = probes.iter().map(|probe| &probe.datagram[..]);
        let exchange = self.exchange(dialect, datagrams, SendMode::Burst);
        match exchange.end {
            ExchangeEnd::Fenced => Ok(Some(exchange.observation)),
            ExchangeEnd::Interrupted => Err(RunError::Interrupted),
            _ => {
                self.end_instance();
                Ok(None)
            }
        }
    }

    /// Returns whether the subject reports a datagram behind which nothing is sent.
    fn reports_unprompted(&mut self, dialect: Dialect, probe: &Probe) -> Result<bool, RunError> {
        let Some(session) = &mut self.session else {
            return Ok(false);
        };
        let fences = &self.fences;
        let is_reported =
            session.reports_unprompted(&probe.datagram, |raw| probe.is_in(raw, fences));
        self.send_probes(dialect, &[])?;
        Ok(is_reported)
    }

    /// Returns whether a report comes though all that was sent is behind a fence that has returned.
    fn has_late_report(&mut self) -> bool {
        let session = self.session.as_mut();
        session.is_some_and(|session| session.wait_for_report().is_some())
    }
}

/// A datagram by which something is found out about the subject: a fence with more parameters.
struct Probe {
    fence: Fence,
    datagram: Vec<u8>,
    /// The parameters of the fence, which differ from probe to probe.
    tags: Vec<ParamBuf>,
}

impl Probe {
    fn new(fences: &mut Fences, dialect: Dialect, params: usize) -> Self {
        let fence = fences.next_fence();
        let datagram = fence.datagram(dialect);
        let mut event = dialect
            .decode(&datagram)
            .unwrap_or_else(|_| EventBuf::new("", []));
        let tags = event.params.clone();
        let width = params.to_string().len();
        let param = |index| ParamBuf::named(format!("n{index:0width$}"), "v");
        event.params.extend((0..params).map(param));
        Self {
            fence,
            datagram: dialect.encode(&event).unwrap_or(datagram),
            tags,
        }
    }

    /// Returns whether a reported line is about this probe.
    fn is_in(&self, raw: &[u8], fences: &Fences) -> bool {
        fences.mark(raw, &self.fence) == Mark::This
    }

    fn is_tag(&self, param: &ParamBuf) -> bool {
        self.tags.iter().any(|tag| tag.name == param.name)
    }
}

/// Returns the indices of the reported probes, in the order of the reports.
fn order(observation: &Observation, probes: &[Probe], fences: &Fences) -> Vec<usize> {
    let index = |raw: &[u8]| probes.iter().position(|probe| probe.is_in(raw, fences));
    let reports = observation.reports.iter();
    reports.filter_map(|report| index(&report.raw)).collect()
}
