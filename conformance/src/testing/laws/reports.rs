use serde::de::IgnoredAny;

use crate::report::{Record, read_from};

/// A report of a run is read, or refused in a message. What is read is as many results as are told,
/// each of which says the same when it is written and read again; and of a report that is cut off
/// nothing is taken for the whole.
///
/// # Panics
///
/// If that does not hold.
pub fn a_report_is_read_whole_or_refused(text: &[u8]) {
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
        let json = serde_json::to_vec(&record).expect("it is an object");
        let mut again: Record = serde_json::from_slice(&json).expect("it was written here");
        // JSON numbers are read to within the last digit.
        assert!((again.millis - record.millis).abs() <= record.millis * 1e-9);
        again.millis = record.millis;
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
        assert!(whole.is_err(), "a part is taken for the whole");
    }
}
