//! Replaces what a captured datagram says of people and machines, before it is shared: every word
//! and number of a value, and every address.
//!
//! Letters become other letters and digits other digits, so lengths, separators, quotes and escapes
//! stay, and with them what a decoder does. Equal words become equal words, in whatever datagram
//! and case. The names of events stay, and those of parameters, unless they may be part of a value.

mod anonymizer;
mod json;
mod names;
mod text;
mod words;

pub use anonymizer::Anonymizer;
