//! Tests with subjects whose failures show at other vectors than those that cause them, or at other
//! vectors in each run. `evdg` must report the cause once, and judge every other vector on its own.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::evdg::{Ran, run, test};
use crate::hostile_subjects::{listener_with, test_listener_with};

/// A listener that is correct, except that it handles each datagram in a thread of its own.
pub(crate) const THREADS: &str = "import threading
def work(datagram):
    try: line = report(*parse(datagram))
    except ValueError as error: line = {'error': str(error)}
    sys.stdout.write(json.dumps(line) + '\\n'); sys.stdout.flush()
threading.Thread(target=work, args=(datagram,)).start()
continue";

/// A listener that is correct, except that it reports parameters in random order.
const SHUFFLED: &str = "import random
whole = report if count == 0 else whole
def report(name, params): return whole(name, random.sample(params, len(params)))";

/// A listener that is correct, except that it reports parameters in the order of a hash table,
/// whose seed differs from process to process.
const HASHED: &str = "whole = report if count == 0 else whole
def report(name, params): return whole(name, sorted(params, key=lambda param: hash(param[0])))";

/// A listener that is correct, except that it repeats all reports after a while, in order.
const REPEATED: &str = "import queue, threading
def say(line):
    with lock: sys.stdout.write(json.dumps(line) + '\\n'); sys.stdout.flush()
def repeat():
    while True:
        when, line = copies.get()
        time.sleep(max(0, when - time.monotonic()))
        say(line)
if count == 0:
    lock, copies = threading.Lock(), queue.Queue()
    threading.Thread(target=repeat, daemon=True).start()
try: copies.put((time.monotonic() + 0.3, report(*parse(datagram))))
except ValueError: pass";

/// The results that did not pass: the verdict and the requirement, by vector and socket.
pub(crate) type Failures = BTreeMap<(String, String), (String, String)>;

/// Runs vectors on a listener with the code `extra`, and returns the report.
pub(crate) fn report_of(args: &[&str], extra: &str) -> (Ran, Value) {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("report.json");
    let json = format!("json={}", path.display());
    let command = listener_with(extra);
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    let ran = test(
        &[args, &["--verbose", "--report", &json]].concat(),
        &command,
    );
    let report = fs::read(path).unwrap_or_else(|_| panic!("no report: {}", ran.stderr));
    let report = serde_json::from_slice(&report).expect("it is JSON");
    (ran, report)
}

pub(crate) fn failures(report: &Value) -> Failures {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let results = report["results"].as_array().expect("it is a list");
    let failures = results.iter().filter(|result| {
        !matches!(
            result["verdict"].as_str(),
            Some("pass" | "info" | "not-applicable")
        )
    });
    let failures = failures.map(|result| {
        let key = (text(&result["id"]), text(&result["socket"]));
        let value = (text(&result["verdict"]), text(&result["requirement"]));
        (key, value)
    });
    failures.collect()
}

/// Checks in two runs that exactly one of these vectors fails over each socket, that it tests this
/// requirement, and that it fails alone, too.
#[track_caller]
fn fails_once(args: &[&str], filters: &[&str], extra: &str, requirement: &str, why: &str) {
    let patterns = filters.iter().flat_map(|pattern| ["--filter", pattern]);
    let all: Vec<_> = args.iter().copied().chain(patterns).collect();
    let (ran, first) = report_of(&all, extra);
    let (_, second) = report_of(&all, extra);
    let found = failures(&first);
    assert_eq!(found, failures(&second), "{}", ran.stdout);
    assert!(ran.unwrapped().contains(why), "{}", ran.stdout);
    let sockets: Vec<_> = found.keys().map(|(_, socket)| &socket[..]).collect();
    assert_eq!(sockets, ["udp", "unix"], "{}", ran.stdout);
    for ((id, socket), result) in &found {
        assert_eq!(result, &("fail".into(), requirement.into()), "{id}");
        let again = ["--filter", id, "--socket", socket];
        let (_, report) = report_of(&[args, &again].concat(), extra);
        assert_eq!(failures(&report).len(), 1, "{id} alone over {socket}");
    }
}

pub(crate) const JSONRPC: &[&str] = &["--dialect", "jsonrpc"];

