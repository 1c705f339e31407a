use std::mem;
use std::sync::Arc;

use super::behaviour::Discoveries;
use super::error::RunError;
use super::hangs::Hangs;
use super::held::HeldOutcomes;
use super::jobs;
use super::outcome::Outcome;
use super::plan::TestPlan;
use super::run_event::RunEvent;
use super::supervisor::Supervisor;
use super::worker_event::WorkerEvent;
use crate::dialect::Dialect;
use crate::judge::{Verdict, not_applicable};
use crate::subject::{StartError, UndeclaredDialect};
use crate::transport::SocketKind;
use crate::vectors::Vector;

/// Runs a plan, and calls `on_event` for each event.
///
/// # Errors
///
/// If there is no subject to test, or the run was stopped. The events until then are valid.
pub fn run<'c>(
    plan: &TestPlan<'c>,
    mut on_event: impl FnMut(RunEvent<'_, 'c>),
) -> Result<(), RunError> {
    let hangs = Arc::<Hangs>::default();
    for socket in &plan.sockets {
        let mut left: Vec<_> = Dialect::ALL
            .iter()
            .copied()
            .filter(|dialect| plan.vectors.iter().any(|vector| vector.dialect == *dialect))
            .collect();
        while let Some(first) = left.first().copied() {
            let discoveries = Arc::<Discoveries>::default();
            let started = Supervisor::start(
                &plan.subject,
                &plan.settings,
                *socket,
                first,
                plan.settings.fences(),
            );
            if let Err(RunError::Start(StartError::UndeclaredDialect(undeclared))) = &started {
                left.remove(0);
                report_not_applicable(plan, *socket, undeclared, &mut on_event);
                continue;
            }
            let mut supervisor = started?.sharing(&discoveries, &hangs);
            let start = supervisor.declared().clone();
            let count = if start.tells_dialects_apart {
                left.len()
            } else {
                1
            };
            let dialects: Vec<_> = left.drain(..count).collect();
            supervisor.try_dialects(&dialects)?;
            let vectors = interleaved(plan, &dialects);
            on_event(RunEvent::Ready {
                socket: *socket,
                dialects: &dialects,
                start: &start,
            });
            let mut outcomes = HeldOutcomes::default();
            let result = jobs::run(plan, supervisor, &vectors, &mut |event| match event {
                WorkerEvent::Outcome(outcome) => {
                    if let Some(outcome) = outcomes.push(outcome, &discoveries) {
                        emit(plan, outcome, &mut on_event);
                    }
                }
                WorkerEvent::Waiting { instances, at_most } => {
                    on_event(RunEvent::Waiting { instances, at_most });
                }
            });
            for (dialect, behaviour) in discoveries.all() {
                on_event(RunEvent::Discovered {
                    socket: *socket,
                    dialect,
                    behaviour,
                });
            }
            for outcome in outcomes.finish(&discoveries) {
                emit(plan, outcome, &mut on_event);
            }
            result?;
        }
    }
    Ok(())
}

/// Emits outcomes for a subject that declares other dialects than the one asked for: no vector
/// applies to it.
fn report_not_applicable<'c>(
    plan: &TestPlan<'c>,
    socket: SocketKind,
    undeclared: &UndeclaredDialect,
    on_event: &mut impl FnMut(RunEvent<'_, 'c>),
) {
    let UndeclaredDialect { asked, start } = undeclared;
    let dialects = [*asked];
    on_event(RunEvent::Ready {
        socket,
        dialects: &dialects,
        start,
    });
    for vector in interleaved(plan, &dialects) {
        let why = not_applicable(vector, start).unwrap_or_else(|| undeclared.to_string());
        let outcome = Outcome::unobserved(vector, socket, Verdict::NotApplicable, why);
        emit(plan, outcome, on_event);
    }
}

/// Applies the list of known failures to an outcome, and emits the outcome.
fn emit<'c>(
    plan: &TestPlan<'c>,
    mut outcome: Outcome<'c>,
    on_event: &mut impl FnMut(RunEvent<'_, 'c>),
) {
    outcome.decides = plan.decides(outcome.vector);
    (outcome.verdict, outcome.why) = plan.known.apply(
        &outcome.vector.id,
        outcome.socket,
        outcome.verdict,
        mem::take(&mut outcome.why),
    );
    on_event(RunEvent::Outcome(&outcome));
}

/// Returns the vectors of these dialects in an order in which the dialects take turns.
fn interleaved<'c>(plan: &TestPlan<'c>, dialects: &[Dialect]) -> Vec<&'c Vector> {
    let of = |dialect: &Dialect| {
        let dialect = *dialect;
        let vectors = plan.vectors.iter().copied();
        vectors.filter(move |vector| vector.dialect == dialect)
    };
    let mut each: Vec<_> = dialects.iter().map(of).collect();
    let mut vectors = Vec::new();
    loop {
        let before = vectors.len();
        vectors.extend(each.iter_mut().filter_map(Iterator::next));
        if vectors.len() == before {
            return vectors;
        }
    }
}
