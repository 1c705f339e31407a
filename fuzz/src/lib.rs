//! Makes a program of a [`FuzzTarget`]: one for the fuzzing engine that the package is built for,
//! or one that replays inputs.

mod replay;

pub use event_datagram_conformance::testing::FuzzTarget;
pub use event_datagram_oracle_c::testing::C_INTERFACE;
pub use replay::replay;

#[cfg(feature = "afl")]
pub use afl;
#[cfg(feature = "honggfuzz")]
pub use honggfuzz;
#[cfg(feature = "libfuzzer")]
pub use libfuzzer_sys;

/// Defines the program of a target, by the path of its constant in this crate, for the engine that
/// this package is built for.
#[macro_export]
macro_rules! target {
    ($($target:tt)+) => {
        #[cfg(all(fuzzing, feature = "libfuzzer"))]
        $crate::libfuzzer_sys::fuzz_target!(|input: &[u8]| $crate::$($target)+.run(input));

        #[cfg(all(fuzzing, feature = "afl"))]
        fn main() {
            $crate::afl::fuzz(true, |input: &[u8]| $crate::$($target)+.run(input));
        }

        #[cfg(all(fuzzing, feature = "honggfuzz"))]
        fn main() {
            loop {
                $crate::honggfuzz::fuzz(|input: &[u8]| $crate::$($target)+.run(input));
            }
        }

        #[cfg(not(fuzzing))]
        fn main() -> std::process::ExitCode {
            $crate::replay(&$crate::$($target)+, std::env::args_os().skip(1))
        }
    };
}
