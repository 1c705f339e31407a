//! Tests the harness on parsers that are each broken in another way. Each parser runs as if it had
//! a test target of its own: this program starts itself again, with the name of the parser in the
//! environment.

use std::env;
use std::process::{Command, ExitCode};
use std::time::Duration;

use event_datagram::{jsonrpc, text};
use event_datagram_harness::{Dialect, EventBuf, Harness, Parser, ValueBuf};
use libtest_mimic::{Arguments, Failed, Trial};

const PARSER: &str = "IN_PROCESS_PARSER";

fn main() -> ExitCode {
    match env::var(PARSER) {
        Ok(parser) => run_as(&parser),
        Err(_) => {
            let checks: [(&str, fn()); 11] = [
                (
                    "a_wrong_reading_fails_with_evidence",
                    a_wrong_reading_fails_with_evidence,
                ),
                ("a_panic_is_a_crash", a_panic_is_a_crash),
                (
                    "a_parser_that_does_not_come_back_hangs",
                    a_parser_that_does_not_come_back_hangs,
                ),
                (
                    "what_stays_behind_fails_its_vector",
                    what_stays_behind_fails_its_vector,
                ),
                ("names_are_listed_and_picked", names_are_listed_and_picked),
                (
                    "the_other_dialect_is_tested_alike",
                    the_other_dialect_is_tested_alike,
                ),
                (
                    "readings_and_warnings_are_told",
                    readings_and_warnings_are_told,
                ),
                (
                    "lists_of_known_failures_stay_true",
                    lists_of_known_failures_stay_true,
                ),
                (
                    "what_does_not_apply_is_ignored",
                    what_does_not_apply_is_ignored,
                ),
                (
                    "a_parser_that_knows_one_name_gets_it",
                    a_parser_that_knows_one_name_gets_it,
                ),
                (
                    "nothing_tested_is_never_green",
                    nothing_tested_is_never_green,
                ),
            ];
            let check = |(name, check): (&str, fn())| {
                Trial::test(name, move || {
                    check();
                    Ok::<(), Failed>(())
                })
            };
            let checks = checks.into_iter().map(check).collect();
            libtest_mimic::run(&Arguments::from_args(), checks).exit_code()
        }
    }
}

fn run_as(parser: &str) -> ExitCode {
    let harness = Harness::new().time_limit(Duration::from_secs(2));
    let right = || right as fn(&[u8]) -> Result<EventBuf, String>;
    match parser {
        "right" => harness.parser(Dialect::Text, right),
        "one-name" => harness
            .parser(Dialect::Text, || knows_one_name)
            .event("E_PIKE_BLOCKED")
            .fence("E_PIKE_BLOCKED ip={tag}"),
        "known" => harness
            .parser(Dialect::Text, || splits_at_the_last)
            .known("sep-first-one-splits", "it is old")
            .known("sep-one-named", "nobody knows"),
        "exempt" => harness
            .parser(Dialect::Text, || splits_at_the_last)
            .not_applicable("T4")
            .max_datagram(1000),
        "misnamed" => harness
            .parser(Dialect::Text, right)
            .known("sep-one-name", "it is old"),
        "splits-at-the-last" => harness.parser(Dialect::Text, || splits_at_the_last),
        "panics" => harness.parser(Dialect::Text, || panics),
        "other-dialect" => harness.parser(Dialect::JsonRpc, || reads_numbers_as_strings),
        "hangs" => harness.parser(Dialect::Text, || hangs),
        "keeps-a-tail" => harness.parser(Dialect::Text, KeepsATail::default),
        "trims" => harness.parser(Dialect::Text, || keeps_no_bytes),
        "trims-strictly" => harness.parser(Dialect::Text, || keeps_no_bytes).strict(),
        other => panic!("there is no parser {other}"),
    }
    .main()
}

fn right(datagram: &[u8]) -> Result<EventBuf, String> {
    let event = text::decode(datagram).map_err(|error| error.to_string())?;
    Ok(EventBuf::from_event(&event))
}

