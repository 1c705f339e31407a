//! Tests of `--event` and `--fence`, for listeners that drop events with unknown names or demand
//! parameters.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::evdg::{Ran, evdg};
use crate::hostile_subjects::{FEW, listener_with, test_listener_with};

/// A listener that reports only this event.
const DROPS_OTHERS: &str = "try: name = parse(datagram)[0]\n\
                            except ValueError: name = b'E_UL_AOR_INSERT'\n\
                            if name != b'E_UL_AOR_INSERT': continue";
/// A listener that reports only this event, and only with this parameter.
const DEMANDS_IP: &str = "try: name, params = parse(datagram)\n\
                          except ValueError: continue\n\
                          if name != b'E_PIKE_BLOCKED' or b'ip' not in dict(params): continue";
/// The options with which [`DROPS_OTHERS`] can be tested.
const OPTIONS: &[&str] = &[
    "--event",
    "E_UL_AOR_INSERT",
    "--fence",
    "E_UL_AOR_INSERT aor={tag}",
];

/// Runs any command of `evdg`.
fn run_with(command: &str, args: &[&str], extra: &str) -> Ran {
    let mut evdg = evdg();
    evdg.arg(command).args(args).args(OPTIONS).arg("--");
    evdg.args(listener_with(extra));
    evdg.output().expect("evdg runs").into()
}

/// Collects the event names of a JSON value.
fn event_names<'v>(value: &'v Value, names: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(members) => {
            let name = members.get("event").or(members.get("event_hex"));
            names.extend(name.and_then(Value::as_str));
            members.values().for_each(|value| event_names(value, names));
        }
        Value::Array(items) => items.iter().for_each(|item| event_names(item, names)),
        _ => {}
    }
}

#[test]
fn a_listener_that_reports_one_name_passes_every_vector_of_that_name() {
    for dialect in ["text", "jsonrpc"] {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("report.json");
        let report = format!("json={}", path.display());
        let args = [
            "--socket",
            "unix",
            "--dialect",
            dialect,
            "--report",
            &report,
        ];
        let ran = test_listener_with(&[&args, OPTIONS].concat(), DROPS_OTHERS).expect_status(1);
        assert!(
            ran.stdout.contains(
                " --fence 'E_UL_AOR_INSERT aor={tag}' --event E_UL_AOR_INSERT -- python3"
            ),
            "{}",
            ran.first_screen()
        );
        let report = fs::read(&path).expect("it is written");
        let report: Value = serde_json::from_slice(&report).expect("it is JSON");
        let results = report["results"].as_array().expect("there are results");
        let mut passed = 0;
        for result in results {
            if result["verdict"] == "pass" || result["verdict"] == "info" {
                passed += 1;
                continue;
            }
            if result["verdict"] == "not-applicable" {
                let why = result["why"].as_str().unwrap_or_default();
                assert!(why.ends_with("(--event)"), "{result}");
                continue;
            }
            let mut names = BTreeSet::new();
            event_names(&result["expected"], &mut names);
            names.remove("E_UL_AOR_INSERT");
            assert!(!names.is_empty(), "{result}");
        }
        assert!(passed > 300, "{passed} passed");
    }
}

/// Checks that one cause explains all failures: the subject reports only this event.
#[track_caller]
fn reports_only(ran: &Ran, name: &str) {
    let lines: Vec<_> = ran.stdout.lines().collect();
    let is_headline = |line: &&str| line.starts_with("diagnosis  ");
    let at = lines.iter().position(is_headline).expect("it is there");
    assert!(
        lines[at].contains("1 cause explains all "),
        "{}",
        ran.stdout
    );
    let cause = format!("  reports only these events: {name}  T1 ");
    assert!(lines[at + 1].starts_with(&cause), "{}", ran.stdout);
    assert!(!lines[at + 2].starts_with(' '), "{}", ran.stdout);
}

#[test]
fn a_listener_that_reports_one_name_has_one_cause_and_its_remedy() {
    // The filter `real-*` selects events with the names that the listeners report, and others.
    let few = [
        "--socket", "unix", "--filter", "sep-*", "--filter", "real-*",
    ];
    for (name, fence, listener) in [
        ("E_UL_AOR_INSERT", "E_UL_AOR_INSERT aor={tag}", DROPS_OTHERS),
        ("E_PIKE_BLOCKED", "E_PIKE_BLOCKED ip={tag}", DEMANDS_IP),
    ] {
        let ran = test_listener_with(&[&few[..], &["--fence", fence]].concat(), listener);
        let ran = ran.expect_status(1);
        reports_only(&ran, name);
        let advice = format!(
            "\nadvice     it never reported any event but {name}: `--event {name}` renames the \
             corpus' test event, `--fence '{name} param={{tag}}'` the fence\n"
        );
        assert!(ran.unwrapped().contains(&advice), "{}", ran.stdout);
    }
    // With the renamed event, only vectors with other names fail, and there is no advice.
    let ran = test_listener_with(&[&few[..], OPTIONS].concat(), DROPS_OTHERS).expect_status(1);
    reports_only(&ran, "E_UL_AOR_INSERT");
    assert!(!ran.stdout.contains("\nadvice "), "{}", ran.stdout);
}

