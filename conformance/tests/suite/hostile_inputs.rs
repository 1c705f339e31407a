//! Tests that hostile input costs no more time or memory than its size allows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use event_datagram_conformance::compare::{ReportInput, SubjectIdentity, compare};
use event_datagram_conformance::judge::{Strictness, Verdict};
use event_datagram_conformance::known::{Date, KnownList, ObservedFailures};
use event_datagram_conformance::merge::merge;
use event_datagram_conformance::transport::SocketKind;
use event_datagram_conformance::vectors::{Corpus, Selection};
use serde_json::json;

use crate::evdg::{Ran, run_within};

/// The time limit of a command: far longer than any of these commands takes.
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn patterns_with_many_stars_end_at_once() {
    for pattern in [
        "*".repeat(40) + "Q",
        "*s".repeat(40) + "Q",
        "*?".repeat(2_000) + "Q",
    ] {
        run_within(LIMIT, &["test", "--filter", &pattern])
            .expect_status(4)
            .expect_stderr("no vector fits");
    }
}

#[test]
fn many_unknown_ids_of_a_subject_are_counted_on_one_line() {
    let decode = env!("CARGO_BIN_EXE_evdg");
    let program = format!(
        "import json, os\n\
         ids = ['X%d' % number for number in range(100_000)]\n\
         print(json.dumps({{'ready': True, 'not_applicable': ids}}), flush=True)\n\
         os.execv({decode:?}, ['evdg', 'decode'])"
    );
    let select = ["test", "--parser", "--filter", "sep-lone-colon"];
    let args = [&select[..], &["--", "python3", "-c", &program]].concat();
    let ran = run_within(LIMIT, &args).expect_status(0);
    let lines: Vec<_> = ran
        .stderr
        .lines()
        .filter(|line| line.contains("not applicable"))
        .collect();
    assert_eq!(lines.len(), 1, "{}", ran.stderr.lines().count());
    assert!(lines[0].contains("X0, X1, X10, X100, "), "{}", lines[0]);
    assert!(lines[0].contains(" and 99990 more "), "{}", lines[0]);
}

/// Returns the processor time of this thread, which does not depend on the load of the machine.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Panics if the time of an action grows faster than linearly with the size that it is given. At
/// eight times the size, an action of quadratic time takes 64 times as long.
#[track_caller]
fn takes_linear_time(size: usize, mut action: impl FnMut(usize)) {
    let mut shortest = |size| {
        let mut measure = |_| {
            let begin = processor_time();
            action(size);
            processor_time() - begin
        };
        (0..3).map(&mut measure).min().expect("it was measured")
    };
    let (short, long) = (shortest(size), shortest(8 * size));
    let ratio = long.as_secs_f64() / short.as_secs_f64();
    println!("{short:?} for {size}, {long:?} for eight times as many: {ratio:.1}");
    assert!(
        ratio < 16.0,
        "{short:?} for {size}, {long:?} for eight times as many"
    );
}

/// Writes a corpus with `count` requirements, and a vector for each.
fn write_corpus(folder: &Path, count: usize) {
    let mut requirements = String::new();
    let mut vectors = Vec::new();
    for number in 0..count {
        requirements += &format!("### R{number}: a title\nLevel: must. Authority: sender.\n");
        vectors.push(json!({
            "id": format!("v-{number}"), "requirement": format!("R{number}"), "level": "must",
            "authority": "sender", "summary": "s", "datagram": "E\n\n",
            "expect": {"event": {"event": "E", "params": []}},
        }));
    }
    let file = json!({
        "$schema": "../schema.json", "topic": "t", "dialect": "text", "summary": "s",
        "vectors": vectors,
    });
    let text = folder.join("vectors/text");
    fs::create_dir_all(&text).expect("there is room");
    fs::write(folder.join("SPEC.md"), requirements).expect("there is room");
    fs::write(text.join("t.json"), file.to_string()).expect("there is room");
}

/// Returns a function that returns a corpus of the given size, and loads each size only once.
fn corpora() -> impl FnMut(usize) -> Corpus {
    let mut corpora = BTreeMap::new();
    move |count| {
        let corpus = corpora.entry(count).or_insert_with(|| {
            let folder = tempfile::tempdir().expect("there is room");
            write_corpus(folder.path(), count);
            Corpus::load(folder.path()).expect("it is sound")
        });
        corpus.clone()
    }
}

