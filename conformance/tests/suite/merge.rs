//! Tests of `evdg merge`: the merged parts equal the whole run, and errors say why parts cannot be
//! merged.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::evdg::{Ran, evdg, run};

/// The report of a whole run, and the folder with its parts.
struct Whole {
    folder: TempDir,
}

impl Whole {
    fn run() -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let whole = Self { folder };
        let report = format!("json={}", whole.path("whole").display());
        run(&[
            "test", "--filter", "sep-*", "--filter", "T9", "--report", &report,
        ])
        .expect_status(0);
        whole
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self) -> Value {
        let text = fs::read_to_string(self.path("whole")).expect("it is there");
        serde_json::from_str(&text).expect("it is JSON")
    }

    /// Returns a part of the report, as a split run has it: for each socket, the `index`th result
    /// and every `count`th result after that one.
    fn part(&self, index: usize, count: usize) -> Value {
        let mut report = self.read();
        let results = report["results"].take();
        let mut kept = Vec::new();
        for socket in ["udp", "unix"] {
            let of_socket = results
                .as_array()
                .expect("it is a list")
                .iter()
                .filter(|result| result["socket"] == socket);
            kept.extend(of_socket.skip(index - 1).step_by(count).cloned());
        }
        report["results"] = kept.into();
        report["suite"]["shard"] = json!({ "index": index, "count": count });
        counted(report)
    }

    fn write(&self, name: &str, report: &Value) -> String {
        let path = self.path(name);
        fs::write(&path, report.to_string()).expect("there is room");
        path.to_str().expect("it is UTF-8").into()
    }
}

/// Sets the total to the number of results.
fn counted(mut report: Value) -> Value {
    report["summary"]["total"] = report["results"]
        .as_array()
        .expect("it is a list")
        .len()
        .into();
    report
}

fn merge(files: &[String]) -> Ran {
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    run(&[&["merge"], &files[..]].concat())
}

#[test]
fn the_parts_equal_the_whole() {
    let whole = Whole::run();
    for count in [1, 2, 3, 7] {
        let mut parts: Vec<_> = (1..=count)
            .map(|index| whole.write(&format!("{index}-of-{count}"), &whole.part(index, count)))
            .collect();
        // The order of the arguments does not matter.
        parts.rotate_left(count / 2);
        let merged = whole.path("merged");
        let mut command = evdg();
        command.arg("merge").args(&parts).arg("--report");
        let output = command
            .arg(format!("json={}", merged.display()))
            .output()
            .expect("evdg runs");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let read = |path: &Path| fs::read_to_string(path).expect("it is there");
        assert!(
            read(&merged) == read(&whole.path("whole")),
            "{count} parts differ"
        );
    }
}

#[test]
fn incomplete_or_different_parts_are_refused() {
    let whole = Whole::run();
    let part =
        |index, count| whole.write(&format!("{index}-of-{count}"), &whole.part(index, count));
    let refused = |files: &[String], why: &str| {
        merge(files).expect_status(2).expect_stderr(why);
    };
    refused(&[part(1, 3), part(3, 3)], "of 3 parts 1 is missing: 2");
    refused(&[part(2, 7)], "of 7 parts 6 are missing: 1, 3, 4, 5, 6, 7");
    refused(&[part(1, 2), part(1, 2)], "part 1 of 2 is there twice");
    refused(&[part(1, 2), part(2, 3)], "is part 1 of 2, and");
    refused(
        &[
            part(1, 2),
            whole.path("whole").to_str().expect("UTF-8").into(),
        ],
        "is a whole run, and no part of one",
    );
    let changed = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut report = whole.part(2, 2);
        change(&mut report);
        whole.write(name, &counted(report))
    };
    let with = |change: &dyn Fn(&mut Value), why: &str| {
        refused(&[part(1, 2), changed("odd", change)], why)
    };
    with(
        &|report| report["subject"]["command"] = "another".into(),
        "are of different subjects: the built-in listener, and another",
    );
    with(
        &|report| report["subject"]["declared"][0]["start"]["version"] = "0".into(),
        "what they declare",
    );
    with(
        &|report| report["suite"]["version"] = "0.0.0".into(),
        "are of different suites",
    );
    with(
        &|report| report["suite"]["set"] = "2026.2".into(),
        "are of different suites",
    );
    with(
        &|report| report["settings"]["seed"] = 7.into(),
        "are of different settings",
    );
    with(
        &|report| report["settings"]["strict"] = true.into(),
        "are of different settings",
    );
    with(
        &|report| report["suite"]["shard"]["index"] = 9.into(),
        "there is no part 9 of 2",
    );
    with(
        &|report| report["suite"]["shard"] = json!({ "index": 2, "count": u64::MAX }),
        "of 2",
    );
    with(
        &|report| report["results"] = whole.part(1, 2)["results"].take(),
        "both hold `",
    );
    with(
        &|report| drop(report["results"].as_array_mut().expect("a list").drain(..2)),
        "its share of",
    );
    with(
        &|report| {
            drop(
                report["subject"]["declared"]
                    .as_array_mut()
                    .expect("a list")
                    .pop(),
            )
        },
        "nothing was declared ready for text over unix",
    );
}

