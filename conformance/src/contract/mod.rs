//! The JSON lines by which a subject reports what it read.

mod event;
mod letter;
mod line;

pub use event::{Reported, event_from_json};
pub(crate) use letter::is_line_of;
pub use line::{Line, Start, line_from_json, parse_line};
