//! The listeners of the matrix: one for each common instance of a fault.

use event_datagram_conformance::dialect::Dialect;
use event_datagram_oracle::faults::{self, FaultGroup, FaultInstance, Model};

/// A listener with one fault.
pub(crate) struct FaultyListener {
    /// The title of the fault's group.
    pub(crate) group: &'static str,
    /// The name of the instance, which identifies the listener.
    pub(crate) name: String,
    pub(crate) instance: FaultInstance,
}

impl FaultyListener {
    /// Returns the faulty listeners of a dialect, group by group.
    pub(crate) fn all(dialect: Dialect) -> Vec<Self> {
        let of_group = |group: &'static FaultGroup| {
            let instances = group.faults.iter().flat_map(FaultInstance::common);
            instances.map(|instance| Self {
                group: group.title,
                name: instance.name(),
                instance,
            })
        };
        groups(dialect).iter().flat_map(of_group).collect()
    }
}

/// Returns the faults of a dialect.
pub(crate) fn groups(dialect: Dialect) -> &'static [FaultGroup] {
    match dialect {
        Dialect::Text => faults::text(),
        Dialect::JsonRpc => faults::jsonrpc(),
        other => panic!("there are no faults of {other}"),
    }
}

/// Returns a listener with a fault, or one without.
pub(crate) fn model(dialect: Dialect, fault: Option<&FaultInstance>) -> Model {
    match dialect {
        Dialect::Text => Model::text(fault),
        Dialect::JsonRpc => Model::jsonrpc(fault),
        other => panic!("there is no model of {other}"),
    }
}
