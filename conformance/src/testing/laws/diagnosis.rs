use event_datagram_oracle::faults::{FaultInstance, Model, Parameter};

use crate::contract::parse_line;
use crate::diagnose::{
    CaseModels, Cause, CauseParameter, Diagnosis, Dictionary, Finding, Prediction, diagnose,
};
use crate::dialect::Dialect;
use crate::fence::{FenceTemplate, Fences, Mark};
use crate::judge::Verdict;
use crate::testing::DiagnosisCase;
use crate::vectors::Vector;

/// What the diagnosis' model predicts of a vector is what the faulty listener reports, whatever the
/// tags of the fences are: as many of the same lines, in the same order, behind the fence before
/// until the answer to the fence after; and the verdict that follows.
///
/// # Panics
///
/// If that does not hold.
pub fn models_predict_what_a_faulty_listener_reports(case: &DiagnosisCase) {
    for vector in &case.vectors {
        let finding = Finding::of_model(vector, &case.faults);
        if let Some(lines) = lines_without_fences(vector, &case.faults) {
            let reports = finding.reports.iter().map(|report| &report.raw[..]);
            let reports: Vec<_> = reports.map(without_digits).collect();
            let lines: Vec<_> = lines.iter().map(|line| without_digits(line)).collect();
            assert_eq!(reports, lines, "another report than the listener's");
        }
        let models = CaseModels::new(vector.dialect, &FenceTemplate::default());
        let prediction = models.predict(vector, &case.faults);
        let is_disrupted = finding.misread_fence.is_some();
        let fits = match finding.verdict {
            Verdict::Pass | Verdict::Info => prediction == Prediction::Conforms,
            Verdict::Crash | Verdict::Hang => prediction == Prediction::Disrupts,
            _ if is_disrupted => prediction == Prediction::Disrupts,
            _ => prediction != Prediction::Conforms,
        };
        assert!(fits, "{prediction:?} is predicted of {:?}", finding.verdict);
        let is_explained = !finding.is_wrong() || models.explains(&finding, &case.faults);
        assert!(is_explained, "the faults do not explain what they did");
    }
}

/// A listener with the causes of a diagnosis, in some order, does with each vector that the
/// diagnosis explains what the subject did.
///
/// # Panics
///
/// If that does not hold.
pub fn causes_do_what_they_explain(case: &DiagnosisCase) {
    let findings = case.vectors.iter();
    let findings: Vec<_> = findings
        .map(|vector| Finding::of_model(vector, &case.faults))
        .collect();
    let dialect = case.vectors[0].dialect;
    let all = Dictionary::default();
    let others = all.of(dialect).iter().map(|fault| fault.slug);
    let others = others.filter(|slug| case.known.iter().all(|known| known.slug != *slug));
    let others: Vec<_> = others.collect();
    let dictionary = all.without(&others);
    let diagnosis = diagnose(&findings, &dictionary, &FenceTemplate::default(), &|| true);
    assert_counts_add_up(&diagnosis, &findings);
    let causes = diagnosis.causes.iter().map(|cause| instance(cause, case));
    let Some(causes) = causes.collect::<Option<Vec<_>>>() else {
        return;
    };
    let models = CaseModels::new(dialect, &FenceTemplate::default());
    let do_the_same = |faults: &[FaultInstance]| {
        let mut explained = diagnosis.cause_of.keys();
        explained.all(|finding| models.explains(&findings[*finding], faults))
    };
    assert!(
        any_order(&mut Vec::new(), &causes, &do_the_same),
        "the causes do not do what the subject did: {:#?}",
        diagnosis.causes
    );
}

/// Returns what a listener with these faults reports besides two fences, before and after a vector.
/// `None` if it ends, or does not report the fences.
fn lines_without_fences(vector: &Vector, faults: &[FaultInstance]) -> Option<Vec<Vec<u8>>> {
    let mut fences = Fences::default();
    let (before, after) = (fences.next_fence(), fences.next_fence());
    let mut listener = match vector.dialect {
        Dialect::JsonRpc => Model::jsonrpc(faults),
        _ => Model::text(faults),
    };
    let mut send = |datagram: &[u8]| {
        let response = listener.receive(datagram);
        response.end.is_none().then_some(response.lines)
    };
    let is_report_of = |line: &Vec<u8>, fence| fences.mark(line, fence) == Mark::This;
    let answer = send(&before.datagram(vector.dialect))?;
    if answer.len() != 1 || !is_report_of(&answer[0], &before) {
        return None;
    }
    let mut lines = Vec::new();
    for step in &vector.steps {
        lines.extend(send(&step.datagram)?);
    }
    let answer = send(&after.datagram(vector.dialect))?;
    let fence = answer.iter().position(|line| is_report_of(line, &after))?;
    let (between, behind) = answer.split_at(fence);
    lines.extend_from_slice(between);
    lines.extend_from_slice(&behind[1..]);
    lines.retain(|line| parse_line(line).is_some());
    Some(lines)
}

/// Returns what is between the digits of a line: they may be a part of a tag, which is always
/// another.
fn without_digits(line: &[u8]) -> Vec<&[u8]> {
    let pieces = line.split(u8::is_ascii_digit);
    pieces.filter(|piece| !piece.is_empty()).collect()
}

/// Every finding that went wrong has a cause or is counted as unexplained, and no other finding has
/// a cause.
fn assert_counts_add_up(diagnosis: &Diagnosis, findings: &[Finding<'_>]) {
    let wrong = findings.iter().filter(|finding| finding.is_wrong()).count();
    let explained = diagnosis.cause_of.keys();
    assert!(
        explained
            .clone()
            .all(|finding| findings[*finding].is_wrong())
    );
    assert_eq!(explained.len() + diagnosis.unexplained, wrong);
    for (index, cause) in diagnosis.causes.iter().enumerate() {
        let explained = diagnosis.cause_of.values();
        let count = explained.filter(|cause| **cause == index).count();
        assert_eq!(cause.explains, count, "{}", cause.fault);
    }
}

/// Returns the fault of a cause with its parameter. `None` if the cause names it by escaped names.
fn instance(cause: &Cause, case: &DiagnosisCase) -> Option<FaultInstance> {
    let mut known = case.known.iter();
    let fault = known.find(|fault| fault.slug == cause.fault);
    let parameter = match &cause.parameter {
        CauseParameter::None => Parameter::None,
        CauseParameter::Number(number) => Parameter::Number(*number),
        CauseParameter::Names(names) if names.iter().any(|name| name.contains('\\')) => {
            return None;
        }
        CauseParameter::Names(names) => {
            let names = names.iter().map(|name| name.clone().into_bytes());
            Parameter::Names(names.collect())
        }
    };
    Some(FaultInstance {
        fault: fault.expect("the cause is a fault that the diagnosis knows"),
        parameter,
    })
}

/// Returns whether some order of the faults that are left, behind those that were chosen, fits.
fn any_order(
    chosen: &mut Vec<FaultInstance>,
    left: &[FaultInstance],
    fits: &dyn Fn(&[FaultInstance]) -> bool,
) -> bool {
    left.is_empty() && fits(chosen)
        || (0..left.len()).any(|at| {
            let mut others = left.to_vec();
            chosen.push(others.remove(at));
            let fit = any_order(chosen, &others, fits);
            chosen.pop();
            fit
        })
}
