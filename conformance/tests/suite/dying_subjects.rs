//! Tests with subjects that crash or hang: the report blames the vector that caused it, and the run
//! goes on with the next one.

use std::fs;
use std::time::{Duration, Instant};

use crate::hostile_subjects::{FEW, test_listener_with};

#[test]
fn a_listener_that_crashes_goes_on_with_the_next_vector() {
    let crash = "if datagram == b'E_TEST\\nkey::b::c\\n\\n': os.abort()";
    let ran = test_listener_with(FEW, crash).expect_status(1);
    assert!(
        ran.stdout
            .contains("it ended: killed by signal 6 (SIGABRT)"),
        "{}",
        ran.stdout
    );
    assert_eq!(
        ran.stdout.matches("sep-first-one-splits").count(),
        3,
        "{}",
        ran.stdout
    );
    let exits = "if b'::b::c' in datagram: sys.exit('cannot go on')";
    let ran = test_listener_with(FEW, exits).expect_status(1);
    assert!(
        ran.stdout.contains("it ended: exit status 1"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("cannot go on"), "{}", ran.stdout);
}

#[test]
fn reports_that_arrive_before_a_crash_count() {
    // The listener writes all reports at once, when no datagram is left or before it dies. When it
    // dies, its socket is closed and the runner has many reports to read.
    let hasty = "import select\n\
        if count == 0: lines = []\n\
        fatal = datagram == b'E_TEST\\na:b\\n\\n'\n\
        if fatal: sock.close()\n\
        if not fatal: lines.append(json.dumps(report(*parse(datagram))))\n\
        if fatal or not select.select([sock], [], [], 0.02)[0]:\n    \
            sys.stdout.write(''.join(line + '\\n' for line in lines)); sys.stdout.flush(); lines.clear()\n\
        if fatal: os.abort()\n\
        continue";
    let ran = test_listener_with(FEW, hasty).expect_status(1);
    let crashes = ran.stdout.lines().filter(|line| line.starts_with("crash"));
    let ids: Vec<_> = crashes
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(ids, ["sep-single-colon-unnamed"], "{}", ran.stdout);
    assert!(!ran.stdout.contains("flaky"), "{}", ran.stdout);
}

#[test]
fn a_listener_that_dies_late_does_not_discredit_the_next_vector() {
    // The listener reports the fence that follows the fatal datagram before it dies.
    let late = "if b'::b::c' in datagram: doomed = True\n\
                elif 'doomed' in globals(): say(report(*parse(datagram))); os.abort()";
    let ran = test_listener_with(FEW, late).expect_status(1);
    assert!(
        ran.stdout
            .contains("it answered this vector, but then it ended: killed by signal 6"),
        "{}",
        ran.stdout
    );
    let crashes = ran
        .stdout
        .lines()
        .filter(|line| line.starts_with("crash"))
        .collect::<Vec<_>>();
    let ids: Vec<_> = crashes
        .iter()
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(
        ids,
        [
            "sep-first-one-splits",
            "sep-several-in-value",
            "sep-collision-three-parts"
        ]
    );
}

#[test]
fn a_listener_that_dies_once_is_flaky() {
    let folder = tempfile::tempdir().expect("there is room");
    let mark = folder.path().join("died");
    let die =
        format!("if count == 1 and not os.path.exists({mark:?}): open({mark:?}, 'w'); os.abort()");
    let ran = test_listener_with(FEW, &die).expect_status(1);
    assert!(ran.first_screen().contains("flaky"), "{}", ran.stdout);
}

#[test]
fn a_run_waits_a_limited_time_for_a_hanging_listener() {
    let begin = Instant::now();
    let hang = "if datagram == b'E_TEST\\nkey::b::c\\n\\n': time.sleep(1000)";
    let ran = test_listener_with(FEW, hang).expect_status(1);
    assert!(
        ran.first_screen().contains("was not reported within "),
        "{}",
        ran.stdout
    );
    assert!(
        begin.elapsed() < Duration::from_secs(30),
        "it took {:?}",
        begin.elapsed()
    );
}

#[test]
fn a_listener_that_hangs_once_is_flaky() {
    let folder = tempfile::tempdir().expect("there is room");
    let mark = folder.path().join("hung");
    let hang = format!(
        "if b'::b::c' in datagram and not os.path.exists({mark:?}): open({mark:?}, 'w'); time.sleep(1000)"
    );
    let ran = test_listener_with(FEW, &hang).expect_status(1);
    assert!(ran.first_screen().contains("flaky"), "{}", ran.stdout);
}

#[test]
fn a_closed_socket_or_output_is_the_reason_of_a_failure() {
    let ran = test_listener_with(
        FEW,
        "if b'::b::c' in datagram: os.close(1); time.sleep(1000)",
    )
    .expect_status(1);
    assert!(
        ran.stdout.contains("it closed its standard output"),
        "{}",
        ran.stdout
    );
    for socket in ["udp", "unix"] {
        let args = ["--verbose", "--socket", socket, "--filter", "sep-*"];
        let ran = test_listener_with(
            &args,
            "if b'::b::c' in datagram: sock.close(); time.sleep(1000)",
        )
        .expect_status(1);
        assert!(
            ran.stdout.contains("nobody listens on its socket any more"),
            "{}",
            ran.stdout
        );
    }
}

#[test]
fn every_vector_has_a_verdict_if_the_listener_cannot_be_restarted() {
    let folder = tempfile::tempdir().expect("there is room");
    let mark = folder.path().join("started");
    let script = format!(
        "if count == 0:\n    if os.path.exists({mark:?}): sys.exit(9)\n    open({mark:?}, 'w')\n\
         if b'::b::c' in datagram: os.abort()"
    );
    let report = folder.path().join("report.json");
    let json = format!("json={}", report.display());
    let args = [FEW, &["--report", &json]].concat();
    test_listener_with(&args, &script).expect_status(1);
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(report).expect("it is there")).expect("it is JSON");
    let results = report["results"].as_array().expect("it is a list");
    assert_eq!(
        results.len(),
        report["summary"]["total"],
        "every vector has its verdict"
    );
    let why = results.last().and_then(|last| last["why"].as_str());
    assert!(
        why.is_some_and(|why| why.contains("it was not sent: the subject died at `sep-")),
        "{why:?}"
    );
    assert!(
        why.is_some_and(|why| why.contains("exit status 9")),
        "{why:?}"
    );
}

#[test]
fn the_end_of_a_listener_that_closed_its_socket_early_is_reported_once() {
    // The listener reports all datagrams that it received before it closed its socket. The report
    // of the run still says how the listener ended. The runner sends 66 datagrams after the first
    // fence, the other fences included.
    let late = "if count == 0:
    open_socket, held = sock, []
    class sock:
        def recv(size):
            if len(held) < 66: return open_socket.recv(size)
            open_socket.close()
            time.sleep(0.2)
            for one in held:
                try: say(report(*parse(one)))
                except ValueError: pass
            os._exit(9)
else:
    held.append(datagram)
    continue";
    let ran = test_listener_with(FEW, late).expect_status(1);
    let end = "it answered this vector, but then it ended: exit status 9";
    assert!(ran.stdout.contains(end), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("\n  why  ").count(), 1, "{}", ran.stdout);
}