#[test]
fn corpora_load_in_linear_time() {
    let folder = tempfile::tempdir().expect("there is room");
    let mut written = 0;
    takes_linear_time(2_000, |count| {
        if written != count {
            write_corpus(folder.path(), count);
            written = count;
        }
        let corpus = Corpus::load(folder.path()).expect("it is sound");
        assert_eq!(corpus.vectors.len(), count);
    });
}

#[test]
fn filters_take_linear_time() {
    let mut corpus_of = corpora();
    let corpus = corpus_of(32_000);
    takes_linear_time(4_000, |count| {
        let filters = (0..count).map(|number| format!("v-{number}")).collect();
        let selection = Selection {
            filters,
            ..Selection::default()
        };
        assert_eq!(selection.of(&corpus).expect("they fit").len(), count);
    });
}

#[test]
fn known_lists_take_linear_time() {
    let mut corpus_of = corpora();
    let corpus = corpus_of(16_000);
    let today = Date {
        year: 2026,
        month: 1,
        day: 1,
    };
    let folder = tempfile::tempdir().expect("there is room");
    takes_linear_time(2_000, |count| {
        let path = folder.path().join("known.toml");
        drop(fs::remove_file(&path));
        let mut failures = ObservedFailures::new(Strictness::Must);
        for vector in &corpus.vectors[..count] {
            failures.add(&vector.id, SocketKind::Udp, Verdict::Fail);
        }
        for added in [count, 0] {
            let changes = failures.write(&path).expect("there is room");
            assert_eq!(changes.added, added);
        }
        let list = fs::read_to_string(&path).expect("it is there");
        fs::write(&path, list.replace("say why", "old parser")).expect("there is room");
        let known = KnownList::load(&path, &corpus, today).expect("it is sound");
        assert_eq!(known.ids().count(), count);
    });
}

/// Writes the report of a run with `count` requirements, and a result for each.
fn write_report(path: &Path, shard: Option<(usize, usize)>, count: usize) {
    let (mut titles, mut results) = (Vec::new(), Vec::new());
    let (first, step) = shard.map_or((0, 1), |(index, count)| (index - 1, count));
    for number in (first..count).step_by(step) {
        titles.push(json!({"id": format!("R{number}"), "title": "a title"}));
        results.push(json!({
            "id": format!("v-{number}"), "requirement": format!("R{number}"), "topic": "t",
            "level": "must", "authority": "sender", "dialect": "text", "socket": "udp",
            "verdict": "pass", "millis": 1.0,
        }));
    }
    let mut report = json!({
        "format_version": 1,
        "suite": {"name": "s", "version": "1", "set": null, "requirements": titles},
        "subject": {"command": "c", "kind": "listener", "declared": [
            {"socket": "udp", "dialects": ["text"], "start": {}},
        ]},
        "settings": {"strict": false, "seed": null, "filters": [], "levels": []},
        "summary": {"total": results.len(), "complete": true},
        "results": results,
    });
    if let Some((index, count)) = shard {
        report["suite"]["shard"] = json!({ "index": index, "count": count });
    }
    fs::write(path, report.to_string()).expect("there is room");
}

#[test]
fn reports_are_merged_and_compared_in_linear_time() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = |name: &str| folder.path().join(name);
    let parts = [path("1"), path("2")];
    let whole = [path("whole"), path("whole")];
    let mut written = 0;
    takes_linear_time(2_000, |count| {
        if written != count {
            write_report(&parts[0], Some((1, 2)), count);
            write_report(&parts[1], Some((2, 2)), count);
            write_report(&whole[0], None, count);
            written = count;
        }
        let merged = merge(&parts).expect("they are parts of one");
        assert_eq!(merged.header.suite.requirements.len(), count);
        let inputs = whole
            .each_ref()
            .map(|path| ReportInput::open(path).expect("it is there"));
        let comparison =
            compare(inputs.into(), SubjectIdentity::Declared).expect("they are reports");
        assert_eq!(comparison.matrix.rows.len(), count);
    });
}

/// The commands that read a file, each with `FILE` in its place, and whether they read pipes.
const READERS: [(bool, &[&str]); 10] = [
    (false, &["test", "--parser", "--known", "FILE"]),
    (
        false,
        &[
            "test",
            "--parser",
            "--filter",
            "T1",
            "--known",
            "FILE",
            "--write-known",
        ],
    ),
    (false, &["vectors", "list", "--corpus", "FOLDER"]),
    (true, &["vectors", "import", "FILE"]),
    (true, &["merge", "FILE"]),
    (true, &["compare", "FILE", "FILE"]),
    (true, &["bench", "--merge", "FILE"]),
    (true, &["bench", "--sink", "--events", "FILE"]),
    (true, &["send", "udp:127.0.0.1:9", "--lines", "FILE"]),
    (true, &["send", "udp:127.0.0.1:9", "--captures", "FILE"]),
];

