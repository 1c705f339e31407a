//! The evidence of a verdict: what was sent, expected and observed, as data and in words.

mod model;
mod words;

pub use model::{Evidence, Observed};
pub use words::{
    datagram_in_words, event_in_words, expectation_in_words, labelled_lines, report_in_words,
    shortened,
};
