//! Implements the `Arbitrary` traits of proptest and of the crate `arbitrary` for all cases.

#[cfg(feature = "proptest")]
use super::CaseStrategy;
#[cfg(feature = "arbitrary")]
use super::{ByteSource, Generate};
use super::{
    JsonRpcDatagram, JsonRpcEvent, JsonRpcSequence, SocketText, Spelling, TextDatagram, TextEvent,
    TextSequence,
};

macro_rules! implement_engine_traits {
    ($($case:ty),*) => {$(
        #[cfg(feature = "proptest")]
        impl proptest::arbitrary::Arbitrary for $case {
            type Parameters = ();
            type Strategy = CaseStrategy<Self>;

            fn arbitrary_with((): ()) -> CaseStrategy<Self> {
                CaseStrategy::new()
            }
        }

        /// Consumes all bytes, and makes a small case.
        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for $case {
            fn arbitrary(bytes: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                let source = bytes.bytes(bytes.len())?;
                Ok(Self::generate(&mut ByteSource::new(source).small()))
            }
        }
    )*};
}

implement_engine_traits!(
    TextEvent,
    TextDatagram,
    TextSequence,
    JsonRpcEvent,
    JsonRpcDatagram,
    JsonRpcSequence,
    Spelling,
    SocketText
);
