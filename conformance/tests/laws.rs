//! The laws of `event_datagram_conformance::testing` as property tests.

use std::path::Path;

use event_datagram_conformance::contract::{Line, event_line, parse_line};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::judge::{Judgment, Predecessor, judge, take_late};
use event_datagram_conformance::testing::{DiagnosisCase, FuzzTarget, JudgeCase, JudgePair, laws};
use event_datagram_conformance::vectors::Corpus;
use event_datagram_oracle::generate::{
    ByteSource, Generate, JsonRpcDatagram, JsonRpcEvent, JsonRpcSequence, TextDatagram, TextEvent,
    TextSequence,
};
use proptest::prelude::*;
use proptest::sample::Index;

proptest! {
    #[test]
    fn events_parse_back_from_their_lines(text: TextEvent, json: JsonRpcEvent) {
        for event in [text.0, json.0] {
            let line = event_line(&event);
            prop_assert_eq!(parse_line(&line), Some(Line::Event(event)));
        }
    }

    #[test]
    fn reports_of_any_datagram_follow_the_contract(text: TextDatagram, json: JsonRpcDatagram) {
        for (dialect, datagram) in [(Dialect::Text, text.0), (Dialect::JsonRpc, json.0)] {
            let parsed = parse_line(&dialect.report_line(&datagram));
            match dialect.decode(&datagram) {
                Ok(event) => prop_assert_eq!(parsed, Some(Line::Event(event))),
                Err(why) => prop_assert_eq!(parsed, Some(Line::Rejection(why))),
            }
        }
    }

    #[test]
    fn lines_parse_back(line in mutated_seed(&FuzzTarget::SUBJECT_LINE)) {
        laws::lines_parse_back(&line);
    }

    #[test]
    fn fast_and_generic_line_parsers_agree(line in mutated_seed(&FuzzTarget::SUBJECT_LINE)) {
        laws::fast_and_generic_line_parsers_agree(&line);
    }

    #[test]
    fn only_the_canonical_line_compares_equal(
        line in mutated_seed(&FuzzTarget::SUBJECT_LINE),
        text: TextEvent,
        json: JsonRpcEvent,
    ) {
        laws::only_the_canonical_line_compares_equal(&line);
        for event in [text.0, json.0] {
            let line = event_line(&event);
            laws::only_the_canonical_line_compares_equal(&line);
        }
    }

    #[test]
    fn vector_files_parse_or_fail_with_a_message(file in mutated_seed(&FuzzTarget::VECTOR_FILE)) {
        laws::vector_files_parse_or_fail_with_a_message(&String::from_utf8_lossy(&file));
    }

    #[test]
    fn globs_fit_as_by_dynamic_programming(glob in "[ab*?]{0,12}", id in "[ab]{0,12}") {
        laws::globs_fit_as_by_dynamic_programming(&glob, &id);
    }

    #[test]
    fn imported_vector_files_parse(
        text in small::<TextSequence>(),
        json in small::<JsonRpcSequence>(),
    ) {
        laws::imported_vector_files_parse(Dialect::Text, &text.0);
        laws::imported_vector_files_parse(Dialect::JsonRpc, &json.0);
    }

    #[test]
    fn reports_parse_whole_or_fail(report in mutated_seed(&FuzzTarget::REPORT_FILE)) {
        laws::reports_parse_whole_or_fail(&report);
    }

    #[test]
    fn known_lists_name_vectors_once(list in mutated_seed(&FuzzTarget::KNOWN_LIST)) {
        laws::known_lists_name_vectors_once(&String::from_utf8_lossy(&list));
    }

    #[test]
    fn capture_statistics_match_datagrams(capture in mutated_seed(&FuzzTarget::PACKET_CAPTURE)) {
        laws::capture_statistics_match_datagrams(&capture);
    }

    #[test]
    fn captures_read_alike_in_any_chunks(capture in mutated_seed(&FuzzTarget::PACKET_CAPTURE)) {
        laws::captures_read_alike_in_any_chunks(&capture);
    }

    #[test]
    fn anonymized_datagrams_decode_alike(
        text: TextDatagram,
        json: JsonRpcDatagram,
        seed in mutated_seed(&FuzzTarget::TEXT_DATAGRAM),
        other in mutated_seed(&FuzzTarget::JSONRPC_DATAGRAM),
    ) {
        for datagram in [text.0, seed] {
            laws::anonymized_datagrams_decode_alike(Dialect::Text, &datagram);
        }
        for datagram in [json.0, other] {
            laws::anonymized_datagrams_decode_alike(Dialect::JsonRpc, &datagram);
        }
    }

    #[test]
    fn judge_agrees_with_brute_force(case in small::<JudgeCase>()) {
        laws::judge_agrees_with_brute_force(&case);
    }

    #[test]
    fn alignments_pair_everything_in_order(case in small::<JudgeCase>()) {
        laws::alignments_pair_everything_in_order(&case);
    }

    #[test]
    fn judge_reasons_are_printable(case in small::<JudgeCase>()) {
        laws::judge_reasons_are_printable(&case);
    }

    #[test]
    fn late_reports_are_taken_in_order(pair in small::<JudgePair>()) {
        laws::late_reports_are_taken_in_order(&pair.before, &pair.case);
    }

    #[test]
    fn models_predict_what_a_faulty_listener_reports(case in small::<DiagnosisCase>()) {
        laws::models_predict_what_a_faulty_listener_reports(&case);
    }

    #[test]
    fn causes_do_what_they_explain(case in small::<DiagnosisCase>()) {
        laws::causes_do_what_they_explain(&case);
    }
}

