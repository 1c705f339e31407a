//! The listener or parser under test: started or found, watched, spoken to, killed.

#[cfg(unix)]
mod attached;
mod body;
mod command;
mod death;
mod lines;
mod log;
mod news;
mod observation;
mod output;
mod patience;
mod place;
mod process;
mod row;
mod session;
mod startup;
mod stop;
#[cfg(target_os = "linux")]
mod strays;
mod streams;
mod watch;

#[cfg(unix)]
pub use attached::{Reports, Running};
pub use command::{CommandError, Kind, Subject, SubjectCommand};
pub use death::{Death, Exit};
pub use observation::{Observation, Report, Says};
pub use place::{Places, SocketKind};
pub(crate) use row::LONGEST_ROW;
pub use row::{Rest, Row};
pub use session::{Ending, Exchange, Session};
pub use startup::{Settings, StartError};
pub use stop::Stop;
pub use watch::Heard;
