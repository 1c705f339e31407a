//! Tests of `evdg fuzz`: it finds the bugs of a listener within few cases of a seed, groups the
//! failures by cause, and shrinks them. A correct listener has no findings.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use event_datagram_conformance::dialect::Dialect;
use tempfile::TempDir;

use crate::evdg::{Ran, evdg, python_listener, python_listener_with, run};
use crate::hostile_subjects::wait_until;

const READ: &str = "datagram = listener.recv(LARGEST)";

/// Runs `evdg fuzz ARGS -- python3 PATH`.
pub(crate) fn fuzz(args: &[&str], path: &str) -> Ran {
    let mut command = evdg();
    command.arg("fuzz").args(args).args(["--", "python3", path]);
    command.output().expect("evdg runs").into()
}

/// Writes the Python listener with one piece of its text replaced. Returns its folder and its path.
pub(crate) fn broken_python_listener(old: &str, new: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("there is room");
    let path = python_listener_with(folder.path(), old, new);
    let path = path.to_str().expect("it is UTF-8").into();
    (folder, path)
}

/// Fuzzes the Python listener with one piece of its text replaced. Returns the output and the
/// datagrams of the finding.
#[track_caller]
fn found(args: &[&str], old: &str, new: &str) -> (String, Vec<Vec<u8>>) {
    let (_folder, path) = broken_python_listener(old, new);
    found_in(args, &path)
}

#[track_caller]
fn found_in(args: &[&str], path: &str) -> (String, Vec<Vec<u8>>) {
    let args = [&["--seed", "1", "--cases", "20000", "--first"], args].concat();
    let printed = fuzz(&args, path).expect_status(1).stdout;
    let again = printed
        .lines()
        .find_map(|line| line.trim().strip_prefix("again"))
        .expect("it says how to try it again");
    let hex = again.split_once("--replay ").expect("it is small").1;
    let hex = hex.split(' ').next().expect("something stands there");
    let datagrams = hex.split(',').map(hex::decode);
    let datagrams = datagrams.collect::<Result<_, _>>().expect("it is hex");
    (printed, datagrams)
}

#[track_caller]
pub(crate) fn says(printed: &str, part: &str) {
    assert!(
        // The output wraps reasons.
        printed.replace("\n            ", " ").contains(part),
        "expected: {part}\nthere is:\n{printed}"
    );
}

#[test]
fn a_split_at_the_last_separator() {
    let old = "body.find(b\"::\", at, line_end)";
    let (printed, datagrams) = found(&[], old, "body.rfind(b\"::\", at, line_end)");
    assert_eq!(datagrams, [b"a\na:::\n"], "{printed}");
    says(&printed, ": 1 cause found in ");
    says(
        &printed,
        "1. it splits at the last `::` instead of the first",
    );
    says(&printed, "fail  a datagram of 7 bytes, made out of ");
    says(
        &printed,
        "why       parameter 1: expected the name \"a\", found \"a:\"",
    );
    says(&printed, "expected  a a=\":\"");
    says(&printed, "observed  a a:=\"\"");
    says(&printed, " (seed 1)");
}

#[test]
fn a_crash_at_a_quote_that_stays_open() {
    let old = "        if closing:\n";
    let new = "        if closing is None and body[at : at + 1] == b'\"': __import__('os').abort()\n        if closing:\n";
    let (printed, datagrams) = found(&[], old, new);
    assert_eq!(datagrams, [b"a\n\""], "{printed}");
    says(&printed, "crash a datagram of 3 bytes");
    says(&printed, "killed by signal 6 (SIGABRT)");
}

#[test]
fn a_hang_at_an_odd_byte() {
    let new = format!("{READ}\n        while b'\\x7f' in datagram: __import__('time').sleep(9)");
    let (printed, datagrams) = found(&[], READ, &new);
    assert_eq!(datagrams, [b"\x7f"], "{printed}");
    says(&printed, "hang  a datagram of 1 byte");
}

