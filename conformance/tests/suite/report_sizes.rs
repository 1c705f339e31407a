//! Tests of the size of the JUnit report, which CI services limit.

use std::fs;

use serde_json::Value;

use crate::evdg::evdg;

/// A parser that reports a long event for every datagram. Each character of the event takes six in
/// XML.
const TALKATIVE: &str = r#"
import json, sys
for line in sys.stdin:
    text = bytes.fromhex(line).decode('latin-1')
    name, _, rest = text.partition('\n')
    value = rest.partition('::')[2].partition('\n')[0]
    fence = 'E_EVDG_FENCE' in text
    params = [{'name': 'marker', 'value': value}] if fence else [{'name': '<&>', 'value': '"' * 3000}]
    print(json.dumps({'event': name if fence else '&', 'params': params}), flush=True)
"#;

#[test]
fn junit_of_a_listener_that_fails_nearly_everything_is_under_two_megabytes() {
    let folder = tempfile::tempdir().expect("there is room");
    let [junit, json] = ["junit", "json"].map(|format| folder.path().join(format));
    let output = evdg()
        .args(["test", "--parser", "--report"])
        .arg(format!("junit={}", junit.display()))
        .arg("--report")
        .arg(format!("json={}", json.display()))
        .args(["--", "python3", "-c", TALKATIVE])
        .output()
        .expect("evdg runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let (junit, json) = [junit, json]
        .map(|path| fs::read_to_string(path).expect("it is there"))
        .into();
    assert!(junit.len() < 2_000_000, "{} bytes", junit.len());
    let document = quick_junit::Report::deserialize_from_str(&junit).expect("it is JUnit");
    let report: Value = serde_json::from_str(&json).expect("it is JSON");
    let results = report["results"].as_array().expect("it is a list");
    assert_eq!(document.tests, results.len());
    assert!(
        junit.contains("… ("),
        "a datagram that is cut has its length"
    );
    assert!(junit.contains("the JSON report has the evidence"));
    // The JSON report has all of it.
    let mut failures = results.iter().filter(|result| result["verdict"] == "fail");
    assert!(failures.clone().count() > 300);
    assert!(failures.all(|result| result["observed"].to_string().len() > 6_000));
}
