//! Laws: properties of the codec that hold for every input, in either dialect and for the socket
//! syntax. Each is a function that panics with a message where the property does not hold.
//!
//! A law takes its input from anywhere: a property test, a fuzzing engine, a file with an old
//! finding.
//!
//! ```
//! use event_datagram_oracle::generate::{ByteSource, Generate, TextEvent};
//! use event_datagram_oracle::laws;
//!
//! // A fuzz target of libFuzzer: the closure gets the engine's bytes.
//! let target = |bytes: &[u8]| {
//!     laws::text::decoder_agrees_with_reference(bytes);
//!     laws::jsonrpc::decoder_agrees_with_reference(bytes);
//!     let TextEvent(event) = TextEvent::generate(&mut ByteSource::new(bytes).small());
//!     laws::text::sender_matches_size_and_check(&event);
//! };
//! target(b"E_TEST\nip::10.0.0.1\n\n");
//! ```
//!
//! To test a parser of your own, compare its result with the [reference](crate::reference), as
//! [`text::decoder_agrees_with_reference`] does with the codec's.

pub mod jsonrpc;
pub mod socket;
pub mod text;

use std::error::Error;
use std::fmt::Display;
use std::hash::{Hash, Hasher};

use super::reference::Reading;
use event_datagram::{
    Advice, Bytes, EncodeError, Event, EventBuf, EventRef, Param, ParamBuf, Unwritable, Value,
    ValueBuf, advise,
};

/// All accessors of [`Bytes`] return the same content.
///
/// # Panics
///
/// If that does not hold.
pub fn bytes_accessors_agree(bytes: Bytes<'_>) {
    let content = bytes.to_vec();
    assert_eq!(bytes.to_cow(), content);
    assert_eq!(bytes.len(), content.len());
    assert_eq!(bytes.is_empty(), content.is_empty());
    assert!(bytes.iter().eq(content.iter().copied()), "iter");
    assert!(bytes.chunks().all(|chunk| !chunk.is_empty()), "empty chunk");
    assert!(bytes.as_slice().is_none_or(|slice| slice == content));
    let plain = Bytes::from(&content[..]);
    assert_eq!(bytes, plain);
    assert_eq!(plain, bytes);
    assert!(bytes == content[..], "a slice");
    assert_eq!(hash(&bytes), hash(&plain), "hash");
    assert_eq!(format!("{bytes:?}"), format!("{plain:?}"));
    if let Ok(text) = str::from_utf8(&content) {
        assert_eq!(bytes, Bytes::from(text));
    }
    let mut left = content.len();
    for chunk in bytes.chunks() {
        assert_eq!(format!("{chunk:?}"), format!("{:?}", Bytes::new(&chunk)));
        left -= chunk.len();
    }
    assert_eq!(left, 0, "chunks");
}

/// [`bytes_accessors_agree`] for all parts of an event, and an event rebuilt from its parts is
/// equal.
fn event_accessors_agree<E: Event>(event: &E) {
    bytes_accessors_agree(event.name());
    advice_points_at_the_fault(&event.name().to_cow());
    let mut params = Vec::new();
    for param in event.params() {
        param.name.map(bytes_accessors_agree);
        param.value.as_bytes().map(bytes_accessors_agree);
        let value = match param.value {
            Value::Integer(integer) => {
                let owned = ValueBuf::from(integer);
                assert_eq!(owned.as_value(), param.value);
                assert_eq!(format!("{owned:?}"), format!("{:?}", param.value));
                Value::from(integer)
            }
            value => value,
        };
        let content = param.value.as_bytes().map(|bytes| bytes.to_vec());
        assert!(content.is_none_or(|content| param.value == content[..]));
        params.push(match param.name {
            Some(name) => Param::named(name, value),
            None => {
                assert_eq!(ParamBuf::unnamed(value).as_param(), param);
                Param { name: None, value }
            }
        });
    }
    let rebuilt = EventRef::new(event.name(), &params);
    let owned = EventBuf::from_event(event);
    assert_eq!(EventBuf::from_event(&rebuilt), owned, "rebuilt (left)");
    assert_eq!(
        format!("{owned:?}").replacen("EventBuf", "EventRef", 1),
        format!("{rebuilt:?}"),
        "printed"
    );
}

/// [`advise`] accepts names of the recommended form, and points at what is wrong in others.
fn advice_points_at_the_fault(name: &[u8]) {
    let of_words = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let words = name.strip_prefix(b"E_");
    let good = words.is_some_and(|words| {
        let mut words = words.split(|byte| *byte == b'_');
        words.all(|word| !word.is_empty() && word.iter().all(of_words))
    });
    let advice = advise(name);
    assert_eq!(advice.is_none(), good, "{advice:?}");
    let right = match advice {
        None => true,
        Some(Advice::Prefix) => words.is_none(),
        Some(Advice::Character { offset }) => !of_words(&name[offset]) && name[offset] != b'_',
        Some(Advice::EmptyWord { offset }) => {
            name[offset - 1] == b'_' && name.get(offset).is_none_or(|byte| *byte == b'_')
        }
        Some(other) => panic!("no law knows this advice: {other:?}"),
    };
    assert!(right, "{advice:?}");
    if let Some(advice) = advice {
        let expected = match advice {
            Advice::Prefix => "`E_`".into(),
            Advice::Character { offset } | Advice::EmptyWord { offset } => {
                format!("byte {offset};")
            }
            other => panic!("no law knows this advice: {other:?}"),
        };
        assert!(advice.to_string().contains(&expected), "{advice}");
    }
}

