//! Reads the tables of ARCHITECTURE.md that list the allowed imports.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Graph;

/// One of the tables.
#[derive(Debug)]
pub(crate) struct Table {
    rows: BTreeMap<String, Row>,
}

#[derive(Debug)]
struct Row {
    line: usize,
    may_import: BTreeSet<String>,
}

impl Table {
    /// Reads the table of the section `Layers` whose first column has this head.
    ///
    /// # Errors
    ///
    /// If there is no such table, a row has another form, or two rows have the same name.
    pub(crate) fn parse(document: &str, head: &str) -> Result<Self, String> {
        let head = format!("| {head} | may import |");
        let mut lines = document
            .lines()
            .enumerate()
            .skip_while(|(_, line)| *line != "## Layers")
            .skip_while(|(_, line)| *line != head)
            .skip(2);
        let mut rows = BTreeMap::new();
        for (index, line) in lines.by_ref().take_while(|(_, line)| line.starts_with('|')) {
            let line_number = index + 1;
            let malformed =
                || format!("ARCHITECTURE.md:{line_number}: expected | `name` | `name`, … |");
            let (name, cell) = columns(line).ok_or_else(malformed)?;
            let name = quoted(name).ok_or_else(malformed)?;
            let may_import = match cell {
                "nothing" => Some(BTreeSet::new()),
                names => names.split(", ").map(quoted).collect(),
            };
            let row = Row {
                line: line_number,
                may_import: may_import.ok_or_else(malformed)?,
            };
            if rows.insert(name.clone(), row).is_some() {
                return Err(format!(
                    "ARCHITECTURE.md:{line_number}: `{name}` has two rows"
                ));
            }
        }
        if rows.is_empty() {
            return Err(format!(
                "ARCHITECTURE.md: section `Layers` has no table `{head}`"
            ));
        }
        Ok(Self { rows })
    }

    /// Returns why `importer` must not import `imported`, or `None` if it may. A self-import is
    /// allowed.
    pub(crate) fn objection(&self, importer: &str, imported: &str) -> Option<String> {
        let row = self.rows.get(importer)?;
        let is_allowed = importer == imported || row.may_import.contains(imported);
        (!is_allowed).then(|| {
            let allowed: Vec<_> = row.may_import.iter().map(String::as_str).collect();
            let allowed = if allowed.is_empty() {
                "nothing".into()
            } else {
                allowed.join(", ")
            };
            format!(
                "`{importer}` imports `{imported}`; \
                 row `{importer}` (ARCHITECTURE.md:{}) allows: {allowed}",
                row.line
            )
        })
    }

    /// Returns the entries that no import needs. `imports` has all pairs of importer and imported.
    pub(crate) fn unused(&self, imports: &BTreeSet<(String, String)>) -> Vec<String> {
        let entries = self.rows.iter().flat_map(|(name, row)| {
            let pairs = row.may_import.iter().map(move |imported| (name, imported));
            pairs.map(move |pair| (row.line, pair))
        });
        let is_unused = |(importer, imported): (&String, &String)| {
            !imports.contains(&(importer.clone(), imported.clone()))
        };
        entries
            .filter(|(_, pair)| is_unused(*pair))
            .map(|(line, (importer, imported))| {
                format!("ARCHITECTURE.md:{line}: `{importer}` does not import `{imported}`")
            })
            .collect()
    }

    /// Returns the errors of the table. `existing` has the names of all crates or modules.
    pub(crate) fn problems(&self, existing: &BTreeSet<String>) -> Vec<String> {
        let mut problems = Vec::new();
        let mut graph = Graph::default();
        for (name, row) in &self.rows {
            for named in row.may_import.iter().chain([name]) {
                if !existing.contains(named) {
                    problems.push(format!(
                        "ARCHITECTURE.md:{}: row `{name}` names `{named}`, which does not exist",
                        row.line
                    ));
                }
            }
            for imported in &row.may_import {
                graph.add(name, imported, &format!("ARCHITECTURE.md:{}", row.line));
            }
        }
        for name in existing
            .iter()
            .filter(|name| !self.rows.contains_key(*name))
        {
            problems.push(format!("ARCHITECTURE.md: `{name}` has no row"));
        }
        for ring in graph.rings() {
            problems.push(format!(
                "ARCHITECTURE.md: rows form a ring: {}",
                ring.names()
            ));
        }
        problems
    }
}

/// Returns the two cells of a row.
fn columns(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("| ")?
        .strip_suffix(" |")?
        .split_once(" | ")
}

/// Returns the name between backticks.
fn quoted(cell: &str) -> Option<String> {
    let name = cell.strip_prefix('`')?.strip_suffix('`')?;
    (!name.is_empty() && !name.contains('`')).then(|| name.into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Table;

    const TABLE: &str = "## Layers\n\nText.\n\n| module | may import |\n| --- | --- |\n";

    fn table(rows: &str) -> Result<Table, String> {
        Table::parse(&format!("{TABLE}{rows}\n\n## Next\n"), "module")
    }

    fn names(names: &str) -> BTreeSet<String> {
        names.split(' ').map(String::from).collect()
    }

    #[test]
    fn a_row_allows_what_it_lists_and_itself() {
        let table = table("| `a` | nothing |\n| `b` | `a` |\n| `c` | `a`, `b` |").expect("valid");
        assert_eq!(table.problems(&names("a b c")), [""; 0]);
        assert_eq!(table.objection("c", "a"), None);
        assert_eq!(table.objection("c", "c"), None);
        assert_eq!(
            table.objection("b", "c").expect("forbidden"),
            "`b` imports `c`; row `b` (ARCHITECTURE.md:8) allows: a"
        );
        assert!(
            table
                .objection("a", "b")
                .is_some_and(|it| it.ends_with("allows: nothing"))
        );
    }

    #[test]
    fn missing_rows_unknown_names_and_rings_are_found() {
        let table =
            table("| `a` | `b` |\n| `b` | `c` |\n| `c` | `a` |\n| `d` | `e` |").expect("valid");
        assert_eq!(
            table.problems(&names("a b c e")),
            [
                "ARCHITECTURE.md:10: row `d` names `d`, which does not exist",
                "ARCHITECTURE.md: `e` has no row",
                "ARCHITECTURE.md: rows form a ring: a -> b -> c -> a",
            ]
        );
    }

    #[test]
    fn malformed_rows_and_missing_tables_are_errors() {
        for rows in [
            "| a | nothing |",
            "| `a` | everything |",
            "| `a` |",
            "| `a` | nothing |\n| `a` | nothing |",
            "",
        ] {
            table(rows).expect_err(rows);
        }
        Table::parse("## Other\n", "module").expect_err("there is no section");
    }
}
