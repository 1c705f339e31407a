use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::dialect::Dialect;

/// A way in which a subject answers the same datagrams differently from run to run.
///
/// One vector reports the behaviour, under the requirement that forbids it. All other vectors are
/// judged as if the subject did not behave so, so that two runs have the same verdicts. There is
/// one exception: each vector that loses datagrams reports
/// [`OverflowsReceiveBuffer`](Self::OverflowsReceiveBuffer).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Behaviour {
    /// A report overtakes those of earlier datagrams, as when each datagram has a thread of its
    /// own.
    ReportsOvertake,
    /// The subject, whose reports overtake each other, also reports something all the time when no
    /// datagram comes.
    ReportsWithoutDatagram,
    /// The parameters of one event come in another order each time, as from a hash table.
    ShufflesParameters,
    /// The subject repeats a report after later ones.
    RepeatsLate,
    /// The subject reports something after the last vector, while `--linger` waits or the subject
    /// stops, that is no copy of an earlier report.
    ReportsAfterEnd,
    /// The kernel drops datagrams that are sent one at a time, because the receive buffer is too
    /// small for them. Each vector that loses a datagram reports this.
    OverflowsReceiveBuffer,
}

impl Behaviour {
    /// Every behaviour.
    pub const ALL: [Self; 6] = [
        Self::ReportsOvertake,
        Self::ReportsWithoutDatagram,
        Self::ShufflesParameters,
        Self::RepeatsLate,
        Self::ReportsAfterEnd,
        Self::OverflowsReceiveBuffer,
    ];

    /// Returns the slug of the behaviour as a fault. Slugs never change.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::ReportsOvertake => "reports-overtake",
            Self::ReportsWithoutDatagram => "reports-without-a-datagram",
            Self::ShufflesParameters => "shuffles-parameters",
            Self::RepeatsLate => "repeats-late",
            Self::ReportsAfterEnd => "reports-after-the-end",
            Self::OverflowsReceiveBuffer => "overflows-its-receive-buffer",
        }
    }

    /// Returns what the subject does, as a phrase that begins with a verb.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::ReportsOvertake => {
                "lets reports overtake each other, as with a thread for each datagram"
            }
            Self::ReportsWithoutDatagram => "reports something although no datagram comes",
            Self::ShufflesParameters => {
                "reports parameters in another order each time, as a hash table lists them"
            }
            Self::RepeatsLate => "reports a datagram again, after later ones",
            Self::ReportsAfterEnd => "reports something when every datagram has its report",
            Self::OverflowsReceiveBuffer => {
                "has a receive buffer that is too small for large datagrams, so that the kernel \
                 drops them"
            }
        }
    }

    /// Returns the behaviour in a sentence for the author of the subject.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ReportsOvertake => {
                "its reports overtake each other: a short datagram is reported before a long one \
                 that was sent first (T19). The other vectors were judged one datagram at a time"
            }
            Self::ReportsWithoutDatagram => {
                "it reports something all the time, although no datagram comes: one datagram is one \
                 report (T19). Its reports also overtake each other"
            }
            Self::ShufflesParameters => {
                "it reports the parameters of one event in another order each time, as a hash \
                 table does. The other vectors were judged without regard to the order"
            }
            Self::RepeatsLate => {
                "it reports datagrams again after later ones have come: one datagram is one report \
                 (T19). The copies were left out where the other vectors were judged; a short run \
                 needs --linger to see them"
            }
            Self::ReportsAfterEnd => {
                "it reported something late, behind the last vector, when all datagrams had been \
                 reported: one datagram is one report (T19)"
            }
            Self::OverflowsReceiveBuffer => {
                "the kernel dropped datagrams that were sent one at a time: the listener's receive \
                 buffer is too small for them"
            }
        }
    }
}

/// The behaviours that were discovered over one kind of socket. All instances share them.
#[derive(Debug, Default)]
pub(super) struct Discoveries(Mutex<BTreeSet<(Dialect, Behaviour)>>);

impl Discoveries {
    pub(super) fn add(&self, dialect: Dialect, behaviour: Behaviour) {
        self.lock().insert((dialect, behaviour));
    }

    pub(super) fn has(&self, dialect: Dialect, behaviour: Behaviour) -> bool {
        self.lock().contains(&(dialect, behaviour))
    }

    /// Returns all discoveries, in a constant order.
    pub(super) fn all(&self) -> Vec<(Dialect, Behaviour)> {
        self.lock().iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<(Dialect, Behaviour)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
