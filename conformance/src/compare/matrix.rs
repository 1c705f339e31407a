use std::collections::{BTreeMap, BTreeSet};

use super::run::ComparedRun;
use crate::judge::Verdict;
use crate::report::requirement_order;

/// Implementations by requirement.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Matrix {
    /// A row for each requirement that a run tested, in the order of their numbers.
    pub rows: Vec<MatrixRow>,
}

/// The results of one requirement.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MatrixRow {
    /// Its number.
    pub requirement: String,
    /// What it says, in a few words.
    pub title: String,
    /// The results of each run; `None` if it did not test the requirement.
    pub cells: Vec<Option<MatrixCell>>,
    /// The gravest verdict of each run over all sockets, by vector. Without the vectors that passed
    /// everywhere.
    pub vectors: BTreeMap<String, Vec<Option<Verdict>>>,
}

/// The results of one run for one requirement, over all dialects and sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatrixCell {
    /// The gravest verdict.
    pub worst: Verdict,
    /// The count of results that are neither a pass nor an info.
    pub off: usize,
    /// The count of results.
    pub total: usize,
}

impl Matrix {
    /// Returns the matrix of runs.
    pub(super) fn of(runs: &[ComparedRun]) -> Self {
        let requirements: BTreeSet<_> = runs
            .iter()
            .flat_map(|run| &run.results)
            .map(|result| requirement_order(&result.requirement))
            .collect();
        let titles: Vec<_> = runs.iter().map(|run| run.header.titles()).collect();
        let rows = requirements.into_iter().map(|(.., requirement)| {
            let title = titles
                .iter()
                .map(|titles| titles.of(&requirement))
                .find(|title| !title.is_empty());
            MatrixRow {
                title: title.unwrap_or_default().into(),
                cells: vec![None; runs.len()],
                vectors: BTreeMap::new(),
                requirement,
            }
        });
        let mut rows: Vec<_> = rows.collect();
        let index: BTreeMap<_, _> = rows
            .iter()
            .enumerate()
            .map(|(index, row)| (row.requirement.clone(), index))
            .collect();
        for (column, run) in runs.iter().enumerate() {
            for result in &run.results {
                let row = &mut rows[index[&result.requirement]];
                row.cells[column]
                    .get_or_insert_with(MatrixCell::empty)
                    .add(result.verdict);
                let cells = row
                    .vectors
                    .entry(result.id.clone())
                    .or_insert_with(|| vec![None; runs.len()]);
                let worst =
                    cells[column].map_or(result.verdict, |other| worse_of(other, result.verdict));
                cells[column] = Some(worst);
            }
        }
        for row in &mut rows {
            row.vectors
                .retain(|_, cells| cells.iter().any(|cell| *cell != Some(Verdict::Pass)));
        }
        Self { rows }
    }
}

impl MatrixCell {
    const fn empty() -> Self {
        Self {
            worst: Verdict::Pass,
            off: 0,
            total: 0,
        }
    }

    fn add(&mut self, verdict: Verdict) {
        self.worst = worse_of(self.worst, verdict);
        self.off += usize::from(!matches!(verdict, Verdict::Pass | Verdict::Info));
        self.total += 1;
    }

    /// Returns the counts, such as `2/68`; only the total if nothing is off.
    pub fn counts(self) -> String {
        match self.off {
            0 => self.total.to_string(),
            off => format!("{off}/{}", self.total),
        }
    }
}

fn worse_of(one: Verdict, other: Verdict) -> Verdict {
    if severity(one) >= severity(other) {
        one
    } else {
        other
    }
}

/// Returns how grave a verdict is, from 0.
pub(super) fn severity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Info => 1,
        Verdict::NotApplicable => 2,
        Verdict::Known => 3,
        Verdict::Warn => 4,
        Verdict::Fixed => 5,
        Verdict::Fail => 6,
        Verdict::Flaky => 7,
        Verdict::Hang => 8,
        Verdict::Crash => 9,
    }
}
