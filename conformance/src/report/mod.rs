//! Reports of a run, made from its records. Each format is a [`Reporter`]. The records come from a
//! running test or from files.

mod behaviour;
mod diff;
mod failed;
mod findings;
mod format;
mod github;
mod github_command;
mod header;
mod html;
mod human;
mod json;
mod junit;
mod markdown;
mod markdown_text;
mod read;
mod record;
mod recorder;
mod reporter;
mod run_context;
mod side_by_side;
mod summary;
mod tap;

pub use failed::FailedVectors;
pub use findings::Findings;
pub use format::Format;
pub use github::Github;
pub(crate) use header::requirement_order;
pub use header::{ReportHeader, RequirementTitle, RunSettings, Shard, Suite, TestedSubject};
pub use html::Html;
pub(crate) use html::PageTemplate;
pub use human::{Detail, Human};
pub use json::Json;
pub use junit::Junit;
pub use markdown::Markdown;
pub(crate) use markdown_text::{code_cell, markdown_cell, markdown_text};
pub use read::{ReadError, ReadReport, read, read_from, read_unfinished};
pub use record::{ReadySubject, Record};
pub use recorder::Recorder;
pub use reporter::Reporter;
pub use run_context::{Machine, RunContext};
pub(crate) use summary::count_of_results;
pub use summary::{Conformance, Summary};
pub use tap::Tap;
