//! A graph of imports, and the search for rings in it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Pairs of importer and imported, each with the position of the first import.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    edges: BTreeMap<String, BTreeMap<String, String>>,
}

/// A ring of imports: each importer imports the next one, and the last one imports the first one.
/// The pairs are the names and the positions of the imports.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ring(Vec<(String, String)>);

impl Ring {
    /// Returns the names, with the first one repeated at the end.
    pub(crate) fn names(&self) -> String {
        let names: Vec<_> = self
            .0
            .iter()
            .chain(self.0.first())
            .map(|(name, _)| name.as_str())
            .collect();
        names.join(" -> ")
    }

    /// Returns a line for each import: its position, the importer, and the imported name.
    pub(crate) fn imports(&self) -> String {
        let next = self.0.iter().cycle().skip(1);
        let imports = self.0.iter().zip(next);
        let imports =
            imports.map(|((from, place), (to, _))| format!("  {place}: {from} imports {to}\n"));
        imports.collect()
    }
}

impl Graph {
    /// Adds an import, unless the graph has this pair already.
    pub(crate) fn add(&mut self, from: &str, to: &str, place: &str) {
        let places = self.edges.entry(from.into()).or_default();
        places.entry(to.into()).or_insert_with(|| place.into());
    }

    /// Returns the shortest ring through each edge that is part of a ring, without repetitions.
    pub(crate) fn rings(&self) -> BTreeSet<Ring> {
        let edges = self
            .edges
            .iter()
            .flat_map(|(from, to)| to.keys().map(move |to| (from, to)));
        edges.filter_map(|(from, to)| self.ring(from, to)).collect()
    }

    /// Returns the shortest ring through an edge, rotated so that it begins with its least name.
    fn ring(&self, from: &str, to: &str) -> Option<Ring> {
        let mut names = self.shortest_path(to, from)?;
        let least = names
            .iter()
            .enumerate()
            .min_by_key(|(_, name)| *name)
            .map_or(0, |(index, _)| index);
        names.rotate_left(least);
        let next = names.iter().cycle().skip(1);
        let places = names
            .iter()
            .zip(next)
            .map(|(from, to)| self.edges[*from][*to].clone());
        let ring = names.iter().map(|name| String::from(*name)).zip(places);
        Some(Ring(ring.collect()))
    }

    fn shortest_path<'g>(&'g self, from: &'g str, to: &'g str) -> Option<Vec<&'g str>> {
        let mut before = BTreeMap::from([(from, None)]);
        let mut queue = VecDeque::from([from]);
        while let Some(name) = queue.pop_front() {
            if name == to {
                let mut path: Vec<_> = std::iter::successors(Some(to), |at| before[at]).collect();
                path.reverse();
                return Some(path);
            }
            for next in self.edges.get(name).into_iter().flat_map(BTreeMap::keys) {
                before.entry(next).or_insert_with(|| {
                    queue.push_back(next);
                    Some(name)
                });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;

    #[test]
    fn each_ring_is_found_once_and_trees_have_none() {
        let mut graph = Graph::default();
        for (from, to) in [("a", "b"), ("a", "c"), ("b", "c"), ("c", "d")] {
            graph.add(from, to, "x:1");
        }
        assert!(graph.rings().is_empty());
        graph.add("d", "b", "y:7");
        graph.add("b", "a", "z:9");
        let rings: Vec<_> = graph.rings().iter().map(super::Ring::names).collect();
        assert_eq!(
            rings,
            ["a -> b -> a", "a -> c -> d -> b -> a", "b -> c -> d -> b"]
        );
        let imports: String = graph
            .rings()
            .iter()
            .take(1)
            .map(super::Ring::imports)
            .collect();
        assert_eq!(imports, "  x:1: a imports b\n  z:9: b imports a\n");
    }
}
