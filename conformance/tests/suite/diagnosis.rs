//! Tests of the diagnosis in the reports: every format has the causes, a correct listener has none,
//! and an unknown bug is not guessed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use event_datagram_conformance::fence::FenceTemplate;
use event_datagram_conformance::report::{Findings, Format, Record, Summary, read as read_report};
use event_datagram_conformance::vectors::Corpus;
use event_datagram_oracle::faults;
use regex::Regex;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::blame_silence::KEEPS;
use crate::evdg::{Ran, python_listener, python_listener_with_all, run, test};
use crate::hostile_subjects::listener_with;

/// Two bugs: it splits at the last separator, and reads at most 4096 bytes.
const BUGS: &[(&str, &str)] = &[
    (
        "body.find(b\"::\", at, line_end)",
        "body.rfind(b\"::\", at, line_end)",
    ),
    ("listener.recv(LARGEST)", "listener.recv(4096)"),
];

/// Arguments that select vectors which detect the two bugs, and some which do not.
const FILTERS: &[&str] = &[
    "--socket",
    "unix",
    "--filter",
    "sep-*",
    "--filter",
    "size-4096",
    "--filter",
    "size-4099-cut-*",
    "--filter",
    "size-8192",
];

const FORMATS: [&str; 5] = ["html", "json", "junit", "markdown", "tap"];

/// A run with a report in each format.
struct Reports {
    folder: TempDir,
    ran: Ran,
}

impl Reports {
    /// Runs vectors on a listener.
    fn of(args: &[&str], command: &[&str], status: i32) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let path = |format: &str| format!("{format}={}", folder.path().join(format).display());
        let paths = FORMATS.map(path);
        let reports = paths.iter().flat_map(|path| ["--report", path]);
        let args: Vec<_> = args.iter().copied().chain(reports).collect();
        let ran = test(&args, command).expect_status(status);
        Self { folder, ran }
    }

    /// Runs [`FILTERS`] on the listener with two bugs.
    fn of_two_bugs() -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let listener = python_listener_with_all(folder.path(), BUGS);
        Self::of(FILTERS, &["python3", text(&listener)], 1)
    }

    fn read(&self, format: &str) -> String {
        fs::read_to_string(self.folder.path().join(format)).expect("it is there")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.read("json")).expect("it is JSON")
    }

    /// Returns how many results failed or gave a warning.
    fn wrong(&self) -> u64 {
        let summary = &self.json()["summary"];
        let counts = ["crash", "hang", "flaky", "fail", "warn"].map(|name| &summary[name]);
        counts.iter().filter_map(|count| count.as_u64()).sum()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("it is UTF-8")
}

/// Returns how many rows the lines take in a terminal with 100 columns.
fn rows<'t>(lines: impl IntoIterator<Item = &'t str>) -> usize {
    let columns = |line: &str| line.chars().count();
    lines
        .into_iter()
        .map(|line| columns(line).div_ceil(100).max(1))
        .sum()
}

#[test]
fn two_bugs_are_two_causes_in_every_format() {
    let reports = Reports::of_two_bugs();
    let report = reports.json();
    let diagnosis = &report["diagnosis"];
    let causes = diagnosis["causes"].as_array().expect("it is a list");
    let named = |name: &str| -> Vec<_> { causes.iter().map(|cause| cause[name].clone()).collect() };
    assert_eq!(
        named("fault"),
        ["splits-at-last-separator", "reads-at-most"],
        "{}",
        reports.ran.stdout
    );
    assert_eq!(named("requirement"), ["T4", "T15"]);
    assert_eq!(named("parameter"), [Value::Null, json!(4096)]);
    assert_eq!(diagnosis["unexplained"], 0);
    let explained: u64 = named("explains").iter().filter_map(Value::as_u64).sum();
    assert_eq!(reports.wrong(), explained);
    // Examples are vectors that failed or gave a warning.
    let results = report["results"].as_array().expect("it is a list");
    let wrong = results
        .iter()
        .filter(|result| result["verdict"] == "fail" || result["verdict"] == "warn");
    let wrong: Vec<_> = wrong.map(|result| &result["id"]).collect();
    let examples = named("example");
    assert!(examples.iter().all(|example| wrong.contains(&example)));

    let headline = format!("2 causes explain all {explained} failures and warnings");
    let sentences = named("sentence");
    let sentences: Vec<_> = sentences.iter().filter_map(Value::as_str).collect();
    assert!(sentences[1].contains("at most 4096 bytes"), "{sentences:?}");
    on_a_terminal(&reports.ran.stdout, &headline, &sentences);
    in_files(&reports, &headline, &sentences);
}

