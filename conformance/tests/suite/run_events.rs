//! Tests of the events that a run emits besides outcomes.

use std::ffi::OsString;
use std::num::NonZero;
use std::time::Duration;

use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::fence::{FenceTemplate, TagSource};
use event_datagram_conformance::known::KnownList;
use event_datagram_conformance::run::{Behaviour, RunEvent, TestPlan, run};
use event_datagram_conformance::subject::{Kind, Stop, SubjectCommand, SubjectSettings};
use event_datagram_conformance::transport::SocketKind;
use event_datagram_conformance::vectors::Corpus;

use crate::blame::THREADS;
use crate::blame_silence::HANGS;
use crate::hostile_subjects::listener_with;

/// The part of an event that a test compares.
#[derive(Debug, PartialEq)]
enum Seen {
    Ready(SocketKind, Vec<Dialect>),
    Discovered(SocketKind, Dialect, Behaviour),
    Waiting { instances: usize, at_most: Duration },
    Outcome(SocketKind, Option<Behaviour>),
}

/// Runs the vectors whose ids begin with one of `prefixes` on a listener with the code `extra`, and
/// returns the events.
fn events(sockets: &[SocketKind], prefixes: &[&str], extra: &str) -> Vec<Seen> {
    let corpus = Corpus::embedded().expect("it is valid");
    let command: Vec<_> = listener_with(extra).iter().map(OsString::from).collect();
    let is_chosen = |id: &str| prefixes.iter().any(|prefix| id.starts_with(prefix));
    let plan = TestPlan {
        vectors: corpus
            .vectors
            .iter()
            .filter(|vector| is_chosen(&vector.id))
            .collect(),
        subject: SubjectCommand::new(Kind::Listener, &command)
            .expect("the command is not empty")
            .into(),
        sockets: sockets.into(),
        jobs: NonZero::<usize>::MIN,
        settings: SubjectSettings {
            timeout: Duration::from_secs(20),
            fence: FenceTemplate::default(),
            tags: TagSource::default(),
            stop: Stop::default(),
        },
        linger: Duration::ZERO,
        known: KnownList::default(),
        set: None,
    };
    let mut seen = Vec::new();
    run(&plan, |event| {
        seen.push(match event {
            RunEvent::Ready {
                socket, dialects, ..
            } => Seen::Ready(socket, dialects.to_vec()),
            RunEvent::Discovered {
                socket,
                dialect,
                behaviour,
            } => Seen::Discovered(socket, dialect, behaviour),
            RunEvent::Waiting { instances, at_most } => Seen::Waiting { instances, at_most },
            RunEvent::Outcome(outcome) => Seen::Outcome(outcome.socket, outcome.behaviour),
            other => panic!("unexpected: {other:?}"),
        });
    })
    .unwrap_or_else(|error| panic!("{error}"));
    seen
}

#[test]
fn a_behaviour_is_emitted_once_per_socket_before_the_outcome_that_reports_it() {
    let sockets = [SocketKind::Udp, SocketKind::Unix];
    for (prefixes, dialect) in [
        (["state-two-", "order-"], Dialect::Text),
        (["rpc-state-two-", "rpc-params-names-"], Dialect::JsonRpc),
    ] {
        let seen = events(&sockets, &prefixes, THREADS);
        let overtakes = Behaviour::ReportsOvertake;
        let told: Vec<_> = seen
            .iter()
            .filter(|event| match event {
                Seen::Outcome(_, behaviour) => behaviour.is_some(),
                _ => true,
            })
            .collect();
        let expected = sockets.map(|socket| {
            [
                Seen::Ready(socket, vec![dialect]),
                Seen::Discovered(socket, dialect, overtakes),
                Seen::Outcome(socket, Some(overtakes)),
            ]
        });
        let expected: Vec<_> = expected.iter().flatten().collect();
        assert_eq!(told, expected, "{seen:?}");
    }
}

#[test]
fn a_correct_subject_causes_no_behaviour_and_no_wait() {
    for prefix in ["state-two-", "rpc-state-two-"] {
        let seen = events(&[SocketKind::Unix], &[prefix], "");
        let is_expected = |event: &Seen| matches!(event, Seen::Ready(..) | Seen::Outcome(_, None));
        assert!(seen.iter().all(is_expected), "{seen:?}");
    }
}

#[test]
fn a_wait_for_silent_instances_is_emitted_before_its_outcome() {
    for prefix in ["bad-e", "rpc-bad-e"] {
        let seen = events(&[SocketKind::Unix], &[prefix], HANGS);
        let outcomes = |events: &[Seen]| {
            let is_outcome = |event: &&Seen| matches!(event, Seen::Outcome(..));
            events.iter().filter(is_outcome).count()
        };
        let waits = |event: &Seen| matches!(event, Seen::Waiting { .. });
        let first = seen.iter().position(waits);
        let first = first.unwrap_or_else(|| panic!("it waits for nothing: {seen:?}"));
        assert!(outcomes(&seen[first..]) > 0, "{seen:?}");
        for event in &seen {
            if let Seen::Waiting { instances, at_most } = event {
                assert!((1..=outcomes(&seen)).contains(instances), "{seen:?}");
                assert!(*at_most <= Duration::from_secs(4), "{seen:?}");
            }
        }
    }
}
