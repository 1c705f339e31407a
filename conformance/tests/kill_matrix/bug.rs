//! What a broken listener is: a plain listener, and one place in it that is wrong.

use std::io;

use event_datagram_conformance::dialect::Dialect;

use crate::listener::{Listener, Read, Socket};
use crate::{jsonrpc, text};

/// One realistic bug.
pub(crate) struct Bug<R> {
    /// What the listener with this bug does, as a slug.
    pub(crate) name: &'static str,
    /// What its programmer wrote, in a sentence.
    pub(crate) story: &'static str,
    /// The change.
    pub(crate) plant: fn(&mut Listener<R>),
}

/// Bugs about one thing.
pub(crate) struct Area<R: 'static> {
    pub(crate) title: &'static str,
    pub(crate) bugs: &'static [Bug<R>],
}

type Listen = dyn Fn(&Socket) -> io::Result<()> + Send + Sync;

/// A broken listener, of whatever dialect.
pub(crate) struct Broken {
    pub(crate) area: &'static str,
    pub(crate) name: &'static str,
    pub(crate) story: &'static str,
    listen: Box<Listen>,
}

impl Broken {
    /// Gives the broken listeners of a dialect, area by area.
    pub(crate) fn all(dialect: Dialect) -> Vec<Self> {
        match dialect {
            Dialect::Text => list(text::AREAS),
            Dialect::JsonRpc => list(jsonrpc::AREAS),
            other => panic!("there are no listeners of {other}"),
        }
    }

    /// Is this listener, until it is killed.
    pub(crate) fn listen(&self, socket: &Socket) -> io::Result<()> {
        (self.listen)(socket)
    }
}

/// Is the listener without a bug, until it is killed.
pub(crate) fn listen_unbroken(dialect: Dialect, socket: &Socket) -> io::Result<()> {
    match dialect {
        Dialect::Text => Listener::<text::Reader>::default().listen(socket),
        Dialect::JsonRpc => Listener::<jsonrpc::Reader>::default().listen(socket),
        other => panic!("there is no listener of {other}"),
    }
}

fn list<R: Read + Default>(areas: &'static [Area<R>]) -> Vec<Broken> {
    let broken = |area: &'static Area<R>| {
        area.bugs.iter().map(|bug| Broken {
            area: area.title,
            name: bug.name,
            story: bug.story,
            listen: Box::new(|socket| {
                let mut listener = Listener::default();
                (bug.plant)(&mut listener);
                listener.listen(socket)
            }),
        })
    };
    areas.iter().flat_map(broken).collect()
}
