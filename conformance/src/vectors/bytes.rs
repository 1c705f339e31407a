use serde::Deserialize;

/// Bytes in the notation of vector files: a string, or a list of parts.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a string, or a list of strings, {\"hex\":…} and {\"repeat\":…,\"times\":…}"
)]
pub(super) enum ByteNotation {
    Text(String),
    Parts(Vec<BytesPart>),
}

#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a string, {\"hex\":…} or {\"repeat\":…,\"times\":…}"
)]
pub(super) enum BytesPart {
    Text(String),
    Hex(HexPart),
    Repeat(RepeatPart),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HexPart {
    hex: Hex,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RepeatPart {
    repeat: String,
    times: usize,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Hex(Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = String;

    fn try_from(digits: String) -> Result<Self, String> {
        match hex::decode(&digits) {
            Ok(bytes) if digits == hex::encode(&bytes) => Ok(Self(bytes)),
            Ok(_) => Err(format!("{digits:?} is not lower-case hex")),
            Err(error) => Err(format!("{digits:?} is not hex: {error}")),
        }
    }
}

/// The most bytes that a notation may expand to, which is more than the longest datagram.
pub(super) const MAX_BYTES: usize = 1 << 20;

impl ByteNotation {
    /// Returns the bytes.
    pub(super) fn expand(&self) -> Result<Vec<u8>, String> {
        let parts = match self {
            Self::Text(text) => return Ok(text.clone().into_bytes()),
            Self::Parts(parts) => parts,
        };
        let mut bytes = Vec::new();
        for part in parts {
            let (piece, times) = match part {
                BytesPart::Text(text) => (text.as_bytes(), 1),
                BytesPart::Hex(part) => (&part.hex.0[..], 1),
                BytesPart::Repeat(part) => (part.repeat.as_bytes(), part.times),
            };
            // The length is checked before memory is allocated.
            let length = piece.len().saturating_mul(times);
            if bytes.len().saturating_add(length) > MAX_BYTES {
                return Err(format!("more than {MAX_BYTES} bytes are too much"));
            }
            bytes.extend_from_slice(&piece.repeat(times));
        }
        Ok(bytes)
    }
}
