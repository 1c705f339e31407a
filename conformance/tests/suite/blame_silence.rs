//! Subjects that stop answering: while the runner waits for one instance it tests others, and tells
//! a slow subject from one that hangs.

use crate::blame::{Failures, JSONRPC, failures, report_of};

/// A listener that hangs on each datagram that it has to reject.
const HANGS: &str = "try: parse(datagram)
except ValueError: time.sleep(1000)";

/// A listener that keeps what it has to reject, in front of all that comes.
const KEEPS: &str = "if count == 0: kept = b''
datagram = kept + datagram
try: parse(datagram); kept = b''
except ValueError: kept = datagram; continue";

/// A listener that takes longer for some datagrams than a silent instance is left alone for.
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
    // What it keeps of text may become an event with the next datagram: it goes on then.
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
