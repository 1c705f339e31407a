//! Removes information about people and machines from captured datagrams, so that they can be
//! shared. Replaces every word and number of a value, and every address.
//!
//! Letters become other letters and digits other digits, so lengths, separators, quotes and escapes
//! are kept, and a decoder does the same as before. Equal words become equal words in all
//! datagrams, upper or lower case. The names of events are kept, and the names of parameters, too,
//! unless they may be part of a value.

mod anonymizer;
mod json;
mod names;
mod text;
mod words;

pub use anonymizer::Anonymizer;
