//! Faults in one listener that the diagnosis once did not tell apart.

use event_datagram_conformance::diagnose::{Dictionary, Finding, diagnose};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::fence::FenceTemplate;
use libtest_mimic::Failed;

use crate::listeners::FaultyListener;
use crate::matrix::KillMatrix;

/// Names of listeners whose faults one listener has together, in the order of injection.
pub(crate) fn of(dialect: Dialect) -> &'static [[&'static str; 2]] {
    match dialect {
        Dialect::JsonRpc => JSONRPC,
        _ => TEXT,
    }
}

const TEXT: &[[&str; 2]] = &[
    // Every vector that shows the second shows the first, too.
    ["keeps-the-closing-quote", "drops-unknown-escapes"],
    [
        "closes-at-the-last-quote",
        "closes-at-an-escaped-quote-that-ends-a-line",
    ],
    // Neither alone does what both together do.
    [
        "reverses-arguments",
        "moves-arguments-without-name-to-the-end",
    ],
    // The first hides much of what the second does.
    ["quotes-need-a-name", "passes-over-quotes-inside-a-line"],
    // The second changes nothing about some vectors unless the first is there.
    [
        "takes-lines-without-separator-for-names",
        "splits-lines-at-tabs",
    ],
    // Another fault does the same in the place of the first.
    [
        "takes-lines-without-separator-for-names",
        "drops-empty-named-values",
    ],
    // Another fault explains most in the place of the first.
    ["stops-at-blank-line", "splits-events-at-empty-lines"],
    // Neither explains anything alone.
    ["keeps-the-closing-quote", "splits-lines-first"],
    // Another fault explains all that the second does, and more that was passed.
    ["reports-empty-names", "replaces-what-is-not-utf8"],
];

const JSONRPC: &[[&str; 2]] = &[
    // One vector of many shows that the first is there.
    ["numbers-become-doubles", "rejects-negative-numbers"],
    [
        "keeps-bad-bytes-for-ever",
        "joins-datagrams-until-braces-balance",
    ],
    // The second hides what the first does with other vectors.
    ["inherits-members", "asks-for-the-version-first"],
    ["reads-lines", "looks-at-the-first-byte"],
    // Large vectors alone show them, and the smallest of these one of them alone.
    ["drops-long-datagrams-65456", "cuts-its-report-at-128-kib"],
    // Almost every vector fails.
    ["loses-every-3", "drops-every-other-event-of-a-name"],
];

/// The diagnosis names both faults, and nothing is left.
pub(crate) fn is_diagnosed(matrix: &KillMatrix, names: [&str; 2]) -> Result<(), Failed> {
    let instance = |name: &str| {
        let mut listeners = matrix.listeners();
        let listener = listeners.find(|listener: &&FaultyListener| listener.name == name);
        listener
            .map(|listener| listener.instance.clone())
            .ok_or_else(|| Failed::from(format!("there is no faulty listener {name}")))
    };
    let faults = [instance(names[0])?, instance(names[1])?];
    let vectors = matrix.vectors();
    let findings: Vec<_> = vectors
        .map(|vector| Finding::of_model(vector, &faults))
        .collect();
    let diagnosis = diagnose(
        &findings,
        &Dictionary::default(),
        &FenceTemplate::default(),
        &|| true,
    );
    let is_named = |slug: &str| {
        let mut causes = diagnosis.causes.iter();
        causes.any(|cause| cause.may_be(slug))
    };
    let are_named = faults.iter().all(|instance| is_named(instance.fault.slug));
    if are_named && diagnosis.causes.len() == faults.len() && diagnosis.unexplained == 0 {
        Ok(())
    } else {
        Err(format!("the diagnosis is another: {diagnosis:#?}").into())
    }
}
