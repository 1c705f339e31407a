//! Compares every import with the tables of ARCHITECTURE.md, and finds files that import each other
//! in a ring.

mod graph;
mod source;
mod table;
mod tokens;
mod workspace;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use graph::{Graph, Ring};
use source::Path as SourcePath;
use table::Table;
use workspace::{File, Target, Workspace};

const RUNNER: &str = "event_datagram_conformance";

static WORKSPACE: LazyLock<Workspace> = LazyLock::new(|| Workspace::read(root()));

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate is in the repository")
}

fn table(head: &str) -> Table {
    let document = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("it can be read");
    Table::parse(&document, head).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn assert_none(problems: &[String]) {
    assert!(
        problems.is_empty(),
        "{} problems:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

#[test]
fn the_tables_name_every_crate_and_every_module_and_have_no_ring() {
    let mut problems = table("crate").problems(&WORKSPACE.packages());
    problems.extend(table("module").problems(&WORKSPACE.top_modules(RUNNER)));
    assert_none(&problems);
}

#[test]
fn crates_import_what_their_rows_allow() {
    assert_none(&crate_violations(&WORKSPACE, &table("crate")));
}

#[test]
fn modules_of_the_runner_import_what_their_rows_allow() {
    assert_none(&module_violations(&WORKSPACE, RUNNER, &table("module")));
}

#[test]
fn modules_of_the_runner_need_what_their_rows_allow() {
    assert_none(&table("module").unused(&module_imports(&WORKSPACE, RUNNER)));
}

#[test]
fn no_modules_import_each_other_in_a_ring() {
    assert_none(&rings(&module_graph(&WORKSPACE)));
}

#[test]
fn no_files_import_each_other_in_a_ring() {
    assert_none(&rings(&file_graph(&WORKSPACE)));
}

/// Returns the rings of a graph, each with the positions of its imports.
fn rings(graph: &Graph) -> Vec<String> {
    graph.rings().iter().map(Ring::imports).collect()
}

/// Returns all paths that a file uses: those of its imports, and those in its code.
fn paths(file: &File) -> impl Iterator<Item = &SourcePath> {
    let imports = file.source.imports.iter().map(|it| &it.path);
    imports.chain(&file.source.mentions)
}

/// An import: the name of the importer, the imported name, and the position of the import.
struct Import<'w> {
    importer: &'w str,
    imported: String,
    file: &'w File,
    line: usize,
}

/// Returns the imports of crates of the workspace.
fn imports_of_crates(workspace: &Workspace) -> impl Iterator<Item = Import<'_>> {
    workspace.files.iter().flat_map(move |file| {
        let imports = paths(file).filter_map(move |path| {
            Some(Import {
                importer: &file.package,
                imported: workspace.package(&path.segments[0])?.into(),
                file,
                line: path.line,
            })
        });
        imports.collect::<Vec<_>>()
    })
}

/// Returns the imports between the modules at the top of a crate.
fn imports_of_modules<'w>(workspace: &'w Workspace, crate_name: &str) -> Vec<Import<'w>> {
    let mut imports = Vec::new();
    let files = workspace.files.iter();
    for file in files.filter(|it| it.module[0] == crate_name) {
        let Some(importer) = file.module.get(1) else {
            continue;
        };
        for path in paths(file) {
            let target = workspace.resolve(file, path);
            let target = target.filter(|it| it.module[0] == crate_name);
            let imported = target.as_ref().and_then(|it| workspace.top_module(it));
            imports.extend(imported.map(|imported| Import {
                importer,
                imported: imported[1].clone(),
                file,
                line: path.line,
            }));
        }
    }
    imports
}

fn crate_violations(workspace: &Workspace, table: &Table) -> Vec<String> {
    violations(imports_of_crates(workspace), table)
}

fn module_violations(workspace: &Workspace, crate_name: &str, table: &Table) -> Vec<String> {
    violations(imports_of_modules(workspace, crate_name), table)
}

