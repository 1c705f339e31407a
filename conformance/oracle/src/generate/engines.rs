//! The cases for engines that make them by a trait of their own.

#[cfg(feature = "proptest")]
use super::Cases;
#[cfg(feature = "arbitrary")]
use super::{Generate, Source};
use super::{
    JsonRpcDatagram, JsonRpcEvent, JsonRpcSequence, SocketText, Spelling, TextDatagram, TextEvent,
    TextSequence,
};

macro_rules! engines {
    ($($case:ty),*) => {$(
        #[cfg(feature = "proptest")]
        impl proptest::arbitrary::Arbitrary for $case {
            type Parameters = ();
            type Strategy = Cases<Self>;

            fn arbitrary_with((): ()) -> Cases<Self> {
                Cases::new()
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