#[test]
fn an_old_buffer_in_front_of_what_comes_next() {
    // The good events between cases do not show this bug, because they have a named parameter.
    let new = format!(
        "{READ}\n        if b'::' not in datagram: datagram = globals().pop('kept', b'') + datagram\n        \
         if b'\\n' not in datagram: globals()['kept'] = datagram"
    );
    let (printed, datagrams) = found(&[], READ, &new);
    // Two datagrams would suffice, but a known fault explains them, and it does not explain the
    // first finding.
    assert!((2..=4).contains(&datagrams.len()), "{printed}");
    assert!(datagrams.concat().len() <= 3, "{printed}");
    says(&printed, " datagrams of ");
}

#[test]
fn an_event_like_the_last_one_is_dropped() {
    let old = "        print(json.dumps(line), flush=True)";
    let new = "        if line != globals().get('last'): print(json.dumps(line), flush=True)\n        globals()['last'] = line";
    let (printed, datagrams) = found(&[], old, new);
    assert_eq!(datagrams, [b"a\n", b"a\n"], "{printed}");
}

#[test]
fn a_listener_that_gives_up_after_so_many_errors() {
    // No single case shows this bug, only several cases in succession.
    let old = "            line = {\"error\": str(error)}\n";
    let new = format!(
        "{old}            listener_errors = globals()['errors'] = globals().get('errors', 0) + 1\n            \
         if listener_errors == 5: raise SystemExit\n"
    );
    let (printed, datagrams) = found(&[], old, &new);
    assert_eq!(datagrams.len(), 5, "{printed}");
    assert!(datagrams.concat().is_empty(), "{printed}");
    says(&printed, "crash 5 datagrams of 0 bytes in all");
}

#[test]
fn a_crash_after_which_it_cannot_be_started_again() {
    let folder = tempfile::tempdir().expect("there is room");
    let lock = folder.path().join("lock");
    let new = format!(
        "if os.path.exists({lock:?}): sys.exit('locked')\n    while True:\n        {READ}\n        \
         if b'\\r' in datagram:\n            open({lock:?}, 'w').close()\n            os.abort()\n"
    );
    let old = "    while True:\n        datagram = listener.recv(LARGEST)";
    let (_folder, path) = broken_python_listener(old, &format!("    import sys\n    {new}"));
    let ran = fuzz(&["--seed", "1", "--cases", "2000"], &path).expect_status(1);
    says(&ran.stdout, "crash ");
    says(&ran.stdout, ", perhaps not the smallest: ");
    says(
        &ran.stdout,
        "why       it ended: killed by signal 6 (SIGABRT)",
    );
    says(&ran.stdout, "locked");
}

#[test]
fn what_does_not_happen_again_is_flaky() {
    let folder = tempfile::tempdir().expect("there is room");
    let once = folder.path().join("once");
    let new = format!(
        "{READ}\n        if b'\\r' in datagram and not os.path.exists({once:?}):\n            \
         open({once:?}, 'w').close()\n            os.abort()"
    );
    let (_folder, path) = broken_python_listener(READ, &new);
    let ran = fuzz(&["--seed", "1", "--cases", "2000"], &path).expect_status(1);
    says(&ran.stdout, "1 cause found in 2000 cases");
    says(
        &ran.stdout,
        "it answers the same datagrams differently from run to run (T19)",
    );
    says(&ran.stdout, "flaky ");
    says(
        &ran.stdout,
        "it passed alone, and after the cases before it",
    );
}

#[test]
fn what_was_found_is_tried_first_the_next_time() {
    let old = "body.find(b\"::\", at, line_end)";
    let (folder, path) = broken_python_listener(old, "body.rfind(b\"::\", at, line_end)");
    let finds = folder.path().join("finds");
    let finds = finds.to_str().expect("it is UTF-8");
    let args = ["--seed", "1", "--cases", "700", "--finds", finds];
    fuzz(&args, &path)
        .expect_status(1)
        .expect_stderr("finds: 1 new");
    let args = ["--seed", "9", "--cases", "1", "--finds", finds];
    let ran = fuzz(&args, &path).expect_status(1);
    says(&ran.stdout, "1 cause found in 2 cases");
    ran.expect_stderr("finds: 0 new");
    fs::write(folder.path().join("finds/bad.json"), "{").expect("there is room");
    fuzz(&args, &path)
        .expect_status(2)
        .expect_stderr("bad.json: expected JSON in the format of");
}

