//! Tests of the pages of the book that are generated from the command line and from the corpus.
//! `SNAPSHOTS=overwrite` rewrites the pages.

use std::fmt::Write as _;
use std::path::Path;

use event_datagram_conformance::vectors::{Corpus, Requirement, Vector};
use snapbox::{Assert, Data};

use crate::evdg::run;

/// Compares a page of the book with its expected content.
fn check_page(name: &str, expected: String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src");
    Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false)
        .eq(expected, Data::read_from(&folder.join(name), None).raw());
}

#[test]
fn the_page_of_commands_is_up_to_date() {
    let mut page = String::from(
        "# Commands\n\nThis page is the output of `--help`. `evdg man FOLDER` writes the same as man \
         pages, with examples.\n",
    );
    add_commands(&mut page, &[]);
    check_page("commands.md", page);
}

/// Adds the help of a command and of its subcommands.
fn add_commands(page: &mut String, command: &[&str]) {
    let help = run(&[command, &["--help"]].concat())
        .expect_status(0)
        .stdout;
    let name = [&["evdg"], command].concat().join(" ");
    let help: String = help.lines().fold(String::new(), |mut help, line| {
        help.push_str(line.trim_end());
        help.push('\n');
        help
    });
    write!(page, "\n## {name}\n\n```text\n{help}```\n").expect("a string takes everything");
    for subcommand in subcommands(&help) {
        add_commands(page, &[command, &[subcommand]].concat());
    }
}

/// Returns the commands that a help text lists.
fn subcommands(help: &str) -> Vec<&str> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty()).collect()
}

#[test]
fn the_page_of_requirements_is_up_to_date() {
    let corpus = Corpus::embedded().expect("the corpus is valid");
    let mut page = String::from(
        "# Requirements and their vectors\n\n`corpus/SPEC.md` has the requirements in full, with \
         reasons and examples. T is text, J is JSON-RPC.\n",
    );
    for requirement in &corpus.requirements {
        let vectors = corpus.vectors.iter();
        let tests = |vector: &&Vector| vector.requirement == requirement.id;
        add_requirement(&mut page, requirement, vectors.filter(tests));
    }
    check_page("requirements.md", page);
}

fn add_requirement<'v>(
    page: &mut String,
    requirement: &Requirement,
    vectors: impl Iterator<Item = &'v Vector>,
) {
    let Requirement { id, title, .. } = requirement;
    let level = requirement.level.as_str();
    let heading = format!("\n## {id}: {title}\n\nLevel: {level}.\n\n| vector | why it exists |\n");
    page.push_str(&heading);
    page.push_str("| --- | --- |\n");
    for vector in vectors {
        let summary = vector.summary.replace('|', "\\|").replace('<', "&lt;");
        writeln!(page, "| `{}` | {summary} |", vector.id).expect("a string takes everything");
    }
}
