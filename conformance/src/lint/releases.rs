/// The releases that write one and the same form of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Releases {
    /// Text of 16385 bytes, which later releases lose.
    UpTo1_11,
    /// Text of at most 16384 bytes.
    UpTo3_0,
    /// JSON-RPC with `"id":null`.
    V3_1,
    /// JSON-RPC without `id`.
    V3_4,
}

impl Releases {
    /// Every range of releases, the earliest first.
    pub const ALL: [Self; 4] = [Self::UpTo1_11, Self::UpTo3_0, Self::V3_1, Self::V3_4];

    /// Returns the range in words, from the first to the last release that was seen to write so.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UpTo1_11 => "1.8 to 1.11",
            Self::UpTo3_0 => "1.8 to 3.0",
            Self::V3_1 => "3.1.0",
            Self::V3_4 => "3.4 to 4.0",
        }
    }
}
