//! Tests with subjects that stop answering: while the runner waits for one instance it tests
//! others, and it distinguishes a slow subject from one that hangs.

use crate::blame::{Failures, JSONRPC, failures, losses, report_of};

/// A listener that hangs on each datagram that it has to reject.
pub(crate) const HANGS: &str = "try: parse(datagram)
except ValueError: time.sleep(1000)";

/// A listener that keeps datagrams that it must reject, and puts them before all later ones.
pub(crate) const KEEPS: &str = "if count == 0: kept = b''
datagram = kept + datagram
try: parse(datagram); kept = b''
except ValueError: kept = datagram; continue";

/// A listener that takes so long for some datagrams that the runner suspects a hang.
const SLOW: &str = "if b'::b' in datagram or b'\"zz\"' in datagram: time.sleep(0.4)";

#[track_caller]
fn each_hangs(args: &[&str], extra: &str, filter: &str) {
    let args = [args, &["--socket", "unix", "--filter", filter]].concat();
    let (ran, report) = report_of(&args, extra);
    let found = failures(&report);
    let results = report["results"].as_array().expect("it is a list");
    assert_eq!(found.len(), results.len(), "{}", ran.stdout);
    let hangs = found
        .values()
        .filter(|(verdict, _)| verdict == "hang")
        .count();
    assert_eq!(hangs, found.len(), "{}", ran.stdout);
}

#[test]
fn a_listener_that_hangs_on_malformed_datagrams() {
    each_hangs(&[], HANGS, "bad-e*");
    each_hangs(JSONRPC, HANGS, "rpc-bad-e*");
}

#[test]
fn a_listener_that_keeps_malformed_bytes_for_ever() {
    each_hangs(JSONRPC, KEEPS, "rpc-bad-t*");
    // In the text dialect, the kept bytes may become an event together with the next datagram. The
    // listener then goes on.
    let (ran, report) = report_of(&["--filter", "malformed"], KEEPS);
    let found = failures(&report);
    let is_found = |(verdict, _): &(String, String)| verdict == "hang" || verdict == "fail";
    assert!(
        found.len() > 10 && found.values().all(is_found),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_slow_listener_does_not_hang() {
    let (ran, report) = report_of(&["--socket", "unix", "--filter", "sep-*"], SLOW);
    assert_eq!(failures(&report), Failures::new(), "{}", ran.stdout);
    let args = [JSONRPC, &["--socket", "unix", "--filter", "rpc-params-*"]].concat();
    let (ran, report) = report_of(&args, SLOW);
    assert_eq!(failures(&report), Failures::new(), "{}", ran.stdout);
}

#[test]
fn a_listener_that_is_very_slow_once_is_not_flaky() {
    // The first instance takes longer than the runner waits before it counts as hanging, which is
    // at most the time of --timeout. The next instance is fast.
    let folder = tempfile::tempdir().expect("there is room");
    let mark = folder.path().join("was-slow");
    let slow_once = format!(
        "if b'key::b::c' in datagram and not os.path.exists({mark:?}):
    open({mark:?}, 'w').close(); time.sleep(3.5)"
    );
    let args = ["--socket", "unix", "--filter", "sep-*", "--timeout", "3s"];
    let (ran, report) = report_of(&args, &slow_once);
    assert!(mark.exists());
    assert_eq!(failures(&report), Failures::new(), "{}", ran.stdout);
}

#[test]
fn a_listener_that_reads_ahead_hangs_at_the_vector_that_does_it() {
    // The listener hangs at a datagram when it has read it, while earlier datagrams are still to be
    // reported.
    let ahead = "import threading, queue
if count == 0: todo, busy = queue.Queue(), threading.Lock()
def work():
    while True:
        one = todo.get(); time.sleep(0.002)
        with busy:
            try: say(report(*parse(one)))
            except ValueError: pass
if count == 0: threading.Thread(target=work, daemon=True).start()
if b'key::b::c' in datagram or b'\"zz\":\"1\"' in datagram: busy.acquire(); time.sleep(1000)
todo.put(datagram)
continue";
    let (ids, stdout) = losses("hang", &["--filter", "sep-*"], ahead);
    assert_eq!(ids, ["sep-first-one-splits"], "{stdout}");
    let args = [JSONRPC, &["--filter", "rpc-params-*"]].concat();
    let (ids, stdout) = losses("hang", &args, ahead);
    assert_eq!(ids, ["rpc-params-names-left-over"], "{stdout}");
}

#[test]
fn a_hang_that_takes_two_vectors_is_found_by_a_replay() {
    // The listener hangs at a vector if it has received a certain other vector before, with some
    // between them.
    let two = "if count == 0: armed = False
armed = armed or b'order' in datagram or b'z::1' in datagram or b'\"first\":\"1st\"' in datagram
if armed and (b'a::\\n' in datagram or b'\"zz\":\"1\"' in datagram): time.sleep(1000)";
    let behind = "only after the vectors before it";
    let (ids, stdout) = losses("hang", &["--filter", "order-*"], two);
    assert_eq!(ids, ["order-duplicate-first-empty"], "{stdout}");
    assert!(stdout.contains(behind), "{stdout}");
    let args = [JSONRPC, &["--filter", "rpc-params-*"]].concat();
    let (ids, stdout) = losses("hang", &args, two);
    assert_eq!(ids, ["rpc-params-names-left-over"], "{stdout}");
    assert!(stdout.contains(behind), "{stdout}");
}

#[test]
fn a_hang_that_takes_two_vectors_without_a_pause_is_found_by_a_replay() {
    // The listener hangs if the next vector has arrived already when it reads the fence of the
    // first one.
    let row = "import select
if count == 0: armed = False
if armed and select.select([sock], [], [], 0.3)[0]:
    if b'FENCE' not in sock.recv(LARGEST, socket.MSG_PEEK): time.sleep(1000)
armed = b'\\na:b\\n' in datagram or b'\"first\":\"1st\"' in datagram";
    let pause = "only if sent without a pause after the earlier vectors";
    let args = ["--filter", "sep-single*", "--filter", "sep-header-style"];
    let (ids, stdout) = losses("hang", &args, row);
    assert_eq!(ids, ["sep-header-style"], "{stdout}");
    assert!(stdout.contains(pause), "{stdout}");
    let filters = ["rpc-params-three-named", "rpc-params-one-positional"];
    let args = [JSONRPC, &["--filter", filters[0], "--filter", filters[1]]].concat();
    let (ids, stdout) = losses("hang", &args, row);
    assert_eq!(ids, ["rpc-params-one-positional"], "{stdout}");
    assert!(stdout.contains(pause), "{stdout}");
}
