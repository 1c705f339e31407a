use super::case_search::grade;
use super::finding::Finding;
use super::plan::FuzzPlan;
use super::rules::Rules;
use super::test_bed::TestBed;
use crate::run::{RunError, Supervisor};
use crate::transport::SocketKind;

/// Runs one case on a fresh subject, and returns a finding if it fails.
///
/// # Errors
///
/// If there is no subject to test, or the run was stopped.
pub fn replay(
    plan: &FuzzPlan,
    socket: SocketKind,
    case: Vec<Vec<u8>>,
) -> Result<Option<Finding>, RunError> {
    let supervisor = Supervisor::start(
        &plan.subject,
        &plan.settings,
        socket,
        plan.dialect,
        plan.settings.fences(),
    )?;
    let rules = Rules::new(plan.dialect, plan.strictness, supervisor.declared())
        .with_event(plan.event.clone());
    let answering = supervisor.answering();
    let mut test_bed = TestBed::new(supervisor);
    let vector = rules.vector("replayed".into(), case.clone());
    let outcome = test_bed.failure(&vector)?;
    let finding = outcome.map(|outcome| {
        let outcome = grade(&rules, outcome, answering);
        Finding::new(outcome, 1, case)
    });
    test_bed.supervisor.stop();
    Ok(finding)
}
