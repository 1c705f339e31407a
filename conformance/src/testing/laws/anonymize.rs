use event_datagram::{EventBuf, ValueBuf};
use event_datagram_oracle::reference::Reading;

use crate::anonymize::Anonymizer;
use crate::dialect::Dialect;

/// Asserts that an anonymized datagram has the same length, the same separators and, except for
/// letters and digits, the same readings, or that it is rejected for the same reason.
///
/// # Panics
///
/// If the law does not hold.
pub fn anonymized_datagrams_decode_alike(dialect: Dialect, datagram: &[u8]) {
    const MAX_READINGS: usize = 64;
    let anonymized = Anonymizer::new().datagram(dialect, datagram);
    let shown = format!(
        "b\"{}\" became b\"{}\"",
        datagram.escape_ascii(),
        anonymized.escape_ascii()
    );
    assert_eq!(anonymized.len(), datagram.len(), "{shown}");
    for (byte, other) in datagram.iter().zip(&anonymized) {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
        assert!(byte == other || is_word(byte) && is_word(other), "{shown}");
    }
    assert_eq!(
        Dialect::detect(&anonymized),
        Dialect::detect(datagram),
        "{shown}"
    );
    let [decoded, other] = [datagram, &anonymized].map(|one| dialect.decode(one));
    assert_eq!(other.map(shape), decoded.map(shape), "{shown}");
    let [readings, others] = [datagram, &anonymized].map(|one| {
        let readings = dialect.readings(one, MAX_READINGS).into_iter();
        let shapes = readings.map(|reading| match reading {
            Reading::Event(event) => Some(shape(event)),
            _ => None,
        });
        // Two short words may become the same word, and then two readings become one.
        let mut different = Vec::new();
        for shape in shapes {
            if !different.contains(&shape) {
                different.push(shape);
            }
        }
        different
    });
    assert_eq!(others, readings, "{shown}");
}

/// The lengths of an event's parts, and the kinds of its values.
type Shape = (usize, Vec<(Option<usize>, ValueShape)>);

#[derive(Debug, PartialEq)]
enum ValueShape {
    Bytes(usize),
    /// An integer with this number of digits.
    Integer(usize),
    Null,
}

fn shape(event: EventBuf) -> Shape {
    let params = event.params.iter().map(|param| {
        let value = match &param.value {
            ValueBuf::Bytes(value) => ValueShape::Bytes(value.len()),
            ValueBuf::Integer(value) => ValueShape::Integer(value.to_string().len()),
            _ => ValueShape::Null,
        };
        (param.name.as_ref().map(Vec::len), value)
    });
    (event.name.len(), params.collect())
}