#[test]
fn every_datagram_of_the_corpus_is_anonymized_without_a_change_of_its_readings() {
    let corpus = Corpus::embedded().expect("the embedded corpus is valid");
    for (dialect, target) in [
        (Dialect::Text, FuzzTarget::TEXT_DATAGRAM),
        (Dialect::JsonRpc, FuzzTarget::JSONRPC_DATAGRAM),
    ] {
        for datagram in target.seeds(&corpus) {
            laws::anonymized_datagrams_decode_alike(dialect, &datagram);
        }
    }
}

#[test]
fn kept_seeds_of_the_judge_reach_every_kind_of_departure() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let seeds = FuzzTarget::JUDGE_SEQUENCE.kept_seeds(&corpus);
    let mut reasons = String::new();
    for seed in seeds.expect("the seeds are readable") {
        let JudgePair { before, case, .. } =
            JudgePair::generate(&mut ByteSource::new(&seed).small());
        for JudgeCase {
            steps,
            observation,
            answering,
            ..
        } in [&before, &case]
        {
            if let Judgment::Departs { why } = judge(steps, observation, *answering) {
                reasons.push_str(&why);
            }
        }
        let predecessor = Predecessor {
            steps: &before.steps,
            observation: &before.observation,
        };
        if !take_late(predecessor, &case.steps, &mut case.observation.clone()).is_empty() {
            reasons.push_str("taken late");
        }
    }
    for kind in [
        "the reports came in another order (T19)",
        "events came for one datagram, all the same (T19)",
        "events came for one datagram (T19)",
        "a late report of what came before (T19)",
        "it reported the good event from before again, late",
        "it reported the good event from before again:",
        "it makes up what it has not received (T19)",
        "bytes that stayed in a buffer swallowed it (T20)",
        "the good event that followed was read wrong",
        "; besides, ",
        "taken late",
    ] {
        assert!(reasons.contains(kind), "no seed reaches: {kind}");
    }
}

/// Returns a strategy for small cases. The tests of the oracle cover sizes around a limit.
fn small<C: Generate>() -> impl Strategy<Value = C> {
    let bytes = prop::collection::vec(any::<u8>(), 0..128);
    bytes.prop_map(|bytes| C::generate(&mut ByteSource::new(&bytes).small()))
}

/// Returns a strategy for mutated seeds of a target: it inserts bytes of other seeds, and removes
/// others.
fn mutated_seed(target: &FuzzTarget) -> impl Strategy<Value = Vec<u8>> + use<> {
    let corpus = Corpus::embedded().expect("the embedded corpus is valid");
    let seeds = target.seeds(&corpus);
    let change = (
        any::<Index>(),
        any::<Index>(),
        any::<Index>(),
        0_usize..24,
        0_usize..24,
    );
    let changes = prop::collection::vec(change, 0..4);
    (any::<Index>(), changes).prop_map(move |(which, changes)| {
        let mut bytes = seeds[which.index(seeds.len())].clone();
        for (at, other, from, taken, put) in changes {
            let at = at.index(bytes.len() + 1);
            let end = (at + taken).min(bytes.len());
            let other = &seeds[other.index(seeds.len())];
            let from = from.index(other.len() + 1);
            let piece = other[from..(from + put).min(other.len())].to_vec();
            drop(bytes.splice(at..end, piece));
        }
        bytes
    })
}
