//! The numbers of the header.

use event_datagram_conformance::dialect::Dialect;

use crate::answer::{Answer, LineAnswer};

/// `EVDG_TEXT`: the text dialect.
pub const TEXT: u32 = 0;
/// `EVDG_JSONRPC`: the JSON-RPC dialect.
pub const JSONRPC: u32 = 1;

/// `EVDG_BYTES`: a value that is a string.
pub const BYTES: u32 = 0;
/// `EVDG_INTEGER`: a value that is an integer.
pub const INTEGER: u32 = 1;
/// `EVDG_NULL`: no value.
pub const NULL: u32 = 2;

/// `EVDG_ADMISSIBLE`: yes, or all went well.
pub const ADMISSIBLE: i32 = 0;
/// `EVDG_INADMISSIBLE`: a requirement of level *must* is broken.
pub const INADMISSIBLE: i32 = 1;
/// `EVDG_ADVISED_AGAINST`: only requirements of level *should* are broken.
pub const ADVISED_AGAINST: i32 = 2;
/// `EVDG_NO_REPORT`: the line is about no datagram.
pub const NO_REPORT: i32 = 3;
/// `EVDG_TOO_LONG`: the event is longer than any datagram may be.
pub const TOO_LONG: i32 = 4;
/// `EVDG_MISUSE`: an argument cannot be used.
pub const MISUSE: i32 = -1;
/// `EVDG_INTERNAL`: a bug of this library.
pub const INTERNAL: i32 = -2;

/// Returns the dialect of a number.
pub(super) const fn dialect(number: u32) -> Option<Dialect> {
    match number {
        TEXT => Some(Dialect::Text),
        JSONRPC => Some(Dialect::JsonRpc),
        _ => None,
    }
}

/// Returns the number of an answer.
pub(super) const fn answer(answer: Answer) -> i32 {
    match answer {
        Answer::Admissible => ADMISSIBLE,
        Answer::Inadmissible => INADMISSIBLE,
        Answer::AdvisedAgainst => ADVISED_AGAINST,
    }
}

/// Returns the number of an answer to a line.
pub(super) const fn line_answer(line: LineAnswer) -> i32 {
    match line {
        LineAnswer::Report(report) => answer(report),
        LineAnswer::NoReport => NO_REPORT,
    }
}
