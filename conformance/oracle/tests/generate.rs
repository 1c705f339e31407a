//! Tests of the generators: no bytes give a simple case, and random bytes reach everything that
//! breaks readers.

use std::collections::BTreeSet;
use std::fmt::Debug;

use event_datagram::jsonrpc::sender::Release;
use event_datagram::{
    EventBuf, Host, MAX_DATAGRAM, MAX_UDP_PAYLOAD, MAX_UNIX_DATAGRAM, Socket, ValueBuf, jsonrpc,
    text,
};
use event_datagram_oracle::generate::{
    ByteShrinker, ByteSource, Generate, JsonRpcDatagram, JsonRpcEvent, JsonRpcSequence, SocketText,
    Spelling, TextDatagram, TextEvent, TextSequence,
};
use event_datagram_oracle::reference::{self, Reading};

/// Returns `count` byte strings, the same in every run.
fn decisions(count: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut state = 0_u64;
    let mut next = move || {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).to_le_bytes()
    };
    (0..count).map(move |_| {
        let length = usize::from(next()[0]);
        (0..=length / 8).flat_map(|_| next()).collect()
    })
}

/// Returns `count` cases of a type.
fn cases<C: Generate>(count: usize) -> impl Iterator<Item = C> {
    decisions(count).map(|bytes| C::generate(&mut ByteSource::new(&bytes)))
}

/// Returns the `Debug` texts of all items, because error kinds and reasons have no order of their
/// own.
fn seen<T: Debug>(all: impl Iterator<Item = T>) -> BTreeSet<String> {
    all.map(|one| format!("{one:?}")).collect()
}

#[track_caller]
fn all_of(seen: &BTreeSet<String>, expected: &str) {
    let expected: BTreeSet<_> = expected.split_whitespace().map(str::to_string).collect();
    assert_eq!(*seen, expected);
}

#[test]
fn no_bytes_give_the_simplest_case() {
    fn simplest<C: Generate>() -> C {
        C::generate(&mut ByteSource::new(b""))
    }
    let event = EventBuf::new("E_TEST", []);
    assert_eq!(simplest::<TextEvent>().0, event);
    assert_eq!(simplest::<JsonRpcEvent>().0, event);
    assert_eq!(simplest::<TextDatagram>().0, b"E_TEST\n\n");
    let json = br#"{"jsonrpc":"2.0","method":"E_TEST"}"#;
    assert_eq!(simplest::<JsonRpcDatagram>().0, json);
    assert_eq!(simplest::<Spelling>().event, event);
    assert!(simplest::<TextSequence>().0.is_empty());
    assert!(simplest::<JsonRpcSequence>().0.is_empty());
    assert_eq!(simplest::<SocketText>().0, "udp:a:0");
}

#[test]
fn debug_is_rust() {
    let bytes = [
        0, 0x80, 0xff, 0xff, 0x30, 0xff, 0, 0, 0x30, 0x10, 0x80, 0, 0x80, 0,
    ];
    let case = TextEvent::generate(&mut ByteSource::new(&bytes));
    let code = format!("{case:?}");
    assert!(
        code.starts_with("TextEvent(EventBuf::new(b\"E_TEST\".to_vec(), [ParamBuf::"),
        "{code}"
    );
    let case = TextSequence(vec![b"E\n\xff".to_vec(), Vec::new()]);
    assert_eq!(
        format!("{case:?}"),
        r#"TextSequence(vec![b"E\n\xff".to_vec(), b"".to_vec()])"#
    );
}

#[test]
fn text_cases_reach_every_error_and_every_reason() {
    let mut kinds = seen(cases::<TextDatagram>(20_000).filter_map(|case| {
        let result = text::documented::decode(&case.0);
        result.err().map(|error| error.kind())
    }));
    // `TooLong` needs a large datagram, which these cases do not have.
    kinds.insert("TooLong".into());
    all_of(
        &kinds,
        "Empty EndlessName EmptyName ForbiddenInEventName ForbiddenInName ForbiddenInValue EndlessParam TooLong",
    );
    let reasons = seen(cases::<TextEvent>(20_000).filter_map(|case| {
        text::sender::check(&case.0)
            .err()
            .map(|error| error.reason())
    }));
    all_of(
        &reasons,
        "EmptyEventName LineFeedInEventName EmptyName LineFeedInName SeparatorInName SeparatorInUnnamedValue
         BackslashBeforeClosingQuote Integer Null ReadsAsQuoted",
    );
}