#[track_caller]
fn on_a_terminal(stdout: &str, headline: &str, sentences: &[&str]) {
    assert!(rows(stdout.lines()) <= 40, "{stdout}");
    let is_case = |line: &&str| line.starts_with("fail  ") || line.starts_with("warn  ");
    assert_eq!(stdout.lines().filter(is_case).count(), 2, "{stdout}");
    // Only the verdict follows the diagnosis, which is a table whose sentences are wrapped.
    let headline = format!("\ndiagnosis  {headline}\n");
    let (_, behind) = stdout.split_once(&headline).expect("it is there");
    let (table, verdict) = behind.trim_end().rsplit_once('\n').expect("it has lines");
    assert!(verdict.starts_with("does not conform"), "{stdout}");
    let mut columns = BTreeSet::new();
    let mut words = String::new();
    for line in table.lines() {
        assert!(rows([line]) == 1 && line.starts_with("  "), "{stdout}");
        let sentence = match line.split_once("  T") {
            Some((sentence, _)) => {
                columns.insert(sentence.chars().count());
                sentence
            }
            None => line,
        };
        words.push_str(sentence.trim());
        words.push(' ');
    }
    assert_eq!(words.trim_end(), sentences.join(" "), "{stdout}");
    assert_eq!(columns.len(), 1, "{stdout}");
}

#[track_caller]
fn in_files(reports: &Reports, headline: &str, sentences: &[&str]) {
    for (format, before, first) in [
        ("html", headline, "<h2>Summary</h2>"),
        ("markdown", headline, "| --- |"),
        ("junit", headline, "<testcase"),
        ("tap", headline, "1.."),
    ] {
        let text = reports.read(format);
        let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
        assert!(place(before) < place(first), "{format}");
        // HTML and XML escape quotes, and HTML marks code.
        let words = |sentence: &&str| sentence.split(['`', '\'', ',']).next().map(str::to_owned);
        for sentence in sentences.iter().filter_map(words) {
            assert!(place(&sentence) < place(first), "{format}: {sentence}");
        }
    }
    let tap = reports.read("tap");
    let mut lines = tap.lines();
    assert_eq!(lines.next(), Some("TAP version 14"));
    assert!(
        lines
            .take(1 + sentences.len())
            .all(|line| line.starts_with("# "))
    );
    let junit = reports.read("junit");
    let property = format!("<property name=\"diagnosis\" value=\"{headline}\"/>");
    assert!(junit.contains(&property), "{junit}");
}

#[test]
fn three_causes_fit_on_a_screen() {
    let upper = ("return name, params", "return name.upper(), params");
    let folder = tempfile::tempdir().expect("there is room");
    let listener = python_listener_with_all(folder.path(), &[BUGS, &[upper]].concat());
    let args = [FILTERS, &["--filter", "event-*"]].concat();
    let ran = test(&args, &["python3", text(&listener)]).expect_status(1);
    let headline = "\ndiagnosis  3 causes explain all ";
    assert!(ran.stdout.contains(headline), "{}", ran.stdout);
    assert!(ran.stdout.lines().count() <= 40, "{}", ran.stdout);
}

#[test]
fn a_crash_shows_the_end_of_the_log() {
    let dies = "if b'key::b::c' in datagram: [print(n, file=sys.stderr) for n in range(9)]; raise";
    let command = listener_with(dies);
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    let ran = test(&["--socket", "unix", "--filter", "sep-first-*"], &command);
    let log = ran.stdout.lines().filter(|line| line.contains("its log"));
    let log: Vec<_> = log.collect();
    assert_eq!(log.len(), 3, "{}", ran.stdout);
    assert!(log[2].contains("RuntimeError: "), "{}", ran.stdout);
}

#[test]
fn a_line_of_the_log_keeps_its_end_and_its_backslashes() {
    let dies =
        r"if b'key::b::c' in datagram: raise ValueError(r'C:\new ' + 'x' * 300 + ' at the end')";
    let command = listener_with(dies);
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    let ran = test(&["--socket", "unix", "--filter", "sep-first-*"], &command);
    let mut log = ran.stdout.lines().filter(|line| line.contains("its log"));
    let last = log.next_back().unwrap_or_default();
    assert!(last.contains(r"ValueError: C:\new xxx"), "{}", ran.stdout);
    assert!(last.ends_with("xxx at the end"), "{}", ran.stdout);
    assert!(rows([last]) == 1, "{}", ran.stdout);
}