#[test]
fn known_failures_are_no_findings() {
    let old = "body.find(b\"::\", at, line_end)";
    let (folder, path) = broken_python_listener(old, "body.rfind(b\"::\", at, line_end)");
    let list = folder.path().join("known.toml");
    let list = list.to_str().expect("it is UTF-8");
    let test = ["test", "--socket", "unix", "--known", list, "--write-known"];
    run(&[&test[..], &["--", "python3", &path]].concat()).expect_status(0);
    let text = fs::read_to_string(list).expect("it is written");
    fs::write(list, text.replace("say why", "rfind")).expect("there is room");
    let args = ["--seed", "1", "--cases", "700", "--known", list];
    let ran = fuzz(&args, &path).expect_status(0);
    says(&ran.stdout, "nothing found in ");
    says(&ran.stdout, "left out: 1 known cause of ");
}

#[test]
fn parameters_in_random_order_are_reported_once_without_a_minimal_case() {
    let old = "    return name, params\n\n\ndef closing";
    let new = "    __import__('random').shuffle(params)\n    return name, params\n\n\ndef closing";
    let (_folder, path) = broken_python_listener(old, new);
    let ran = fuzz(&["--seed", "1", "--cases", "300"], &path).expect_status(1);
    says(&ran.stdout, "1 cause found in 300 cases");
    says(
        &ran.stdout,
        "it answers the same datagrams differently from run to run",
    );
    assert!(!ran.stdout.contains(" in 1 try") && !ran.stdout.contains(" tries"));
}

#[test]
fn the_parts_of_a_search_and_several_instances_send_all_cases() {
    for (args, cases) in [
        (&["--shard", "1/3"][..], 34),
        (&["--shard", "3/3"], 33),
        (&["--jobs", "2"], 100),
        (&["--max-size", "16"], 100),
    ] {
        let ran = run(&[&["fuzz", "--seed", "1", "--cases", "100"], args].concat());
        let expected = format!("nothing found in {cases} cases");
        says(&ran.expect_status(0).stdout, &expected);
    }
}

#[test]
fn every_format_of_reports_is_written() {
    let old = "body.find(b\"::\", at, line_end)";
    let (folder, path) = broken_python_listener(old, "body.rfind(b\"::\", at, line_end)");
    for (format, part) in [
        ("html", "splits at the last"),
        ("junit", "failures=\"1\""),
        ("markdown", "does not conform: 1 of 1 test"),
        ("tap", "not ok 1"),
    ] {
        let file = folder.path().join(format);
        let report = format!("{format}={}", file.display());
        let args = ["--seed", "1", "--cases", "300", "--report", &report];
        fuzz(&args, &path).expect_status(1);
        let text = fs::read_to_string(&file).expect("it is written");
        assert!(text.contains(part), "{format}: {text}");
        // The report has the duration of the search, as reports of runs have.
        assert!(text.contains("duration"), "{format}: {text}");
    }
}

#[test]
fn advice_is_counted_and_fails_if_strict() {
    let old = "raise ValueError(\"params are neither an object nor an array\")";
    let new = format!("{old}\n    else:\n        params = dict(params).items()");
    let (_folder, path) = broken_python_listener(old, &new);
    let args = ["--dialect", "jsonrpc", "--seed", "2", "--cases", "2000"];
    let ran = fuzz(&args, &path).expect_status(0);
    ran.expect_stderr(
        "violations of should requirements, by the requirements that the cases touch: ",
    );
    let (printed, datagrams) = found_in(&["--dialect", "jsonrpc", "--strict"], &path);
    says(&printed, "warn  a datagram of ");
    says(&printed, "It breaks a should requirement");
    let [datagram] = &datagrams[..] else {
        panic!("{printed}");
    };
    assert!(
        Dialect::JsonRpc.advice(datagram).contains(&"J7"),
        "{printed}"
    );
    assert!(datagram.len() <= 53, "{printed}");
}

