//! The corpus of the event_datagram conformance suite, embedded: requirements, vectors, requirement
//! sets, captures of real servers, seeds and regressions of fuzzing.
//!
//! The README of this package documents the format of each file. The crate
//! `event-datagram-conformance` parses the vectors.
//!
//! ```
//! let (path, text) = event_datagram_corpus::VECTORS[0];
//! assert!(path.starts_with("vectors/jsonrpc/"));
//! assert!(text.contains("\"vectors\""));
//! ```

#![no_std]

/// Text files, each with its path in the corpus' folder and its content.
pub type TextFiles = &'static [(&'static str, &'static str)];

/// Binary files, each with its path in the corpus' folder and its content.
pub type ByteFiles = &'static [(&'static str, &'static [u8])];

/// SPEC.md: the numbered requirements, with reasons and examples.
pub const SPECIFICATION: &str = include_str!("../SPEC.md");

/// The vector files `vectors/DIALECT/TOPIC.json` and their schema `vectors/schema.json`, by path.
pub const VECTORS: TextFiles = include!(concat!(env!("OUT_DIR"), "/vectors.rs"));

/// The requirement sets `sets/NAME.txt`, by path. Each line has the id of a vector; `#` starts a
/// comment.
pub const SETS: TextFiles = include!(concat!(env!("OUT_DIR"), "/sets.rs"));

/// The captures of real servers, `captures/opensips-RELEASE.jsonl`, by path. Each line has a raised
/// event and the bytes that arrived. Files whose names end in `-builtin` and `-misnamed` have
/// events that the servers raised by themselves, so the raised event is unknown.
pub const CAPTURES: TextFiles = include!(concat!(env!("OUT_DIR"), "/captures.rs"));

/// Inputs that fuzzing campaigns kept, `seeds/TARGET.hex`, by path. Each line is an input in hex.
pub const SEEDS: TextFiles = include!(concat!(env!("OUT_DIR"), "/seeds.rs"));

/// Inputs that once broke a law, `regressions/TARGET/NAME`, by path.
pub const REGRESSIONS: ByteFiles = include!(concat!(env!("OUT_DIR"), "/regressions.rs"));

/// The README of an export of the corpus.
pub const EXPORT_README: &str = include_str!("../export/README.md");

/// The JSON Schema of a vector in an export of the corpus.
pub const EXPORT_SCHEMA: &str = include_str!("../export/schema.json");
