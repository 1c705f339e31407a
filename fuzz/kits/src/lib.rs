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

/// The files of all kits: the path of each below the folder of the kits, and its content.
///
/// The first part of a path names the kit; `oracle` is the part that builds the library for the
/// kits in other languages than Rust. A name that ends in `.in` loses this ending where the file is
/// written, and what stands between two `@` in it is the folder of a crate, which the crate's
/// version or path replaces.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/files.rs"));
