//! Listeners that are wrong in one place each: all are found out, and the first screen says by which rule.

use crate::evdg::{Ran, python_listener_with, test};

/// Runs the vectors on the Python listener with one piece of its text replaced.
fn run_with(args: &[&str], old: &str, new: &str) -> Ran {
    let folder = tempfile::tempdir().expect("there is room");
    let path = python_listener_with(folder.path(), old, new);
    test(args, &["python3", path.to_str().expect("it is UTF-8")])
}

#[track_caller]
fn is_found_out(old: &str, new: &str, rule: &str) {
    names_rule(&run_with(&[], old, new).expect_status(1), rule);
}

/// Departs only from what listeners should do: `--strict` makes that fail.
#[track_caller]
fn is_warned_of(old: &str, new: &str, rule: &str) {
    names_rule(&run_with(&[], old, new).expect_status(0), rule);
    names_rule(&run_with(&["--strict"], old, new).expect_status(1), rule);
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
fn unbroken_it_conforms() {
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
fn takes_a_leading_separator_for_an_empty_name() {
    is_warned_of("if separator > at:", "if separator >= at:", "T5");
}

#[test]
fn splits_lines_as_text() {
    let split = "\
parse_bytes = parse
def parse(datagram):
    lines = datagram.decode('utf-8', 'surrogateescape').splitlines(keepends=True)
    return parse_bytes(''.join(line.rstrip('\\r\\n\\v\\f\\x1c\\x1d\\x1e\\x85\\u2028\\u2029') + '\\n' for line in lines).encode('utf-8', 'surrogateescape'))

if __name__ == \"__main__\":";
    is_found_out(MAIN, split, "T11");
}

#[test]
fn leaves_escapes_in() {
    is_found_out(".replace(b'\\\\\"', b'\"')", "", "T7");
}

#[test]
fn takes_every_leading_quote_for_quoting() {
    let old = "    if closing < 0 or body[closing + 1 : closing + 2] not in (b\"\", b\"\\n\"):\n        return None\n";
    is_warned_of(old, "    if closing < 0:\n        return None\n", "T8");
}

#[test]
fn never_takes_a_value_for_quoted() {
    is_found_out("closing = closing_quote(body, at)", "closing = None", "T7");
}

#[test]
fn keeps_parameters_in_a_map() {
    is_found_out(
        "return name, params\n",
        "return name, list(dict(params).items())\n",
        "T14",
    );
}

#[test]
fn drops_repeated_parameters() {
    let old = "params.append((param, value))";
    is_found_out(
        old,
        "params += [(param, value)] if (param, value) not in params else []",
        "T14",
    );
}

#[test]
fn sorts_parameters() {
    is_found_out(
        "return name, params\n",
        "return name, sorted(params, key=lambda p: p[0] or b'')\n",
        "T14",
    );
}

#[test]
fn strips_values() {
    is_found_out(
        "params.append((param, value))",
        "params.append((param, value.strip()))",
        "T11",
    );
}

#[test]
fn passes_over_empty_values() {
    is_found_out(
        "params.append((param, value))",
        "params += [(param, value)] if value else []",
        "T3",
    );
}

#[test]
fn turns_digits_into_numbers() {
    let old = "field(\"value\", value)}";
    is_found_out(
        old,
        "({'value': int(value)} if value.isdigit() else field(\"value\", value))}",
        "T12",
    );
}

#[test]
fn reads_into_a_small_buffer() {
    for size in ["1024", "4096", "16384", "65456"] {
        is_found_out("LARGEST = 262144", &format!("LARGEST = {size}"), "T15");
    }
}

#[test]
fn dies_of_an_empty_datagram() {
    let old = "datagram = listener.recv(LARGEST)";
    is_found_out(
        old,
        "datagram = listener.recv(LARGEST) or sys.exit()",
        "T18",
    );
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
fn dies_of_what_is_not_utf8() {
    is_warned_of("except UnicodeDecodeError:", "except KeyError:", "T13");
}

#[test]
fn waits_for_the_end_mark() {
    let old = "datagram = listener.recv(LARGEST)";
    let new = "datagram = b''\n        while not datagram.endswith(b'\\n\\n'): datagram += listener.recv(LARGEST)";
    is_found_out(old, new, "T2");
}

#[test]
fn takes_the_end_mark_for_an_argument() {
    is_found_out(
        "not in (b\"\", b\"\\n\"):  # the end",
        "!= b\"\":  # the end",
        "T2",
    );
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

#[test]
fn reports_no_event_like_the_last() {
    let old = "        print(json.dumps(line), flush=True)";
    let new = "        if line != globals().get('last'): print(json.dumps(line), flush=True)\n        globals()['last'] = line";
    is_found_out(old, new, "T19");
}
