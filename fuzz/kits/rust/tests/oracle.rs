//! The oracle admits what the parser reads.

use event_datagram_oracle::generate::TextDatagram;
use event_datagram_oracle::reference::{Reading, text};
use proptest::prelude::*;

#[track_caller]
fn check(datagram: &[u8]) {
    let reading = my_parser::parse(datagram).map_or(Reading::Rejection, Reading::Event);
    // Requirements of level should are advice: a departure is no finding.
    if text::advice(datagram).is_empty() && !text::admits(datagram, &reading) {
        let admissible: Vec<_> = text::readings(datagram).take(4).collect();
        panic!(
            "datagram b\"{}\": not admissible: {reading:?}; admissible: {admissible:?}",
            datagram.escape_ascii()
        );
    }
}

#[test]
fn seeds() {
    for entry in std::fs::read_dir("seeds/text").expect("the kit has seeds") {
        let path = entry.expect("it can be listed").path();
        check(&std::fs::read(path).expect("it can be read"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn generated(datagram: TextDatagram) {
        check(&datagram.0);
    }
}
