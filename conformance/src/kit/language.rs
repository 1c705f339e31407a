use crate::named_enum::named_enum;

named_enum! {
    /// The language of a parser that a kit fuzzes.
    Language {
        /// C and C++: libFuzzer, AFL++.
        C = "c",
        /// Go: its native fuzzing.
        Go = "go",
        /// JavaScript: Jazzer.js.
        JavaScript = "javascript",
        /// Python: Atheris.
        Python = "python",
        /// Rust: cargo-fuzz, proptest.
        Rust = "rust",
        /// Any language: a process that reads hex lines and writes JSON lines.
        Replay = "replay",
    }
}

impl Language {
    /// Returns whether the kit calls the library of the oracle.
    pub(super) const fn calls_library(self) -> bool {
        !matches!(self, Self::Rust | Self::Replay)
    }
}
