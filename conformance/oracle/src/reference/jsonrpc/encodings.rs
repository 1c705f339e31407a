//! J13: JSON in another encoding than UTF-8.

/// The first bytes of JSON in UTF-16 or UTF-32, among which there is a NUL: the longest byte order
/// mark, and two bytes of a brace.
const START: usize = 6;

/// Returns what a datagram holds if it is UTF-16 or UTF-32, of either byte order, with a byte order
/// mark or without. Several of these encodings may fit.
pub(super) fn texts(datagram: &[u8]) -> impl Iterator<Item = String> {
    // In UTF-16 and UTF-32 the first brace has a NUL beside it; in UTF-8 it has none.
    let may_be = datagram.iter().take(START).any(|byte| *byte == 0);
    let texts = may_be.then(|| {
        let utf16 = [u16::from_le_bytes, u16::from_be_bytes].map(|unit| utf16(datagram, unit));
        let utf32 = [u32::from_le_bytes, u32::from_be_bytes].map(|unit| utf32(datagram, unit));
        utf16.into_iter().chain(utf32).flatten()
    });
    texts.into_iter().flatten().map(without_mark)
}

fn utf16(datagram: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = datagram.as_chunks();
    let units: Vec<_> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok().filter(|_| rest.is_empty())
}

fn utf32(datagram: &[u8], unit: fn([u8; 4]) -> u32) -> Option<String> {
    let (quads, rest) = datagram.as_chunks();
    let characters = quads.iter().map(|quad| char::from_u32(unit(*quad)));
    let text: Option<String> = characters.collect();
    text.filter(|_| rest.is_empty())
}

fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(text) => text.into(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::is_unspecified;

    #[test]
    fn events_in_other_encodings_may_be_read_in_any_way() {
        let to_bytes: [fn(&str) -> Vec<u8>; 4] = [
            |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            |text| {
                text.chars()
                    .flat_map(|c| u32::from(c).to_le_bytes())
                    .collect()
            },
            |text| {
                text.chars()
                    .flat_map(|c| u32::from(c).to_be_bytes())
                    .collect()
            },
        ];
        let event = r#"{"jsonrpc":"2.0","method":"E_TEST","params":{"a":"é"}}"#;
        for to_bytes in to_bytes {
            assert!(is_unspecified(&to_bytes(event)));
            assert!(is_unspecified(&to_bytes(&format!("\u{feff}{event}"))));
            let truncated = &event[..event.len() - 1];
            assert!(!is_unspecified(&to_bytes(truncated)), "{truncated}");
            let mut with_half_a_character = to_bytes(event);
            with_half_a_character.push(0);
            assert!(!is_unspecified(&with_half_a_character));
        }
    }
}
