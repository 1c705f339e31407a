//! The laws of the C interface hold for random calls. Campaigns of its fuzz target go further.

use event_datagram_oracle_c::testing::C_INTERFACE;

#[test]
fn random_calls_keep_the_laws_of_the_interface() {
    let mut state = 1_u64;
    let mut random = || {
        // Xorshift.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    for round in 0..5_000 {
        let bytes: Vec<_> = (0..round % 40).flat_map(|_| random()).collect();
        C_INTERFACE.run(&bytes);
    }
}
