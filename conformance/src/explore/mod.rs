//! Property-based testing of a live subject: cases that nobody wrote down, judged by the reference decoder, and made as small as
//! they can be where they fail.
//!
//! # What is sent
//!
//! A *case* is one datagram, or two to eight back to back. [`Cases`] draws them by a seed from the generators of the codec
//! ([`event_datagram_oracle::generate`]): events written by each sender, the same with bytes changed, cut or doubled, garbage,
//! datagrams of the other dialect, sizes just around a limit, the same few bytes over and over. The seed and the number of a case
//! decide all of it; neither the clock nor the subject has a say.
//!
//! # What is expected
//!
//! For each datagram of a case, by [`Rules`]:
//!
//! 1. What the reference decoder admits: the one reading, or any of several.
//! 2. That it is survived, whatever is made of it, where nothing may fail: above the documented maximum (T16), where something
//!    stands that no event can hold (J13), and where more than 64 readings are admissible.
//! 3. That it is survived, too, where the reference reads it by advice, a requirement of level *should*: T5, T8, T13 in text; J7 to
//!    J10, and what the limits of J2 and J3 call a should, in JSON-RPC. What comes before and behind it is judged all the same.
//!    If it is read otherwise than the reference does, that is counted; under `strict` it fails.
//!
//! *Survived* means: at most one report, the good event behind it is reported right, and the subject goes on. So there is no case
//! in which a listener fails that conforms to every must.
//!
//! A subject that declares limits (`max_datagram`, `not_applicable`) is sent nothing beyond them, and held to no advice that it names.
//!
//! # What is found
//!
//! Cases go out in rows, as vectors do. The first that does not go well in a row is tried again on a fresh subject: alone; then behind
//! the last one, two, four… of the cases before it, all in one sequence, in case something stayed behind that the good events
//! between cases do not show; then those that were under way behind it. The first that fails is the *finding*. If none does, the
//! finding is `flaky`, unless the subject was merely silent (machines stumble) or the kernel dropped datagrams.
//!
//! # How it is made small
//!
//! [`shrink()`] tries simpler cases: fewer datagrams, shorter ones, simpler bytes. It works on the datagrams and not on the decisions
//! that made them, since the reference judges whatever comes out, and what fails need not look like anything that a generator makes.
//!
//! The subject is a black box that may remember. So a case counts only if it fails *on a fresh subject*, in the same way (a crash
//! stays a crash, a hang a hang). Tries share one subject at first, which is fast, and the result is tried on a fresh one. If it
//! does not fail there, the subject was led astray by what came before, and the search is made once more with a fresh subject
//! for each try that fails. Memory can thus make a result larger than it need be, and never wrong. Tries and time are bounded. If
//! the careful result does not fail again either, it is `flaky`.
//!
//! A smaller case is not taken if it leaves more ways to be right: it would be smaller, and harder to understand.

mod bench;
mod cases;
mod explorer;
mod finding;
mod rules;
mod search;
mod shrink;

pub use cases::Cases;
pub use explorer::{Plan, Statistics, explore, replay};
pub use finding::Finding;
pub use rules::Rules;
pub use shrink::shrink;