#[test]
fn the_parameters_that_a_listener_demands_are_named() {
    for (dialect, few) in [("text", "sep-*"), ("jsonrpc", "rpc-string-*")] {
        let args = [
            "--socket",
            "unix",
            "--dialect",
            dialect,
            "--filter",
            few,
            "--event",
            "E_PIKE_BLOCKED",
            "--fence",
            "E_PIKE_BLOCKED ip={tag}",
        ];
        let ran = test_listener_with(&args, DEMANDS_IP).expect_status(1);
        let sentence = "\n  rejects events without these parameters: ip  T19 ";
        assert!(ran.stdout.contains(sentence), "{}", ran.stdout);
    }
}

#[test]
fn a_listener_that_demands_a_parameter_is_not_said_to_lose_datagrams() {
    // The listener reports the fence, but no vector has the parameter that it demands.
    let demands = "try: name, params = parse(datagram)\n\
                   except ValueError: continue\n\
                   if name == b'E_PIKE_BLOCKED' and b'ip' not in dict(params): continue";
    for (dialect, filter) in [("text", "order-*"), ("jsonrpc", "rpc-string*")] {
        let args = ["--dialect", dialect, "--socket", "unix", "--filter", filter];
        let args = [&args[..], &["--event", "E_PIKE_BLOCKED"]].concat();
        let ran = test_listener_with(&args, demands).expect_status(1);
        let (_, diagnosis) = ran.stdout.split_once("\ndiagnosis  ").expect("it is there");
        assert!(!diagnosis.contains("loses "), "{}", ran.stdout);
        assert!(!diagnosis.contains("holds "), "{}", ran.stdout);
        let advice = "\nadvice     it reported no E_PIKE_BLOCKED with the parameters of a vector: \
                      if it demands others, test it without that check\n";
        assert!(ran.unwrapped().contains(advice), "{}", ran.stdout);
    }
}

#[test]
fn a_listener_that_reports_no_fence_gets_advice_if_only_the_vectors_were_renamed() {
    let args = [FEW, &["--event", "E_PIKE_BLOCKED", "--timeout", "2"]].concat();
    test_listener_with(&args, DEMANDS_IP)
        .expect_status(3)
        .expect_stderr("--fence 'E_PIKE_BLOCKED param={tag}' renames the first event, too");
}

#[test]
fn a_listener_that_demands_a_parameter_gets_it_in_the_fence() {
    let demands = "try: name, params = parse(datagram)\n\
                   except ValueError: name = None\n\
                   if name == b'E_EVDG_FENCE': continue\n\
                   if name == b'E_PIKE_BLOCKED' and b'ip' not in dict(params):\n    \
                       say({'error': 'no ip'})\n    \
                       continue";
    let fence = ["--fence", "E_PIKE_BLOCKED ip={tag}"];
    test_listener_with(&[FEW, &fence].concat(), demands).expect_status(0);
    let without = [FEW, &["--fence", "E_PIKE_BLOCKED", "--timeout", "2"]].concat();
    test_listener_with(&without, demands)
        .expect_status(3)
        .expect_stderr("; if it drops names that it does not know, see --fence and --event");
}

#[test]
fn fixed_parameters_are_sent_with_every_fence() {
    let demands = "if b'E_PORT' in datagram:\n    \
                       params = dict(parse(datagram)[1])\n    \
                       if params[b'port'] not in (b'5060', 5060): continue";
    let fence = ["--fence", "E_PORT port=5060 ip={tag}"];
    for dialect in ["text", "jsonrpc"] {
        let few = [
            "--socket",
            "unix",
            "--dialect",
            dialect,
            "--filter",
            "*-two-*",
        ];
        test_listener_with(&[&few[..], &fence].concat(), demands).expect_status(0);
    }
}

#[test]
fn the_same_options_serve_the_other_commands() {
    let fuzz = ["--seed", "1", "--cases", "300"];
    for dialect in ["text", "jsonrpc"] {
        let args = [&fuzz[..], &["--dialect", dialect]].concat();
        run_with("fuzz", &args, DROPS_OTHERS).expect_status(0);
    }
    let bench = ["--socket", "unix", "--rate", "20", "--duration", "500ms"];
    let ran = run_with("bench", &bench, DROPS_OTHERS);
    let counts = |label: &str| {
        let mut lines = ran.stdout.lines();
        let line = lines.find(|line| line.trim_start().starts_with(label));
        let count = line.and_then(|line| line.split_whitespace().last());
        count.map(str::to_owned)
    };
    assert_eq!(counts("delivered").as_deref(), Some("10"), "{}", ran.stdout);
}