#[test]
fn good_listeners_come_out_clean() {
    // Listeners need not accept bytes that are not UTF-8.
    let old = "datagram.decode(errors=\"surrogateescape\")";
    let (_folder, plain) = broken_python_listener(old, "datagram.decode()");
    let python = python_listener();
    let python = python.to_str().expect("it is UTF-8");
    for seed in ["1", "2"] {
        let seed = ["--seed", seed, "--cases", "700"];
        let ran = fuzz(&[&seed[..], &["--strict"]].concat(), python);
        says(&ran.expect_status(0).stdout, "nothing found in 700 cases");
        let jsonrpc = [&seed[..], &["--dialect", "jsonrpc"]].concat();
        fuzz(&[&jsonrpc[..], &["--strict"]].concat(), python).expect_status(0);
        fuzz(&jsonrpc, &plain).expect_status(0);
        for args in [
            &["--strict"][..],
            &["--strict", "--dialect", "jsonrpc"],
            &["--strict", "--socket", "udp"],
            &["--parser"],
        ] {
            run(&[&["fuzz"], &seed[..], args].concat()).expect_status(0);
        }
    }
}

#[test]
fn a_seed_finds_the_same_and_a_time_ends_the_search() {
    let old = "body.find(b\"::\", at, line_end)";
    let (_folder, path) = broken_python_listener(old, "body.rfind(b\"::\", at, line_end)");
    let args = ["--seed", "5", "--cases", "2000"];
    let runs: Vec<_> = (0..2)
        .map(|_| fuzz(&args, &path).expect_status(1).stdout)
        .collect();
    assert_eq!(runs[0], runs[1]);
    let ran = run(&["fuzz", "--time", "200ms"]).expect_status(0);
    ran.expect_stderr(" cases a second), 1 start of the subject");
}

#[test]
fn both_sockets_are_tried_and_each_cause_is_found_once() {
    let ran = run(&["fuzz", "--socket", "both", "--cases", "50", "--seed", "1"]).expect_status(0);
    says(
        &ran.stdout,
        "over udp: nothing found in 50 cases (seed 1)\n",
    );
    says(
        &ran.stdout,
        "over unix: nothing found in 50 cases (seed 1)\n",
    );
    let ran = run(&["fuzz", "--socket", "both", "--time", "200ms"]).expect_status(0);
    assert_eq!(ran.stdout.matches("nothing found").count(), 2);
    let over_unix = "__import__('os').environ['EVDG_SOCKET'].startswith('unix')";
    let new = format!("(body.rfind if {over_unix} else body.find)(b\"::\", at, line_end)");
    let old = "body.find(b\"::\", at, line_end)";
    let both = ["--socket", "both", "--cases", "700", "--seed", "1"];
    let (_folder, path) = broken_python_listener(old, &new);
    let printed = fuzz(&both, &path).expect_status(1).stdout;
    says(&printed, "over udp: nothing found in 700 cases");
    says(&printed, "over unix: 1 cause found in 700 cases");
    says(&printed, " --socket unix -- ");
    // A cause that was found over the first socket is not reported again over the second one.
    let (_folder, path) = broken_python_listener(old, "body.rfind(b\"::\", at, line_end)");
    let printed = fuzz(&both, &path).expect_status(1).stdout;
    says(&printed, "over udp: 1 cause found in 700 cases");
    says(&printed, "over unix: nothing found in 700 cases");
    let first = [&both[..], &["--first"]].concat();
    let printed = fuzz(&first, &path).expect_status(1).stdout;
    says(&printed, "over udp: 1 cause found in ");
    assert!(!printed.contains("over unix"), "{printed}");
}

#[test]
fn what_was_found_is_saved_as_a_vector_that_fails() {
    let old = "body.find(b\"::\", at, line_end)";
    let (folder, path) = broken_python_listener(old, "body.rfind(b\"::\", at, line_end)");
    let corpus = folder.path().join("corpus");
    let vectors = corpus.join("vectors/text");
    fs::create_dir_all(&vectors).expect("there is room");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    fs::copy(root.join("SPEC.md"), corpus.join("SPEC.md")).expect("it is there");
    let file = vectors.join("found.json");
    let save = file.to_str().expect("it is UTF-8");
    let args = ["--seed", "1", "--cases", "700", "--save", save];
    fuzz(&args, &path)
        .expect_status(1)
        .expect_stderr("found.json: 1 vector");

    let json = |path: &Path| {
        let text = fs::read_to_string(path).expect("it is there");
        serde_json::from_str::<serde_json::Value>(&text).expect("it is JSON")
    };
    let schema = jsonschema::validator_for(&json(&root.join("vectors/schema.json")))
        .expect("it is a schema");
    let errors: Vec<_> = schema
        .iter_errors(&json(&file))
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let corpus = corpus.to_str().expect("it is UTF-8");
    let check = ["test", "--socket", "unix", "--corpus", corpus];
    run(&check).expect_status(0);
    let ran = run(&[&check[..], &["--", "python3", &path]].concat()).expect_status(1);
    says(
        &ran.stdout,
        "A listener was found that splits at the last `::` instead of the first",
    );
}