/// Runs a reader on a file, and returns what it prints.
#[track_caller]
fn refused(args: &[&str], file: &Path) -> String {
    let corpus = tempfile::tempdir().expect("there is room");
    write_corpus(corpus.path(), 1);
    let link = corpus.path().join("vectors/text/endless.json");
    std::os::unix::fs::symlink(file, link).expect("there is room");
    let [corpus, file] = [corpus.path(), file].map(|path| path.to_str().expect("it is UTF-8"));
    let args: Vec<_> = args
        .iter()
        .map(|arg| match *arg {
            "FILE" => file,
            "FOLDER" => corpus,
            arg => arg,
        })
        .collect();
    let ran = run_within(LIMIT, &args).expect_status(2);
    // The lines with the counts of `vectors import` are no errors.
    let errors = ran.stderr.lines().filter(|line| !line.ends_with("packets"));
    assert_eq!(errors.count(), 1, "{args:?}: {}", ran.stderr);
    ran.stderr
}

#[test]
fn devices_are_refused_as_files() {
    for (_, args) in READERS {
        for device in ["/dev/zero", "/dev/null"] {
            let stderr = refused(args, Path::new(device));
            let why = "expected a file, found a device or socket";
            assert!(stderr.contains(why), "{args:?}: {stderr}");
        }
    }
}

#[test]
fn endless_pipes_are_read_up_to_the_limit_or_refused() {
    let folder = tempfile::tempdir().expect("there is room");
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .expect("mkfifo runs");
    assert!(made.success());
    let start = "{\"format_version\":1,\"suite\":{\"name\":\"";
    for (takes_pipes, args) in READERS {
        // A single process, which can be killed: it waits for a reader, and writes until the reader
        // closes the pipe.
        let write = "exec > \"$0\"; printf '%s' \"$1\"; exec tr '\\0' x < /dev/zero";
        let mut writer = Command::new("sh");
        writer
            .args(["-c", write])
            .args([pipe.as_os_str(), start.as_ref()]);
        let mut writer = writer.stderr(Stdio::null()).spawn().expect("sh runs");
        let stderr = refused(args, &pipe);
        drop(writer.kill());
        writer.wait().expect("it was started");
        let expected: &[_] = match (takes_pipes, args[1]) {
            (false, _) => &["expected a file, found a pipe"],
            (true, "import") => &["it is neither pcap nor pcapng"],
            (true, _) => &["is longer than ", "it is no report"],
        };
        let is_told = expected.iter().any(|expected| stderr.contains(expected));
        assert!(is_told, "{args:?}: {stderr}");
    }
}

#[test]
fn endless_lines_are_read_up_to_the_limit() {
    let evdg = env!("CARGO_BIN_EXE_evdg");
    for args in [
        "decode",
        "decode --raw",
        "encode",
        "encode --raw",
        "send udp:127.0.0.1:9",
    ] {
        // `ulimit -d` limits the memory, in kilobytes.
        let command = format!("ulimit -d 100000; exec {evdg} {args} < /dev/zero");
        let ran = Command::new("sh").args(["-c", &command]).output();
        let ran = Ran::from(ran.expect("sh runs")).expect_status(2);
        assert!(
            ran.stderr.contains("is longer than 8 MiB"),
            "{args}: {}",
            ran.stderr
        );
        assert_eq!(ran.stderr.lines().count(), 1, "{args}: {}", ran.stderr);
    }
}

#[test]
fn long_files_are_read_up_to_the_limit() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("long");
    // A sparse file, which takes no space on the disk.
    let file = fs::File::create(&path).expect("there is room");
    file.set_len(1 << 36).expect("files may have holes");
    let evdg = env!("CARGO_BIN_EXE_evdg");
    for args in [
        "test --parser --known",
        "bench --merge",
        "bench --sink --events",
    ] {
        let command = format!("ulimit -d 300000; exec {evdg} {args} {}", path.display());
        let ran = Command::new("sh").args(["-c", &command]).output();
        let ran = Ran::from(ran.expect("sh runs")).expect_status(2);
        assert!(
            ran.stderr.contains("is longer than "),
            "{args}: {}",
            ran.stderr
        );
        assert_eq!(ran.stderr.lines().count(), 1, "{args}: {}", ran.stderr);
    }
}
