//! Tests of `evdg compare`: the matrix, and the results that got worse.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::evdg::{evdg, python_listener_with, run};
use crate::report_folder::{ReportFolder, compare};

/// Tests a listener with this bug, and returns the path of the report. An empty bug tests a
/// correct listener.
fn run_test(folder: &ReportFolder, name: &str, bug: &str) -> String {
    run_test_with(
        folder,
        name,
        bug,
        &["--filter", "sep-*", "--filter", "bad-empty-datagram"],
    )
}

fn run_test_with(folder: &ReportFolder, name: &str, bug: &str, args: &[&str]) -> String {
    // The same file each time, so that all runs have the same subject.
    let first = "    name, line_feed, body = datagram.partition";
    let program = python_listener_with(&folder.path(""), first, &format!("    {bug}\n{first}"));
    let path = folder.name(name);
    let mut command = evdg();
    command
        .args([
            "test",
            "--socket",
            "unix",
            "--report",
            &format!("json={path}"),
        ])
        .args(args);
    let output = command
        .args(["--", "python3"])
        .arg(&program)
        .output()
        .expect("evdg runs");
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
    path
}

/// Writes a changed copy of a report, whose total is that of its results.
fn change_results(
    folder: &ReportFolder,
    from: &str,
    to: &str,
    change: impl FnOnce(&mut Value),
) -> String {
    folder.change(from, to, |report| {
        change(report);
        report["summary"]["total"] = report["results"].as_array().expect("a list").len().into();
    })
}

const NONE: &str = "pass";
const SPLITS_LAST: &str = "datagram = datagram.replace(b'key::b::c', b'key:b::c')";
const DIES: &str = "if not datagram: raise SystemExit('no more')";

#[test]
fn results_that_got_worse_come_first_and_fail() {
    let folder = ReportFolder::new();
    let (good, bad) = (
        run_test(&folder, "good.json", NONE),
        run_test(&folder, "bad.json", SPLITS_LAST),
    );
    let ran = compare(&[&good, &bad]).expect_status(1);
    let first = ran.stdout.lines().take(4).collect::<Vec<_>>().join("\n");
    assert!(first.contains("worse: 1 result"), "{first}");
    assert!(
        first.contains("pass -> fail  sep-first-one-splits  T4 must  unix"),
        "{first}"
    );
    assert!(first.contains("parameter 1: expected the name"), "{first}");
    assert!(
        ran.stdout.ends_with("1 result got worse from A to B\n"),
        "{}",
        ran.stdout
    );
    // In the other order, the result got better.
    let ran = compare(&[&bad, &good]).expect_status(0);
    assert!(
        ran.stdout
            .ends_with("nothing got worse, 1 result got better from A to B\n"),
        "{}",
        ran.stdout
    );
    let ran = compare(&[&good, &good]).expect_status(0);
    assert!(ran.stdout.contains("the same verdicts"), "{}", ran.stdout);
}

