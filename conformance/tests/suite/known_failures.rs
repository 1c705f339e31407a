//! Tests of lists of known failures: they excuse only the vectors that they name, and entries that
//! are out of date fail the run.

use std::fs;
use std::path::Path;

use crate::evdg::{Ran, python_listener, python_listener_with, test};

/// A folder with a listener that splits at the last separator, and with the path of a list.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        python_listener_with(
            folder.path(),
            "body.find(b\"::\", at",
            "body.rfind(b\"::\", at",
        );
        Self { folder }
    }

    fn list(&self) -> String {
        self.folder.path().join("known.toml").display().to_string()
    }

    fn write(&self, list: &str) {
        fs::write(self.list(), list).expect("there is room");
    }

    fn run_broken(&self, args: &[&str]) -> Ran {
        self.run(args, &self.folder.path().join("listener.py"))
    }

    fn run(&self, args: &[&str], listener: &Path) -> Ran {
        let filter = ["--filter", "separators", "--known"];
        test(
            &[&filter[..], &[self.list().as_str()], args].concat(),
            &["python3", listener.to_str().expect("UTF-8")],
        )
    }
}

#[test]
fn a_written_list_excuses_the_failures() {
    let bench = Bench::new();
    let ran = bench.run_broken(&["--write-known"]).expect_status(0);
    assert!(
        ran.stderr.contains("added, 0 changed, 0 removed"),
        "{}",
        ran.stderr
    );
    bench
        .run_broken(&[])
        .expect_status(2)
        .expect_stderr(" more: replace the reason \"say why\" by the cause of the failure");
    let list = fs::read_to_string(bench.list()).expect("it is there");
    bench.write(&list.replace("\"say why\"", "\"old parser\""));
    let ran = bench.run_broken(&["--verbose"]).expect_status(0);
    let verdict = ran.verdict();
    assert!(verdict.starts_with("no new failures, "), "{verdict}");
    assert!(verdict.contains(" known, in "), "{verdict}");
    assert!(
        ran.stdout.contains("known T4  sep-first-one-splits"),
        "{}",
        ran.stdout
    );
    let words: Vec<_> = ran.stdout.split_whitespace().collect();
    let words = words.join(" ");
    assert!(words.contains("(known: old parser)"), "{}", ran.stdout);
    // A second update changes nothing.
    bench
        .run_broken(&["--write-known"])
        .expect_status(0)
        .expect_stderr("0 added, 0 changed, 0 removed");
}

#[test]
fn a_fixed_vector_fails_the_run_until_it_is_off_the_list() {
    let bench = Bench::new();
    bench.write(
        "# ours\n[[known]]\nid = \"sep-first-one-splits\"\nreason = \"old parser\" # ticket 12\n",
    );
    let ran = bench
        .run(&["--verbose"], &python_listener())
        .expect_status(1);
    assert!(ran.first_screen().contains("fixed"), "{}", ran.stdout);
    // A vector that passes over both sockets counts as one entry.
    assert_eq!(ran.verdict(), "the list is out of date: 1 entry passes now");
    assert!(
        ran.stdout
            .contains("listed as known to fail (old parser), but passes"),
        "{}",
        ran.stdout
    );
    bench
        .run(&["--write-known"], &python_listener())
        .expect_status(0)
        .expect_stderr("1 removed");
    bench.run(&[], &python_listener()).expect_status(0);
}

#[test]
fn other_failures_are_not_excused() {
    let bench = Bench::new();
    bench.write("[[known]]\nid = \"sep-first-one-splits\"\nreason = \"old parser\"\n");
    let ran = bench.run_broken(&["--verbose"]).expect_status(1);
    assert!(
        ran.stdout.contains("fail  sep-several-in-value"),
        "{}",
        ran.stdout
    );
    assert!(
        !ran.stdout.contains("fail  sep-first-one-splits"),
        "{}",
        ran.stdout
    );
    bench
        .run(&[], Path::new("/no/such/listener.py"))
        .expect_status(3);
}

#[test]
fn failures_beside_an_entry_that_passes_are_counted_apart() {
    let bench = Bench::new();
    bench.write(
        "[[known]]\nid = \"sep-first-one-splits\"\nreason = \"x\"\n\
         [[known]]\nid = \"sep-one-named\"\nreason = \"x\"\n",
    );
    let ran = bench.run_broken(&[]).expect_status(1);
    let verdict = ran.verdict();
    assert!(verdict.starts_with("does not conform: "), "{verdict}");
    assert!(
        verdict.ends_with(" failed; the list is out of date: 1 entry passes now"),
        "{verdict}"
    );
    for format in ["html", "markdown"] {
        let file = bench.folder.path().join(format);
        let report = format!("{format}={}", file.display());
        let args = ["--filter", "sep-one-named", "--report", &report];
        bench.run(&args, &python_listener()).expect_status(1);
        let text = fs::read_to_string(&file)
            .expect("it is there")
            .to_lowercase();
        assert!(text.contains("the list is out of date"), "{format}");
        assert!(!text.contains("does not conform"), "{format}");
    }
}

