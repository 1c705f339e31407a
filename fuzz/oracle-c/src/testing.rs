//! The fuzz target of the C interface.

#![expect(unsafe_code, reason = "it calls the interface as C does")]

use std::ptr;

use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use event_datagram_conformance::contract::{error_line, event_line};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::testing::FuzzTarget;
use event_datagram_oracle::generate::{
    ByteSource, Generate, JsonRpcDatagram, JsonRpcEvent, TextDatagram, TextEvent,
};
use event_datagram_oracle::reference::Reading;

use crate::c_interface::{
    CBuffer, CBytes, CEvent, CParam, codes, evdg_admits, evdg_admits_line, evdg_encode,
    evdg_generate, evdg_mutate,
};

/// Calls of the C interface.
pub const C_INTERFACE: FuzzTarget = FuzzTarget::generated::<Calls>(
    "c_interface",
    "event_datagram_oracle_c::testing::C_INTERFACE",
    |bytes| {
        let calls = Calls::generate(&mut ByteSource::new(bytes).small());
        answers_are_those_of_the_reference(&calls);
        lines_are_answered_as_events(&calls);
        datagrams_are_those_of_the_sender(&calls);
        mutations_keep_to_their_size(&calls);
        misuse_is_answered(&calls);
    },
);

/// What the functions of the interface are called with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Calls {
    /// The dialect.
    pub dialect: Dialect,
    /// The datagram.
    pub datagram: Vec<u8>,
    /// The event that a parser read, if it did not reject the datagram.
    pub event: Option<EventBuf>,
    /// The capacity of the buffers.
    pub capacity: usize,
    /// The seed of a mutation.
    pub seed: u32,
}

impl Generate for Calls {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        let dialect = source.choose(&[Dialect::Text, Dialect::JsonRpc]);
        let capacity = source.choose(&[256, 0, 1, 16, 4_096]);
        let seed = u32::from_le_bytes([(); 4].map(|()| source.byte()));
        let kind = source.weighted_index(&[4, 2, 1, 4]);
        let departure = source.below(6);
        let (other, datagram) = match dialect {
            Dialect::JsonRpc => (
                JsonRpcEvent::generate(source).0,
                JsonRpcDatagram::generate(source).0,
            ),
            _ => (
                TextEvent::generate(source).0,
                TextDatagram::generate(source).0,
            ),
        };
        let decoded = dialect.decode(&datagram).ok();
        let event = match kind {
            0 => decoded,
            1 => Some(other),
            2 => None,
            _ => decoded.map(|event| departed(event, departure)),
        };
        Self {
            dialect,
            datagram,
            event,
            capacity,
            seed,
        }
    }
}

/// Returns an event that differs in one place.
fn departed(mut event: EventBuf, place: usize) -> EventBuf {
    let params = event.params.len();
    match (place, event.params.last_mut()) {
        (0, Some(param)) => param.value = ValueBuf::Null,
        (1, Some(param)) => param.name = Some(Vec::new()),
        (2, Some(param)) => param.name = None,
        (3, Some(_)) => event.params.rotate_left(params / 2),
        (4, Some(_)) => drop(event.params.pop()),
        _ => event.params.push(ParamBuf::unnamed("")),
    }
    event
}

/// A parser's event is answered as the reference does, and why is said of what is not admissible.
///
/// # Panics
///
/// If that does not hold.
fn answers_are_those_of_the_reference(calls: &Calls) {
    let Calls {
        dialect, datagram, ..
    } = calls;
    let reading = match &calls.event {
        Some(event) => Reading::Event(event.clone()),
        None => Reading::Rejection,
    };
    let admits = dialect.admits(datagram, &reading);
    let expected = match (admits, dialect.advice(datagram).is_empty()) {
        (true, _) => codes::ADMISSIBLE,
        (false, true) => codes::INADMISSIBLE,
        (false, false) => codes::ADVISED_AGAINST,
    };
    let (code, why) = answer(calls);
    assert_eq!(code, expected, "the answer (left)");
    let says_why = !why.starts_with("admissible: ");
    assert!(says_why || admits, "no reason: {why}");
    assert!(!why.contains('\n'), "a line feed in {why:?}");
}

/// The line of an event is answered as the event is.
///
/// # Panics
///
/// If that does not hold.
fn lines_are_answered_as_events(calls: &Calls) {
    let line = match &calls.event {
        Some(event) => event_line(event),
        None => error_line(""),
    };
    let (code, why) = with_buffer(calls.capacity, |buffer| {
        // SAFETY: all pointers are those of slices.
        unsafe {
            evdg_admits_line(
                number(calls.dialect),
                view(&calls.datagram),
                view(&line),
                buffer,
            )
        }
    });
    assert_eq!(code, answer(calls).0, "line (left), event (right): {why:?}");
}

/// The datagram of an event is the sender's.
///
/// # Panics
///
/// If that does not hold.
fn datagrams_are_those_of_the_sender(calls: &Calls) {
    let Some(event) = &calls.event else {
        return;
    };
    let (code, datagram) = with_event(event, |event| {
        with_buffer(calls.capacity, |buffer| {
            // SAFETY: all pointers are those of slices.
            unsafe { evdg_encode(number(calls.dialect), event, buffer, ptr::null_mut()) }
        })
    });
    match calls.dialect.encode(event) {
        Ok(expected) => assert!(
            code == codes::ADMISSIBLE && expected.starts_with(&datagram),
            "code {code}"
        ),
        Err(why) => assert_eq!(code, codes::TOO_LONG, "{why}"),
    }
}

