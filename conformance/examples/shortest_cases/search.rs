use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use event_datagram_conformance::diagnose::Finding;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::explore::Rules;
use event_datagram_conformance::judge::Verdict;
use event_datagram_oracle::faults::{FaultInstance, Model, Response};

use crate::shrunk::{Listener, rules};

/// A listener, and the shortest datagrams that it reads wrong.
pub(crate) struct Search<'l> {
    pub(crate) listener: &'l Listener,
    /// The shortest one.
    pub(crate) of_any_kind: Option<Failure>,
    /// The shortest one that fails with the verdict of the shrunk case and admits at most as many
    /// readings. A crash or hang may admit any number.
    pub(crate) of_same_kind: Option<Failure>,
}

/// A datagram that a listener reads wrong.
#[derive(Clone)]
pub(crate) struct Failure {
    pub(crate) datagram: Vec<u8>,
    pub(crate) verdict: Verdict,
    readings: usize,
}

/// The number of datagrams that a thread takes at once.
const BATCH: usize = 256;

/// Sends datagrams, which are in order of length, to models of listeners. Returns the first ones
/// that each of them reads wrong and that are not longer than its shrunk case.
pub(crate) fn shortest<'l>(
    dialect: Dialect,
    datagrams: &[Vec<u8>],
    listeners: &'l [Listener],
) -> Vec<Search<'l>> {
    let rules = rules(dialect);
    let searches = listeners.iter().map(|listener| {
        Mutex::new(Search {
            listener,
            of_any_kind: None,
            of_same_kind: None,
        })
    });
    let searches: Vec<_> = searches.collect();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let start = next.fetch_add(BATCH, Ordering::Relaxed);
            let Some(rest) = datagrams.get(start..) else {
                return;
            };
            let batch = &rest[..rest.len().min(BATCH)];
            let pending = searches.iter().zip(listeners);
            let length = batch.first().map_or(0, Vec::len);
            let pending = pending.filter(|(search, _)| lock(search).may_find(length));
            let pending: Vec<_> = pending.collect();
            if pending.is_empty() {
                return;
            }
            for datagram in batch {
                let correct = response(dialect, None, datagram);
                for (search, listener) in &pending {
                    let fault = &listener.instance;
                    if response(dialect, Some(fault), datagram) == correct {
                        continue;
                    }
                    if let Some(failure) = failure(&rules, fault, datagram) {
                        lock(search).add(failure);
                    }
                }
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, Into::into);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    let searches = searches.into_iter();
    let searches = searches.map(|search| search.into_inner().expect("no thread panics"));
    searches.collect()
}

/// Returns what a listener does with a datagram.
fn response(dialect: Dialect, fault: Option<&FaultInstance>, datagram: &[u8]) -> Response {
    let mut model = match dialect {
        Dialect::JsonRpc => Model::jsonrpc(fault),
        _ => Model::text(fault),
    };
    model.receive(datagram)
}

fn lock<'m, 'l>(search: &'m Mutex<Search<'l>>) -> std::sync::MutexGuard<'m, Search<'l>> {
    search.lock().expect("no thread panics")
}

/// Judges as `evdg fuzz --strict` does.
fn failure(rules: &Rules, fault: &FaultInstance, datagram: &[u8]) -> Option<Failure> {
    let verdict = |rules: &Rules| {
        let vector = rules.vector(String::new(), vec![datagram.to_vec()]);
        let verdict = Finding::of_model(&vector, [fault]).verdict;
        (verdict, vector.steps[0].expect.alternatives().len())
    };
    let (mut strict, readings) = verdict(rules);
    if strict == Verdict::Fail && !matches!(verdict(&rules.without_advice()).0, Verdict::Fail) {
        strict = Verdict::Warn;
    }
    let is_failure = matches!(
        strict,
        Verdict::Crash | Verdict::Hang | Verdict::Fail | Verdict::Warn
    );
    is_failure.then(|| Failure {
        datagram: datagram.to_vec(),
        verdict: strict,
        readings,
    })
}

impl Search<'_> {
    /// Returns whether a datagram of this length may be the shortest one. It is not if it is longer
    /// than the shrunk case.
    fn may_find(&self, length: usize) -> bool {
        let shrunk = self.listener.shrunk.as_ref();
        self.of_same_kind.is_none() && shrunk.is_some_and(|shrunk| length <= shrunk.length())
    }

    fn add(&mut self, failure: Failure) {
        let is_same_kind = self.listener.shrunk.as_ref().is_some_and(|shrunk| {
            let is_wrong_report = matches!(failure.verdict, Verdict::Fail | Verdict::Warn);
            failure.verdict.as_str() == shrunk.verdict
                && (!is_wrong_report || failure.readings <= shrunk.readings)
        });
        if is_same_kind {
            keep_shorter(&mut self.of_same_kind, &failure);
        }
        keep_shorter(&mut self.of_any_kind, &failure);
    }
}

/// Keeps the shorter one of two failures.
fn keep_shorter(kept: &mut Option<Failure>, failure: &Failure) {
    let is_shorter = |kept: &Failure| failure.datagram.len() < kept.datagram.len();
    if kept.as_ref().is_none_or(is_shorter) {
        *kept = Some(failure.clone());
    }
}
