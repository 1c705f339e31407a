//! Tests of the search for the highest rate without loss.

use std::fs;

use super::measured;

#[test]
fn a_search_reports_its_trials_and_its_answer() {
    let folder = tempfile::tempdir().expect("a folder can be made");
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
    let trials = search["trials"].as_array().expect("trials are listed");
    let passed = trials
        .iter()
        .filter(|trial| trial["passed"] == true && trial["rate"] == search["highest"]);
    let lossless: u64 = passed
        .clone()
        .map(|trial| trial["accepted"].as_u64().expect("it is a number"))
        .sum();
    assert_eq!(search["lossless"], lossless);
    if search["is_decided"] == true && search["highest"].is_number() {
        assert!(passed.count() >= 2);
        assert!(ran.stdout.contains("without loss"), "{}", ran.stdout);
    }
    let page = fs::read_to_string(page).expect("the page was written");
    assert!(
        page.contains("Rates that were tried") && page.contains("<svg"),
        "{page}"
    );
    assert!(!page.contains("://"), "the page loads nothing");
}

/// Needs a quiet machine: see `ci/load`.
#[test]
#[ignore = "measures, and needs a quiet machine"]
fn the_search_finds_known_limits_within_five_percent() {
    let mut report = Vec::new();
    for limit in [5_000_u32, 20_000, 50_000] {
        let behaviour = format!("takes:{limit}");
        let (ran, json, _) = measured(&["--socket", "udp"], Some(&behaviour));
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
