use std::mem;
use std::ops::ControlFlow;

use event_datagram::{EventBuf, ParamBuf, ValueBuf};

use super::behaviour::Behaviour;
use super::error::RunError;
use super::held::forbids;
use super::supervisor::Supervisor;
use crate::contract::{Line, parse_line};
use crate::dialect::Dialect;
use crate::fence::{Fence, Fences, Mark};
use crate::observation::{Arrival, Observation, ReportContent};
use crate::subject::{ExchangeEnd, SendMode};
use crate::vectors::Vector;

/// The number of long datagrams. On a busy machine, a thread of the subject may finish one before
/// the next thread starts, but hardly all of them.
const LONG: usize = 3;
/// The number of short datagrams that follow each long one.
const SHORT: usize = 4;
/// The number of parameters of a long datagram, nearly as many as fit. Interpreters switch threads
/// every 5 milliseconds, so reading and reporting such a datagram has to take longer than that.
const LONG_PARAMS: usize = 7_000;
/// How many times one investigation tries to make reports overtake each other: a fast thread is
/// overtaken only now and then.
const OVERTAKING_TRIES: usize = 8;
/// How many investigations look for overtaking in a dialect after wrong results, which overtaking
/// may explain.
const INVESTIGATIONS: usize = 3;
/// The number of events whose orders of parameters are compared.
const SHUFFLED_EVENTS: usize = 8;
/// The number of parameters of each of these events: hash tables keep a few parameters in their
/// order.
const SHUFFLED_PARAMS: usize = 12;