fn violations<'w>(imports: impl IntoIterator<Item = Import<'w>>, table: &Table) -> Vec<String> {
    let violations = imports.into_iter().filter_map(|import| {
        let objection = table.objection(import.importer, &import.imported)?;
        Some((&import.file.path, import.line, objection))
    });
    messages(violations.collect())
}

/// Returns which module at the top of a crate imports which other one.
fn module_imports(workspace: &Workspace, crate_name: &str) -> BTreeSet<(String, String)> {
    let imports = imports_of_modules(workspace, crate_name).into_iter();
    imports
        .map(|it| (it.importer.into(), it.imported))
        .collect()
}

fn messages(violations: BTreeSet<(&String, usize, String)>) -> Vec<String> {
    let violations = violations.into_iter();
    violations
        .map(|(path, line, what)| format!("{path}:{line}: {what}"))
        .collect()
}

/// Returns which file needs which other file.
fn file_graph(workspace: &Workspace) -> Graph {
    graph(workspace, |target| {
        Some(workspace.files[target.file].path.clone())
    })
}

/// Returns which module at the top of a crate needs which other one.
fn module_graph(workspace: &Workspace) -> Graph {
    graph(workspace, |target| {
        Some(workspace.top_module(target)?.join("::"))
    })
}

/// Returns the graph of which file or module needs which other one. `name` returns the name of the
/// target of a path. A re-export is no need: a file may use an item of its sibling through the
/// parent module that re-exports both.
fn graph(workspace: &Workspace, name: impl Fn(&Target) -> Option<String>) -> Graph {
    let mut graph = Graph::default();
    for (index, file) in workspace.files.iter().enumerate() {
        let itself = Target {
            module: file.module.clone(),
            file: index,
        };
        let imports = file.source.imports.iter();
        let imports =
            imports.filter(|it| !it.is_reexport || file.source.identifiers.contains(&it.alias));
        for path in imports.map(|it| &it.path).chain(&file.source.mentions) {
            let target = workspace.resolve(file, path);
            let names = target.and_then(|it| Some((name(&itself)?, name(&it)?)));
            if let Some((from, to)) = names.filter(|(from, to)| from != to) {
                graph.add(&from, &to, &format!("{}:{}", file.path, path.line));
            }
        }
    }
    graph
}

mod made_up {
    use super::{Graph, Ring, Table, Workspace};
    use super::{crate_violations, file_graph, module_graph, module_imports, module_violations};

    /// Returns a crate of the given modules, each with its source; `""` is the root.
    fn workspace(sources: &[(&str, &str)]) -> Workspace {
        let mut workspace = Workspace::default();
        for (name, source) in sources {
            let names = name.split("::").filter(|it| !it.is_empty());
            let module = ["krate"]
                .into_iter()
                .chain(names)
                .map(String::from)
                .collect();
            workspace.add(&format!("src/{name}"), "package", module, source);
        }
        workspace.remove_tests();
        workspace
    }

    fn table(rows: &str) -> Table {
        let document = format!("## Layers\n| module | may import |\n| --- | --- |\n{rows}");
        Table::parse(&document, "module").expect("the table is valid")
    }

    #[test]
    fn entries_that_no_import_needs_are_found() {
        let sources = [
            ("", ""),
            ("a", "use crate::b::X;"),
            ("b", "pub struct X;"),
            ("c", ""),
        ];
        let imports = module_imports(&workspace(&sources), "krate");
        let table = table("| `a` | `b`, `c` |\n| `b` | nothing |\n| `c` | nothing |");
        assert_eq!(
            table.unused(&imports),
            ["ARCHITECTURE.md:4: `a` does not import `c`"]
        );
    }

