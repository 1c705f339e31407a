//! The evidence for a verdict: what was sent, expected and observed, as data and in words.

mod line;
mod model;
mod words;

pub use line::{EvidenceLine, datagram_in_words};
pub use model::{Evidence, Observed};
pub use words::{
    event_in_words, evidence_lines, expectation_in_words, param_in_words, report_in_words,
};
