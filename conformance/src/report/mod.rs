//! Reports: each format is a sink for one stream of records, be they of a run that goes on or of files.

mod diff;
mod head;
mod html;
mod human;
mod json;
mod junit;
mod markdown;
mod read;
mod record;
mod recorder;
mod side_by_side;
mod sink;
mod summary;
mod tap;

pub(crate) use head::number;
pub use head::{Head, Settings, Shard, Subject, Suite, Title};
pub use html::Html;
pub(crate) use html::Page;
pub use human::Human;
pub use json::Json;
pub use junit::Junit;
pub use markdown::Markdown;
pub(crate) use markdown::code;
pub use read::{ReadError, Whole, read, read_from};
pub use record::{Record, Started};
pub use recorder::Recorder;
pub use sink::{Format, Report, create};
pub use summary::Summary;
pub use tap::Tap;
