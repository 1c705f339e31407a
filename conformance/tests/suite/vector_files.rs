//! Tests of vectors that are not from the built-in corpus: single files, and exports.

use std::fs;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::time::Duration;

#[cfg(unix)]
use event_datagram_conformance::dialect::Dialect;
#[cfg(unix)]
use event_datagram_conformance::vectors::{Corpus, check};
#[cfg(unix)]
use serde_json::json;

use crate::evdg::{python_listener, run, splits_at_last, test};

/// Writes a vector file with one vector. Its event has the parameter `a` with the value `b::c`.
fn vector_file(folder: &Path, name: &str, dialect: &str, id: &str) -> String {
    let datagram = match dialect {
        "text" => r"E_MINE\na::b::c\n\n",
        _ => r#"{\"jsonrpc\":\"2.0\",\"method\":\"E_MINE\",\"params\":{\"a\":\"b::c\"}}"#,
    };
    let text = format!(
        r#"{{"$schema": "../schema.json", "topic": "mine", "dialect": "{dialect}", "summary": "Mine.",
        "vectors": [{{"id": "{id}", "requirement": "T4", "level": "must", "authority": "documented",
        "summary": "By hand.", "datagram": "{datagram}",
        "expect": {{"event": {{"event": "E_MINE", "params": [{{"name": "a", "value": "b::c"}}]}}}}}}]}}"#
    );
    let path = folder.join(name);
    fs::write(&path, text).expect("there is room");
    path.to_str().expect("it is UTF-8").into()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("it is UTF-8")
}

#[test]
fn vectors_of_files_run_in_the_place_of_those_of_the_corpus() {
    let folder = folder();
    let one = vector_file(folder.path(), "one.json", "text", "mine-one");
    let two = vector_file(folder.path(), "two.json", "text", "mine-two");
    let python = python_listener();
    let ran = test(&["--vectors", &one, &two], &["python3", text(&python)]).expect_status(0);
    assert_eq!(ran.verdict(), "conforms in 4 tests");

    let broken = splits_at_last(folder.path());
    let args = ["--vectors", &one, "--vectors", &two, "--socket", "udp"];
    let ran = test(&args, &["python3", &broken]).expect_status(1);
    assert!(ran.stdout.contains("2 of 2 tests failed"), "{}", ran.stdout);
    // The command that runs the vector again names the files.
    let again =
        format!("evdg test --filter mine-one --socket udp --vectors {one} --vectors {two} --");
    assert!(ran.stdout.contains(&again), "{}", ran.stdout);
}

#[test]
fn a_vector_file_runs_in_its_own_dialect() {
    let folder = folder();
    let file = vector_file(folder.path(), "mine.json", "jsonrpc", "mine-jsonrpc");
    let python = python_listener();
    let ran = test(&["--vectors", &file], &["python3", text(&python)]).expect_status(0);
    assert_eq!(ran.verdict(), "conforms in 2 tests");
    let args = ["--vectors", &file, "--dialect", "text"];
    test(&args, &["python3", text(&python)]).expect_status(4);
}

#[test]
fn what_fuzzing_saved_runs_directly() {
    let folder = folder();
    let broken = splits_at_last(folder.path());
    let found = folder.path().join("found.json");
    let mut args = vec![
        "fuzz",
        "--seed",
        "1",
        "--cases",
        "2000",
        "--save",
        text(&found),
    ];
    args.extend(["--", "python3", &broken]);
    run(&args).expect_status(1);
    let args = ["--vectors", text(&found)];
    test(&args, &["python3", &broken]).expect_status(1);
    test(&args, &["python3", text(&python_listener())]).expect_status(0);
}