/// Mutated and generated datagrams keep to the size of their buffer.
///
/// # Panics
///
/// If that does not hold.
fn mutations_keep_to_their_size(calls: &Calls) {
    let dialect = number(calls.dialect);
    let size = calls.datagram.len();
    for max_size in [size, size + 16, size / 2, 0] {
        let mut data = [&calls.datagram[..], &[0; 16], CANARY].concat();
        let end = data.len();
        // SAFETY: the data is longer than both sizes.
        let size = unsafe { evdg_mutate(dialect, data.as_mut_ptr(), size, max_size, calls.seed) };
        assert!(size <= max_size, "{size} bytes, and {max_size} is the most");
        assert_eq!(&data[end - CANARY.len()..], CANARY);
    }
    let (code, _) = with_buffer(calls.capacity, |buffer| {
        // SAFETY: all pointers are those of slices.
        unsafe { evdg_generate(dialect, view(&calls.datagram), buffer) }
    });
    assert_eq!(code, codes::ADMISSIBLE);
}

/// Arguments that cannot be used are answered as such, and nothing is read through them.
///
/// # Panics
///
/// If that does not hold.
fn misuse_is_answered(calls: &Calls) {
    let datagram = view(&calls.datagram);
    let dialect = number(calls.dialect);
    let null = |size| CBytes {
        data: ptr::null(),
        size,
    };
    let event = |params, param_count| CEvent {
        name: null(0),
        params,
        param_count,
    };
    let odd = CParam {
        has_name: 1,
        kind: 2 + u32::from(calls.seed as u8) % 3,
        name: null(usize::from(calls.seed & 1 == 0)),
        bytes: null(1),
        integer: 0,
    };
    let is_misuse = odd.kind > codes::NULL || odd.name.size > 0;
    let read = |datagram, event: &CEvent| {
        // SAFETY: the pointers are null, or those of slices; the library has to look at the rest.
        unsafe { evdg_admits(dialect, datagram, event, ptr::null_mut()) }
    };
    assert_eq!(read(datagram, &event(&odd, 1)) == codes::MISUSE, is_misuse);
    for (datagram, event) in [
        (null(1), event(ptr::null(), 0)),
        (null(usize::MAX), event(ptr::null(), 0)),
        (datagram, event(ptr::null(), 1)),
        (datagram, event(ptr::null(), usize::MAX)),
        (datagram, event(&odd, usize::MAX)),
        (datagram, event(&odd, isize::MAX as usize)),
    ] {
        assert_eq!(read(datagram, &event), codes::MISUSE);
    }
    let nothing = ptr::null_mut();
    // SAFETY: the pointers are null, or those of slices.
    unsafe {
        assert_eq!(
            evdg_admits(9, datagram, ptr::null(), nothing),
            codes::MISUSE
        );
        assert_eq!(
            evdg_admits_line(dialect, datagram, null(3), nothing),
            codes::MISUSE
        );
        assert_eq!(
            evdg_encode(dialect, ptr::null(), nothing, nothing),
            codes::MISUSE
        );
        assert_eq!(evdg_generate(dialect, datagram, nothing), codes::MISUSE);
        assert_eq!(evdg_mutate(dialect, ptr::null_mut(), 0, 8, calls.seed), 0);
        assert_eq!(evdg_mutate(9, ptr::null_mut(), 0, 0, calls.seed), 0);
    }
}

/// What stands behind a buffer, to show that nothing is written there.
const CANARY: &[u8] = b"canary";

fn answer(calls: &Calls) -> (i32, String) {
    let (dialect, datagram) = (number(calls.dialect), view(&calls.datagram));
    // SAFETY: all pointers are those of slices.
    let ask = |event, buffer| unsafe { evdg_admits(dialect, datagram, event, buffer) };
    let (code, why) = with_buffer(calls.capacity, |buffer| match &calls.event {
        Some(event) => with_event(event, |event| ask(event, buffer)),
        None => ask(ptr::null(), buffer),
    });
    (code, String::from_utf8_lossy(&why).into_owned())
}

fn number(dialect: Dialect) -> u32 {
    match dialect {
        Dialect::JsonRpc => codes::JSONRPC,
        _ => codes::TEXT,
    }
}

const fn view(bytes: &[u8]) -> CBytes {
    CBytes {
        data: bytes.as_ptr(),
        size: bytes.len(),
    }
}

/// Calls a function with an event of C.
fn with_event<T>(event: &EventBuf, call: impl FnOnce(*const CEvent) -> T) -> T {
    let convert = |param: &ParamBuf| {
        let (kind, bytes, integer) = match &param.value {
            ValueBuf::Bytes(bytes) => (codes::BYTES, view(bytes), 0),
            ValueBuf::Integer(integer) => (codes::INTEGER, view(b""), *integer),
            _ => (codes::NULL, view(b""), 0),
        };
        CParam {
            has_name: param.name.is_some().into(),
            kind,
            name: view(param.name.as_deref().unwrap_or_default()),
            bytes,
            integer,
        }
    };
    let params: Vec<_> = event.params.iter().map(convert).collect();
    call(&CEvent {
        name: view(&event.name),
        params: params.as_ptr(),
        param_count: params.len(),
    })
}

/// Calls a function with a buffer, and returns its result and what it wrote. Nothing may be written
/// behind the buffer.
fn with_buffer<T>(capacity: usize, call: impl FnOnce(*mut CBuffer) -> T) -> (T, Vec<u8>) {
    let mut data = [&vec![0; capacity][..], CANARY].concat();
    let mut buffer = CBuffer {
        data: data.as_mut_ptr(),
        capacity,
        size: usize::MAX,
    };
    let result = call(&raw mut buffer);
    assert_eq!(&data[capacity..], CANARY, "written behind the buffer");
    data.truncate(buffer.size.min(capacity));
    (result, data)
}
