//! The laws of `event_datagram_conformance::testing`, on cases made to break what reads them.

use event_datagram_conformance::contract::{Line, event_line, parse_line};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::testing::{JudgeCase, JudgePair, Target, laws};
use event_datagram_conformance::vectors::Corpus;
use event_datagram_oracle::generate::{
    Generate, JsonRpcDatagram, JsonRpcEvent, JsonRpcSequence, Source, TextDatagram, TextEvent,
    TextSequence,
};
use proptest::prelude::*;
use proptest::sample::Index;

proptest! {
    #[test]
    fn an_event_is_read_from_its_line(text: TextEvent, json: JsonRpcEvent) {
        for event in [text.0, json.0] {
            let line = event_line(&event);
            prop_assert_eq!(parse_line(&line), Some(Line::Event(event)));
        }
    }

    #[test]
    fn a_report_of_any_datagram_is_by_the_contract(text: TextDatagram, json: JsonRpcDatagram) {
        for (dialect, datagram) in [(Dialect::Text, text.0), (Dialect::JsonRpc, json.0)] {
            let said = parse_line(&dialect.report_line(&datagram));
            match dialect.decode(&datagram) {
                Ok(event) => prop_assert_eq!(said, Some(Line::Event(event))),
                Err(why) => prop_assert_eq!(said, Some(Line::Rejection(why))),
            }
        }
    }

    #[test]
    fn a_line_is_read_back_from_what_it_says(line in broken(&Target::SUBJECT_LINE)) {
        laws::a_line_is_read_back_from_what_it_says(&line);
    }

    #[test]
    fn both_ways_to_read_a_line_agree(line in broken(&Target::SUBJECT_LINE)) {
        laws::both_ways_to_read_a_line_agree(&line);
    }

    #[test]
    fn a_line_is_known_by_the_letter(
        line in broken(&Target::SUBJECT_LINE),
        text: TextEvent,
        json: JsonRpcEvent,
    ) {
        laws::a_line_is_known_by_the_letter(&line);
        for event in [text.0, json.0] {
            let line = event_line(&event);
            laws::a_line_is_known_by_the_letter(&line);
        }
    }

    #[test]
    fn a_vector_file_is_read_or_refused(file in broken(&Target::VECTOR_FILE)) {
        laws::a_vector_file_is_read_or_refused(&String::from_utf8_lossy(&file));
    }

    #[test]
    fn a_vector_file_made_of_datagrams_is_read(
        text in small::<TextSequence>(),
        json in small::<JsonRpcSequence>(),
    ) {
        laws::a_vector_file_made_of_datagrams_is_read(Dialect::Text, &text.0);
        laws::a_vector_file_made_of_datagrams_is_read(Dialect::JsonRpc, &json.0);
    }

    #[test]
    fn a_report_is_read_whole_or_refused(report in broken(&Target::REPORT_FILE)) {
        laws::a_report_is_read_whole_or_refused(&report);
    }

    #[test]
    fn a_known_list_names_vectors_once(list in broken(&Target::KNOWN_LIST)) {
        laws::a_known_list_names_vectors_once(&String::from_utf8_lossy(&list));
    }

    #[test]
    fn a_capture_holds_what_it_says(capture in broken(&Target::PACKET_CAPTURE)) {
        laws::a_capture_holds_what_it_says(&capture);
    }

    #[test]
    fn a_capture_is_the_same_however_it_comes(capture in broken(&Target::PACKET_CAPTURE)) {
        laws::a_capture_is_the_same_however_it_comes(&capture);
    }

    #[test]
    fn the_judge_agrees_with_trying_everything(case in small::<JudgeCase>()) {
        laws::the_judge_agrees_with_trying_everything(&case);
    }

    #[test]
    fn an_alignment_pairs_everything_in_order(case in small::<JudgeCase>()) {
        laws::an_alignment_pairs_everything_in_order(&case);
    }

    #[test]
    fn what_the_judge_says_can_be_printed(case in small::<JudgeCase>()) {
        laws::what_the_judge_says_can_be_printed(&case);
    }

    #[test]
    fn late_reports_are_taken_from_the_front(pair in small::<JudgePair>()) {
        laws::late_reports_are_taken_from_the_front(&pair.before, &pair.case);
    }
}

/// Cases that are not as large as a limit: those belong to the laws of the codec.
fn small<C: Generate>() -> impl Strategy<Value = C> {
    let decisions = prop::collection::vec(any::<u8>(), 0..128);
    decisions.prop_map(|bytes| C::generate(&mut Source::new(&bytes).small()))
}

/// A seed of a target, changed in a few places: bytes of others are put in, others taken out.
fn broken(target: &Target) -> impl Strategy<Value = Vec<u8>> + use<> {
    let corpus = Corpus::embedded().expect("the corpus is sound");
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