#[test]
fn a_search_that_was_stopped_says_so_in_every_format() {
    let reports = Reports::of_two_bugs();
    let mut records = Vec::new();
    let read = read_report(&reports.folder.path().join("json"), |record: Record| {
        records.push(record);
        Ok(())
    });
    let header = read.expect("it is a report").header;
    let corpus = Corpus::embedded().expect("it is sound");
    let mut findings = Findings::new(&corpus.vectors);
    let mut summary = Summary::default();
    for record in &records {
        findings.add(record);
        summary.add(record);
    }
    let diagnosis = findings.diagnose(&FenceTemplate::default(), &|| false);
    for (name, format) in Format::ALL {
        let path = reports.folder.path().join(name);
        let reporter = format.create_reporter(path, &header);
        let mut reporter = reporter.expect("there is room");
        records.iter().for_each(|record| reporter.add(record));
        reporter
            .finish(&summary, &diagnosis)
            .expect("there is room");
    }
    let wrong = reports.wrong();
    assert!(wrong > 0);
    let expected = json!({"causes": [], "unexplained": wrong, "stopped": true});
    assert_eq!(reports.json()["diagnosis"], expected);
    let headline = format!(
        "the search was stopped before it found a cause of the {wrong} failures and warnings"
    );
    for format in ["html", "junit", "markdown", "tap"] {
        assert!(reports.read(format).contains(&headline), "{format}");
    }
}

#[test]
fn alternatives_to_a_cause_are_described_in_sentences() {
    let folder = tempfile::tempdir().expect("there is room");
    let listener = python_listener_with_all(folder.path(), &BUGS[..1]);
    let args = ["--socket", "unix", "--filter", "sep-first-one-splits"];
    let reports = Reports::of(&args, &["python3", text(&listener)], 1);
    let cause = &reports.json()["diagnosis"]["causes"][0];
    let also = cause["also"].as_array().expect("it is a list");
    assert!(!also.is_empty(), "{cause}");
    let is_slug = |slug: &Value| slug.as_str().is_some_and(|slug| !slug.contains(' '));
    assert!(also.iter().all(is_slug), "{cause}");
    let first = also[0].as_str().unwrap_or_default();
    let groups = faults::text().iter().flat_map(|group| group.faults);
    let mut faults = groups.filter(|fault| fault.slug == first);
    let sentence = faults.next().expect("there is this fault").sentence;
    let words = sentence.split(['`', '\'', '{']).next().unwrap_or_default();
    let words: Vec<_> = words.split(' ').take(6).collect();
    let or = format!("or: {}", words.join(" "));
    for text in [
        &reports.ran.stdout,
        &reports.read("html"),
        &reports.read("markdown"),
    ] {
        assert!(text.contains(&or) && !text.contains(first), "{or}: {text}");
    }
}

#[test]
fn all_failures_are_printed_on_demand() {
    let folder = tempfile::tempdir().expect("there is room");
    let listener = python_listener_with_all(folder.path(), BUGS);
    let args = [&["--verbose"], FILTERS].concat();
    let reports = Reports::of(&args, &["python3", text(&listener)], 1);
    let report = reports.json();
    let results = report["results"].as_array().expect("it is a list");
    let is_wrong = |result: &&Value| matches!(result["verdict"].as_str(), Some("fail" | "warn"));
    for result in results.iter().filter(is_wrong) {
        let id = result["id"].as_str().expect("it is text");
        let title = |line: &str| line.split_whitespace().nth(1) == Some(id);
        assert!(reports.ran.stdout.lines().any(title), "{id}");
    }
}