#[test]
fn vector_files_are_listed_shown_and_checked_like_the_corpus() {
    let folder = folder();
    let file = vector_file(folder.path(), "one.json", "text", "mine-one");
    let listed = run(&["vectors", "list", "--vectors", &file]).expect_status(0);
    assert!(
        listed.stdout.starts_with("mine-one  T4"),
        "{}",
        listed.stdout
    );
    assert_eq!(listed.stdout.lines().count(), 1);
    let shown = run(&["vectors", "show", "mine-one", "--vectors", &file]).expect_status(0);
    assert!(shown.stdout.contains("By hand."), "{}", shown.stdout);
    let checked = run(&["vectors", "check", "--vectors", &file]).expect_status(0);
    assert_eq!(checked.stdout, "1 vector is sound\n");
    let wrong = fs::read_to_string(&file).expect("it is there");
    let wrong = wrong.replace(r#""value": "b::c""#, r#""value": "c""#);
    fs::write(&file, wrong).expect("there is room");
    run(&["vectors", "check", "--vectors", &file])
        .expect_status(2)
        .expect_stderr("vector `mine-one`: datagram 1: the reference reads");
}

#[test]
fn malformed_vector_files_are_errors() {
    let folder = folder();
    let good = vector_file(folder.path(), "good.json", "text", "mine-one");
    let twice = vector_file(folder.path(), "twice.json", "text", "mine-one");
    let unknown = vector_file(folder.path(), "unknown.json", "text", "mine-two");
    let content = fs::read_to_string(&unknown).expect("it is there");
    fs::write(&unknown, content.replace("\"T4\"", "\"T77\"")).expect("there is room");
    let binary = folder.path().join("binary.json");
    fs::write(&binary, b"\xff").expect("there is room");
    let list = folder.path().join("list.txt");
    fs::write(&list, "rpc-bad-empty-datagram\n").expect("there is room");
    for (files, message) in [
        (
            &[good.as_str(), &twice][..],
            "twice.json: vector `mine-one`: id: ",
        ),
        (
            &[unknown.as_str()],
            "unknown.json: vector `mine-two`: requirement: `T77` is not in SPEC.md",
        ),
        (&[text(&binary)], "binary.json: expected UTF-8"),
        (
            &[text(&list)],
            "list.txt: expected JSON in the format of corpus/vectors/schema.json: expected value at \
             line 1 column 1",
        ),
        (&["/no/such/file.json"], "/no/such/file.json: No such file"),
        (&[text(folder.path())], "expected a file, found a folder"),
    ] {
        let args = [&["test", "--vectors"][..], files].concat();
        run(&args).expect_status(2).expect_stderr(message);
    }
    run(&["test", "--vectors", &good, "--set", "2026.2"])
        .expect_status(2)
        .expect_stderr("cannot be used with");
    // A report must not overwrite a file that the run reads.
    run(&[
        "test",
        "--vectors",
        &good,
        "--report",
        &format!("json={good}"),
    ])
    .expect_status(2)
    .expect_stderr("this run reads the file, too");
}

/// Exports the vectors of a topic.
fn exported(folder: &Path, args: &[&str]) -> PathBuf {
    let export = folder.join("export");
    run(&[&["vectors", "export", text(&export)], args].concat()).expect_status(0);
    export
}

#[test]
fn an_export_is_a_corpus() {
    let folder = folder();
    let export = exported(folder.path(), &[]);
    let list = |args: &[&str]| {
        let ran = run(&[&["vectors", "list"], args].concat()).expect_status(0);
        let mut lines: Vec<_> = ran.stdout.lines().map(String::from).collect();
        lines.sort();
        lines
    };
    let corpus = ["--corpus", text(&export)];
    assert_eq!(list(&corpus), list(&[]));
    let set = ["--set", "2026.2"];
    assert_eq!(list(&[corpus, set].concat()), list(&set));
    let check = |args: &[&str]| {
        let args = [&["vectors", "check"], args].concat();
        run(&args).expect_status(0).stdout
    };
    assert_eq!(check(&corpus), check(&[]));
    let args = [&["test", "--parser", "--filter", "T4"][..], &corpus].concat();
    run(&args).expect_status(0);
}

#[test]
fn an_export_of_some_vectors_has_the_sets_that_it_holds_whole() {
    let folder = folder();
    let export = exported(folder.path(), &["--filter", "T4"]);
    let corpus = ["--corpus", text(&export)];
    let checked = run(&[&["vectors", "check"][..], &corpus].concat()).expect_status(0);
    assert!(
        checked
            .stdout
            .ends_with(" vectors for 1 requirement are sound\n"),
        "{}",
        checked.stdout
    );
    let args = [&["test", "--parser"][..], &corpus].concat();
    run(&args).expect_status(0);
    let args = [&["test", "--parser", "--set", "2026.2"][..], &corpus].concat();
    run(&args)
        .expect_status(2)
        .expect_stderr("there is no requirement set `2026.2`");
}

#[test]
fn broken_exports_are_errors() {
    let break_file = |name: &str, old: &str, new: &str, message: &str| {
        let folder = folder();
        let export = exported(folder.path(), &["--filter", "sep-first-one-splits"]);
        let path = export.join(name);
        let content = fs::read_to_string(&path).expect("it is there");
        assert!(content.contains(old), "{content}");
        fs::write(&path, content.replace(old, new)).expect("there is room");
        run(&["test", "--corpus", text(&export)])
            .expect_status(2)
            .expect_stderr(message);
    };
    let file = "text/sep-first-one-splits.json";
    for (old, new, message) in [
        (
            "sep-first-one-splits.1.bin",
            "../../../etc/passwd",
            "steps[0].datagram: expected `sep-first-one-splits.1.bin`, found `../../../etc/passwd`",
        ),
        (
            "\"size\": 18",
            "\"size\": 1",
            "steps[0].size: sep-first-one-splits.1.bin has 18 bytes",
        ),
        ("\"event\": \"E_TEST\"", "\"event\": 7", "steps[0].expect: "),
        (
            "\"topic\": \"separators\"",
            "\"topic\": \"A B\"",
            "topic: expected lower-case",
        ),
        (
            "\"requirement\": \"T4\"",
            "\"requirement\": \"X\"",
            "`X` is not in SPEC.md",
        ),
        ("\"level\": \"must\"", "\"levels\": \"must\"", "levels"),
    ] {
        break_file(file, old, new, message);
    }
    let folder = folder();
    let export = exported(folder.path(), &["--filter", "sep-first-one-splits"]);
    fs::remove_file(export.join("README.md")).expect("it is there");
    run(&["vectors", "check", "--corpus", text(&export)])
        .expect_status(2)
        .expect_stderr("so the export is not complete");
}

#[test]
fn check_takes_a_corpus_like_the_other_commands() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let checked = |args: &[&str]| {
        run(&[&["vectors", "check"], args].concat())
            .expect_status(0)
            .stdout
    };
    let built_in = checked(&[]);
    assert_eq!(checked(&["--corpus", text(&corpus)]), built_in);
    // Scripts for earlier versions pass only the folder.
    assert_eq!(checked(&[text(&corpus)]), built_in);
}

