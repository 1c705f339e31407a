//! Writes the kill matrix as a page: `corpus/kills/DIALECT.md`.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use event_datagram_conformance::vectors::Vector;

use crate::listeners::FaultyListener;
use crate::matrix::{Detections, KillMatrix};

/// Which vectors detect which listeners, by vector and by listener.
pub(crate) struct KillTable<'m> {
    matrix: &'m KillMatrix,
    listeners: Vec<(&'m FaultyListener, &'m Detections)>,
    /// For each vector, the listeners that it detects. Listeners that few vectors detect come
    /// first.
    by_vector: HashMap<&'m str, Vec<&'m str>>,
    /// The number of vectors that detect each listener.
    counts: HashMap<&'m str, usize>,
}

impl<'m> KillTable<'m> {
    pub(crate) fn new(matrix: &'m KillMatrix) -> Self {
        let listeners: Vec<_> = matrix
            .listeners()
            .map(|listener| (listener, matrix.detections(&listener.name)))
            .collect();
        let counts: HashMap<_, _> = listeners
            .iter()
            .map(|(listener, detections)| (&listener.name[..], detections.len()))
            .collect();
        let mut by_vector = HashMap::<_, Vec<_>>::new();
        for (listener, detections) in &listeners {
            for vector in detections.keys() {
                by_vector
                    .entry(&vector[..])
                    .or_default()
                    .push(&listener.name[..]);
            }
        }
        by_vector
            .values_mut()
            .for_each(|names| names.sort_by_key(|name| (counts[name], *name)));
        Self {
            matrix,
            listeners,
            by_vector,
            counts,
        }
    }

    /// Returns the listeners that this vector detects, but that at least four of five vectors do
    /// not detect.
    pub(crate) fn selective(&self, vector: &str) -> impl Iterator<Item = &'m str> {
        let max_count = self.matrix.vectors().count() / 5;
        self.detected_by(vector)
            .iter()
            .copied()
            .filter(move |name| self.counts[name] <= max_count)
    }

    /// Returns the listeners that this vector detects.
    fn detected_by(&self, vector: &str) -> &[&'m str] {
        self.by_vector.get(vector).map_or(&[], |names| names)
    }
}

/// Writes the page.
pub(crate) fn page(table: &KillTable<'_>, exceptions: &BTreeMap<String, String>) -> String {
    let mut page = String::new();
    head(table, &mut page);
    listeners(table, &mut page);
    vectors(table, exceptions, &mut page);
    page
}

fn head(table: &KillTable<'_>, page: &mut String) {
    let dialect = table.matrix.dialect;
    let (listeners, vectors) = (table.listeners.len(), table.matrix.vectors().count());
    let pairs: usize = table.counts.values().sum();
    writeln!(
        page,
        "# Which vector finds which bug: {dialect}\n\n\
         {listeners} listeners are right but for one place each. All {vectors} vectors of this \
         dialect were run\n\
         on a model of each of them, and on the process of every fifth. This page says what was \
         found:\n\
         {pairs} times a vector did not accept what a listener reported.\n\n\
         - Every listener is failed by a vector of level must or should.\n\
         - Every vector finds a listener that at least four vectors of five do not find, or there \
         is a reason\n  \
         why it stays.\n\
         - Nothing of this changes when it is repeated.\n\n\
         A test, `ci/kills`, writes the page, and fails where it is no longer true;\n\
         `SNAPSHOTS=overwrite ci/kills` writes it anew. The bugs are the faults of the crate\n\
         `event-datagram-oracle`, in `conformance/oracle/src/faults/`, a few lines for each.\n"
    )
    .expect("a string takes any text");
}

fn listeners(table: &KillTable<'_>, page: &mut String) {
    page.push_str(
        "## Listeners\n\n\
         Behind each, the requirement that its fault breaks, how many vectors find it, and by \
         which\nrequirements.\n",
    );
    let mut group = "";
    for (listener, detections) in &table.listeners {
        if listener.group != group {
            group = listener.group;
            write!(
                page,
                "\n### {group}\n\n\
                 | listener | what it does | breaks | found by | |\n\
                 | --- | --- | --- | --- | --- |\n"
            )
            .expect("a string takes any text");
        }
        let by = match detections.len() {
            1 => format!(
                "`{}` alone",
                detections.keys().next().expect("there is one")
            ),
            count => format!("{count} vectors"),
        };
        let requirements = requirements(table.matrix, detections);
        writeln!(
            page,
            "| {} | {} | {} | {by} | {requirements} |",
            listener.name,
            cell(&listener.instance.sentence()),
            listener.instance.fault.requirement
        )
        .expect("a string takes any text");
    }
}

/// Returns how many vectors of each requirement detect a listener.
fn requirements(matrix: &KillMatrix, detections: &Detections) -> String {
    let mut counts = Vec::<(&str, usize)>::new();
    for requirement in &matrix.corpus.requirements {
        let detects = |vector: &&Vector| {
            vector.requirement == requirement.id && detections.contains_key(&vector.id)
        };
        match matrix.vectors().filter(detects).count() {
            0 => {}
            count => counts.push((&requirement.id, count)),
        }
    }
    let items = counts.iter().map(|(id, count)| {
        if detections.len() == 1 {
            (*id).into()
        } else {
            format!("{id} {count}")
        }
    });
    items.collect::<Vec<String>>().join(", ")
}

fn vectors(table: &KillTable<'_>, exceptions: &BTreeMap<String, String>, page: &mut String) {
    page.push_str(
        "\n## Vectors\n\n\
         Behind each, the listeners that it finds; those that the fewest vectors find come first, and\n\
         those in **bold** are found by no other vector. A vector of level may finds those that take\n\
         none of the right readings: they are warned.\n",
    );
    let mut topic = "";
    for vector in table.matrix.vectors() {
        if vector.topic != topic {
            topic = &vector.topic;
            write!(
                page,
                "\n### {topic}\n\n| vector | | | finds |\n| --- | --- | --- | --- |\n"
            )
            .expect("a string takes any text");
        }
        let name = |name: &&str| {
            if table.counts[name] == 1 {
                format!("**{name}**")
            } else {
                (*name).into()
            }
        };
        let found = match table.detected_by(&vector.id) {
            [] => String::new(),
            names => names.iter().map(name).collect::<Vec<String>>().join(" "),
        };
        let reason = exceptions
            .get(&vector.id)
            .map(|reason| format!("stays: {reason}"))
            .unwrap_or_default();
        let found = [found, reason]
            .iter()
            .filter(|text| !text.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join("; ");
        writeln!(
            page,
            "| {} | {} | {} | {found} |",
            vector.id, vector.requirement, vector.level
        )
        .expect("a string takes any text");
    }
}

/// Escapes a sentence for a table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
