//! Checks that the laws of both dialects share. They check the results of decoders and senders.

use std::error::Error;
use std::fmt::Display;

use event_datagram::{Bytes, EncodeError, Event, EventBuf, Unwritable};

use crate::reference::Reading;

/// Asserts that every part of an event is a slice of its datagram, and that the slices of the
/// parameters follow each other.
pub(super) fn parts_are_slices<E: Event>(datagram: &[u8], event: &E) {
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

/// Asserts that an error points into the datagram, and that its message names the kind and the
/// offset.
pub(super) fn error_points_into_datagram(
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

/// Returns the reading that a result of a decoder stands for.
pub(super) fn reading<E: Event, X>(decoded: &Result<E, X>) -> Reading {
    decoded.as_ref().map_or(Reading::Rejection, |event| {
        Reading::Event(EventBuf::from_event(event))
    })
}

/// Asserts that an event reads back the same if and only if `check` returned `Ok`.
pub(super) fn reads_back_as_checked<E: Event>(
    event: &E,
    check: Result<(), Unwritable>,
    back: &Reading,
) {
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

/// Encodes into a slice and into a vector. Asserts that the results are equal, and that the bytes
/// of the slice after the datagram are unchanged. Returns `None` if the event is too long, so that
/// both fail.
pub(super) fn encode_both_ways<E: Event>(
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

/// Asserts that an [`Unwritable`] and its message name a part of the event.
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
