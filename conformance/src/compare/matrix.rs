use std::collections::{BTreeMap, BTreeSet};

use super::Run;
use crate::judge::Verdict;
use crate::report::number;

/// Implementations by requirement.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Matrix {
    /// A row for each requirement that any run tested, in the order of their numbers.
    pub rows: Vec<Row>,
}

/// A requirement.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row {
    /// Its number.
    pub requirement: String,
    /// What it says, in a few words.
    pub title: String,
    /// What each run came to; `None` where it did not test it.
    pub cells: Vec<Option<Cell>>,
    /// The vectors that did not simply pass everywhere: what each run came to at worst, over all sockets.
    pub vectors: BTreeMap<String, Vec<Option<Verdict>>>,
}

/// What a run came to, of one requirement, over all dialects and sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cell {
    /// The gravest verdict.
    pub worst: Verdict,
    /// How many results are neither a pass nor a reading of which several are right.
    pub off: usize,
    /// How many results there are.
    pub total: usize,
}

impl Matrix {
    pub(super) fn of(runs: &[Run]) -> Self {
        let requirements: BTreeSet<_> = runs
            .iter()
            .flat_map(|run| &run.found)
            .map(|found| number(&found.requirement))
            .collect();
        let rows = requirements.into_iter().map(|(.., requirement)| {
            let title = runs
                .iter()
                .map(|run| run.head.title(&requirement))
                .find(|title| !title.is_empty());
            Row {
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
            for found in &run.found {
                let row = &mut rows[index[&found.requirement]];
                row.cells[column]
                    .get_or_insert_with(Cell::empty)
                    .add(found.verdict);
                let cells = row
                    .vectors
                    .entry(found.id.clone())
                    .or_insert_with(|| vec![None; runs.len()]);
                let worst =
                    cells[column].map_or(found.verdict, |other| worse_of(other, found.verdict));
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

impl Cell {
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

    /// Gives the counts, such as `2/68`; only the total where nothing is off.
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

/// How grave a verdict is.
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
