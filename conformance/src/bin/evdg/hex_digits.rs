//! Hex digits of whole datagrams. The crate `hex` converts digit by digit; these loops have no
//! branches, and the compiler vectorizes them.

use hex::FromHexError;

/// Replaces `bytes` by the bytes of these digits.
///
/// # Errors
///
/// If there is an odd number of digits, or another character among them; `bytes` is unspecified
/// then.
pub(crate) fn decode(digits: &[u8], bytes: &mut Vec<u8>) -> Result<(), FromHexError> {
    let (pairs, rest) = digits.as_chunks();
    bytes.clear();
    bytes.extend(pairs.iter().map(|pair| byte(*pair)));
    let is_valid = digits
        .iter()
        .fold(true, |all, digit| all & is_digit(*digit));
    if is_valid && rest.is_empty() {
        return Ok(());
    }
    hex::decode_to_slice(digits, bytes)
}

/// Appends the lower-case digits of bytes.
pub(crate) fn append(bytes: &[u8], text: &mut Vec<u8>) {
    let start = text.len();
    text.resize(start + 2 * bytes.len(), 0);
    let (pairs, _) = text[start..].as_chunks_mut();
    for ([high, low], byte) in pairs.iter_mut().zip(bytes) {
        (*high, *low) = (digit(byte >> 4), digit(byte & 0xf));
    }
}

/// Returns the byte of two digits. The byte is unspecified if one of them is not a hex digit.
fn byte(digits: [u8; 2]) -> u8 {
    // Converts both digits at once. Letters of either case have bit 6, and the low bits of `a` are
    // 1.
    let digits = u16::from_le_bytes(digits);
    let [high, low] = ((digits & 0x0f0f) + 9 * (digits >> 6 & 0x0101)).to_le_bytes();
    high << 4 | low
}

/// Returns whether a character is a hex digit. The compiler vectorizes this code, but not the
/// ranges of [`u8::is_ascii_hexdigit`].
fn is_digit(character: u8) -> bool {
    (character.wrapping_sub(b'0') < 10) | ((character | 0x20).wrapping_sub(b'a') < 6)
}

fn digit(nibble: u8) -> u8 {
    let letter = if nibble > 9 { b'a' - 10 - b'0' } else { 0 };
    b'0' + nibble + letter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_digits() {
        let all: Vec<u8> = (0..=255).collect();
        let mut digits = b"before ".to_vec();
        append(&all, &mut digits);
        let digits = digits.strip_prefix(b"before ").expect("it is kept");
        assert_eq!(digits, hex::encode(&all).as_bytes());
        let mut bytes = b"replaced".to_vec();
        for digits in [digits.to_vec(), digits.to_ascii_uppercase()] {
            assert_eq!(decode(&digits, &mut bytes), Ok(()));
            assert_eq!(bytes, all);
        }
        assert_eq!(decode(b"", &mut bytes), Ok(()));
        assert_eq!(bytes, b"");
    }

    #[test]
    fn errors_are_those_of_the_crate() {
        let mut digits = [b'0'; 70];
        for at in 0..digits.len() {
            for character in 0..=255 {
                digits[at] = character;
                let expected = hex::decode(digits).map(drop);
                assert_eq!(
                    decode(&digits, &mut Vec::new()),
                    expected,
                    "{character} at {at}"
                );
            }
            digits[at] = b'0';
        }
        for odd in [&b"0"[..], b"45g", b"4g5"] {
            assert_eq!(decode(odd, &mut Vec::new()), hex::decode(odd).map(drop));
        }
    }
}