fn knows_one_name(datagram: &[u8]) -> Result<EventBuf, String> {
    let event = right(datagram)?;
    if event.name == b"E_PIKE_BLOCKED" {
        Ok(event)
    } else {
        Err("it is unknown".into())
    }
}

fn splits_at_the_last(datagram: &[u8]) -> Result<EventBuf, String> {
    let mut event = right(datagram)?;
    for param in &mut event.params {
        let value = param
            .as_param()
            .value
            .as_bytes()
            .map(|bytes| bytes.to_vec())
            .unwrap_or_default();
        let last = value.windows(2).rposition(|pair| pair == b"::");
        if let (Some(name), Some(at)) = (&mut param.name, last) {
            *name = [&name[..], b"::", &value[..at]].concat();
            param.value = value[at + 2..].into();
        }
    }
    Ok(event)
}

fn panics(datagram: &[u8]) -> Result<EventBuf, String> {
    assert!(!datagram.is_empty(), "nothing\u{1b}[2J there");
    right(datagram)
}

fn hangs(datagram: &[u8]) -> Result<EventBuf, String> {
    while datagram.is_empty() {
        std::thread::park();
    }
    right(datagram)
}

fn reads_numbers_as_strings(datagram: &[u8]) -> Result<EventBuf, String> {
    let event = jsonrpc::decode(datagram).map_err(|error| error.to_string())?;
    let mut event = EventBuf::from_event(&event);
    for param in &mut event.params {
        if let ValueBuf::Integer(integer) = param.value {
            param.value = integer.to_string().as_str().into();
        }
    }
    Ok(event)
}

/// Reads bytes that are not UTF-8 as U+FFFD.
fn keeps_no_bytes(datagram: &[u8]) -> Result<EventBuf, String> {
    right(String::from_utf8_lossy(datagram).as_bytes())
}

/// A parser that keeps a datagram without a final line feed, and puts it before the next one.
#[derive(Default)]
struct KeepsATail {
    tail: Vec<u8>,
}

impl Parser for KeepsATail {
    fn parse(&mut self, datagram: &[u8]) -> Result<EventBuf, String> {
        self.tail.extend_from_slice(datagram);
        if self.tail.ends_with(b"\n") {
            right(&std::mem::take(&mut self.tail))
        } else {
            Err("there is more to come".into())
        }
    }
}

struct Ran {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// Returns the names of the tests that failed.
    fn failed(&self) -> Vec<&str> {
        let is_failed = |line: &&str| line.starts_with("test ") && line.ends_with(" ... FAILED");
        let failed = self.stdout.lines().filter(is_failed);
        failed
            .map(|line| line["test ".len()..].split(' ').next().unwrap())
            .collect()
    }

    #[track_caller]
    fn expect(self, status: i32, told: &[&str]) -> Self {
        let Self { stdout, stderr, .. } = &self;
        assert_eq!(self.status, Some(status), "{stdout}\n{stderr}");
        for part in told {
            let is_there = stdout.contains(part) || stderr.contains(part);
            assert!(is_there, "{part} is neither in: {stdout}\nnor in: {stderr}");
        }
        self
    }
}

