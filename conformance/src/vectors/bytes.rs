use serde::Deserialize;

/// Bytes as vector files write them: a string, or a list of parts.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a string, or a list of strings, {\"hex\":…} and {\"repeat\":…,\"times\":…}"
)]
pub(super) enum ByteNotation {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a string, {\"hex\":…} or {\"repeat\":…,\"times\":…}"
)]
pub(super) enum Part {
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

/// More than any datagram needs, and little enough for any machine.
const MAX_BYTES: usize = 1 << 20;

impl ByteNotation {
    /// Spells the bytes out.
    pub(super) fn expand(&self) -> Result<Vec<u8>, String> {
        let parts = match self {
            Self::Text(text) => return Ok(text.clone().into_bytes()),
            Self::Parts(parts) => parts,
        };
        let mut bytes = Vec::new();
        for part in parts {
            match part {
                Part::Text(text) => bytes.extend_from_slice(text.as_bytes()),
                Part::Hex(part) => bytes.extend_from_slice(&part.hex.0),
                Part::Repeat(part) => {
                    if part.repeat.len().saturating_mul(part.times) > MAX_BYTES {
                        return Err(format!(
                            "{} times {} bytes are too much",
                            part.times,
                            part.repeat.len()
                        ));
                    }
                    bytes.extend_from_slice(part.repeat.repeat(part.times).as_bytes());
                }
            }
        }
        if bytes.len() > MAX_BYTES {
            Err(format!("{} bytes are too much", bytes.len()))
        } else {
            Ok(bytes)
        }
    }
}
