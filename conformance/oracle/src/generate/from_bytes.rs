//! The trait of the generated cases.

use std::fmt;

use super::byte_source::ByteSource;

/// A kind of case, made from bytes.
pub trait Generate: fmt::Debug + Sized {
    /// Makes a case by the choices of `source`.
    fn generate(source: &mut ByteSource<'_>) -> Self;
}
