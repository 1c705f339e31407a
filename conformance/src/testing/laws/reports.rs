use std::io;

use serde::de::IgnoredAny;

use crate::load;
use crate::report::{Record, read_from};

/// A report of a run is read, or refused in a message. What is read is as many results as are told, each of which says the same
/// when it is written and read again; and of a report that is cut off nothing is taken for the whole.
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

/// A report of a load test is read, or refused in a message. What is read can be shown, and with itself it adds up to twice as
/// much, or is refused.
///
/// # Panics
///
/// If that does not hold.
pub fn a_load_report_adds_up_or_is_refused(text: &[u8]) {
    let mut report = match load::Report::from_json(text) {
        Ok(report) => report,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    load::human(&report, &mut io::sink()).expect("a sink takes everything");
    let one = report.clone();
    match report.merge(&one) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(()) => {
            for (sum, one) in report.runs.iter().zip(&one.runs) {
                let (sum, one) = (sum.measurement.as_ref(), one.measurement.as_ref());
                let (sum, one) = sum.zip(one).expect("searches do not add up");
                assert_eq!(sum.counts.accepted, 2 * one.counts.accepted);
                assert_eq!(
                    sum.latency.max_us,
                    one.latency
                        .histogram()
                        .map_or(0.0, |it| it.max() as f64 / 1e3)
                );
                assert!(sum.counts.add_up());
            }
            load::human(&report, &mut io::sink()).expect("a sink takes everything");
        }
    }
}
