#![no_main]

use event_datagram_oracle::generate::{ByteSource, TextDatagram};
use event_datagram_oracle::reference::{Reading, text};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|datagram: &[u8]| {
    let reading = my_parser::parse(datagram).map_or(Reading::Rejection, Reading::Event);
    // Requirements of level should are advice: a departure is no finding.
    if text::advice(datagram).is_empty() && !text::admits(datagram, &reading) {
        let admissible: Vec<_> = text::readings(datagram).take(4).collect();
        panic!("not admissible: {reading:?}; admissible: {admissible:?}");
    }
});

// The oracle mutates every other datagram.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % 2 == 1 {
        return fuzzer_mutate(data, size, max_size);
    }
    // Knuth's multiplicative hash, so that near seeds make other choices.
    let choices = (1..=16).map(|turn: u32| (seed ^ turn).wrapping_mul(2_654_435_769));
    let choices: Vec<_> = choices.flat_map(u32::to_be_bytes).collect();
    let mut datagram = TextDatagram(data[..size].to_vec());
    datagram.mutate(&mut ByteSource::new(&choices));
    let size = datagram.0.len().min(max_size);
    data[..size].copy_from_slice(&datagram.0[..size]);
    size
});
