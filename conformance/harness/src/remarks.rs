use std::fmt;
use std::sync::{Mutex, PoisonError};

use event_datagram_conformance::judge::Verdict;
use event_datagram_conformance::vectors::Vector;

/// Remarks on tests that passed: the readings that the parser took, warnings, and failures that do
/// not decide.
#[derive(Debug, Default)]
pub(crate) struct Remarks(Mutex<Vec<Remark>>);

#[derive(Debug)]
struct Remark {
    verdict: Verdict,
    requirement: String,
    why: String,
    ids: Vec<String>,
}

/// How many vectors a remark names.
const NAMED: usize = 3;

impl Remarks {
    /// Adds the verdict of a test that passed, unless the verdict is a pass.
    pub(crate) fn add(&self, vector: &Vector, verdict: Verdict, why: String) {
        if verdict == Verdict::Pass {
            return;
        }
        let mut remarks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let requirement = &vector.requirement;
        let same = |remark: &&mut Remark| {
            (remark.verdict, &remark.requirement, &remark.why) == (verdict, requirement, &why)
        };
        match remarks.iter_mut().find(same) {
            Some(remark) => remark.ids.push(vector.id.clone()),
            None => remarks.push(Remark {
                verdict,
                requirement: requirement.clone(),
                why,
                ids: vec![vector.id.clone()],
            }),
        }
    }
}

/// Writes one line per remark, in an order that does not depend on which test ran first.
impl fmt::Display for Remarks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut remarks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for remark in remarks.iter_mut() {
            remark.ids.sort();
        }
        remarks.sort_by(|one, other| {
            let key = |remark: &Remark| (remark.verdict, remark.ids.clone());
            key(one).cmp(&key(other))
        });
        for Remark {
            verdict,
            requirement,
            why,
            ids,
        } in remarks.iter()
        {
            let named = &ids[..ids.len().min(NAMED)];
            let more = match ids.len() - named.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let named = named.join(", ");
            writeln!(f, "{verdict:<5} {requirement:<3} {named}{more}: {why}")?;
        }
        Ok(())
    }
}
