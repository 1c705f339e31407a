//! Claims: which members of the set that was found are causes, and what each explains.

use std::collections::HashSet;

use super::cause::{Cause, CauseParameter};
use super::problem::{What, size};
use super::search::Search;
use super::simulation::Simulated;

/// The part of the vectors that fail a fault alone on which it must have been observed, in percent.
const MIN_OBSERVED: usize = 90;

/// A cause, and the indices of the findings that it explains.
pub(super) struct Claim {
    pub(super) cause: Cause,
    pub(super) findings: Vec<usize>,
}

/// Returns the causes among members of a set, those that explain most first.
pub(super) fn claims(search: &Search<'_>, mut members: Vec<usize>) -> Vec<Claim> {
    loop {
        let combined = search.simulate(&members);
        let all = 0..search.problem.seen.len();
        let alone = members.iter().map(|member| {
            let simulated = all.clone().map(|at| search.alone(*member, at));
            simulated.collect::<Vec<_>>()
        });
        let alone: Vec<_> = alone.collect();
        let explained = attributed(search, &members, &combined, &alone);
        let is_claim = |at: &usize| is_claim(search, &combined, &alone[*at], &explained[*at]);
        match (0..members.len()).find(|at| !is_claim(at)) {
            // What is left has to explain things by itself.
            Some(at) => drop(members.remove(at)),
            None => {
                let mut claims: Vec<_> = (members.iter().zip(alone).zip(explained))
                    .map(|((member, alone), explained)| claim(search, *member, &alone, explained))
                    .collect();
                claims.sort_by_key(|claim| std::cmp::Reverse(claim.findings.len()));
                return claims;
            }
        }
    }
}

/// Returns for each member the vectors that it explains; each vector is one member's.
fn attributed(
    search: &Search<'_>,
    members: &[usize],
    combined: &[Simulated],
    alone: &[Vec<Simulated>],
) -> Vec<Vec<usize>> {
    let mut explained = vec![Vec::new(); members.len()];
    for at in search.problem.wrong() {
        if !search.explains(at, combined[at]) {
            continue;
        }
        let by_itself = (0..members.len()).find(|member| search.explains(at, alone[*member][at]));
        let of_requirement = || {
            let requirement = &search.problem.seen[at].vector.requirement;
            (0..members.len()).find(|member| {
                let fault = search.candidates[members[*member]].instance.fault;
                changes(search, &alone[*member], at) && fault.requirement == requirement
            })
        };
        let any = || (0..members.len()).find(|member| changes(search, &alone[*member], at));
        if let Some(member) = by_itself.or_else(of_requirement).or_else(any) {
            explained[member].push(at);
        }
    }
    explained
}

/// Returns whether a fault alone changes what the correct listener does with a vector.
fn changes(search: &Search<'_>, alone: &[Simulated], at: usize) -> bool {
    alone[at].trace != search.base[at].trace
}

/// Returns whether enough of a fault was observed to call it a cause.
fn is_claim(
    search: &Search<'_>,
    combined: &[Simulated],
    alone: &[Simulated],
    explained: &[usize],
) -> bool {
    let seen = &search.problem.seen;
    let footprint: Vec<_> = (0..seen.len()).filter(|at| !alone[*at].conforms).collect();
    let observed = footprint
        .iter()
        .filter(|at| seen[**at].what != What::Right && seen[**at].agrees(combined[**at]));
    observed.count() * 100 >= footprint.len() * MIN_OBSERVED
        && (explained.len() >= 2 || explained.len() == 1 && footprint.len() == 1)
}

fn claim(search: &Search<'_>, member: usize, alone: &[Simulated], explained: Vec<usize>) -> Claim {
    let seen = &search.problem.seen;
    let instance = &search.candidates[member].instance;
    let example = explained.iter().min_by_key(|at| {
        let vector = seen[**at].vector;
        (
            !search.explains(**at, alone[**at]),
            size(vector),
            &vector.id,
        )
    });
    let findings = explained.iter().flat_map(|at| &seen[*at].findings);
    let findings: Vec<_> = findings.copied().collect();
    Claim {
        cause: Cause {
            fault: instance.fault.slug.into(),
            sentence: instance.sentence(),
            requirement: instance.fault.requirement.into(),
            parameter: CauseParameter::of(instance),
            explains: findings.len(),
            example: example.map_or_else(String::new, |at| seen[*at].vector.id.clone()),
            also: alternatives(search, member, alone),
        },
        findings,
    }
}

/// Returns the slugs of other faults that do the same on every vector.
fn alternatives(search: &Search<'_>, member: usize, alone: &[Simulated]) -> Vec<String> {
    let slug = search.candidates[member].instance.fault.slug;
    let others = search.candidates.iter();
    let others = others.filter(|candidate| candidate.instance.fault.slug != slug);
    let same = others.filter(|candidate| {
        let mut each = alone.iter().enumerate();
        each.all(|(at, alone)| candidate.alone(search.problem, at).trace == alone.trace)
    });
    let mut known = HashSet::new();
    same.map(|candidate| candidate.instance.fault.slug)
        .filter(|slug| known.insert(*slug))
        .map(str::to_owned)
        .collect()
}