#[test]
fn what_was_found_is_told_though_it_cannot_be_saved() {
    let old = "body.find(b\"::\", at, line_end)";
    let (folder, path) = broken_python_listener(old, "body.rfind(b\"::\", at, line_end)");
    let full = folder.path().join("full.json");
    std::os::unix::fs::symlink("/dev/full", &full).expect("there is room");
    let save = full.to_str().expect("it is UTF-8");
    let args = ["--seed", "1", "--first", "--save", save];
    let ran = fuzz(&args, &path)
        .expect_status(3)
        .expect_stderr("full.json: No space left on device");
    says(&ran.stdout, "1 cause found in ");
    says(&ran.stdout, "again     evdg fuzz --replay ");
}

#[test]
fn a_case_is_tried_again() {
    let python = python_listener();
    let python = python.to_str().expect("it is UTF-8");
    let ran = fuzz(&["--replay", "610a613a3a3a0a,,0a"], python).expect_status(0);
    says(&ran.stdout, "nothing found\n");
    let (_folder, path) = broken_python_listener("separator > at:", "separator >= at:");
    let replay = ["--replay", "610a3a3a0a"];
    fuzz(&replay, &path).expect_status(0);
    let ran = fuzz(&[&replay[..], &["--strict"]].concat(), &path).expect_status(1);
    says(&ran.stdout, "warn  a datagram of 5 bytes\n");
    says(
        &ran.stdout,
        "again     evdg fuzz --replay 610a3a3a0a --strict --socket unix -- python3 ",
    );
}

#[test]
fn statuses_tell_what_went_wrong_before_anything_was_found() {
    run(&["fuzz", "--replay", "0g"])
        .expect_status(2)
        .expect_stderr("replay");
    run(&["fuzz", "--cases", "0"]).expect_status(2);
    run(&["fuzz", "--save", "Not a slug.json"])
        .expect_status(2)
        .expect_stderr("topic");
    let begin = Instant::now();
    run(&[
        "fuzz",
        "--time",
        "100s",
        "--save",
        "/no/such/folder/found.json",
    ])
    .expect_status(2)
    .expect_stderr("/no/such/folder/found.json");
    assert!(begin.elapsed() < Duration::from_secs(50));
    run(&["fuzz", "--", "/bin/false"]).expect_status(3);
    let old = "    while True:\n";
    let (_folder, path) = broken_python_listener(
        old,
        "    print('{\"ready\":true,\"dialects\":[\"jsonrpc\"]}', flush=True)\n    while True:\n",
    );
    fuzz(&["--cases", "100"], &path)
        .expect_status(4)
        .expect_stderr("nothing applies: the subject declares that it reads jsonrpc, not text");
}

#[test]
fn an_interrupted_search_tells_how_far_it_came() {
    let folder = tempfile::tempdir().expect("there is room");
    let mark = folder.path().join("received");
    let new = format!("{READ}\n        open({mark:?}, 'w').close()");
    let (_folder, path) = broken_python_listener(READ, &new);
    let mut command = evdg();
    command.args([
        "fuzz", "--seed", "3", "--time", "10m", "--", "python3", &path,
    ]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("evdg runs");
    wait_until(|| mark.exists());
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.expect("kill runs").success());
    let ran = Ran::from(child.wait_with_output().expect("it ends")).expect_status(130);
    assert_eq!(ran.stdout, "");
    ran.expect_stderr("evdg: seed 3: ")
        .expect_stderr("evdg: interrupted\n");
}
