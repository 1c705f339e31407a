//! Tests with listeners that have one bug each. `evdg test` finds the bug, and the first screen
//! names the broken requirement. The kill matrix tests which vectors find which bugs.

use crate::evdg::{Ran, python_listener_with, test};

/// One socket, because the bugs of these listeners do not depend on the socket.
const UDP: &[&str] = &["--verbose", "--socket", "udp"];

/// Runs the vectors on the Python listener with one piece of its text replaced.
fn run_with(args: &[&str], old: &str, new: &str) -> Ran {
    let folder = tempfile::tempdir().expect("there is room");
    let path = python_listener_with(folder.path(), old, new);
    test(args, &["python3", path.to_str().expect("it is UTF-8")])
}

#[track_caller]
fn is_found_out(old: &str, new: &str, rule: &str) {
    names_rule(&run_with(UDP, old, new).expect_status(1), rule);
}

/// Checks a listener that departs only from requirements of level `should`. The run passes, but
/// fails with `--strict`.
#[track_caller]
fn is_warned_of(old: &str, new: &str, rule: &str) {
    names_rule(&run_with(UDP, old, new).expect_status(0), rule);
    let strict = run_with(&[UDP, &["--strict"]].concat(), old, new);
    names_rule(&strict.expect_status(1), rule);
}

#[track_caller]
fn names_rule(ran: &Ran, rule: &str) {
    let screen = ran.first_screen();
    let broken = screen.lines().skip(1).take_while(|line| !line.is_empty());
    let names_it = |line: &str| line.split_whitespace().nth(1) == Some(rule);
    assert!(
        broken.clone().any(names_it),
        "{rule} is not named on the first screen:\n{screen}"
    );
}

const MAIN: &str = "if __name__ == \"__main__\":";

#[test]
fn the_unchanged_listener_conforms() {
    run_with(&[], MAIN, MAIN).expect_status(0);
}

#[test]
fn splits_at_the_last_separator() {
    is_found_out(
        "body.find(b\"::\", at, line_end)",
        "body.rfind(b\"::\", at, line_end)",
        "T4",
    );
}

#[test]
fn splits_before_it_asks_for_a_quote() {
    is_found_out(
        "        closing = closing_quote(body, at)\n        separator",
        "        closing = None\n        separator",
        "T7",
    );
}

#[test]
fn closes_at_an_escaped_quote() {
    is_found_out(
        "            closing = quote\n",
        "            return quote\n",
        "T7",
    );
}

#[test]
fn reads_a_value_that_ends_in_a_backslash_line_by_line() {
    is_warned_of(
        "    return closing\n",
        "    return None if closing and body[closing - 1 : closing] == b\"\\\\\" else closing\n",
        "T10",
    );
}

#[test]
fn takes_a_leading_separator_for_an_empty_name() {
    is_warned_of("separator > at:", "separator >= at:", "T5");
}

#[test]
fn reads_into_a_small_buffer() {
    for size in ["1024", "65456"] {
        is_found_out("LARGEST = 262144", &format!("LARGEST = {size}"), "T15");
    }
}

#[test]
fn dies_of_what_it_rejects() {
    is_found_out(
        "except ValueError as error:",
        "except KeyError as error:",
        "T1",
    );
}

#[test]
fn waits_for_the_end_mark() {
    let old = "datagram = listener.recv(LARGEST)";
    let new = "datagram = b''\n        while not datagram.endswith(b'\\n\\n'): datagram += listener.recv(LARGEST)";
    is_found_out(old, new, "T2");
}

#[test]
fn keeps_bad_bytes_for_the_next_datagram() {
    let old = "            line = report(*parse(datagram))\n        except ValueError as error:\n";
    let new = "            line = report(*parse(globals().pop('kept', b'') + datagram))\n        \
               except ValueError as error:\n            globals()['kept'] = datagram\n";
    is_found_out(old, new, "T20");
}

#[test]
fn reports_everything_twice() {
    is_found_out(
        "print(json.dumps(line), flush=True)",
        "print(json.dumps(line) + '\\n' + json.dumps(line), flush=True)",
        "T19",
    );
}
