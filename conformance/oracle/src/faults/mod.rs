//! Faults of listeners. A fault is one thing that a listener does wrong, with a model of such a
//! listener.
//!
//! The kill matrix runs the vectors on a listener with each fault, and the diagnosis of a run
//! compares the reports of a subject with those of the models. A model is the correct listener with
//! a link added to some of its steps, so that faults can be combined.
//!
//! ```
//! use event_datagram_oracle::faults::{self, FaultInstance, Model};
//!
//! let mut faults = faults::text().iter().flat_map(|group| group.faults);
//! let fault = faults.find(|fault| fault.slug == "splits-at-last-separator").unwrap();
//! let instance = &FaultInstance::common(fault)[0];
//!
//! let lines = Model::text([instance]).receive(b"E_TEST\nkey::b::c\n\n").lines;
//! assert_eq!(lines, [br#"{"event":"E_TEST","params":[{"name":"key::b","value":"c"}]}"#]);
//! ```

mod chain;
mod event;
mod fault;
mod inject;
mod jsonrpc;
mod listener;
mod model;
mod parameter;
mod process;
mod report_line;
mod text;

pub use fault::{Fault, FaultGroup};
pub use listener::Response;
pub use model::{FaultInstance, Model};
pub use parameter::{Parameter, ParameterKind};
pub use process::End;

/// Returns the faults of the text dialect, in the order in which they are injected.
pub fn text() -> &'static [FaultGroup] {
    text::FAULT_GROUPS
}

/// Returns the faults of the JSON-RPC dialect, in the order in which they are injected.
pub fn jsonrpc() -> &'static [FaultGroup] {
    jsonrpc::FAULT_GROUPS
}