#[test]
fn reports_that_overtake_each_other_fail_one_vector() {
    let why = "its reports overtake each other";
    let filters = ["order-*", "state-*", "sep-*"];
    fails_once(&[], &filters, THREADS, "T19", why);
    let filters = ["rpc-params-*", "rpc-state-*"];
    fails_once(JSONRPC, &filters, THREADS, "T19", why);
}

#[test]
fn a_report_of_overtaking_shows_the_order_and_not_a_vector_that_was_read_right() {
    let folder = tempfile::tempdir().expect("there is room");
    let page = folder.path().join("report.html");
    let html = format!("html={}", page.display());
    let args = [
        "--socket",
        "unix",
        "--filter",
        "state-two-events",
        "--report",
        &html,
    ];
    let ran = test_listener_with(&args, THREADS).expect_status(1);
    let observed = "in another order: the report of a short datagram, then that of the long one";
    let line = format!("\n  observed  {observed}\n");
    assert!(ran.stdout.contains(&line), "{}", ran.stdout);
    assert!(!ran.stdout.contains("E_A ip="), "{}", ran.stdout);
    let summary = "      The whole run showed this, not this vector alone.";
    assert!(ran.stdout.contains(summary), "{}", ran.stdout);
    let evidence = ran
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("  why"));
    let mut evidence = evidence.take_while(|line| !line.starts_with("  again"));
    assert!(
        evidence.all(|line| line.chars().count() <= 100),
        "{}",
        ran.stdout
    );
    let page = fs::read_to_string(page).expect("it is written");
    assert!(page.contains(observed), "{page}");
}

#[test]
fn malformed_datagrams_that_threads_report_as_events_fail_alone() {
    let good = "line = {'error': str(error)}";
    assert!(THREADS.contains(good));
    let wrong = THREADS.replace(good, "line = report(b'E_TEST', [])");
    for args in [&["--filter", "bad-e*"], &["--filter", "rpc-bad-e*"]] {
        let dialect = ["text", "jsonrpc"][usize::from(args[1].starts_with("rpc"))];
        let args = [&args[..], &["--dialect", dialect, "--socket", "unix"]].concat();
        let (ran, report) = report_of(&args, &wrong);
        let found = failures(&report);
        let results = report["results"].as_array().expect("it is a list");
        assert_eq!(found.len(), results.len(), "{}", ran.stdout);
        let is_found = |(verdict, _): &(String, String)| verdict == "fail" || verdict == "warn";
        assert!(found.values().all(is_found), "{}", ran.stdout);
    }
}

#[test]
fn a_malformed_datagram_whose_report_came_late_has_not_passed() {
    // The report of the first malformed datagram comes after that of the good event behind it.
    let late = "
            late, fenced = vars(json).setdefault('late', ([], threading.Event()))
            if not late: late.append(datagram); fenced.clear(); fenced.wait()
            line = report(b'E_TEST', [])";
    let listener = THREADS
        .replace(" line = {'error': str(error)}", late)
        .replace(
            "flush()",
            "flush(); getattr(json, 'late', [threading.Event()])[-1].set()",
        );
    for dialect in ["text", "jsonrpc"] {
        let filter = ["bad-e*", "rpc-bad-e*"][usize::from(dialect == "jsonrpc")];
        let args = ["--filter", filter, "--dialect", dialect, "--socket", "unix"];
        let (ran, report) = report_of(&args, &listener);
        let results = report["results"].as_array().expect("it is a list");
        assert_eq!(failures(&report).len(), results.len(), "{}", ran.stdout);
    }
}

#[test]
fn a_rejection_that_comes_late_does_not_fail_the_next_vector() {
    // A rejection is written together with the next report of an event, in front of it.
    let listener = THREADS
        .replace(
            " line = {'error': str(error)}",
            " late.append(json.dumps({'error': str(error)}) + '\\n'); return",
        )
        .replace(
            "json.dumps(line)",
            "('' if b'FENCE' in datagram else ''.join(late.pop() for _ in late[:])) + json.dumps(line)",
        )
        .replace("import threading", "import threading\nlate = vars(json).setdefault('late', [])");
    for filters in [
        ["bad-e*", "quote-*", "state-two-*"],
        ["rpc-bad-e*", "rpc-string-*", "rpc-state-two-*"],
    ] {
        let dialect = ["text", "jsonrpc"][usize::from(filters[0].starts_with("rpc"))];
        let filters = filters.iter().flat_map(|pattern| ["--filter", pattern]);
        let args = ["--dialect", dialect, "--socket", "unix"];
        let args: Vec<_> = args.into_iter().chain(filters).collect();
        let (ran, report) = report_of(&args, &listener);
        let failures = failures(&report);
        let requirements: Vec<_> = failures.values().map(|(_, id)| &id[..]).collect();
        assert_eq!(requirements, ["T19"], "{}", ran.stdout);
    }
}

