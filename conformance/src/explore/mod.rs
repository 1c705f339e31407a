//! Property-based testing of a live subject: generates cases, judges them by the reference decoder,
//! and shrinks the ones that fail.
//!
//! # What is sent
//!
//! A *case* is one datagram, or two to eight back to back. [`Cases`] draws them by a seed from the
//! generators of the oracle ([`event_datagram_oracle::generate`]): events as each sender writes
//! them, such datagrams with bytes changed, cut or doubled, random bytes, datagrams of the other
//! dialect, sizes just around a limit, and repetitions of the same few bytes. A case depends only
//! on the seed and its number, not on the clock or the subject.
//!
//! # What is expected
//!
//! [`Rules`] expect of each datagram of a case:
//!
//! 1. What the reference decoder admits: the one reading, or any of several.
//! 2. That the subject survives it, whatever the subject reads, where every reading is right: where
//!    a value stands that no event can hold (J13), and where more than 64 readings are admissible.
//! 3. That the subject survives it, too, where the reference reads it by advice, a requirement
//!    whose breach is a warning: T5, T8, T10, T13 in text; J7 to J10, J14, and what the limits of
//!    J2 and J3 call a should, in JSON-RPC; T16 in both. The datagrams before and behind it are
//!    judged all the same. Other readings than the reference's are counted; under `strict` they
//!    fail.
//!
//! A subject *survives* a datagram if it reports at most once, reports the fence after it
//! correctly, and goes on. So no case fails a listener that takes a listed reading wherever there
//! are several, and conforms to every must.
//!
//! A subject that declares limits (`max_datagram`, `not_applicable`) is sent nothing beyond them,
//! and not judged by advice that it names.
//!
//! # What is found
//!
//! Cases are sent in pipelines, as vectors are. The first case of a pipeline that does not pass is
//! run again on a fresh subject: first alone; then in one sequence after the last one, two, four…
//! of the cases before it, because they may have left state that the fences do not show. Then the
//! cases that were in flight after it are run. The first that fails is shrunk, and its cause is a
//! *finding*. Then the search goes on.
//!
//! Several fresh subjects are each sent the failing case several times in a row. If they do
//! different things, the subject answers differently from run to run. That is one finding, and no
//! case of it is shrunk. If no case fails again, the finding is also of that kind, unless the
//! subject only timed out (machines pause) or the kernel dropped datagrams.
//!
//! # How causes are told apart
//!
//! The models of faulty listeners, with which [`crate::diagnose`] explains the results of vectors,
//! explain single cases. A fault is the *cause* of a case if a listener with it, and with the
//! faults that were found before, reports what the subject reported, and no other case that was
//! tried contradicts it. All faults that were found are combined in one model. It predicts what the
//! subject does: a case that the subject fails as predicted is explained, and one that would end
//! the subject is not sent. If another fault explains more, it replaces the one that was found.
//!
//! A sequence that fails is run datagram by datagram first. If one of them fails alone in the same
//! way, it becomes the case, and state is not the cause.
//!
//! If no fault explains a failure, but the faults that were found before explain a simpler case of
//! it, then they are the cause: the models are not exact.
//!
//! Other failures that no fault explains are grouped by the rare bytes of the smallest case: bytes
//! that are neither letters, digits nor syntax. One mistake with such a byte shows in many ways,
//! some of which look like known faults. If the case has none, it is grouped by the verdict, by the
//! reason without the parts that depend on the case, and by its bytes of the syntax. Of failures
//! with the same verdict and reason, only the first, second, fourth, eighth… is shrunk. A fault
//! that is found later, and explains the smallest case of such a group, takes the group's cases.
//!
//! # How it is shrunk
//!
//! [`shrink()`] tries simpler cases: fewer datagrams, shorter ones, simpler bytes. It works on the
//! datagrams, not on the bytes that a generator made them from: the reference judges any datagram,
//! and a failing one need not look like anything that a generator makes.
//!
//! Shrinking keeps the cause: of the faults that explain the first case, one has to explain all
//! smaller ones; where no fault does, the reason has to stay. A simpler case that the faults found
//! before explain is not kept.
//!
//! A departure from advice may become a failure if a fault explains both: such a case is often
//! shorter, and says more. A failure never becomes a departure from advice.
//!
//! The subject is a black box that may keep state. So a case counts only if it fails *on a fresh
//! subject*, in the same way (a crash stays a crash, a hang a hang). Tries share one subject at
//! first, which is fast, and the result is run on a fresh one. If it does not fail there, earlier
//! tries had changed the subject's state, and the search runs once more with a fresh subject for
//! each try that fails. So state can make a result larger than necessary, but never wrong. Tries
//! and time are bounded.
//!
//! A smaller case that admits more readings is not kept, because it is harder to understand.
//!
//! `ci/shortest` compares the results with the shortest cases that an exhaustive search finds.

mod campaign;
mod case_search;
mod cases;
mod cause;
mod cause_keeper;
mod end_pattern;
mod exercised;
mod explorer;
mod failure_kind;
mod fault_model;
mod finding;
mod group;
mod groups;
mod moves;
mod parts;
mod plan;
mod replay;
mod rules;
mod shrink;
mod test_bed;
mod workers;

pub use campaign::Campaign;
pub use cases::{Cases, Part};
pub use cause::{CauseFound, FindingCause};
pub use exercised::Exercised;
pub use finding::Finding;
pub use plan::{FirstCase, FuzzPlan, FuzzStatistics, Until};
pub use replay::replay;
pub use rules::Rules;
pub use shrink::shrink;
pub use workers::FuzzProgress;
