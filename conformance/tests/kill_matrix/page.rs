//! The matrix as a page that a person reads: `corpus/kills/DIALECT.md`.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use event_datagram_conformance::vectors::Vector;

use crate::bug::Broken;
use crate::matrix::{Finds, Matrix};

/// What finds what, from either side.
pub(crate) struct Kills<'m> {
    matrix: &'m Matrix,
    listeners: Vec<(&'m Broken, &'m Finds)>,
    /// For each vector the listeners that it finds, those that few vectors find first.
    by_vector: HashMap<&'m str, Vec<&'m str>>,
    /// How many vectors find each listener.
    counts: HashMap<&'m str, usize>,
}

impl<'m> Kills<'m> {
    pub(crate) fn new(matrix: &'m Matrix) -> Self {
        let listeners: Vec<_> = matrix
            .listeners()
            .map(|broken| (broken, matrix.finds(broken.name)))
            .collect();
        let counts: HashMap<_, _> = listeners
            .iter()
            .map(|(broken, finds)| (broken.name, finds.len()))
            .collect();
        let mut by_vector = HashMap::<_, Vec<_>>::new();
        for (broken, finds) in &listeners {
            for vector in finds.keys() {
                by_vector.entry(&vector[..]).or_default().push(broken.name);
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

    /// Gives the listeners that this vector finds and at least four vectors of five do not.
    pub(crate) fn sharp(&self, vector: &str) -> impl Iterator<Item = &'m str> {
        let most = self.matrix.vectors().count() / 5;
        self.of(vector)
            .iter()
            .copied()
            .filter(move |name| self.counts[name] <= most)
    }

    /// Gives the listeners that this vector finds.
    fn of(&self, vector: &str) -> &[&'m str] {
        self.by_vector.get(vector).map_or(&[], |names| names)
    }
}

/// Writes the page.
pub(crate) fn page(kills: &Kills<'_>, excused: &BTreeMap<String, String>) -> String {
    let mut page = String::new();
    head(kills, &mut page);
    listeners(kills, &mut page);
    vectors(kills, excused, &mut page);
    page
}

fn head(kills: &Kills<'_>, page: &mut String) {
    let dialect = kills.matrix.dialect;
    let (listeners, vectors) = (kills.listeners.len(), kills.matrix.vectors().count());
    let pairs: usize = kills.counts.values().sum();
    writeln!(
        page,
        "# Which vector finds which bug: {dialect}\n\n\
         {listeners} listeners are right but for one place each. All {vectors} vectors of this dialect were run on each of them, over a UNIX\n\
         socket. This page says what was found: {pairs} times a vector was not content with a listener.\n\n\
         - Every listener is failed by a vector of level must or should.\n\
         - Every vector finds a listener that at least four vectors of five do not find, or it is said why it stays.\n\
         - Nothing of this changes when it is repeated.\n\n\
         The page is written by a test, `ci/kills`, which fails where it is not true any more; `SNAPSHOTS=overwrite ci/kills` writes it anew.\n\
         The listeners are in `conformance/tests/kill_matrix/`, a few lines for each bug.\n"
    )
    .expect("a string takes any text");
}

fn listeners(kills: &Kills<'_>, page: &mut String) {
    page.push_str(
        "## Listeners\n\nBehind each, how many vectors find it, and by which requirements.\n",
    );
    let mut area = "";
    for (broken, finds) in &kills.listeners {
        if broken.area != area {
            area = broken.area;
            write!(page, "\n### {area}\n\n| listener | what it does | found by | |\n| --- | --- | --- | --- |\n").expect("a string takes any text");
        }
        let by = match finds.len() {
            1 => format!("`{}` alone", finds.keys().next().expect("there is one")),
            count => format!("{count} vectors"),
        };
        let requirements = requirements(kills.matrix, finds);
        writeln!(
            page,
            "| {} | {} | {by} | {requirements} |",
            broken.name,
            cell(broken.story)
        )
        .expect("a string takes any text");
    }
}

/// Says how many vectors of each requirement there are among those that found something.
fn requirements(matrix: &Matrix, finds: &Finds) -> String {
    let mut counts = Vec::<(&str, usize)>::new();
    for requirement in &matrix.corpus.requirements {
        let finds_it = |vector: &&Vector| {
            vector.requirement == requirement.id && finds.contains_key(&vector.id)
        };
        match matrix.vectors().filter(finds_it).count() {
            0 => {}
            count => counts.push((&requirement.id, count)),
        }
    }
    let told = counts.iter().map(|(id, count)| {
        if finds.len() == 1 {
            (*id).into()
        } else {
            format!("{id} {count}")
        }
    });
    told.collect::<Vec<String>>().join(", ")
}

fn vectors(kills: &Kills<'_>, excused: &BTreeMap<String, String>, page: &mut String) {
    page.push_str(
        "\n## Vectors\n\nBehind each, the listeners that it finds; those that the fewest vectors find come first, and **bold** are those that no \
         other\nvector finds. A vector of level may fails nobody: it finds those of which it got none of the right readings.\n",
    );
    let mut topic = "";
    for vector in kills.matrix.vectors() {
        if vector.topic != topic {
            topic = &vector.topic;
            write!(
                page,
                "\n### {topic}\n\n| vector | | | finds |\n| --- | --- | --- | --- |\n"
            )
            .expect("a string takes any text");
        }
        let name = |name: &&str| {
            if kills.counts[name] == 1 {
                format!("**{name}**")
            } else {
                (*name).into()
            }
        };
        let found = match kills.of(&vector.id) {
            [] => String::new(),
            names => names.iter().map(name).collect::<Vec<String>>().join(" "),
        };
        let reason = excused
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

/// A sentence in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