    #[test]
    fn imports_that_no_row_allows_are_found_however_they_are_spelt() {
        let a = "
            use crate::{c, b::{self, X}};
            use super::b::Y;
            fn f() { crate::b::x() }
            #[cfg(test)] mod tests { use crate::b; }
        ";
        let deep = "use super::super::b::Y; use crate::Root;";
        let sources = [
            ("", "pub use b::X as Root;"),
            ("a", a),
            ("a::deep", deep),
            ("b", "pub struct X; pub struct Y; pub fn x() {}"),
            ("c", "use crate::a;"),
        ];
        let table = table("| `a` | `c` |\n| `b` | nothing |\n| `c` | nothing |");
        let objection = "`a` imports `b`; row `a` (ARCHITECTURE.md:4) allows: c";
        assert_eq!(
            module_violations(&workspace(&sources), "krate", &table),
            [
                format!("src/a:2: {objection}"),
                format!("src/a:3: {objection}"),
                format!("src/a:4: {objection}"),
                format!("src/a::deep:1: {objection}"),
                "src/c:1: `c` imports `a`; row `c` (ARCHITECTURE.md:6) allows: nothing".into(),
            ]
        );
    }

    #[test]
    fn crates_that_no_row_allows_are_found() {
        let mut workspace = workspace(&[
            ("", ""),
            ("a", "use other::X;\nfn f() { std::mem::take() }"),
        ]);
        workspace.add(
            "other/lib.rs",
            "other-package",
            vec!["other".into()],
            "pub struct X;",
        );
        let table = table("| `package` | nothing |\n| `other-package` | nothing |");
        assert_eq!(
            crate_violations(&workspace, &table),
            ["src/a:1: `package` imports `other-package`; \
                 row `package` (ARCHITECTURE.md:4) allows: nothing"]
        );
    }

    fn rings(graph: &Graph) -> Vec<String> {
        graph.rings().iter().map(Ring::names).collect()
    }

    fn file_rings(sources: &[(&str, &str)]) -> Vec<String> {
        rings(&file_graph(&workspace(sources)))
    }

    #[test]
    fn modules_that_import_each_other_are_found_though_their_files_do_not() {
        let sources = [
            ("", "use a::A; pub use b::B;"),
            ("a", "mod deep; pub struct A;"),
            ("a::deep", "use crate::B;"),
            ("b", "use crate::a::A; pub struct B;"),
        ];
        assert_eq!(
            rings(&module_graph(&workspace(&sources))),
            ["krate::a -> krate::b -> krate::a"]
        );
        assert_eq!(file_rings(&sources), [""; 0]);
    }

    #[test]
    fn files_that_import_each_other_are_found_behind_reexports() {
        let sources = [
            ("", ""),
            (
                "m",
                "mod a; mod b; mod c; pub use a::A; pub(crate) use b::*;",
            ),
            ("m::a", "use super::B; pub struct A;"),
            ("m::b", "pub struct B(super::c::C);"),
            ("m::c", "use crate::m; pub struct C(m::A);"),
        ];
        assert_eq!(
            file_rings(&sources),
            ["src/m::a -> src/m::b -> src/m::c -> src/m::a"]
        );
    }

    #[test]
    fn a_module_and_its_child_may_not_need_each_other() {
        let child = ("m::a", "use super::M; pub struct A(M);");
        let reexports = ("m", "mod a; pub use a::A; pub struct M;");
        assert_eq!(file_rings(&[("", ""), reexports, child]), [""; 0]);
        let needs = ("m", "mod a; pub use a::A; pub struct M; fn f(it: A) {}");
        assert_eq!(
            file_rings(&[("", ""), needs, child]),
            ["src/m -> src/m::a -> src/m"]
        );
    }

    #[test]
    fn imports_of_tests_are_not_checked() {
        let sources = [
            ("", ""),
            ("a", "#[cfg(test)] mod tests; pub struct A(crate::b::B);"),
            ("a::tests", "use crate::b;"),
            (
                "b",
                "pub struct B; #[cfg(test)] mod tests { use crate::a::A; }",
            ),
        ];
        assert_eq!(file_rings(&sources), [""; 0]);
    }
}
