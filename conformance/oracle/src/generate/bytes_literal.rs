use std::fmt;

/// Formats bytes as the Rust expression of a `Vec<u8>`.
pub(super) struct BytesLiteral<'a>(pub(super) &'a [u8]);

impl fmt::Debug for BytesLiteral<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\".to_vec()", self.0.escape_ascii())
    }
}