#[test]
fn the_last_run_is_compared_with_the_first() {
    let folder = ReportFolder::new();
    let good = run_test(&folder, "good.json", NONE);
    let (bad, dies) = (
        run_test(&folder, "bad.json", SPLITS_LAST),
        run_test(&folder, "dies.json", DIES),
    );
    let ran = compare(&[&good, &bad, &dies]).expect_status(1);
    assert!(
        ran.stdout.contains("pass -> crash  bad-empty-datagram"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("pass -> fail"), "{}", ran.stdout);
    compare(&[&good, &bad, &good]).expect_status(0);
    // A failure that becomes a crash got worse, too.
    let ran = compare(&[&bad, &dies]).expect_status(1);
    assert!(
        ran.stdout
            .ends_with("1 result got worse, 1 got better from A to B\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn missing_results_got_worse_and_new_results_did_not() {
    let folder = ReportFolder::new();
    let good = run_test(&folder, "good.json", NONE);
    let fewer = change_results(&folder, &good, "fewer.json", |report| {
        let results = report["results"].as_array_mut().expect("a list");
        results.retain(|result| result["id"] != "sep-one-named");
    });
    let ran = compare(&[&good, &fewer]).expect_status(1);
    assert!(
        ran.stdout.contains("pass -> gone  sep-one-named"),
        "{}",
        ran.stdout
    );
    let ran = compare(&[&fewer, &good]).expect_status(0);
    assert!(ran.stdout.contains("new: 1 result"), "{}", ran.stdout);
}

#[test]
fn results_that_do_not_decide_cannot_get_worse() {
    let folder = ReportFolder::new();
    let (good, bad) = (
        run_test(&folder, "good.json", NONE),
        run_test(&folder, "bad.json", SPLITS_LAST),
    );
    let outside = change_results(&folder, &bad, "outside.json", |report| {
        let results = report["results"].as_array_mut().expect("a list");
        for result in results
            .iter_mut()
            .filter(|result| result["id"] == "sep-first-one-splits")
        {
            result["decides"] = false.into();
        }
    });
    let ran = compare(&[&good, &outside]).expect_status(0);
    assert!(ran.stdout.contains("conforms in"), "{}", ran.stdout);
}

#[test]
fn different_subjects_are_listed_but_not_compared() {
    let folder = ReportFolder::new();
    let bad = run_test(&folder, "bad.json", SPLITS_LAST);
    let built_in = folder.name("built-in.json");
    run(&[
        "test",
        "--filter",
        "T4",
        "--report",
        &format!("json={built_in}"),
    ])
    .expect_status(0);
    let ran = compare(&[&built_in, &bad]).expect_status(0);
    let ran = ran.expect_stderr("if they are the same listener, give --same-subject");
    assert!(
        ran.stdout.ends_with("2 implementations\n"),
        "{}",
        ran.stdout
    );
    let row = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("T4 "))
        .expect("it is there");
    assert!(row.contains("pass ") && row.contains("fail 1/"), "{row}");
    // T18 was run on only one of the subjects.
    let row = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("T18 "))
        .expect("it is there");
    assert!(row.contains("  -  "), "{row}");
    // With `--same-subject`, they are compared as one subject.
    compare(&["--same-subject", &built_in, &bad]).expect_status(1);
}

#[test]
fn a_subject_is_known_by_the_name_that_it_declares() {
    let folder = ReportFolder::new();
    let (good, bad) = (
        run_test(&folder, "good.json", NONE),
        run_test(&folder, "bad.json", SPLITS_LAST),
    );
    let named = |from: &str, to: &str, name: &str, command: &str| {
        change_results(&folder, from, to, |report| {
            report["subject"]["declared"][0]["start"]["name"] = name.into();
            report["subject"]["command"] = command.into();
        })
    };
    let one = named(&good, "one.json", "one", "/build/1/one");
    compare(&[&one, &named(&bad, "moved.json", "one", "/build/2/one")]).expect_status(1);
    compare(&[&one, &named(&bad, "other.json", "other", "/build/1/one")]).expect_status(0);
}

#[test]
fn report_files_have_the_same_content() {
    let folder = ReportFolder::new();
    let (good, bad) = (
        run_test(&folder, "good.json", NONE),
        run_test(&folder, "bad.json", SPLITS_LAST),
    );
    let (page, markdown) = (folder.name("page.html"), folder.name("comment.md"));
    compare(&[
        &good,
        &bad,
        "--report",
        &format!("html={page}"),
        "--report",
        &format!("markdown={markdown}"),
    ])
    .expect_status(1);
    let page = fs::read_to_string(page).expect("it is there");
    assert!(
        page.contains("<h1 id=\"headline\">1 result got worse from A to B</h1>"),
        "{page}"
    );
    assert!(page.contains("<code>sep-first-one-splits</code>"), "{page}");
    let markdown = fs::read_to_string(markdown).expect("it is there");
    assert!(
        markdown.starts_with("## event_datagram: 1 result got worse from A to B\n"),
        "{markdown}"
    );
    assert!(
        markdown.contains("| pass → fail | ` sep-first-one-splits ` | T4 must | unix |"),
        "{markdown}"
    );
    assert!(
        markdown.contains("| T4 | the first `::` ends the name | pass "),
        "{markdown}"
    );
    compare(&[&good, &bad, "--report", "junit=x"])
        .expect_status(2)
        .expect_stderr("formats: html, markdown");
    let nowhere = folder.path("no-such-folder/page.html");
    compare(&[
        &good,
        &bad,
        "--report",
        &format!("html={}", nowhere.display()),
    ])
    .expect_status(2)
    .expect_stderr("page.html: No such file");
    assert!(!Path::new("x").exists());
}
