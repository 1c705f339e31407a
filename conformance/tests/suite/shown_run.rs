//! Tests that the run in the README and on the first page of the book is the output of `evdg`.
//! `SNAPSHOTS=overwrite` rewrites it.

use std::fs;
use std::path::Path;
use std::process::Command;

use snapbox::{Assert, Data};

use crate::evdg::Ran;

#[test]
fn the_run_of_the_readme_is_up_to_date() {
    check_run("../README.md");
}

#[test]
fn the_run_of_the_book_is_up_to_date() {
    check_run("book/src/first-run.md");
}

/// Runs the first command of a page on the faulty listener of that page, and compares the output
/// with the page.
fn check_run(page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = fs::read_to_string(&path).expect("it is there");
    let folder = tempfile::tempdir().expect("there is room");
    let listener = block(&text, "python file=listener.py");
    fs::write(folder.path().join("listener.py"), listener).expect("there is room");
    let console = block(&text, "console");
    let (command, _) = console.split_once('\n').expect("a command and its output");
    let words = command.strip_prefix("$ evdg ").expect("it runs evdg");
    let ran = Command::new(env!("CARGO_BIN_EXE_evdg"))
        .args(words.split(' '))
        .current_dir(folder.path())
        .env_remove("EVDG_DIALECT")
        .output();
    let ran = Ran::from(ran.expect("evdg starts")).expect_status(1);
    let expected = text.replace(console, &format!("{command}\n{}", ran.stdout));
    Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false)
        .eq(expected, Data::read_from(&path, None).raw());
}

/// Returns the first code block of a language, with its last line feed.
fn block<'t>(text: &'t str, kind: &str) -> &'t str {
    let (_, behind) = text
        .split_once(&format!("\n```{kind}\n"))
        .expect("the page has such a block");
    &behind[..=behind.find("\n```").expect("the block ends")]
}
