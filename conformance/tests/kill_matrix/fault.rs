//! Faulty listeners: the plain listener with one step replaced.

use std::io;

use event_datagram_conformance::dialect::Dialect;

use crate::listener::{Listener, Read, Socket};
use crate::{jsonrpc, text};

/// One realistic fault.
pub(crate) struct Fault<R> {
    /// What the listener with this fault does, as a slug.
    pub(crate) name: &'static str,
    /// What its programmer wrote, in a sentence.
    pub(crate) sentence: &'static str,
    /// Replaces a step of the listener.
    pub(crate) inject: fn(&mut Listener<R>),
}

/// Faults of one kind.
pub(crate) struct FaultGroup<R: 'static> {
    pub(crate) title: &'static str,
    pub(crate) faults: &'static [Fault<R>],
}

type Listen = dyn Fn(&Socket) -> io::Result<()> + Send + Sync;

/// A faulty listener of either dialect.
pub(crate) struct FaultyListener {
    pub(crate) group: &'static str,
    pub(crate) name: &'static str,
    pub(crate) sentence: &'static str,
    listen: Box<Listen>,
}

impl FaultyListener {
    /// Returns the faulty listeners of a dialect, group by group.
    pub(crate) fn all(dialect: Dialect) -> Vec<Self> {
        match dialect {
            Dialect::Text => listeners(text::FAULT_GROUPS),
            Dialect::JsonRpc => listeners(jsonrpc::FAULT_GROUPS),
            other => panic!("there are no listeners of {other}"),
        }
    }

    /// Listens until the process is killed.
    pub(crate) fn listen(&self, socket: &Socket) -> io::Result<()> {
        (self.listen)(socket)
    }
}

/// Runs the listener without a fault until the process is killed.
pub(crate) fn listen_correctly(dialect: Dialect, socket: &Socket) -> io::Result<()> {
    match dialect {
        Dialect::Text => Listener::<text::Reader>::default().listen(socket),
        Dialect::JsonRpc => Listener::<jsonrpc::Reader>::default().listen(socket),
        other => panic!("there is no listener of {other}"),
    }
}

fn listeners<R: Read + Default>(groups: &'static [FaultGroup<R>]) -> Vec<FaultyListener> {
    let faulty = |group: &'static FaultGroup<R>| {
        group.faults.iter().map(|fault| FaultyListener {
            group: group.title,
            name: fault.name,
            sentence: fault.sentence,
            listen: Box::new(|socket| {
                let mut listener = Listener::default();
                (fault.inject)(&mut listener);
                listener.listen(socket)
            }),
        })
    };
    groups.iter().flat_map(faulty).collect()
}