fn run(parser: &str, args: &[&str]) -> Ran {
    let mut command = Command::new(env::current_exe().unwrap());
    let output = command.env(PARSER, parser).args(args).output().unwrap();
    Ran {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn a_wrong_reading_fails_with_evidence() {
    let ran = run(
        "splits-at-the-last",
        &["sep-first-one-splits", "--format=pretty"],
    );
    let ran = ran.expect(
        101,
        &[
            "fail  T4 must: the first `::` ends the name",
            "A listener that splits at the last separator loses half of the value.",
            r#"why       parameter 1: expected the name "key", found "key::b""#,
            r"sent      E_TEST\nkey::b::c\n\n",
            "hex       455f544553540a6b65793a3a623a3a630a0a",
            r#"expected  E_TEST key="b::c""#,
            r#"observed  E_TEST key::b="c""#,
            "again     cargo test -- --exact text::T4::sep-first-one-splits",
        ],
    );
    assert_eq!(ran.failed(), ["text::T4::sep-first-one-splits"]);
    // Without a filter, the tests that the bug breaks fail, and no others.
    let ran = run("splits-at-the-last", &[]);
    assert!(ran.failed().len() >= 10, "{:?}", ran.failed());
    assert!(!ran.failed().contains(&"text::T4::sep-one-named"));
}

fn a_panic_is_a_crash() {
    let ran = run("panics", &["text::T18"]).expect(
        101,
        &[
            "crash  T18 must",
            r"it panicked at the datagram: nothing\u{1b}[2J there",
        ],
    );
    assert!(ran.failed().contains(&"text::T18::bad-empty-datagram"));
    assert!(!ran.stdout.contains('\u{1b}'));
}

fn a_parser_that_does_not_come_back_hangs() {
    let ran = run("hangs", &["bad-empty-datagram"]);
    ran.expect(
        101,
        &[
            "hang  T18 must",
            "it did not come back within 2.0s, at the datagram",
        ],
    );
}

fn what_stays_behind_fails_its_vector() {
    let ran = run("keeps-a-tail", &[]).expect(101, &["so something stayed in a buffer (T20)"]);
    let (of_t1, others) = ran
        .failed()
        .into_iter()
        .partition::<Vec<_>, _>(|name| name.starts_with("text::T1::"));
    assert!(
        !of_t1.is_empty() && !others.is_empty(),
        "{of_t1:?} {others:?}"
    );
}

fn names_are_listed_and_picked() {
    let list = run("right", &["--list", "--format=terse"]).expect(0, &[]);
    let names: Vec<_> = list.stdout.lines().collect();
    assert!(names.contains(&"text::T4::sep-first-one-splits: test"));
    assert!(names.len() >= 464);
    run("right", &["--exact", "text::T4::sep-first-one-splits"]).expect(0, &["1 passed; 0 failed"]);
    run("right", &["text::T4", "--skip", "sep-first"]).expect(0, &["0 failed; 0 ignored"]);
}

fn the_other_dialect_is_tested_alike() {
    let ran = run("other-dialect", &[]).expect(101, &["fail  J4 must"]);
    let failed = ran.failed();
    assert!(
        failed
            .iter()
            .any(|name| name.starts_with("jsonrpc::J4::rpc-")),
        "{failed:?}"
    );
    assert!(failed.iter().all(|name| name.starts_with("jsonrpc::")));
    run("other-dialect", &["text::T4"]).expect(4, &["no vector's test fits `text::T4`"]);
}

fn readings_and_warnings_are_told() {
    run("right", &["text::T9"]).expect(0, &["info  T9 ", "takes reading 1 of 2"]);
    run("trims", &["text::T13"]).expect(0, &["warn  T13"]);
    run("trims-strictly", &["text::T13"]).expect(101, &["warn  T13 should"]);
}

fn lists_of_known_failures_stay_true() {
    let known = run("known", &["sep-first-one-splits"]);
    known.expect(
        0,
        &["known T4  sep-first-one-splits: ", "(known: it is old)"],
    );
    let fixed = run("known", &["sep-one-named"]);
    fixed.expect(
        101,
        &["it is listed as known to fail (nobody knows), but passes"],
    );
    run("misnamed", &[]).expect(2, &["known: there is no vector `sep-one-name`"]);
}

fn what_does_not_apply_is_ignored() {
    run("exempt", &["sep-first", "--ignored"]).expect(101, &["T4 must"]);
    let some = run("exempt", &["sizes-", "--test-threads=1"]);
    assert_eq!(some.failed(), Vec::<&str>::new());
    run("exempt", &["text::T4"]).expect(4, &["none of what was selected applies"]);
}

fn a_parser_that_knows_one_name_gets_it() {
    run("one-name", &["text::T4::sep-"]).expect(0, &["0 failed"]);
}

fn nothing_tested_is_never_green() {
    run("right", &["sep-frist"]).expect(4, &["no vector's test fits `sep-frist`"]);
    run("right", &["text::T99"]).expect(4, &["no vector's test fits `text::T99`"]);
    // Cargo passes a filter to all test targets of a crate, and this one is meant for another
    // target.
    run("right", &["decodes_names"]).expect(0, &["0 passed; 0 failed"]);
}
