use super::cause::{Cause, CauseParameter};
use super::claims::Claim;
use super::finding::Finding;
use super::problem::size;

/// Returns the causes that the runner itself found out, each with the findings that report it.
pub(super) fn known(findings: &[Finding<'_>]) -> Vec<Claim> {
    let mut claims = Vec::<Claim>::new();
    for (index, finding) in findings.iter().enumerate() {
        let Some(known) = finding.known.filter(|_| finding.is_wrong()) else {
            continue;
        };
        match claims
            .iter_mut()
            .find(|claim| claim.cause.fault == known.fault)
        {
            Some(claim) => claim.findings.push(index),
            None => claims.push(Claim {
                cause: Cause {
                    fault: known.fault.into(),
                    sentence: known.sentence.into(),
                    requirement: finding.vector.requirement.clone(),
                    parameter: CauseParameter::None,
                    explains: 0,
                    example: String::new(),
                    also: Vec::new(),
                },
                findings: vec![index],
            }),
        }
    }
    for Claim {
        cause,
        findings: of,
    } in &mut claims
    {
        let vectors = of.iter().map(|index| &findings[*index].vector);
        let smallest = vectors.min_by_key(|vector| (size(vector), &vector.id));
        cause.explains = of.len();
        cause.example = smallest.map_or_else(String::new, |vector| vector.id.clone());
    }
    claims
}