#[test]
fn a_file_that_holds_a_result_twice_is_refused() {
    let whole = Whole::run();
    let report = whole.read();
    let id = report["results"][0]["id"].as_str().expect("it has an id");
    let mut twice = report.clone();
    let results = twice["results"].as_array_mut().expect("it is a list");
    results.push(report["results"][0].clone());
    merge(&[whole.write("twice", &counted(twice))])
        .expect_status(2)
        .expect_stderr(&format!("holds `{id}` over udp twice"));
    let mut twice = report.clone();
    let declared = twice["subject"]["declared"]
        .as_array_mut()
        .expect("it is a list");
    declared.push(declared[0].clone());
    merge(&[whole.write("twice", &twice)])
        .expect_status(2)
        .expect_stderr("a subject was declared ready twice for text over udp");
}

#[test]
fn a_part_is_not_compared() {
    let whole = Whole::run();
    let part = whole.write("part", &whole.part(1, 2));
    let whole = whole.path("whole");
    let whole = whole.to_str().expect("it is UTF-8");
    run(&["compare", whole, &part])
        .expect_status(2)
        .expect_stderr("is part 1 of 2 of a run: put them together first");
}

/// Returns the outcome of each vector over each socket, in order.
fn outcomes(path: &Path) -> Vec<[Value; 4]> {
    let text = fs::read_to_string(path).expect("it is there");
    let mut report: Value = serde_json::from_str(&text).expect("it is JSON");
    assert!(report["suite"]["shard"].is_null());
    let results = report["results"].as_array_mut().expect("it is a list");
    let members = ["id", "dialect", "socket", "verdict"];
    results
        .iter_mut()
        .map(|result| members.map(|member| result[member].take()))
        .collect()
}

#[test]
fn a_split_run_has_the_same_results_in_the_same_order() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = |name: &str| folder.path().join(name);
    let test = |name: &str, args: &[&str]| {
        let report = format!("json={}", path(name).display());
        let all = [
            &[
                "test",
                "--level",
                "should,may",
                "--dialect",
                "text,jsonrpc",
                "--seed",
                "7",
            ][..],
            &["--report", &report],
            args,
        ];
        run(&all.concat()).expect_status(0);
        report[5..].to_string()
    };
    test("whole", &[]);
    let parts = ["3/3", "1/3", "2/3"].map(|part| test(&part.replace('/', "-"), &["--shard", part]));
    let mut command = evdg();
    command.arg("merge").args(parts).arg("--report");
    command.arg(format!("json={}", path("merged").display()));
    let output = command.output().expect("evdg runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let whole = outcomes(&path("whole"));
    assert!(whole.iter().any(|[_, dialect, ..]| dialect == "jsonrpc"));
    assert!(whole.iter().any(|[_, dialect, ..]| dialect == "text"));
    assert_eq!(outcomes(&path("merged")), whole);
}
