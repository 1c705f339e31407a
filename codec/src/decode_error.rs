/// Defines why a datagram of a dialect is not an event, over the kinds that the dialect knows.
///
/// Each dialect has its own type, so that nobody takes the one for the other; what they can do is the same.
macro_rules! decode_error {
    ($kind:ident) => {
        /// Why a datagram is not an event, and at which byte.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct DecodeError {
            kind: $kind,
            offset: usize,
        }

        impl DecodeError {
            pub(super) const fn new(kind: $kind, offset: usize) -> Self {
                Self { kind, offset }
            }

            /// Says what is wrong.
            pub const fn kind(&self) -> $kind {
                self.kind
            }

            /// Says where, in bytes from the start of the datagram; its length where something is missing at the end.
            pub const fn offset(&self) -> usize {
                self.offset
            }
        }

        impl core::fmt::Display for DecodeError {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(&self.kind, f)?;
                match self.kind {
                    $kind::Empty => Ok(()),
                    _ => write!(f, ", at byte {}", self.offset),
                }
            }
        }

        impl core::error::Error for DecodeError {}
    };
}

pub(crate) use decode_error;
