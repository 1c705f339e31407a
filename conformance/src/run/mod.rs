//! The loop: every vector over every socket, each with a verdict, whatever the subject does.

mod assess;
mod blame;
mod delayed;
mod error;
mod fit;
mod jobs;
mod outcome;
mod pipeline;
mod plan;
mod retry;
mod run_event;
mod runner;
mod supervisor;
mod worker;

pub(crate) use blame::blame_for_end;
pub use error::RunError;
pub use outcome::Outcome;
pub use plan::TestPlan;
pub use run_event::RunEvent;
pub use runner::run;
pub(crate) use supervisor::Supervisor;
