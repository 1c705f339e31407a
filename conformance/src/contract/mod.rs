//! The JSON lines by which a subject reports what it read.

mod event;
mod line;
mod write;

pub use event::{event_from_json, event_to_json};
pub(crate) use line::is_plainly_about_a_datagram;
pub use line::{Line, Start, line_from_json, parse_line};
pub(crate) use write::is_line_of;
pub use write::{append_event_line, error_line, event_line};
