use std::panic::{AssertUnwindSafe, catch_unwind};

use event_datagram::{EventBuf, EventRef};

use super::codes::{self, ADMISSIBLE, INTERNAL, MISUSE, TOO_LONG};
use super::input::{CBytes, CEvent, Parts, event, slice};
use super::output::{CBuffer, fill, is_buffer};
use crate::{answer, explanation, generated, line_answer, line_explanation, mutated};

/// Returns whether an event, or a rejection if it is null, is an admissible reading of a datagram.
///
/// # Safety
///
/// Each pointer is null, or valid for the size beside it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn evdg_admits(
    dialect: u32,
    datagram: CBytes,
    reading: *const CEvent,
    why: *mut CBuffer,
) -> i32 {
    let call = || {
        let dialect = codes::dialect(dialect)?;
        // SAFETY: the caller promises that the pointers are valid.
        let datagram = unsafe { slice(datagram.data, datagram.size) }?;
        let parts = match reading.is_null() {
            true => None,
            // SAFETY: the caller promises that the pointers are valid.
            false => Some(unsafe { event(reading) }?),
        };
        let reading = parts.as_ref().map(as_event);
        let answer = answer(dialect, datagram, reading.as_ref());
        let text = || explanation(dialect, datagram, reading.as_ref());
        // SAFETY: the caller promises that the buffer is valid.
        unsafe { fill_optional(why, text) }?;
        Some(codes::answer(answer))
    };
    guarded(call)
}

/// Returns whether a line of the contract is admissible for a datagram.
///
/// # Safety
///
/// Each pointer is null, or valid for the size beside it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn evdg_admits_line(
    dialect: u32,
    datagram: CBytes,
    line: CBytes,
    why: *mut CBuffer,
) -> i32 {
    let call = || {
        let dialect = codes::dialect(dialect)?;
        // SAFETY: the caller promises that the pointers are valid.
        let datagram = unsafe { slice(datagram.data, datagram.size) }?;
        // SAFETY: the caller promises that the pointers are valid.
        let line = unsafe { slice(line.data, line.size) }?;
        let answer = line_answer(dialect, datagram, line);
        let text = || line_explanation(dialect, datagram, line);
        // SAFETY: the caller promises that the buffer is valid.
        unsafe { fill_optional(why, text) }?;
        Some(codes::line_answer(answer))
    };
    guarded(call)
}

/// Writes the datagram that OpenSIPS sends of an event.
///
/// # Safety
///
/// Each pointer is null, or valid for the size beside it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn evdg_encode(
    dialect: u32,
    raised: *const CEvent,
    datagram: *mut CBuffer,
    caveats: *mut CBuffer,
) -> i32 {
    let call = || {
        let dialect = codes::dialect(dialect)?;
        // SAFETY: the caller promises that the pointers are valid.
        let parts = unsafe { event(raised) }?;
        let event = EventBuf::from_event(&as_event(&parts));
        let sentences = || dialect.caveats(&event).join("; ");
        match dialect.encode(&event) {
            Ok(bytes) => {
                // SAFETY: the caller promises that the buffers are valid.
                unsafe {
                    fill_optional(caveats, sentences)?;
                    fill_required(datagram, &bytes)?;
                }
                Some(ADMISSIBLE)
            }
            Err(why) => {
                // SAFETY: the caller promises that the buffer is valid.
                unsafe { fill_optional(caveats, || why) }?;
                Some(TOO_LONG)
            }
        }
    };
    guarded(call)
}

/// Makes a datagram of the choices of a fuzzing engine.
///
/// # Safety
///
/// Each pointer is null, or valid for the size beside it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn evdg_generate(
    dialect: u32,
    choices: CBytes,
    datagram: *mut CBuffer,
) -> i32 {
    let call = || {
        let dialect = codes::dialect(dialect)?;
        // SAFETY: the caller promises that the pointers are valid.
        let choices = unsafe { slice(choices.data, choices.size) }?;
        let bytes = generated(dialect, choices);
        // SAFETY: the caller promises that the buffer is valid.
        unsafe { fill_required(datagram, &bytes) }?;
        Some(ADMISSIBLE)
    };
    guarded(call)
}

/// Mutates a datagram in place, and returns its new size.
///
/// # Safety
///
/// `data` is null, or valid for reads of `size` and for writes of `max_size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn evdg_mutate(
    dialect: u32,
    data: *mut u8,
    size: usize,
    max_size: usize,
    seed: u32,
) -> usize {
    let mut buffer = CBuffer {
        data,
        capacity: max_size,
        size: 0,
    };
    let call = || {
        let dialect = codes::dialect(dialect)?;
        // SAFETY: the caller promises that so many bytes can be read; they are copied before the
        // buffer is written.
        let datagram = unsafe { slice(data, size.min(max_size)) }?;
        let bytes = mutated(dialect, datagram, seed);
        // SAFETY: the caller promises that so many bytes can be written.
        unsafe { fill_required(&raw mut buffer, &bytes) }?;
        Some(ADMISSIBLE)
    };
    guarded(call);
    buffer.size.min(max_size)
}

fn as_event<'a>(parts: &'a Parts<'a>) -> EventRef<'a> {
    EventRef::new(parts.name, &parts.params)
}

/// Runs a function that returns `None` on misuse, and catches its panic: none may unwind into C.
fn guarded(call: impl FnOnce() -> Option<i32>) -> i32 {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(code) => code.unwrap_or(MISUSE),
        Err(_) => INTERNAL,
    }
}

/// Fills a buffer that has to be there. Returns `None` if it cannot be one.
///
/// # Safety
///
/// Unless it is null, the buffer is valid, and apart from `bytes`.
unsafe fn fill_required(buffer: *mut CBuffer, bytes: &[u8]) -> Option<()> {
    // SAFETY: the caller promises the same.
    unsafe {
        is_buffer(buffer).then_some(())?;
        fill(buffer, bytes);
    }
    Some(())
}

/// Fills a buffer with a text, which is made only if the buffer is there. Returns `None` if it
/// cannot be a buffer.
///
/// # Safety
///
/// Unless it is null, the buffer is valid.
unsafe fn fill_optional(buffer: *mut CBuffer, text: impl FnOnce() -> String) -> Option<()> {
    match buffer.is_null() {
        true => Some(()),
        // SAFETY: the caller promises the same, and the text is on the heap.
        false => unsafe { fill_required(buffer, text().as_bytes()) },
    }
}