#[test]
fn a_run_in_which_all_failures_are_known_and_nothing_passes_fails() {
    let bench = Bench::new();
    bench.write("[[known]]\nid = \"sep-first-one-splits\"\nreason = \"old parser\"\n");
    let list = bench.list();
    let args = ["--filter", "sep-first-one-splits", "--known", &list];
    let listener = bench.folder.path().join("listener.py");
    let ran = test(&args, &["python3", listener.to_str().expect("UTF-8")]);
    let verdict = "does not conform: nothing passed, all failures are known (text, ";
    assert!(ran.expect_status(1).stdout.contains(verdict));
}

#[test]
fn an_entry_may_be_about_one_socket() {
    let bench = Bench::new();
    bench.write("[[known]]\nid = \"sep-first-one-splits\"\nreason = \"x\"\nsockets = [\"udp\"]\n");
    let ran = bench
        .run_broken(&["--verbose", "--filter", "sep-first-one-splits"])
        .expect_status(1);
    let fails = |line: &&str| line.starts_with("fail  sep-first-one-splits");
    assert!(
        ran.stdout
            .lines()
            .find(fails)
            .is_some_and(|line| line.ends_with("unix")),
        "{}",
        ran.stdout
    );
}

#[test]
fn an_update_keeps_comments_and_vectors_that_did_not_run() {
    let bench = Bench::new();
    bench.write("# ours\n[[known]]\nid = \"bad-empty-datagram\"\nreason = \"later\" # ticket 12\n");
    bench.run_broken(&["--write-known"]).expect_status(0);
    let list = fs::read_to_string(bench.list()).expect("it is there");
    assert!(
        list.starts_with(
            "# ours\n[[known]]\nid = \"bad-empty-datagram\"\nreason = \"later\" # ticket 12\n"
        ),
        "{list}"
    );
    assert!(
        list.contains("id = \"sep-first-one-splits\"\nreason = \"say why\"\n"),
        "{list}"
    );
}

#[test]
fn an_update_keeps_a_socket_that_did_not_run() {
    let bench = Bench::new();
    let only = |socket: &str| {
        let filter = ["--filter", "sep-first-one-splits"];
        let args = [&filter[..], &["--socket", socket, "--write-known"]].concat();
        bench.run(&args, &python_listener()).expect_status(0);
        fs::read_to_string(bench.list()).expect("it is there")
    };
    bench.write(
        "[[known]]\nid = \"sep-first-one-splits\"\nreason = \"x\"\nsockets = [\"unix\", \"udp\"]\n",
    );
    assert!(only("udp").contains("sockets = [\"unix\"]"));
    assert!(only("udp").contains("sockets = [\"unix\"]"));
    assert!(!only("unix").contains("sep-first-one-splits"));
}

#[test]
fn an_update_keeps_vectors_that_do_not_apply() {
    let bench = Bench::new();
    let list = "[[known]]\nid = \"sep-first-one-splits\"\nreason = \"x\"\n";
    bench.write(list);
    let listener = bench.folder.path().join("declares.py");
    let start = r#"{"ready":true,"dialects":["jsonrpc"]}"#;
    let program = format!("import listener\nprint('{start}', flush=True)\nlistener.main()\n");
    fs::write(&listener, program).expect("there is room");
    bench.run(&["--write-known"], &listener).expect_status(4);
    let after = fs::read_to_string(bench.list()).expect("it is there");
    assert_eq!(after, list);
}

#[test]
fn errors_of_a_list_name_the_entry() {
    for (list, message) in [
        (
            "[[known]]\nid = \"no-such-vector\"\nreason = \"x\"",
            "entry `no-such-vector`: there is no such vector",
        ),
        (
            "[[known]]\nid = \"sep-first-one-split\"\nreason = \"x\"",
            "there is no such vector; did you mean `sep-first-one-splits`?",
        ),
        (
            "[[known]]\nid = \"sep-lone-colon\"",
            "missing field `reason`",
        ),
        (
            "[[known]]\nid = \"sep-lone-colon\"\nreason = \"x\"\nexpires = 2020-01-31",
            "it expired on 2020-01-31",
        ),
        (
            "[[known]]\nid = \"sep-lone-colon\"\nreason = \"x\"\nexpires = 12:00:00",
            "12:00:00 is no date",
        ),
        (
            "[[known]]\nid = \"sep-lone-colon\"\nreason = \"x\"\nwhy = 1",
            "unknown field `why`",
        ),
        (
            "[[known]]\nid = \"sep-lone-colon\"\nreason = \"x\"\nsockets = [\"tcp\"]",
            "unknown variant `tcp`",
        ),
        ("known = 1", "invalid type"),
        ("[[", "TOML parse error"),
    ] {
        let bench = Bench::new();
        bench.write(list);
        let ran = bench.run_broken(&[]).expect_status(2);
        assert!(
            ran.stderr.contains(message) && ran.stderr.contains("known.toml"),
            "{message}: {}",
            ran.stderr
        );
    }
    let bench = Bench::new();
    bench
        .run_broken(&[])
        .expect_status(2)
        .expect_stderr("No such file");
}