#[test]
fn a_report_that_is_read_again_has_the_same_diagnosis() {
    let reports = Reports::of_two_bugs();
    let path = reports.folder.path().join("json");
    let merged = reports.folder.path().join("merged");
    let to = format!("json={}", merged.display());
    let ran = run(&["merge", text(&path), "--report", &to]).expect_status(1);
    assert_eq!(ran.stdout, reports.ran.stdout);
    assert!(fs::read_to_string(merged).expect("it is there") == reports.read("json"));
    // A report of an older release, without a diagnosis, can be read, too.
    let mut old = reports.json();
    let removed = old.as_object_mut().and_then(|old| old.remove("diagnosis"));
    assert!(removed.is_some());
    let old = old.to_string();
    // `format_version` is the first member, and the summary the last one.
    let suite = old.find("\"format_version\"").expect("it has a version");
    assert!(suite < 3, "{old}");
    fs::write(&path, old).expect("there is room");
    let ran = run(&["merge", text(&path)]).expect_status(1);
    assert_eq!(ran.stdout, reports.ran.stdout);
    run(&["compare", text(&path), text(&path)]).expect_status(0);
}

#[test]
fn a_correct_listener_has_no_diagnosis() {
    let reports = Reports::of(FILTERS, &["python3", text(&python_listener())], 0);
    let none = json!({"causes": [], "unexplained": 0});
    assert_eq!(reports.json()["diagnosis"], none);
    assert!(!reports.ran.stdout.contains("diagnosis"));
    for format in ["html", "junit", "markdown", "tap"] {
        let text = reports.read(format);
        for sign in [
            "id=\"diagnosis\"",
            "name=\"diagnosis\"",
            "# diagnosis",
            "cause explains",
        ] {
            assert!(!text.contains(sign), "{format}: {sign}");
        }
    }
}

#[test]
fn a_good_event_that_is_read_with_bytes_to_escape_shows_the_cause() {
    // The names that are reported for the good events hold a carriage return, NULs and backslashes.
    let command = listener_with(KEEPS);
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    let ids = ["cr-line-ends", "literal-backslash-n", "nul-terminated"];
    let ids = ids.map(|id| format!("bad-{id}"));
    let filters = ids.iter().flat_map(|id| ["--filter", id]);
    let args: Vec<_> = ["--socket", "unix"].into_iter().chain(filters).collect();
    let report = Reports::of(&args, &command, 1).json();
    let diagnosis = &report["diagnosis"];
    let of =
        |cause: &Value| [cause["fault"].clone(), cause["also"].clone()].map(|it| it.to_string());
    let causes = diagnosis["causes"].as_array().expect("it is a list");
    let named: Vec<_> = causes.iter().flat_map(of).collect();
    let fault = "keeps-bad-bytes-until-they-parse";
    assert!(named.iter().any(|it| it.contains(fault)), "{diagnosis}");
    assert_eq!(diagnosis["unexplained"], 0, "{diagnosis}");
}

#[test]
fn an_unknown_bug_is_counted_and_not_guessed() {
    let bug = "if b'FENCE' not in datagram: datagram = datagram.replace(b'e', b'7!')";
    let command = listener_with(bug);
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    let args = ["--socket", "unix", "--filter", "sep-*"];
    let reports = Reports::of(&args, &command, 1);
    let wrong = reports.wrong();
    assert!(wrong > 0);
    let expected = json!({"causes": [], "unexplained": wrong});
    assert_eq!(reports.json()["diagnosis"], expected);
    let headline = format!("no known cause explains the {wrong} failures and warnings");
    for text in [&reports.ran.stdout, &reports.read("html")] {
        assert!(text.contains(&headline), "{text}");
    }
    // The lines of requirements say that they count vectors.
    let counted =
        Regex::new(r"(?m)^(fail|warn)  T\d+ .* \(\d+ vectors?, e\.g\. ").expect("it is right");
    assert!(
        counted.is_match(&reports.ran.stdout),
        "{}",
        reports.ran.stdout
    );
}

#[test]
fn ids_of_html_elements_are_unique() {
    // The same vector has another verdict over each socket.
    let bug = "if b'::b::c' in datagram:\n    \
                   if os.environ['EVDG_SOCKET'].startswith('unix'): os.abort()\n    \
                   datagram = datagram.replace(b'b::c', b'b=c')";
    let command = listener_with(bug);
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    let reports = Reports::of(&["--filter", "sep-first-*"], &command, 1);
    let page = reports.read("html");
    let id = Regex::new(" id=\"([^\"]*)\"").expect("it is right");
    let ids: Vec<_> = id
        .captures_iter(&page)
        .map(|found| found[1].to_owned())
        .collect();
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "{ids:?}");
    let shown = "<span class=\"id\">sep-first-one-splits</span>";
    assert_eq!(page.matches(shown).count(), 2);
    assert!(ids.contains(&"case-sep-first-one-splits".to_owned()));
}
