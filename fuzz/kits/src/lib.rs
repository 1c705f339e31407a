//! Kits for fuzzing parsers of OpenSIPS event datagrams, embedded: the files that the command
//! `evdg kit` of the crate `event-datagram-conformance` writes, beside seeds and dictionaries that
//! it makes from the corpus.
//!
//! ```
//! let (path, text) = event_datagram_kits::FILES[0];
//! assert_eq!(path, "c/Makefile");
//! assert!(text.contains("fuzz"));
//! ```

#![no_std]

/// Pairs the path of each file with its content. The files are listed, so that what `make` leaves
/// in the folder of a kit is not embedded.
macro_rules! files {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../", $path)))),*]
    };
}

/// The files of all kits: the path of each below the folder of the kits, and its content.
///
/// The first part of a path names the kit; `oracle` is the part that builds the library for the
/// kits in other languages than Rust. A name that ends in `.in` loses this ending where the file is
/// written, and what stands between two `@` in it is the folder of a crate, which the crate's
/// version or path replaces.
pub const FILES: &[(&str, &str)] = &files![
    "c/Makefile",
    "c/README.md",
    "c/harness.c",
    "c/mutator.c",
    "c/parser.c",
    "c/parser.h",
    "c/replay.c",
    "go/Makefile",
    "go/README.md",
    "go/go.mod",
    "go/oracle.go",
    "go/parser.go",
    "go/parser_test.go",
    "javascript/Makefile",
    "javascript/README.md",
    "javascript/fuzz.js",
    "javascript/oracle.js",
    "javascript/package.json",
    "javascript/parser.js",
    "oracle/Cargo.toml.in",
    "oracle/event_datagram_oracle.h",
    "oracle/src/lib.rs",
    "python/Makefile",
    "python/README.md",
    "python/fuzz.py",
    "python/oracle.py",
    "python/parser.py",
    "replay/Cargo.toml.in",
    "replay/Makefile",
    "replay/README.md",
    "replay/parser.pl",
    "replay/src/main.rs",
    "rust/Cargo.toml.in",
    "rust/Makefile",
    "rust/README.md",
    "rust/fuzz/Cargo.toml.in",
    "rust/fuzz/fuzz_targets/text.rs",
    "rust/src/lib.rs",
    "rust/tests/oracle.rs",
];

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn the_package_includes_the_embedded_files_and_nothing_else_of_a_kit() {
        let manifest = include_str!("../Cargo.toml");
        let (_, list) = manifest
            .split_once("\ninclude = [\n")
            .expect("it has a list");
        let (list, _) = list.split_once("\n]").expect("the list ends");
        let included = list.lines().filter_map(|line| {
            let path = line.trim().strip_prefix("\"/")?.strip_suffix("\",")?;
            // The crate's own files are not in the folder of a kit.
            (path.contains('/') && !path.starts_with("src/")).then_some(path)
        });
        assert!(included.eq(FILES.iter().map(|(path, _)| *path)));
    }
}