#[test]
fn a_listener_with_threads_that_never_stops_writing_fails() {
    let endless = "import threading
def write():
    while True: sys.stdout.write('{\"error\":\"x\"}\\n'); sys.stdout.flush(); time.sleep(0.002)
if count == 0: threading.Thread(target=write, daemon=True).start()";
    let listener = THREADS.replace("import threading", endless);
    let why = "it reports something all the time, although no datagram comes";
    // One vector fails for this, whichever was selected. Others may fail for reports too many.
    for filter in ["order-*", "state-two-*"] {
        let args = ["--filter", filter, "--socket", "unix"];
        let (ran, report) = report_of(&args, &listener);
        assert!(!failures(&report).is_empty(), "{}", ran.stdout);
        assert!(ran.unwrapped().contains(why), "{}", ran.stdout);
    }
}

#[test]
fn parameters_in_random_order_fail_one_vector() {
    let why = "in another order each time";
    for extra in [SHUFFLED, HASHED] {
        fails_once(&[], &["order-*", "sep-*"], extra, "T14", why);
        let filters = ["rpc-params-*", "rpc-name-*"];
        fails_once(JSONRPC, &filters, extra, "J2", why);
    }
}

#[test]
fn a_fence_with_several_parameters_may_come_in_any_order() {
    let why = "in another order each time";
    let fence = ["--fence", "E_A ip={tag} port=5060 from=x"];
    fails_once(&fence, &["order-*", "sep-*"], SHUFFLED, "T14", why);
    let args = [JSONRPC, &fence].concat();
    fails_once(&args, &["rpc-params-*"], SHUFFLED, "J2", why);
}

#[test]
fn runs_of_a_listener_with_hash_order_compare_as_equal() {
    let folder = tempfile::tempdir().expect("there is room");
    let paths = ["1.json", "2.json"].map(|name| folder.path().join(name));
    for path in &paths {
        let (_, report) = report_of(&["--socket", "unix", "--filter", "order-*"], HASHED);
        fs::write(path, report.to_string()).expect("there is room");
    }
    let paths = paths
        .each_ref()
        .map(|path| path.to_str().expect("it is UTF-8"));
    run(&["compare", paths[0], paths[1]]).expect_status(0);
}

#[test]
fn copies_that_come_late_are_seen_by_lingering() {
    let why = "it reports datagrams again after later ones have come";
    let linger = ["--linger", "1s"];
    fails_once(&linger, &["state-two-*", "sep-*"], REPEATED, "T19", why);
    let args = [JSONRPC, &linger].concat();
    fails_once(&args, &["rpc-state-two-*"], REPEATED, "T19", why);
    // If no vector tests the requirement, the last vector reports the behaviour.
    let args = ["--socket", "unix", "--filter", "sep-*", "--linger", "1s"];
    let (ran, _) = report_of(&args, REPEATED);
    ran.expect_status(1);
    // A correct listener reports nothing after the last vector.
    let (ran, _) = report_of(&args, "");
    ran.expect_status(0);
}

#[test]
fn copies_that_come_during_the_run_fail_one_vector() {
    // The listener is slow, so that the copies of the first report come during the other vectors.
    let slow = format!("{REPEATED}\nif count % 20 == 0: time.sleep(0.1)");
    let args = [
        "--filter", "order-*", "--filter", "state-*", "--filter", "sep-*",
    ];
    let (ran, report) = report_of(&args, &slow);
    let failures: Vec<_> = failures(&report).into_values().collect();
    assert_eq!(
        failures,
        vec![("fail".to_owned(), "T19".to_owned()); 2],
        "{}",
        ran.stdout
    );
}

