//! Tests with subjects that do not crash, but whose reports are misleading: misread, late,
//! invented, swapped, or one datagram behind.

use crate::hostile_subjects::{FEW, test_listener_with};

#[test]
fn a_listener_that_misreads_even_the_fence_is_judged() {
    let ran = test_listener_with(FEW, "datagram = datagram.replace(b'E_', b'X_')").expect_status(1);
    assert!(
        ran.first_screen()
            .contains("expected the event name \"E_TEST\", found \"X_TEST\""),
        "{}",
        ran.stdout
    );
}

/// The Python expression for whether a datagram is a fence.
const IS_FENCE: &str = "b'FENCE' in datagram";

#[test]
fn a_listener_that_reports_late_is_blamed_for_the_right_vector() {
    // The listener reports every datagram after the fence.
    let late = format!(
        "if count == 0: held = []\n\
         if not {IS_FENCE}: held.append(datagram); continue\n\
         say(report(*parse(datagram)))\n\
         for datagram in held[:-1]: say(report(*parse(datagram)))\n\
         if not held: continue\n\
         datagram = held[-1]; held.clear()"
    );
    let ran = test_listener_with(FEW, &late).expect_status(1);
    let late = "it was reported late, after the good event that followed (T19)";
    let first = ran.stdout.lines().nth(2).expect("there are lines");
    assert!(first.contains(late), "{}", ran.stdout);
    let cases = ran.stdout.matches("\n  why       ").count();
    let blamed = ran.stdout.matches(&format!("  why       {late}")).count();
    assert!(cases > 30 && blamed == cases, "{}", ran.stdout);
}

#[test]
fn a_listener_that_once_loses_or_doubles_a_good_event_is_flaky() {
    // The listener does it only once, so the vector passes alone. The mistake may affect a vector
    // or the good event after it.
    for what in ["continue", "say(report(*parse(datagram)))"] {
        for which in [41, 42] {
            let once = format!("if count == {which}: {what}");
            let ran = test_listener_with(FEW, &once).expect_status(1);
            assert!(ran.first_screen().contains("flaky"), "{}", ran.stdout);
        }
    }
}

#[test]
fn vectors_of_level_may_that_fail_every_time_are_not_flaky() {
    // After a truncated datagram, the listener also reads the rest of its buffer, with a part of an
    // earlier good event and its tag.
    let overlay = "if count == 0: last = b''\n\
                   whole = datagram if datagram.endswith(b'\\n\\n') else datagram + last[len(datagram):]\n\
                   last, datagram = datagram, whole";
    let args = ["--verbose", "--socket", "unix", "--filter", "either-cut-*"];
    let ran = test_listener_with(&args, overlay).expect_status(0);
    assert!(!ran.stdout.contains("flaky"), "{}", ran.stdout);
}

#[test]
fn a_listener_that_finds_tags_and_reads_nothing_fails() {
    let echo = "import re\n\
                tag = re.search(rb't[0-9]{12,}', datagram)\n\
                fence = {'event': 'E_EVDG_FENCE'}\n\
                if tag: fence['params'] = [{'name': 'tag', 'value': tag[0].decode()}]; say(fence)\n\
                else: say({'error': 'x'})\n\
                continue";
    let ran = test_listener_with(FEW, echo).expect_status(1);
    let must = ran.stdout.lines().find(|line| line.starts_with("must "));
    let passes = must.expect("it is there").contains("pass");
    assert!(!passes, "{}", ran.stdout);
}

#[test]
fn a_listener_that_replays_the_last_fence_for_each_datagram_fails() {
    let replay = format!(
        "if count == 0: last = None\n\
         if last: say(last)\n\
         if {IS_FENCE}: last = report(*parse(datagram))"
    );
    test_listener_with(FEW, &replay).expect_status(1);
}

#[test]
fn a_listener_that_makes_fences_up_is_found_out() {
    let forge = format!(
        "if {IS_FENCE} and count > 3:\n    \
             forged = datagram.strip()[:-9] + (b'%09d' % ((int(datagram.strip()[-9:]) + 1) % 10**9))\n    \
             say(report(*parse(forged + b'\\n\\n')))"
    );
    let ran = test_listener_with(FEW, &forge).expect_status(1);
    assert!(
        ran.stdout.contains("it makes up what it has not received"),
        "{}",
        ran.stdout
    );
}

#[test]
fn reports_out_of_order_are_named_as_the_reason() {
    // The listener reports all datagrams before a fence in reverse order.
    let swap = format!(
        "if count == 0: held = []\n\
         if not {IS_FENCE}: held.append(datagram); continue\n\
         for one in reversed(held):\n    \
             try: say(report(*parse(one)))\n    \
             except ValueError: pass\n\
         held.clear()"
    );
    let args = [
        "--verbose",
        "--socket",
        "unix",
        "--filter",
        "state-two-events",
    ];
    let ran = test_listener_with(&args, &swap).expect_status(1);
    assert!(
        ran.unwrapped().contains(
            "  why       the reports came in another order (T19): expected those of datagrams 1, 2, \
             found 2, 1\n"
        ),
        "{}",
        ran.stdout
    );
}

#[test]
fn reports_that_are_one_datagram_behind_are_named_as_the_reason() {
    let behind = "if count == 0: last = datagram; continue\nlast, datagram = datagram, last";
    test_listener_with(&[FEW, &["--timeout", "6"]].concat(), behind)
        .expect_status(3)
        .expect_stderr("it reports an event only when another has come");
}

#[test]
fn a_listener_that_only_fails_without_a_pause_is_flaky() {
    // The listener drops the parameters if more datagrams wait. A vector that runs alone has only
    // its fence after it, so it passes.
    let hasty = "import select\n\
         if count > 9 and b'FENCE' not in datagram:\n    \
             fence = sock.recv(LARGEST)\n    \
             if select.select([sock], [], [], 0.1)[0]: datagram = b'E_TEST\\n\\n'\n    \
             say(report(*parse(datagram)))\n    \
             datagram = fence";
    let args = ["--verbose", "--socket", "unix", "--filter", "sep-*"];
    let ran = test_listener_with(&args, hasty).expect_status(1);
    assert!(
        ran.stdout.contains("in a burst with other vectors:"),
        "{}",
        ran.stdout
    );
    assert!(ran.first_screen().contains("flaky"), "{}", ran.stdout);
}
