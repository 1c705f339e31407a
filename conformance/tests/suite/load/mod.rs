//! Load tests of listeners whose limits are known. Counts are asserted, and times never: but for what is to be run on a quiet
//! machine, by `ci/load`.

mod listener;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::evdg::{Ran, evdg, run};
use crate::hostile_subjects::wait_until;
use listener::{bench, command, told};

/// Runs `evdg bench` with a JSON report, which the schema must take, and gives that.
fn measured(args: &[&str], habit: Option<&str>) -> (Ran, Value, u64) {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("load.json");
    let report = format!("json={}", file.display());
    let args = [args, &["--report", &report, "--warm-up", "0"]].concat();
    let (ran, taken) = match habit {
        Some(habit) => bench(&args, habit),
        None => (run(&[&["bench"], &args[..]].concat()), 0),
    };
    let report = read(&file);
    assert!(report.is_some(), "no report; stderr:\n{}", ran.stderr);
    (ran, report.expect("it is there"), taken)
}

/// Reads a report that the published schema takes.
fn read(file: &Path) -> Option<Value> {
    let report: Value = serde_json::from_slice(&fs::read(file).ok()?).expect("it is JSON");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/bench.schema.json");
    let schema =
        serde_json::from_slice(&fs::read(schema).expect("it is there")).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let errors: Vec<_> = validator
        .iter_errors(&report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    Some(report)
}

/// Gives a count of a run.
#[track_caller]
fn count(report: &Value, run: usize, name: &str) -> u64 {
    let count = &report["runs"][run]["measurement"]["counts"][name];
    count
        .as_u64()
        .unwrap_or_else(|| panic!("{name} is {count}"))
}

#[track_caller]
fn assert_adds_up(report: &Value, run: usize) {
    let count = |name| count(report, run, name);
    assert_eq!(count("delivered") + count("lost"), count("accepted"));
    assert_eq!(count("dropped") + count("unreported"), count("lost"));
}

#[test]
fn the_built_in_listener_reports_all_over_both_sockets_in_both_dialects() {
    // Fewer than any receive buffer holds.
    let args = [
        "--rate",
        "200",
        "--duration",
        "500ms",
        "--dialect",
        "text,jsonrpc",
    ];
    let (ran, report, _) = measured(&args, None);
    let names: Vec<_> = report["runs"]
        .as_array()
        .expect("they are listed")
        .iter()
        .map(|run| (run["dialect"].clone(), run["socket"].clone()))
        .collect();
    assert_eq!(
        names,
        [
            ("text", "udp"),
            ("text", "unix"),
            ("jsonrpc", "udp"),
            ("jsonrpc", "unix")
        ]
        .map(|(dialect, socket)| (dialect.into(), socket.into()))
    );
    for run in 0..4 {
        for name in ["planned", "sent", "accepted", "delivered"] {
            assert_eq!(count(&report, run, name), 100, "{name}\n{}", ran.stdout);
        }
        for name in [
            "lost",
            "dropped",
            "unreported",
            "repeated",
            "reordered",
            "strange",
            "unnumbered",
        ] {
            assert_eq!(count(&report, run, name), 0, "{name}\n{}", ran.stdout);
        }
        for latency in ["latency", "raw_latency", "lag"] {
            assert_eq!(report["runs"][run]["measurement"][latency]["count"], 100);
        }
        for latency in ["latency", "raw_latency"] {
            let min = &report["runs"][run]["measurement"][latency]["min_us"];
            assert!(
                min.as_f64() > Some(0.0),
                "no datagram goes before its time: {latency} {min}"
            );
        }
    }
    assert!(ran.stdout.contains("nothing lost of 100"), "{}", ran.stdout);
}

#[test]
fn a_bare_socket_is_counted_too() {
    let args = [
        "--sink",
        "--rate",
        "burst:50/50ms",
        "--duration",
        "100ms",
        "--size",
        "1400",
    ];
    for method in ["single", "many", "segments"] {
        let (_, report, _) = measured(&[&args[..], &["--send", method]].concat(), None);
        for run in 0..2 {
            assert_eq!(count(&report, run, "accepted"), 100, "{method}");
            assert_eq!(count(&report, run, "delivered"), 100, "{method}");
        }
    }
}

#[test]
fn every_thousandth_that_is_lost_is_told_exactly() {
    // A UNIX socket makes the sender wait, so that this listener alone loses any.
    let args = ["--rate", "20k", "--duration", "500ms", "--socket", "unix"];
    let (ran, report, taken) = measured(&args, Some("loses:1000"));
    assert_eq!(taken, 10_000);
    for (name, expected) in [
        ("accepted", 10_000),
        ("delivered", 9_990),
        ("lost", 10),
        ("dropped", 0),
        ("unreported", 10),
    ] {
        assert_eq!(count(&report, 0, name), expected, "{name}\n{}", ran.stdout);
    }
    let ran = ran.expect_status(1);
    assert!(
        ran.stdout.contains("10 of 10,000 datagrams lost, 0.100 %"),
        "{}",
        ran.stdout
    );
    // Over UDP the kernel may drop some as well, and each is told from those.
    let args = ["--rate", "10k", "--duration", "500ms", "--socket", "udp"];
    let (_, report, taken) = measured(&args, Some("loses:1000"));
    assert_adds_up(&report, 0);
    assert_eq!(count(&report, 0, "accepted"), 5_000);
    assert_eq!(count(&report, 0, "dropped"), 5_000 - taken);
    assert_eq!(count(&report, 0, "unreported"), taken / 1000);
}

#[test]
fn what_does_not_fit_into_the_receive_buffer_is_told_to_the_datagram() {
    let args = ["--rate", "4k", "--duration", "500ms", "--socket", "udp"];
    let (ran, report, _) = measured(&args, Some("takes:500"));
    assert_adds_up(&report, 0);
    assert_eq!(count(&report, 0, "accepted"), 2_000);
    // It loses none itself. In half a second it takes 250, and the buffer holds some hundreds.
    assert_eq!(count(&report, 0, "unreported"), 0, "{}", ran.stdout);
    assert!(count(&report, 0, "dropped") > 100, "{}", ran.stdout);
    ran.expect_status(1);
}

#[test]
fn repeated_and_reordered_are_told_exactly() {
    let args = ["--rate", "2k", "--duration", "500ms", "--socket", "unix"];
    let (_, report, _) = measured(&args, Some("repeats:10"));
    assert_eq!(count(&report, 0, "delivered"), 1000);
    assert_eq!(
        (
            count(&report, 0, "repeated"),
            count(&report, 0, "reordered")
        ),
        (100, 0)
    );
    let (_, report, _) = measured(&args, Some("swaps:7"));
    assert_eq!(count(&report, 0, "delivered"), 1000);
    assert_eq!(
        (
            count(&report, 0, "repeated"),
            count(&report, 0, "reordered")
        ),
        (0, 142)
    );
}

#[test]
fn reports_that_lost_their_number_are_told() {
    let args = ["--rate", "200", "--duration", "500ms", "--socket", "unix"];
    let (_, report, _) = measured(&args, Some("forgets:1"));
    assert_eq!(
        (count(&report, 0, "delivered"), count(&report, 0, "lost")),
        (0, 100)
    );
    assert_eq!(
        (
            count(&report, 0, "unreported"),
            count(&report, 0, "unnumbered")
        ),
        (100, 100)
    );
}

#[test]
fn a_listener_that_dies_or_hangs_is_a_result() {
    for socket in ["udp", "unix"] {
        let args = ["--rate", "500", "--duration", "500ms", "--socket", socket];
        let (ran, report, _) = measured(&args, Some("dies:100"));
        let ran = ran.expect_status(1);
        let broken = &report["runs"][0]["measurement"]["broken"];
        assert!(
            broken
                .as_str()
                .is_some_and(|why| why.contains("exit status 7")),
            "{broken}"
        );
        assert!(ran.stdout.contains("broken off"), "{}", ran.stdout);
        assert_eq!(count(&report, 0, "delivered"), 99);

        let args = [&args[..], &["--timeout", "1s"]].concat();
        let (ran, report, _) = measured(&args, Some("stops:50"));
        ran.expect_status(1);
        let broken = &report["runs"][0]["measurement"]["broken"];
        assert!(
            broken.as_str().is_some_and(|why| why.contains("hangs")),
            "{broken}"
        );
        assert_ne!(
            report["runs"][0]["limit"], "machine",
            "{}",
            report["runs"][0]["notes"]
        );
        assert_eq!(count(&report, 0, "delivered"), 49);
    }
}

#[test]
fn what_was_measured_of_a_listener_that_does_not_start_again_is_kept() {
    let args = ["--rate", "500", "--duration", "500ms"];
    let (ran, report, _) = measured(&args, Some("dies-for-good:100"));
    let ran = ran.expect_status(1);
    assert_eq!(count(&report, 0, "delivered"), 99);
    let runs = &report["runs"];
    assert_eq!(runs[1]["socket"], "unix");
    assert!(runs[1]["measurement"].is_null(), "{runs}");
    assert!(
        ran.stdout.contains("nothing was measured"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("did not start over unix"),
        "{}",
        ran.stdout
    );

    let args = [
        "--from",
        "200",
        "--to",
        "400",
        "--duration",
        "100ms",
        "--socket",
        "unix",
    ];
    let (ran, report, _) = measured(&args, Some("dies-for-good:30"));
    ran.expect_status(1);
    let search = &report["runs"][0]["search"];
    let broken = search["broken"].as_str().unwrap_or_default();
    assert!(broken.contains("did not start over unix"), "{search}");
    assert_eq!(search["is_decided"], false);
    assert_eq!(search["trials"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_search_ends_with_what_went_and_what_did_not() {
    let folder = tempfile::tempdir().expect("there is room");
    let page = folder.path().join("load.html");
    let html = format!("html={}", page.display());
    let args = [
        "--from",
        "200",
        "--to",
        "400",
        "--duration",
        "100ms",
        "--confirm",
        "2",
        "--socket",
        "unix",
        "--report",
        &html,
    ];
    let (ran, report, _) = measured(&args, None);
    let search = &report["runs"][0]["search"];
    let trials = search["trials"].as_array().expect("they are listed");
    let passed = trials
        .iter()
        .filter(|trial| trial["passed"] == true && trial["rate"] == search["highest"]);
    let lossless: u64 = passed
        .clone()
        .map(|trial| trial["accepted"].as_u64().expect("it is a count"))
        .sum();
    assert_eq!(search["lossless"], lossless);
    if search["is_decided"] == true && search["highest"].is_number() {
        assert!(passed.count() >= 2);
        assert!(ran.stdout.contains("without loss"), "{}", ran.stdout);
    }
    let page = fs::read_to_string(page).expect("it is there");
    assert!(
        page.contains("Rates that were tried") && page.contains("<svg"),
        "{page}"
    );
    assert!(
        !page.contains("://"),
        "the page needs nothing from elsewhere"
    );
}

#[test]
fn a_listener_that_runs_already_is_tested_and_left_alone() {
    let folder = tempfile::tempdir().expect("there is room");
    let (reports, path) = (folder.path().join("reports"), folder.path().join("s"));
    let socket = format!("unix:{}", path.display());
    let file = fs::File::create(&reports).expect("there is room");
    let mut listener = evdg()
        .args(["listen", &socket])
        .stdout(file)
        .stdin(Stdio::null())
        .spawn()
        .expect("evdg runs");
    let args = [
        "--attach",
        &socket,
        "--observe",
        reports.to_str().expect("it is UTF-8"),
        "--rate",
        "200",
        "--duration",
        "500ms",
    ];
    let (_, report, _) = measured(&args, None);
    assert_eq!(count(&report, 0, "delivered"), 100);
    assert!(
        listener.try_wait().expect("it is a child").is_none(),
        "it still runs"
    );
    listener.kill().expect("it still runs");
    listener.wait().expect("it is a child");
}

#[test]
fn reports_of_several_machines_add_up() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = |name: &str| {
        folder
            .path()
            .join(name)
            .to_str()
            .expect("it is UTF-8")
            .to_string()
    };
    let (one, other, both) = (file("one.json"), file("other.json"), file("both.json"));
    for (name, rate) in [(&one, "100"), (&other, "300")] {
        let report = format!("json={name}");
        run(&[
            "bench",
            "--sink",
            "--socket",
            "unix",
            "--rate",
            rate,
            "--duration",
            "500ms",
            "--warm-up",
            "0",
            "--report",
            &report,
        ]);
    }
    let ran = run(&[
        "bench",
        "--merge",
        &one,
        &other,
        "--report",
        &format!("json={both}"),
        "--report",
        &format!("html={}", file("both.html")),
    ]);
    assert!(
        ran.stdout.contains("lost of 200"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let merged = read(Path::new(&both)).expect("it was written");
    assert_eq!(
        (
            count(&merged, 0, "accepted"),
            count(&merged, 0, "delivered")
        ),
        (200, 200)
    );
    let measurement = &merged["runs"][0]["measurement"];
    assert_eq!(
        (
            measurement["latency"]["count"].as_u64(),
            measurement["rate"].as_f64()
        ),
        (Some(200), Some(400.0))
    );
    assert_eq!(merged["hosts"].as_array().map(Vec::len), Some(2));

    fs::write(&other, "{}").expect("there is room");
    run(&["bench", "--merge", &one, &other])
        .expect_status(2)
        .expect_stderr("no report of evdg bench");
    let report = format!("json={other}");
    run(&[
        "bench",
        "--sink",
        "--socket",
        "udp",
        "--rate",
        "100",
        "--duration",
        "100ms",
        "--warm-up",
        "0",
        "--report",
        &report,
    ]);
    run(&["bench", "--merge", &one, &other])
        .expect_status(2)
        .expect_stderr("it measured text over udp, and the first one text over unix");
    run(&["bench", "--merge", "/dev/null/none"])
        .expect_status(2)
        .expect_stderr("/dev/null/none");
}

#[test]
fn events_come_from_lines_and_from_captures() {
    let corpus =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/captures/opensips-2.4.11.jsonl");
    let captures = fs::read_to_string(corpus).expect("it is there");
    let lines: Vec<_> = captures
        .lines()
        // One of them is a datagram that is no event: it is left out.
        .filter(|line| line.contains("\"builtin-") || line.contains("\"event-empty-none\""))
        .collect();
    assert!(lines.len() > 5);
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("events");
    let name = file.to_str().expect("it is UTF-8");
    let text = format!(
        "{}\n\n{{\"event\":\"E_MINE\",\"params\":[{{\"name\":\"n\",\"value\":1}}]}}\n",
        lines.join("\n")
    );
    fs::write(&file, text).expect("there is room");
    let args = [
        "--rate",
        "200",
        "--duration",
        "500ms",
        "--socket",
        "unix",
        "--events",
        name,
    ];
    let (_, report, _) = measured(&args, None);
    assert_eq!(count(&report, 0, "delivered"), 100);
    for (text, message) in [
        ("{}", "line 1: "),
        ("", "there is no event in it"),
        ("{\"event\":\"E\"}\nx", "line 2: "),
    ] {
        fs::write(&file, text).expect("there is room");
        run(&[&["bench"], &args[..]].concat())
            .expect_status(2)
            .expect_stderr(message);
    }
}

#[test]
fn what_was_measured_before_an_interruption_is_kept() {
    let folder = tempfile::tempdir().expect("there is room");
    let (file, count_file) = (folder.path().join("load.json"), folder.path().join("count"));
    let report = format!("json={}", file.display());
    let rate = ["--rate", "100", "--duration", "100s"];
    // The first trial is of 20.
    let search = ["--from", "20", "--duration", "1s"];
    for args in [rate, search] {
        let args = [
            &args[..],
            &["--socket", "unix", "--warm-up", "0", "--report", &report],
        ]
        .concat();
        let mut child = command(&args, "tells:25", &count_file)
            .stdout(Stdio::null())
            .spawn()
            .expect("evdg runs");
        wait_until(|| told(&count_file).exists());
        let pid = child.id().to_string();
        let interrupt = Command::new("kill").args(["-INT", &pid]).status();
        assert!(interrupt.expect("kill runs").success());
        assert_eq!(child.wait().expect("it ends").code(), Some(130));
        let report = read(&file).expect("it was written");
        let run = &report["runs"][0];
        if args.contains(&"--rate") {
            assert_adds_up(&report, 0);
            assert!(count(&report, 0, "delivered") >= 25);
            assert_eq!(count(&report, 0, "lost"), 0);
            assert!(
                run["notes"][0]
                    .as_str()
                    .is_some_and(|note| note.contains("it was interrupted after"))
            );
            assert!(
                run["measurement"]["planned_seconds"]
                    .as_f64()
                    .is_some_and(|planned| planned < 100.0)
            );
        } else {
            assert_eq!(run["search"]["broken"], "interrupted");
            assert_eq!(run["search"]["trials"][0]["accepted"], 20);
        }
        fs::remove_file(told(&count_file)).expect("it is there");
    }
}

#[test]
fn a_report_that_nobody_measured_is_refused_or_drawn() {
    let folder = tempfile::tempdir().expect("there is room");
    let (file, html) = (
        folder.path().join("load.json"),
        folder.path().join("load.html"),
    );
    let (path, html) = (
        file.display().to_string(),
        format!("html={}", html.display()),
    );
    let report = format!("json={path}");
    let args = [
        "bench",
        "--sink",
        "--socket",
        "udp",
        "--rate",
        "200",
        "--duration",
        "100ms",
        "--report",
    ];
    run(&[&args[..], &[&report]].concat()).expect_status(0);
    let original = read(&file).expect("it was written");
    let merge = |change: &dyn Fn(&mut Value)| {
        let mut report = original.clone();
        change(&mut report);
        fs::write(&file, report.to_string()).expect("there is room");
        run(&["bench", "--merge", &path, "--report", &html])
    };
    let timeline = |report: &mut Value| report["runs"][0]["measurement"]["timeline"].take();
    merge(&|report| {
        let mut timeline = timeline(report);
        timeline["width_seconds"] = 0.into();
        report["runs"][0]["measurement"]["timeline"] = timeline;
    })
    .expect_status(2)
    .expect_stderr("its timeline is none of 1 to 1000 moments");
    // Axes end somewhere.
    merge(&|report| {
        let mut timeline = timeline(report);
        timeline["moments"][0]["p99_us"] = 1e308.into();
        timeline["moments"][0]["max_us"] = 1e-300.into();
        report["runs"][0]["measurement"]["timeline"] = timeline;
    })
    .expect_status(0);
    let ran = merge(&|report| {
        report["load"] = "\u{1b}[31m".into();
        report["runs"][0]["notes"] = vec!["\u{1b}]0;title\u{7}\nand more\u{7}"].into();
    })
    .expect_status(0);
    assert!(!ran.stdout.contains(['\u{1b}', '\u{7}']), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_done_is_told() {
    for (args, status, message) in [
        (&["--rate", "fast"][..], 2, "no rate"),
        (&["--rate", "1", "--from", "5"], 2, "--from"),
        (&["--from", "5", "--to", "4"], 2, "no rate is left"),
        (
            &["--rate", "ramp:0-1", "--duration", "1s"],
            2,
            "no datagrams come of",
        ),
        (&["--rate", "10", "--size", "30"], 2, "more than --size 30"),
        (
            &["--sink", "--attach", "udp:127.0.0.1:1", "--observe", "-"],
            2,
            "--attach",
        ),
        (
            &["--rate", "10", "--report", "junit=x"],
            2,
            "formats: json, html",
        ),
        (
            &["--rate", "10", "--", "/dev/null/none"],
            3,
            "cannot be started",
        ),
    ] {
        run(&[&["bench"], args].concat())
            .expect_status(status)
            .expect_stderr(message);
    }
}

/// Needs a quiet machine: see `ci/load`.
#[test]
#[ignore = "measures, and needs a quiet machine"]
fn the_search_finds_known_limits_within_five_percent() {
    let mut report = Vec::new();
    for limit in [5_000_u32, 20_000, 50_000] {
        let habit = format!("takes:{limit}");
        let (ran, json, _) = measured(&["--socket", "udp"], Some(&habit));
        let highest = json["runs"][0]["search"]["highest"]
            .as_f64()
            .unwrap_or_default();
        let off = (highest / f64::from(limit) - 1.0) * 100.0;
        report.push(format!(
            "takes {limit}/s: found {highest:.0}/s, {off:+.2} %"
        ));
        println!("{}\n{}", report[report.len() - 1], ran.stdout);
        assert!(off.abs() <= 5.0, "{report:#?}");
    }
    println!("{}", report.join("\n"));
}
