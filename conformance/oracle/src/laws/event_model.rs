//! The laws of the event model: accessors of bytes and events, and the advice on names.

use std::hash::{Hash, Hasher};

use event_datagram::{
    Advice, Bytes, Event, EventBuf, EventRef, Param, ParamBuf, Value, ValueBuf, advise,
};

/// Asserts that all accessors of [`Bytes`] return the same content.
///
/// # Panics
///
/// If the law does not hold.
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

/// Asserts [`bytes_accessors_agree`] for all parts of an event, and that an event rebuilt from its
/// parts is equal.
pub(super) fn event_accessors_agree<E: Event>(event: &E) {
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

/// Asserts that [`advise`] accepts names of the recommended form, and points at the mistake in all
/// others.
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

fn hash(bytes: &Bytes<'_>) -> u64 {
    /// FNV-1a: any hasher whose result depends on every byte is good enough.
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
