//! Tests of completions and man pages with shells and `man`.

use std::fs;
use std::process::Command;

use crate::evdg::{Ran, evdg, run};

#[test]
fn bash_completes_commands_options_and_values() {
    let completions = run(&["completions", "bash"]).expect_status(0).stdout;
    let completed = |words: &[&str]| {
        let last = words.len() - 1;
        let script = format!(
            "{completions}\nCOMP_WORDS=({}); COMP_CWORD={last}; _evdg evdg '{}' '{}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.join(" "),
            words[last],
            words[last - 1],
        );
        let bash = Command::new("bash")
            .args(["--norc", "-c", &script])
            .output();
        let ran = Ran::from(bash.expect("bash runs")).expect_status(0);
        ran.stdout.lines().map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(completed(&["evdg", "vec"]), ["vectors"]);
    assert_eq!(completed(&["evdg", "vectors", "imp"]), ["import"]);
    assert_eq!(completed(&["evdg", "test", "--wr"]), ["--write-known"]);
    assert_eq!(completed(&["evdg", "test", "--socket", "un"]), ["unix"]);
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(&["completions", shell]).expect_status(0).stdout;
        assert!(
            script.contains("vectors") && script.contains("write-known"),
            "{shell}"
        );
        if Command::new(shell).arg("--version").output().is_ok() && shell != "powershell" {
            let folder = tempfile::tempdir().expect("there is room");
            let file = folder.path().join("completions");
            fs::write(&file, script).expect("there is room");
            let checked = Command::new(shell).arg("-n").arg(&file).output();
            Ran::from(checked.expect("it runs")).expect_status(0);
        }
    }
    run(&["completions", "cmd"])
        .expect_status(2)
        .expect_stderr("bash");
}

#[test]
fn every_command_has_a_page_with_options_examples_and_statuses() {
    let folder = tempfile::tempdir().expect("there is room");
    let pages = folder.path().join("man/man1");
    let ran = run(&["man", pages.to_str().expect("it is UTF-8")]).expect_status(0);
    let names: Vec<_> = fs::read_dir(&pages)
        .expect("it is there")
        .map(|entry| entry.expect("it can be listed").file_name())
        .collect();
    ran.expect_stderr(&format!("evdg: {} pages in ", names.len()));
    for name in [
        "evdg.1",
        "evdg-test.1",
        "evdg-send.1",
        "evdg-vectors-import.1",
    ] {
        assert!(names.iter().any(|there| there == name), "{name}");
    }
    for name in &names {
        let page = fs::read_to_string(pages.join(name)).expect("it is UTF-8");
        for section in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "EXAMPLES",
            "\"EXIT STATUS\"",
        ] {
            assert_eq!(
                page.matches(&format!(".SH {section}\n")).count(),
                1,
                "{section} in {name:?}"
            );
        }
        // `man` reads the page without a warning, if it is installed.
        let man = Command::new("man")
            .args(["--warnings", "-l"])
            .arg(pages.join(name))
            .output();
        if let Ok(man) = man {
            let ran = Ran::from(man).expect_status(0);
            assert_eq!(ran.stderr, "", "{name:?}");
            assert!(ran.stdout.contains("EXIT STATUS"), "{name:?}");
        }
    }
    let test = fs::read_to_string(pages.join("evdg-test.1")).expect("it is UTF-8");
    for part in [
        "\\-\\-write\\-known",
        "evdg test \\-\\-parser",
        "Nothing was selected",
    ] {
        assert!(test.contains(part), "{part} is not in {test}");
    }
    run(&["man", "/dev/null/man"])
        .expect_status(3)
        .expect_stderr("/dev/null/man");
}

#[test]
fn a_reader_of_completions_that_goes_away_is_no_failure() {
    let command = format!(
        "{} completions zsh | true",
        evdg().get_program().to_str().expect("it is UTF-8")
    );
    let ran = Command::new("sh").args(["-c", &command]).output();
    assert_eq!(Ran::from(ran.expect("sh runs")).stderr, "");
}

#[test]
fn help_is_there_for_each_command_and_for_the_contract() {
    let help = run(&["help", "vectors", "export"]).expect_status(0).stdout;
    assert_eq!(help, run(&["vectors", "export", "--help"]).stdout);
    let contract = run(&["help", "contract"]).expect_status(0).stdout;
    assert!(contract.contains("`value_hex`"), "{contract}");
    assert!(run(&["help"]).expect_status(0).stdout.contains("Commands:"));
    run(&["help", "tset"])
        .expect_status(2)
        .expect_stderr("a similar subcommand exists: 'test'");
}
