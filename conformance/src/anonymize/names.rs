/// Returns whether a name consists of the characters of plain names. Any other name may be part of
/// a value.
pub(super) fn is_plain(name: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !name.is_empty() && name.iter().all(is_plain)
}
