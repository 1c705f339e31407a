//! The listener or parser under test: started, watched, spoken to, killed.

mod command;
mod death;
mod output;
mod place;
mod process;
mod session;
mod startup;
mod stop;

pub use command::{CommandError, Kind, SubjectCommand};
pub use death::{Death, Exit};
pub use place::{Places, SocketKind};
pub use session::{Ending, Exchange, Observation, Report, Session};
pub use startup::{Settings, StartError};
pub use stop::Stop;
