//! The cases for engines that make them by a trait of their own.

use super::{
    Generate, JsonRpcDatagram, JsonRpcEvent, JsonRpcSequence, SocketText, Source, Spelling,
    TextDatagram, TextEvent, TextSequence,
};

/// So many bytes decide a case in a property test, at most.
#[cfg(feature = "proptest")]
const MOST_BYTES: usize = 256;

macro_rules! engines {
    ($($case:ty),*) => {$(
        /// Draws the bytes that decide, and shrinks them.
        #[cfg(feature = "proptest")]
        impl proptest::arbitrary::Arbitrary for $case {
            type Parameters = ();
            type Strategy = proptest::strategy::Map<
                proptest::collection::VecStrategy<proptest::num::u8::Any>,
                fn(alloc::vec::Vec<u8>) -> Self,
            >;

            fn arbitrary_with((): ()) -> Self::Strategy {
                use proptest::strategy::Strategy;
                let decisions = proptest::collection::vec(proptest::num::u8::ANY, 0..=MOST_BYTES);
                decisions.prop_map(|decisions| Self::generate(&mut Source::new(&decisions)))
            }
        }

        /// Takes all bytes that there are, and makes a case that is not large.
        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for $case {
            fn arbitrary(bytes: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                let decisions = bytes.bytes(bytes.len())?;
                Ok(Self::generate(&mut Source::new(decisions).small()))
            }
        }
    )*};
}

engines!(
    TextEvent,
    TextDatagram,
    TextSequence,
    JsonRpcEvent,
    JsonRpcDatagram,
    JsonRpcSequence,
    Spelling,
    SocketText
);
