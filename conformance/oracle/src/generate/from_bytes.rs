//! The trait of all cases that can be generated.

use std::fmt;

use super::byte_source::ByteSource;

/// A type of test case that can be generated from bytes.
pub trait Generate: fmt::Debug + Sized {
    /// Generates a case; the bytes of `source` decide every choice.
    fn generate(source: &mut ByteSource<'_>) -> Self;
}
