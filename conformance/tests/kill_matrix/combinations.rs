//! Pairs of faults that an earlier diagnosis did not find in one listener.

use event_datagram_conformance::diagnose::{Dictionary, Finding, diagnose};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::fence::FenceTemplate;
use libtest_mimic::Failed;

use crate::listeners::FaultyListener;
use crate::matrix::KillMatrix;

/// Returns pairs of faulty listeners, by name. One listener has the faults of both, in the order of
/// injection.
pub(crate) fn of(dialect: Dialect) -> &'static [[&'static str; 2]] {
    match dialect {
        Dialect::JsonRpc => JSONRPC,
        _ => TEXT,
    }
}

const TEXT: &[[&str; 2]] = &[
    // Every vector that shows the second fault also shows the first one.
    ["keeps-the-closing-quote", "drops-unknown-escapes"],
    [
        "closes-at-the-last-quote",
        "closes-at-an-escaped-quote-that-ends-a-line",
    ],
    // Neither fault alone does what both do together.
    [
        "reverses-arguments",
        "moves-arguments-without-name-to-the-end",
    ],
    // The first fault hides much of what the second one does.
    ["quotes-need-a-name", "passes-over-quotes-inside-a-line"],
    // For some vectors, the second fault has no effect without the first one.
    [
        "takes-lines-without-separator-for-names",
        "splits-lines-at-tabs",
    ],
    // Another fault explains the same results as the first one.
    [
        "takes-lines-without-separator-for-names",
        "drops-empty-named-values",
    ],
    // Another fault explains most of the results of the first one.
    ["stops-at-blank-line", "splits-events-at-empty-lines"],
    // Neither fault explains anything alone.
    ["keeps-the-closing-quote", "splits-lines-first"],
    // Another fault explains all results of the second one, but also fails vectors that passed.
    ["reports-empty-names", "replaces-what-is-not-utf8"],
    // Another fault explains most of the results, but also fails vectors that passed, and neither
    // fault explains them alone.
    ["some-names-are-late", "holds-back-every-second-report"],
];

const JSONRPC: &[[&str; 2]] = &[
    // Only one vector of many shows the first fault.
    ["numbers-become-doubles", "rejects-negative-numbers"],
    [
        "keeps-bad-bytes-for-ever",
        "joins-datagrams-until-braces-balance",
    ],
    // For other vectors, the second fault hides what the first one does.
    ["inherits-members", "asks-for-the-version-first"],
    ["reads-lines", "looks-at-the-first-byte"],
    // Only large vectors show these faults, and the smallest of these vectors shows only one of
    // them.
    ["drops-long-datagrams-65456", "cuts-its-report-at-128-kib"],
    // Almost every vector fails.
    ["loses-every-3", "drops-every-other-event-of-a-name"],
];

/// Checks that the diagnosis names both faults and leaves no result unexplained.
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
