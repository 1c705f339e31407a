//! Starts or attaches to the listener or parser under test, sends it datagrams, watches it and
//! kills it.

mod allocator;
mod answer_wait;
mod apart;
#[cfg(unix)]
mod attached;
mod command;
mod copies;
mod deadline;
mod death;
#[cfg(target_os = "linux")]
mod descendants;
mod event;
mod exchange;
mod first_report;
mod handle;
mod lines;
mod linger;
mod log;
#[cfg(target_os = "linux")]
mod orphans;
mod output;
#[cfg(unix)]
mod passed_socket;
mod pipeline;
mod port_reservation;
mod process;
mod session;
mod settings;
mod silence;
mod start_advice;
mod start_error;
mod startup;
mod stop;
mod streams;
mod waits;
mod watch;

pub use allocator::AddressAllocator;
pub(crate) use answer_wait::AnswerWait;
#[cfg(unix)]
pub use attached::{Reports, Running};
pub use command::{CommandError, Kind, Subject, SubjectCommand};
pub use death::{Death, Exit};
pub use exchange::{Exchange, ExchangeEnd, SendMode};
pub(crate) use linger::Lingering;
#[cfg(target_os = "linux")]
pub use orphans::adopt_orphans;
pub(crate) use pipeline::MAX_PIPELINED;
pub use pipeline::{PipelineEnd, PipelineResult};
pub use session::Session;
pub use settings::SubjectSettings;
#[cfg(feature = "load")]
pub(crate) use start_error::quoted_log;
pub use start_error::{StartError, UndeclaredDialect};
pub use stop::Stop;
pub use watch::Watched;