/// Returns a vector file with one datagram whose `2^choices` readings (T6) or `2^choices` objects
/// (J12) are all expected.
#[cfg(unix)]
fn many_readings(dialect: Dialect, choices: u32) -> String {
    let count = 1 << choices;
    let (datagram, readings): (String, Vec<_>) = match dialect {
        Dialect::Text => {
            let reading = |number: u32| {
                let params = (0..choices).map(|place| match number >> place & 1 {
                    0 => json!({ "name": "a b", "value": "c" }),
                    _ => json!({ "value": "a b::c" }),
                });
                json!({ "event": "E_A", "params": params.collect::<Vec<_>>() })
            };
            let lines = "a b::c\n".repeat(choices as usize);
            (format!("E_A\n{lines}\n"), (0..count).map(reading).collect())
        }
        Dialect::JsonRpc => {
            let calls =
                (0..count).map(|number| format!(r#"{{"jsonrpc":"2.0","method":"E_{number}"}}"#));
            let reading = |number| json!({ "event": format!("E_{number}"), "params": [] });
            (
                format!("[{}]", calls.collect::<Vec<_>>().join(",")),
                (0..count).map(reading).collect(),
            )
        }
        other => panic!("{other} is new"),
    };
    let mut expected: Vec<_> = readings
        .into_iter()
        .map(|event| json!({ "event": event }))
        .collect();
    if dialect == Dialect::JsonRpc {
        expected.push(json!("reject"));
    }
    json!({
        "$schema": "../schema.json",
        "topic": "many",
        "dialect": dialect.as_str(),
        "summary": "Many readings.",
        "vectors": [{
            "id": "many-readings",
            "requirement": "T6",
            "level": "may",
            "authority": "ruling",
            "summary": "Many readings.",
            "datagram": datagram,
            "expect": { "any_of": expected },
        }],
    })
    .to_string()
}

/// Returns the processor time for loading and checking a vector file.
#[cfg(unix)]
fn time_to_check(file: &str) -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    let folder = folder();
    let path = folder.path().join("many.json");
    fs::write(&path, file).expect("there is room");
    let corpus = Corpus::embedded().expect("it is valid");
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("it is positive");
    let begin = now();
    let corpus = corpus.with_vectors_of(&[path]).expect("the file is valid");
    assert_eq!(check(&corpus), [""; 0]);
    now() - begin
}

#[cfg(unix)]
#[test]
fn a_vector_with_many_readings_is_checked_in_linear_time() {
    // The text vectors have 1,024 and 32,768 readings. The batches are smaller, because one of more
    // than 1,024 objects would be too long.
    for (dialect, few, many) in [(Dialect::Text, 10, 15), (Dialect::JsonRpc, 5, 10)] {
        let time = |choices| time_to_check(&many_readings(dialect, choices));
        let few = (0..5).map(|_| time(few)).max().expect("there are some");
        let many = time(many);
        // In quadratic time, the check would take a thousand times as long.
        assert!(many < few * 32 * 6, "{dialect}: {few:?}, then {many:?}");
    }
}
