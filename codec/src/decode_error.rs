/// Defines the `DecodeError` of a dialect, whose kinds are `$kind`.
///
/// Each dialect has a type of its own, with the same methods.
macro_rules! decode_error {
    ($kind:ident) => {
        /// The reason why a datagram is malformed, and the place.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct DecodeError {
            kind: $kind,
            offset: usize,
        }

        impl DecodeError {
            pub(super) const fn new(kind: $kind, offset: usize) -> Self {
                Self { kind, offset }
            }

            /// Returns the reason.
            pub const fn kind(&self) -> $kind {
                self.kind
            }

            /// Returns the place in bytes from the start of the datagram: the datagram's length
            /// where something is missing at its end.
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
