/// The most bytes read from a subject in one call.
pub(crate) const BUFFER_SIZE: usize = 1 << 16;
