use event_datagram_conformance::dialect::Dialect;
use event_datagram_oracle::faults::{self, FaultInstance};

/// Makes sets of faults.
pub(crate) struct Subjects {
    /// The instances of each group of faults, in the order of injection.
    groups: Vec<Vec<FaultInstance>>,
    random: fastrand::Rng,
}

impl Subjects {
    pub(crate) fn new(dialect: Dialect, seed: u64) -> Self {
        let groups = match dialect {
            Dialect::JsonRpc => faults::jsonrpc(),
            _ => faults::text(),
        };
        let groups = groups.iter().map(|group| {
            group
                .faults
                .iter()
                .flat_map(FaultInstance::common)
                .collect()
        });
        Self {
            groups: groups.collect(),
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// Returns every fault alone.
    pub(crate) fn singles(&self) -> Vec<Vec<FaultInstance>> {
        let instances = self.groups.iter().flatten();
        instances.map(|instance| vec![instance.clone()]).collect()
    }

    /// Returns random pairs.
    pub(crate) fn pairs(&mut self, count: usize) -> Vec<Vec<FaultInstance>> {
        (0..count).map(|_| self.of_all(2)).collect()
    }

    /// Returns random pairs of faults of one group, which share a step of the listener.
    pub(crate) fn related_pairs(&mut self, count: usize) -> Vec<Vec<FaultInstance>> {
        let mut pairs = Vec::new();
        while pairs.len() < count {
            let group = self.random.usize(..self.groups.len());
            let group = self.groups[group].clone();
            pairs.extend(self.some(&group, 2));
        }
        pairs
    }

    /// Returns random triples.
    pub(crate) fn triples(&mut self, count: usize) -> Vec<Vec<FaultInstance>> {
        (0..count).map(|_| self.of_all(3)).collect()
    }

    fn of_all(&mut self, count: usize) -> Vec<FaultInstance> {
        let all: Vec<_> = self.groups.iter().flatten().cloned().collect();
        loop {
            if let Some(some) = self.some(&all, count) {
                return some;
            }
        }
    }

    /// Returns random instances of different faults, in the order of injection.
    fn some(&mut self, instances: &[FaultInstance], count: usize) -> Option<Vec<FaultInstance>> {
        let mut chosen = self.random.choose_multiple(0..instances.len(), count);
        chosen.sort_unstable();
        let some: Vec<_> = chosen.into_iter().map(|at| instances[at].clone()).collect();
        let is_distinct = some
            .windows(2)
            .all(|pair| pair[0].fault.slug != pair[1].fault.slug);
        (some.len() == count && is_distinct).then_some(some)
    }
}
