//! Runs every vector over every socket. Each gets a verdict, whatever the subject does.

mod assess;
mod behaviour;
mod blame;
mod confirm;
mod delayed;
mod error;
mod fit;
mod hangs;
mod held;
mod jobs;
mod late;
mod outcome;
mod pipeline;
mod plan;
mod probes;
mod replay;
mod retry;
mod run_event;
mod runner;
mod spare;
mod state;
mod supervisor;
mod worker;
mod worker_event;

pub use behaviour::Behaviour;
pub(crate) use blame::blame_for_end;
pub use error::RunError;
pub use outcome::Outcome;
pub(crate) use pipeline::passes;
pub use plan::TestPlan;
pub use run_event::RunEvent;
pub use runner::run;
pub(crate) use supervisor::Supervisor;
