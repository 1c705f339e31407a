//! What callers hand over, and its conversion to slices.

use event_datagram::{Bytes, Param, Value};

use super::codes;

/// `evdg_bytes`: bytes of the caller.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CBytes {
    /// The first byte; may be null if `size` is 0.
    pub data: *const u8,
    /// Their number.
    pub size: usize,
}

/// `evdg_param`: one parameter of an event.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CParam {
    /// Whether it has a name.
    pub has_name: u32,
    /// Which of the values counts: a number of [`codes`].
    pub kind: u32,
    /// The name.
    pub name: CBytes,
    /// The value, if it is a string.
    pub bytes: CBytes,
    /// The value, if it is an integer.
    pub integer: i64,
}

/// `evdg_event`: an event.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CEvent {
    /// The name.
    pub name: CBytes,
    /// The first parameter; may be null if `param_count` is 0.
    pub params: *const CParam,
    /// The number of parameters.
    pub param_count: usize,
}

/// The name and the parameters of an event of the caller.
pub(super) struct Parts<'a> {
    pub(super) name: Bytes<'a>,
    pub(super) params: Vec<Param<'a>>,
}

/// Returns the slice of `size` items at `data`, or `None` if there cannot be one.
///
/// # Safety
///
/// Unless it is null, `data` must be valid for reads of `size` items as long as `'a`, and nothing
/// may write to them meanwhile.
pub(super) unsafe fn slice<'a, T>(data: *const T, size: usize) -> Option<&'a [T]> {
    if size == 0 {
        return Some(&[]);
    }
    let bytes = size.checked_mul(size_of::<T>())?;
    if data.is_null() || !data.is_aligned() || isize::try_from(bytes).is_err() {
        return None;
    }
    // SAFETY: the pointer is neither null nor unaligned, the size in bytes is at most `isize::MAX`,
    // and the caller promises that so many items can be read.
    Some(unsafe { std::slice::from_raw_parts(data, size) })
}

/// Returns the event at `event`, or `None` if there cannot be one.
///
/// # Safety
///
/// The pointer, and all pointers in what it leads to, are as for [`slice`].
pub(super) unsafe fn event<'a>(event: *const CEvent) -> Option<Parts<'a>> {
    // SAFETY: the caller promises the same.
    let event = unsafe { slice(event, 1) }?.first()?;
    // SAFETY: the caller promises the same.
    let params = unsafe { slice(event.params, event.param_count) }?;
    // SAFETY: the caller promises the same.
    let convert = |param: &CParam| unsafe { self::param(param) };
    Some(Parts {
        // SAFETY: the caller promises the same.
        name: unsafe { bytes(event.name) }?,
        params: params.iter().map(convert).collect::<Option<_>>()?,
    })
}

/// # Safety
///
/// The pointers in a parameter are as for [`slice`].
unsafe fn param<'a>(param: &CParam) -> Option<Param<'a>> {
    let name = match param.has_name {
        0 => None,
        // SAFETY: the caller promises the same.
        _ => Some(unsafe { bytes(param.name) }?),
    };
    let value = match param.kind {
        // SAFETY: the caller promises the same.
        codes::BYTES => Value::Bytes(unsafe { bytes(param.bytes) }?),
        codes::INTEGER => Value::Integer(param.integer),
        codes::NULL => Value::Null,
        _ => return None,
    };
    Some(Param { name, value })
}

/// # Safety
///
/// The pointer is as for [`slice`].
unsafe fn bytes<'a>(bytes: CBytes) -> Option<Bytes<'a>> {
    // SAFETY: the caller promises the same.
    unsafe { slice(bytes.data, bytes.size) }.map(Bytes::new)
}
