use serde::de::IgnoredAny;

use crate::report::{Record, read_from};

/// Asserts that a report of a run parses or returns an error with a message. A parsed report has as
/// many results as it counts, and each result serializes and parses back the same. A truncated
/// report does not parse.
///
/// # Panics
///
/// If the law does not hold.
pub fn reports_parse_whole_or_fail(text: &[u8]) {
    let mut records = Vec::new();
    let whole = read_from(text, |record: Record| {
        records.push(record);
        Ok(())
    });
    match whole {
        Ok(whole) => assert_eq!(whole.count, records.len()),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    }
    for record in records {
        let json = serde_json::to_vec(&record).expect("a record serializes");
        let again: Record = serde_json::from_slice(&json).expect("a serialized record parses");
        assert_eq!(again, record);
        let evidence = record.evidence.into_iter();
        for observed in evidence.flat_map(|evidence| evidence.observed) {
            let is_printable = |text: &str| !text.chars().any(char::is_control);
            assert!(is_printable(&observed.text()), "{observed:?}");
        }
    }
    let end = text.trim_ascii_end().len();
    for part in [&text[..end / 2], &text[..end - 1]] {
        let whole = read_from(part, |_: IgnoredAny| Ok(()));
        assert!(whole.is_err(), "a truncated report parses");
    }
}
