/// The most bytes read from a subject in one call.
pub(in crate::subject) const BUFFER_SIZE: usize = 1 << 16;