impl Supervisor<'_> {
    /// Finds out, before a vector is sent, whether the subject behaves in a way that the vector's
    /// requirement forbids.
    pub(super) fn investigate_before(&mut self, vector: &Vector) -> Result<(), RunError> {
        if forbids(vector, Behaviour::ReportsOvertake) {
            self.investigate_order(vector.dialect, 1)?;
        }
        if forbids(vector, Behaviour::ShufflesParameters) {
            self.investigate(vector.dialect, Behaviour::ShufflesParameters, 1)?;
        }
        Ok(())
    }

    /// Finds out whether a behaviour of the subject explains a wrong result, and adds it to the
    /// discoveries.
    ///
    /// Uses another instance if possible, because this one may still have late reports.
    pub(super) fn investigate_failure(&mut self, dialect: Dialect) -> Result<(), RunError> {
        if !self.can_have_siblings() {
            return self.investigate_both(dialect, 1);
        }
        let mut sibling = self.sibling();
        let result = sibling.investigate_both(dialect, INVESTIGATIONS);
        self.investigations = mem::take(&mut sibling.investigations);
        result
    }

    fn investigate_both(&mut self, dialect: Dialect, at_most: usize) -> Result<(), RunError> {
        self.investigate_order(dialect, at_most)?;
        self.investigate(dialect, Behaviour::ShufflesParameters, 1)
    }

    /// Finds out whether reports overtake each other, and if so, whether the subject also reports
    /// something without a datagram: a late report of such a subject blames no vector.
    fn investigate_order(&mut self, dialect: Dialect, at_most: usize) -> Result<(), RunError> {
        self.investigate(dialect, Behaviour::ReportsOvertake, at_most)?;
        if self.does(dialect, Behaviour::ReportsOvertake) {
            self.investigate(dialect, Behaviour::ReportsWithoutDatagram, 1)?;
        }
        Ok(())
    }

    /// Finds out whether the subject shows a behaviour, and adds it to the discoveries. Does
    /// nothing after `at_most` investigations.
    fn investigate(
        &mut self,
        dialect: Dialect,
        behaviour: Behaviour,
        at_most: usize,
    ) -> Result<(), RunError> {
        let investigations = self.investigations.entry((dialect, behaviour)).or_default();
        if *investigations >= at_most || self.discoveries.has(dialect, behaviour) {
            return Ok(());
        }
        *investigations += 1;
        let found = match behaviour {
            Behaviour::ReportsOvertake => self.overtakes(dialect),
            Behaviour::ReportsWithoutDatagram => self.reports_without_datagram(dialect).map(Some),
            _ => self.shuffles(dialect).map(Some),
        };
        match found {
            Ok(Some(true)) => self.discoveries.add(dialect, behaviour),
            Ok(Some(false)) => {}
            Ok(None) => {
                self.investigations
                    .insert((dialect, behaviour), INVESTIGATIONS);
            }
            // The next vector meets the same error, and its outcome says so.
            Err(RunError::Gone(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Returns whether reports overtake each other: the subject reports a long datagram after a
    /// later one, and it also reports a long datagram that no other follows. Returns `None` if the
    /// subject does not report the long ones at all.
    fn overtakes(&mut self, dialect: Dialect) -> Result<Option<bool>, RunError> {
        let long = params(LONG_PARAMS);
        for _ in 0..OVERTAKING_TRIES {
            let params = [vec![&long[..]], vec![&[][..]; SHORT]]
                .concat()
                .repeat(LONG);
            let probe = |params| Probe::new(&mut self.fences, dialect, params);
            let probes: Vec<_> = params.into_iter().map(probe).collect();
            let Some(answers) = self.send_probes(dialect, &probes)? else {
                return Ok(None);
            };
            let order = order(&answers.observation, &probes, &self.fences);
            if !order.is_sorted() || answers.are_late {
                let alone = Probe::new(&mut self.fences, dialect, &long);
                return self.reports_unprompted(dialect, &alone).map(Some);
            }
            if order.len() < probes.len() {
                return Ok(None);
            }
        }
        Ok(Some(false))
    }

    /// Returns whether the subject reports something although no datagram comes.
    fn reports_without_datagram(&mut self, dialect: Dialect) -> Result<bool, RunError> {
        Ok(self.send_probes(dialect, &[])?.is_some() && self.never_falls_silent())
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
        let params = params(SHUFFLED_PARAMS);
        let probes: Vec<_> = (0..SHUFFLED_EVENTS)
            .map(|_| Probe::new(&mut self.fences, dialect, &params))
            .collect();
        let Some(answers) = self.send_probes(dialect, &probes)? else {
            return Ok(Vec::new());
        };
        let params = answers.observation.reports.iter().filter_map(|report| {
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

    /// Sends probes and a fence, and returns the reports. Also waits for those that come after the
    /// report of the fence, so that the next vector does not get them. If the subject dies or falls
    /// silent, ends the instance and returns `None`.
    fn send_probes(
        &mut self,
        dialect: Dialect,
        probes: &[Probe],
    ) -> Result<Option<ProbeAnswers>, RunError> {
        self.ensure_running()?;
        let datagrams = probes.iter().map(|probe| &probe.datagram[..]);
        let exchange = self.exchange(dialect, datagrams, SendMode::Burst);
        match exchange.end {
            ExchangeEnd::Fenced => {}
            ExchangeEnd::Interrupted => return Err(RunError::Interrupted),
            _ => {
                self.end_instance();
                return Ok(None);
            }
        }
        let mut observation = exchange.observation;
        let in_time = observation.reports.len();
        let fences = &self.fences;
        let is_complete = |observation: &Observation| {
            let reported = order(observation, probes, fences).len();
            reported == probes.len()
        };
        if let Some(session) = &mut self.session
            && !is_complete(&observation)
        {
            session.collect_late(|raw| {
                let content = ReportContent::of(fences.mark_any(&raw));
                observation.record(raw, content, Arrival::InTime);
                match is_complete(&observation) {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            });
        }
        Ok(Some(ProbeAnswers {
            are_late: observation.reports.len() > in_time,
            observation,
        }))
    }

    /// Returns whether the subject reports a datagram that nothing follows.
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
}

/// What a subject reported when it was sent probes.
struct ProbeAnswers {
    observation: Observation,
    /// Whether some of the reports came after that of the fence.
    are_late: bool,
}

/// A datagram that tests a behaviour of the subject: a fence with more parameters.
struct Probe {
    fence: Fence,
    datagram: Vec<u8>,
    /// The parameters of the fence, which differ from probe to probe.
    tags: Vec<ParamBuf>,
}

impl Probe {
    fn new(fences: &mut Fences, dialect: Dialect, params: &[ParamBuf]) -> Self {
        let fence = fences.next_fence();
        let datagram = fence.datagram(dialect);
        let mut event = dialect
            .decode(&datagram)
            .unwrap_or_else(|_| EventBuf::new("", []));
        let tags = event.params.clone();
        event.params.extend_from_slice(params);
        Self {
            fence,
            datagram: dialect.encode(&event).unwrap_or(datagram),
            tags,
        }
    }

    /// Returns whether a line reports this probe.
    fn is_in(&self, raw: &[u8], fences: &Fences) -> bool {
        fences.mark(raw, &self.fence) == Mark::This
    }

    fn is_tag(&self, param: &ParamBuf) -> bool {
        self.tags.iter().any(|tag| tag.name == param.name)
    }
}

/// Returns this many parameters, in the order of their names.
fn params(count: usize) -> Vec<ParamBuf> {
    let param = |index| ParamBuf::named(param_name(index), ValueBuf::Integer(1));
    (0..count).map(param).collect()
}

/// Returns a short name for the parameter at an index. Names have the order of their indices.
fn param_name(index: usize) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let digits = [index / (36 * 36), index / 36, index].map(|digit| DIGITS[digit % 36]);
    let digits = digits.map(char::from);
    format!("n{}", String::from_iter(digits))
}

/// Returns the indices of the reported probes, in the order of their first reports. Later copies of
/// a report do not count as overtaking.
fn order(observation: &Observation, probes: &[Probe], fences: &Fences) -> Vec<usize> {
    let index = |raw: &[u8]| probes.iter().position(|probe| probe.is_in(raw, fences));
    let mut order = Vec::new();
    for index in observation.reports.iter().filter_map(|it| index(&it.raw)) {
        if !order.contains(&index) {
            order.push(index);
        }
    }
    order
}
