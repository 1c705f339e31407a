//! The diagnosis: which faults explain what a subject did with the vectors of a run.
//!
//! A [`Finding`] is what is known of one vector. [`diagnose`] runs the models of the oracle's
//! faults on the same vectors, and searches the smallest set of faults whose reports equal the
//! subject's on every vector, the passed ones included. It changes no verdict.

mod beam;
mod candidate;
#[cfg(feature = "runner")]
mod case_models;
mod cause;
mod claims;
mod diagnosis;
mod dictionary;
mod estimate;
mod fence_alone;
mod finding;
mod known;
mod parallel;
mod problem;
mod refine;
mod search;
mod simulation;
mod trace;
mod words;

#[cfg(feature = "runner")]
pub(crate) use case_models::{CaseModels, Prediction, Suspect};
pub use cause::{Cause, CauseParameter};
pub use diagnosis::{Diagnosis, MAX_SEARCH_TIME, diagnose};
pub use dictionary::Dictionary;
pub use finding::{Finding, KnownCause};