#[test]
fn text_cases_are_of_every_sort() {
    let (mut grammatical, mut by_grammar_alone, mut several) = (0, 0, 0);
    for case in cases::<TextDatagram>(20_000) {
        let by_grammar = reference::text::documented(&case.0);
        if by_grammar != Reading::Rejection {
            grammatical += 1;
            by_grammar_alone += usize::from(by_grammar != reference::text::decode(&case.0));
        }
        several += usize::from(reference::text::readings(&case.0).nth(1).is_some());
    }
    assert!(
        (4_000..8_000).contains(&grammatical),
        "{grammatical} keep to the grammar"
    );
    // The grammar's encoder quotes values on one line.
    assert!(
        by_grammar_alone > 40,
        "{by_grammar_alone} read differently by the grammar"
    );
    assert!(several > 5_000, "{several} have several readings");
}

#[test]
fn jsonrpc_cases_reach_every_error_and_every_reason() {
    let kinds = seen(
        cases::<JsonRpcDatagram>(20_000)
            .filter_map(|case| jsonrpc::decode(&case.0).err().map(|error| error.kind())),
    );
    all_of(
        &kinds,
        "Empty ByteOrderMark Batch NotAnObject CutShort ExpectedName ExpectedColon ExpectedValue ExpectedComma MalformedNumber
         ControlCharacter MalformedEscape TooDeep TrailingBytes NoMethod MethodNotString ParamsNotStructured LoneSurrogate Boolean
         Nested NotInteger IntegerTooLarge",
    );
    let reasons = seen(cases::<JsonRpcEvent>(20_000).filter_map(|case| {
        jsonrpc::sender::check(&case.0)
            .err()
            .map(|error| error.reason())
    }));
    all_of(
        &reasons,
        "NulInEventName NulInName NulInValue NameBehindUnnamed UnnamedBehindNamed",
    );
}

#[test]
fn jsonrpc_cases_are_of_every_sort() {
    let (mut events, mut several, mut open) = (0, 0, 0);
    for case in cases::<JsonRpcDatagram>(5_000) {
        events += usize::from(jsonrpc::decode(&case.0).is_ok());
        several += usize::from(reference::jsonrpc::readings(&case.0).len() > 1);
        open += usize::from(reference::jsonrpc::is_unspecified(&case.0));
    }
    assert!((1_000..4_000).contains(&events), "{events} are events");
    assert!(several > 200, "{several} have several readings");
    assert!(open > 100, "{open} have no listed meaning");
}

#[test]
fn events_come_in_sizes_around_every_limit() {
    // The first byte chooses a large event, the next two choose its size, and the others a
    // parameter.
    let decisions = (0..=u8::MAX).flat_map(|limit| {
        [0x00, 0x40, 0x80, 0xc0].map(|offset| [0xff, limit, offset, 0x80, 0x80, 0x80, 0x80])
    });
    let (mut text, mut json) = (BTreeSet::new(), BTreeSet::new());
    for bytes in decisions.step_by(7) {
        let source = ByteSource::new(&bytes);
        text.insert(text::sender::size(
            &TextEvent::generate(&mut source.clone()).0,
        ));
        json.insert(jsonrpc::sender::size(
            Release::V3_4,
            &JsonRpcEvent::generate(&mut source.clone()).0,
        ));
        let small = JsonRpcEvent::generate(&mut source.small());
        assert!(jsonrpc::sender::size(Release::V3_4, &small.0) < 200);
    }
    for limit in [
        text::sender::BUFFER,
        MAX_DATAGRAM,
        MAX_UDP_PAYLOAD,
        MAX_UNIX_DATAGRAM,
    ] {
        for size in [limit, limit + 1] {
            assert!(text.contains(&size), "no text of {size} bytes");
            assert!(json.contains(&size), "no JSON of {size} bytes");
        }
    }
}