/// Returns the ids of the vectors at which the listener crashes or hangs, and what the run printed.
/// No vector may fail in another way.
pub(crate) fn losses(verdict: &str, args: &[&str], extra: &str) -> (Vec<String>, String) {
    let (ran, report) = report_of(&[args, &["--socket", "unix"]].concat(), extra);
    let found = failures(&report);
    let ids = found.into_iter().map(|((id, _), (found, _))| {
        assert_eq!(found, verdict, "{id}: {}", ran.stdout);
        id
    });
    (ids.collect(), ran.unwrapped())
}

#[test]
fn a_listener_that_reads_ahead_crashes_at_the_vector_that_does_it() {
    // The listener dies of a datagram when it has read it, while earlier datagrams are still to be
    // reported.
    let ahead = "import threading, queue
if count == 0: todo = queue.Queue()
def work():
    while True:
        one = todo.get(); time.sleep(0.002)
        try: say(report(*parse(one)))
        except ValueError: pass
if count == 0: threading.Thread(target=work, daemon=True).start()
if b'key::b::c' in datagram or b'\"zz\":\"1\"' in datagram: os.abort()
todo.put(datagram)
continue";
    let (ids, stdout) = losses("crash", &["--filter", "sep-*"], ahead);
    assert_eq!(ids, ["sep-first-one-splits"], "{stdout}");
    let args = ["--dialect", "jsonrpc", "--filter", "rpc-params-*"];
    let (ids, stdout) = losses("crash", &args, ahead);
    assert_eq!(ids, ["rpc-params-names-left-over"], "{stdout}");
}

#[test]
fn a_crash_that_takes_two_vectors_is_found_by_a_replay() {
    // The listener dies of a vector if it has received a certain other vector before, with some
    // between them.
    let two = "if count == 0: armed = False
armed = armed or b'order' in datagram or b'z::1' in datagram or b'\"first\":\"1st\"' in datagram
if armed and (b'a::\\n' in datagram or b'\"zz\":\"1\"' in datagram): os.abort()";
    let (ids, stdout) = losses("crash", &["--filter", "order-*"], two);
    assert_eq!(ids, ["order-duplicate-first-empty"], "{stdout}");
    assert!(
        stdout.contains("only after the vectors before it"),
        "{stdout}"
    );
    let (ids, stdout) = losses(
        "crash",
        &["--dialect", "jsonrpc", "--filter", "rpc-params-*"],
        two,
    );
    assert_eq!(ids, ["rpc-params-names-left-over"], "{stdout}");
}

#[test]
fn a_parser_without_state_does_not_fail_in_sequences() {
    // The parser reads each name wrong, both in sequences and alone.
    let lower = "whole = report if count == 0 else whole
def report(name, params): return whole(name if b'FENCE' in name else name.lower(), params)";
    for args in [["--filter", "state-*"], ["--filter", "rpc-state-*"]] {
        let dialect = ["text", "jsonrpc"][usize::from(args[1].starts_with("rpc"))];
        let (ran, report) = report_of(&[&args[..], &["--dialect", dialect]].concat(), lower);
        assert_eq!(failures(&report), Failures::new(), "{}", ran.stdout);
        let why = "no failure of state: alone, what is wrong here is read the same way";
        let why_of = |result: &Value| result["why"].as_str().is_some_and(|it| it.starts_with(why));
        let results = report["results"].as_array().expect("it is a list");
        assert!(results.iter().filter(|result| why_of(result)).count() > 50);
    }
}

#[test]
fn a_vector_that_is_read_as_the_one_before_it_is_blamed_itself() {
    // The listener unescapes values once more, so that it reports the second vector with the event
    // that the first one expects. The first one had a report of its own.
    let once_more = r#"whole = report if count == 0 else whole
def report(name, params): return whole(name, [(name, value.replace(b'\\"', b'"')) for name, value in params])"#;
    let args = ["--filter", "esc-*backslash*-and-quote"];
    let (ran, report) = report_of(&args, once_more);
    let results = report["results"].as_array().expect("it is a list");
    assert_eq!(results.len(), 4, "{}", ran.stdout);
    for result in results {
        let why = result["why"].as_str().unwrap_or_default();
        assert!(
            why.starts_with("parameter 1: expected the value"),
            "{}",
            ran.stdout
        );
    }
}
