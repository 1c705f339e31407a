//! The buffers of callers.

use std::ptr;

/// `evdg_buffer`: a buffer of the caller for what a function returns.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CBuffer {
    /// The first byte; may be null if `capacity` is 0.
    pub data: *mut u8,
    /// The most bytes that are written.
    pub capacity: usize,
    /// The size of the whole, whether or not it fits.
    pub size: usize,
}

/// Returns whether a pointer can be that of a buffer.
///
/// # Safety
///
/// Unless it is null or unaligned, `buffer` must be valid for reads.
pub(super) unsafe fn is_buffer(buffer: *const CBuffer) -> bool {
    if buffer.is_null() || !buffer.is_aligned() {
        return false;
    }
    // SAFETY: it is neither null nor unaligned, and the caller promises the rest.
    let CBuffer { data, capacity, .. } = unsafe { buffer.read() };
    capacity == 0 || !data.is_null()
}

/// Writes bytes into a buffer: as many as fit, and the size of the whole.
///
/// No reference to the buffer is made, as what the caller handed over may lie in it.
///
/// # Safety
///
/// [`is_buffer`] returned `true`, `buffer` is valid for reads and writes, and the `data` of it for
/// writes of `capacity` bytes. `bytes` does not overlap them.
pub(super) unsafe fn fill(buffer: *mut CBuffer, bytes: &[u8]) {
    // SAFETY: the caller promises that it can be read.
    let CBuffer { data, capacity, .. } = unsafe { buffer.read() };
    let count = bytes.len().min(capacity);
    if count > 0 {
        // SAFETY: the source has at least `count` bytes, the caller promises the destination, which
        // is not null, and that they do not overlap.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), data, count) };
    }
    // SAFETY: the caller promises that the buffer can be written.
    unsafe { (&raw mut (*buffer).size).write(bytes.len()) };
}