#[test]
fn failing_cases_shrink_to_short_ones() {
    /// Shrinks the first `count` cases that fail.
    fn shrunk<C: Generate>(count: usize, fails: impl Fn(&C) -> bool) -> Vec<C> {
        let case = |bytes: &[u8]| C::generate(&mut ByteSource::new(bytes));
        let failing = decisions(6_000).filter(|bytes| fails(&case(bytes)));
        let smallest = failing.take(count).map(|bytes| {
            let mut shrink = ByteShrinker::new(bytes);
            while let Some(candidate) = shrink.candidate() {
                if fails(&case(candidate)) {
                    shrink.keep();
                }
            }
            case(shrink.best())
        });
        smallest.collect()
    }

    let quote = |case: &JsonRpcDatagram| {
        let mut params = jsonrpc::decode(&case.0).into_iter().flat_map(|event| {
            let params: Vec<_> = event
                .params()
                .filter_map(|param| param.value.as_bytes())
                .collect();
            params
        });
        params.any(|value| value.iter().any(|byte| byte == b'"'))
    };
    let cases = shrunk(20, quote);
    assert_eq!(cases.len(), 20);
    let simplest = br#"{"jsonrpc":"2.0","method":"E_TEST","params":["\""]}"#;
    assert!(cases.iter().any(|case| case.0 == simplest));
    assert!(cases.iter().all(|case| case.0.len() < 80), "{cases:?}");

    let backslash = |case: &TextEvent| {
        let params = case.0.params.iter();
        let mut values = params.filter_map(|param| match &param.value {
            ValueBuf::Bytes(value) => Some(value),
            _ => None,
        });
        values.any(|value| value.contains(&b'\n') && value.ends_with(b"\\"))
    };
    let cases = shrunk(20, backslash);
    assert!(!cases.is_empty());
    assert!(
        cases.iter().all(|case| case.0.params.len() <= 2),
        "{cases:?}"
    );
}

#[test]
fn some_sequences_have_repeated_or_empty_datagrams() {
    let sequences: Vec<_> = cases::<JsonRpcSequence>(500).map(|case| case.0).collect();
    assert!(sequences.iter().any(|sequence| sequence.len() > 4));
    assert!(
        sequences
            .iter()
            .any(|sequence| sequence.contains(&Vec::new()))
    );
    let repeats = |sequence: &&Vec<Vec<u8>>| sequence.windows(2).any(|pair| pair[0] == pair[1]);
    assert!(sequences.iter().filter(repeats).count() > 10);
}

#[test]
fn socket_cases_reach_every_error_and_every_kind_of_socket() {
    let texts: Vec<_> = cases::<SocketText>(10_000).map(|case| case.0).collect();
    let parsed = || texts.iter().map(|text| Socket::parse(text));
    let hosts = seen(parsed().flatten().map(|socket| match socket {
        Socket::Unix(_) => "Unix",
        Socket::Udp {
            host: Host::Ipv4(_),
            ..
        } => "Ipv4",
        Socket::Udp {
            host: Host::Ipv6(_),
            ..
        } => "Ipv6",
        Socket::Udp {
            host: Host::Name(_),
            ..
        } => "Name",
    }));
    all_of(&hosts, "\"Unix\" \"Ipv4\" \"Ipv6\" \"Name\"");
    all_of(
        &seen(parsed().filter_map(|parsed| parsed.err().map(|error| error.kind()))),
        "MissingScheme MissingPath NulInPath PathTooLong ColonInHost UnclosedBracket InvalidIpv6 InvalidIpv4
         InvalidHostCharacter EmptyLabel HyphenAtLabelEdge LabelTooLong NameTooLong MissingPort InvalidPortCharacter
         LeadingZeroInPort PortTooLarge",
    );
}
