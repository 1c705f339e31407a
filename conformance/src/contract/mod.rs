//! The JSON lines by which a subject reports what it read.

mod event;
mod line;

pub(crate) use event::is_line_of;
pub use event::{Reported, event_from_json};
pub use line::{Line, Start, line_from_json, parse_line};