/// Every part of an event is a slice of its datagram, and those of the parameters follow each
/// other.
fn parts_are_slices<E: Event>(datagram: &[u8], event: &E) {
    let whole = datagram.as_ptr_range();
    let piece = |bytes: Bytes<'_>, from: *const u8| {
        let slice = bytes.as_slice().filter(|slice| !slice.is_empty());
        slice.map_or(from, |slice| {
            let piece = slice.as_ptr_range();
            assert!(
                from <= piece.start && piece.end <= whole.end,
                "{bytes:?} is no slice of the rest"
            );
            piece.end
        })
    };
    piece(event.name(), whole.start);
    let mut content = event.name().len();
    let mut from = whole.start;
    for param in event.params() {
        for bytes in param.name.into_iter().chain(param.value.as_bytes()) {
            from = piece(bytes, from);
            content += bytes.len();
        }
    }
    assert!(content <= datagram.len(), "more than the datagram holds");
}

/// An error points into the datagram, and its message names the kind and the offset.
fn error_points_into_datagram(
    datagram: &[u8],
    error: &(impl Error + Copy),
    kind: impl Display,
    offset: usize,
) {
    assert!(offset <= datagram.len(), "{error} lies behind the datagram");
    let expected = match datagram {
        [] => kind.to_string(),
        _ => format!("{kind}, at byte {offset}"),
    };
    assert_eq!(error.to_string(), expected);
}

fn hash(bytes: &Bytes<'_>) -> u64 {
    /// FNV-1a: any hasher will do that depends on every byte.
    struct Fnv(u64);

    impl Hasher for Fnv {
        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
            }
        }

        fn finish(&self) -> u64 {
            self.0
        }
    }

    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    bytes.hash(&mut hasher);
    hasher.finish()
}

fn reading<E: Event, X>(decoded: &Result<E, X>) -> Reading {
    decoded.as_ref().map_or(Reading::Rejection, |event| {
        Reading::Event(EventBuf::from_event(event))
    })
}

/// An event reads back the same if and only if `check` returned `Ok`.
fn reads_back_as_checked<E: Event>(event: &E, check: Result<(), Unwritable>, back: &Reading) {
    let same = *back == Reading::Event(EventBuf::from_event(event));
    match check {
        Ok(()) => assert!(
            same,
            "`check` promises that it reads back the same, but it reads as {back:?}"
        ),
        Err(unwritable) => {
            assert!(
                !same,
                "`check` denies that it reads back the same, but it does: {unwritable}"
            );
            unwritable_names_a_part(event, unwritable);
        }
    }
}

/// An [`Unwritable`] names a part of the event, and so does its message.
fn unwritable_names_a_part<E: Event>(event: &E, unwritable: Unwritable) {
    let reason = unwritable.reason();
    let expected = match unwritable.param() {
        None => format!("event name {reason}"),
        Some(index) => {
            assert!(index < event.params().count(), "{unwritable}");
            format!("parameter {}: {reason}", index + 1)
        }
    };
    assert_eq!(unwritable.to_string(), expected);
}

/// Encodes into a slice and into a vector, with equal results; bytes of the slice behind the
/// datagram stay as they were. Returns `None` if both fail as they must.
fn encode_both_ways<E: Event>(
    event: &E,
    size: usize,
    limit: usize,
    encode: impl Fn(&E, &mut [u8]) -> Result<usize, EncodeError>,
    encode_to_vec: impl Fn(&E, &mut Vec<u8>) -> Result<usize, EncodeError>,
) -> Option<Vec<u8>> {
    let mut vec = Vec::new();
    const UNWRITTEN: u8 = 0xa5;
    let mut slice = vec![UNWRITTEN; size + 64];
    let result = encode_to_vec(event, &mut vec);
    assert_eq!(result, encode(event, &mut slice));
    match result {
        Ok(length) => {
            assert_eq!(
                (length, vec.len()),
                (size, size),
                "not the size that `size` returned"
            );
            assert!(size <= limit, "the datagram is longer than its limit");
            let (datagram, rest) = slice.split_at(size);
            assert_eq!(vec, datagram);
            assert!(
                rest.iter().all(|byte| *byte == UNWRITTEN),
                "`encode` wrote behind the datagram"
            );
            let short = EncodeError::BufferTooSmall { size };
            for room in [size - 1, size / 2] {
                assert_eq!(encode(event, &mut slice[..room]), Err(short));
            }
            assert!(short.to_string().contains(&format!(" {size} bytes")));
            assert!(short.source().is_none());
            Some(vec)
        }
        Err(EncodeError::TooLong {
            size: reported_size,
            limit: reported_limit,
        }) => {
            assert_eq!((reported_size, reported_limit), (size, limit));
            assert!(size > limit);
            None
        }
        Err(error) => panic!("{error}, though the buffer has the size that `size` returned"),
    }
}
