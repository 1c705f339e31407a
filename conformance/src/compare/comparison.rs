use std::collections::BTreeSet;

use super::changes::Changes;
use super::error::CompareError;
use super::input::ReportInput;
use super::matrix::Matrix;
use super::run::ComparedRun;
use crate::report::count_of_results;

/// Several runs, compared.
#[derive(Debug)]
#[non_exhaustive]
pub struct Comparison {
    /// The runs, in the order in which they were given.
    pub runs: Vec<ComparedRun>,
    /// The results of each run, by requirement.
    pub matrix: Matrix,
    /// For each subject that was run more than once, the changes from its first run to its last.
    pub changes: Vec<Changes>,
}

/// How to find out whether two runs are of the same subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectIdentity {
    /// Their subjects declare the same name, or, if one of them declares none, were started by the
    /// same command.
    Declared,
    /// All runs are of the same subject: the option `--same-subject`.
    Assumed,
}

/// Compares JSON reports.
///
/// Runs of different subjects are runs of different implementations.
///
/// # Errors
///
/// If a file cannot be read, is not a complete report, or is the report of a part of a run.
pub fn compare(
    reports: Vec<ReportInput>,
    identity: SubjectIdentity,
) -> Result<Comparison, CompareError> {
    let runs = reports
        .into_iter()
        .enumerate()
        .map(|(index, report)| ComparedRun::read(report, index));
    let runs = runs.collect::<Result<Vec<_>, _>>()?;
    let mut subjects = Vec::<Vec<usize>>::new();
    for (index, run) in runs.iter().enumerate() {
        let is_of_subject = |subject: &&mut Vec<usize>| match identity {
            SubjectIdentity::Assumed => true,
            SubjectIdentity::Declared => runs[subject[0]].is_of_subject(run),
        };
        match subjects.iter_mut().find(is_of_subject) {
            Some(subject) => subject.push(index),
            None => subjects.push(vec![index]),
        }
    }
    let changes = subjects.iter().filter_map(|subject| match subject[..] {
        [first, .., last] => Some(Changes::between(&runs, first, last)),
        _ => None,
    });
    Ok(Comparison {
        matrix: Matrix::of(&runs),
        changes: changes.collect(),
        runs,
    })
}

impl Comparison {
    /// Returns the count of results that got worse.
    pub fn worse(&self) -> usize {
        self.changes.iter().map(|changes| changes.worse.len()).sum()
    }

    /// Returns the count of dialects in the runs.
    pub(super) fn dialects(&self) -> usize {
        let results = self.runs.iter().flat_map(|run| &run.results);
        results
            .map(|result| result.dialect)
            .collect::<BTreeSet<_>>()
            .len()
    }

    /// Returns advice if no two runs are of the same subject, so that no changes were judged.
    pub fn advice(&self) -> Option<&'static str> {
        self.changes.is_empty().then_some(
            "nothing was judged: each report is of another subject, by its name or its command; if \
             they are the same listener, give --same-subject, or declare a name in its start line",
        )
    }

    /// Returns on one line how many results got worse and better.
    pub fn in_words(&self) -> String {
        let each = self.changes.iter().map(|changes| {
            let (from, to) = (
                &self.runs[changes.from].letter,
                &self.runs[changes.to].letter,
            );
            let (worse, better) = (changes.worse.len(), changes.better.len());
            let what = match (worse, better) {
                (0, 0) => "nothing got worse".into(),
                (0, better) => {
                    format!("nothing got worse, {} got better", count_of_results(better))
                }
                (worse, 0) => format!("{} got worse", count_of_results(worse)),
                (worse, better) => {
                    format!("{} got worse, {better} got better", count_of_results(worse))
                }
            };
            format!("{what} from {from} to {to}")
        });
        let each: Vec<_> = each.collect();
        if each.is_empty() {
            format!("{} implementations", self.runs.len())
        } else {
            each.join("; ")
        }
    }
}
