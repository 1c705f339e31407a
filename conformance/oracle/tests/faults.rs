//! Tests that any two faults can be combined in a model, which then handles any datagram.

use std::collections::HashSet;
use std::sync::LazyLock;

use event_datagram_oracle::faults::{
    self, Fault, FaultGroup, FaultInstance, Model, Parameter, ParameterKind,
};
use event_datagram_oracle::generate::{JsonRpcSequence, TextSequence};
use proptest::prelude::*;
use proptest::sample::Index;

static TEXT: LazyLock<Vec<FaultInstance>> = LazyLock::new(|| instances(faults::text()));
static JSON_RPC: LazyLock<Vec<FaultInstance>> = LazyLock::new(|| instances(faults::jsonrpc()));

/// Datagrams that no server sends, with ends and quotes in unexpected places.
const HOSTILE: &[&[u8]] = &[
    b"",
    b"\0",
    b"\n",
    b"\n\n",
    b"E_A",
    b"\xff\xfe\xff\n\xff::\xff\n\n",
    b"E_A\n::\n::::\n\n\n",
    b"E_A\n\"\n\"\"\n\"\\\n\\\"\n",
    b"E_A\np::\"\n\\\"\n\"q::\\\n\n",
    "E_A\n\u{2028}::\u{e9}\u{301}\u{1f600}\n\n".as_bytes(),
    b"{",
    b"[]",
    b"\"\\",
    br#"{"method":"\ud800\u","params":{"a":"\"#,
    br#"{"jsonrpc":"2.0","method":null,"params":[[[[{"a":-1e999999}]]]]}"#,
    b"{\"method\":\"E_A\",\"params\":{\"\xff\":\"\xc3\\\",\"p\":-,\"p\":00}}}",
];

#[test]
fn every_fault_answers_hostile_datagrams() {
    for instance in &*TEXT {
        answers(Model::text([instance]), HOSTILE);
    }
    for instance in &*JSON_RPC {
        answers(Model::jsonrpc([instance]), HOSTILE);
    }
}

#[test]
fn slugs_are_unique_and_sentences_name_the_parameter() {
    for groups in [faults::text(), faults::jsonrpc()] {
        let mut slugs = HashSet::new();
        for fault in groups.iter().flat_map(|group| group.faults) {
            assert!(slugs.insert(fault.slug), "two faults are {}", fault.slug);
            let has_parameter = fault.parameter() != ParameterKind::None;
            let places = fault.sentence.matches("{}").count();
            assert_eq!(places, usize::from(has_parameter), "{}", fault.slug);
            assert_ne!(
                fault.parameter(),
                ParameterKind::Number(&[]),
                "{}",
                fault.slug
            );
        }
    }
}

proptest! {
    #[test]
    fn two_faults_of_text_answer_any_datagrams(
        first: Index,
        second: Index,
        generated: TextSequence,
    ) {
        let model = || Model::text([first.get(&TEXT), second.get(&TEXT)]);
        answers(model(), HOSTILE);
        answers(model(), &generated.0);
    }

    #[test]
    fn two_faults_of_jsonrpc_answer_any_datagrams(
        first: Index,
        second: Index,
        generated: JsonRpcSequence,
    ) {
        let model = || Model::jsonrpc([first.get(&JSON_RPC), second.get(&JSON_RPC)]);
        answers(model(), HOSTILE);
        answers(model(), &generated.0);
    }
}

/// Sends datagrams to a model. Asserts that it does not panic, that none of its lines contains a
/// line feed, and that it writes nothing after its end.
#[track_caller]
fn answers(mut model: Model, datagrams: &[impl AsRef<[u8]>]) {
    let mut end = None;
    for datagram in datagrams {
        let response = model.receive(datagram.as_ref());
        assert!(response.lines.iter().all(|line| !line.contains(&b'\n')));
        if end.is_some() {
            assert_eq!(response.end, end, "the end of a model changed");
            assert!(response.lines.is_empty(), "a model reports behind its end");
        }
        end = response.end;
    }
}

/// Returns the common instances of faults. Faults that need names get the names in most datagrams
/// of this test.
fn instances(groups: &'static [FaultGroup]) -> Vec<FaultInstance> {
    let of_fault = |fault: &'static Fault| match fault.parameter() {
        ParameterKind::EventNames => vec![FaultInstance {
            fault,
            parameter: Parameter::Names(vec![b"E_A".into()]),
        }],
        ParameterKind::ParamNames => vec![FaultInstance {
            fault,
            parameter: Parameter::Names(vec![b"a".into()]),
        }],
        ParameterKind::None | ParameterKind::Number(_) => FaultInstance::common(fault),
    };
    let faults = groups.iter().flat_map(|group| group.faults);
    faults.flat_map(of_fault).collect()
}
