//! The faults of listeners of the JSON-RPC dialect, and the correct reader that they change.

mod bytes;
mod ends;
mod envelope;
mod escapes;
mod events;
mod framing;
mod inject;
mod json;
mod links;
mod maps;
mod names;
mod numbers;
mod order;
mod params;
mod parse;
pub(super) mod reader;
mod searches;
mod sizes;
mod state;
mod strings;
mod syntax;
mod unescaping;
mod values;

use super::fault::FaultGroup;

pub(super) const FAULT_GROUPS: &[FaultGroup] = &[
    FaultGroup {
        title: "Syntax",
        faults: syntax::FAULTS,
    },
    FaultGroup {
        title: "White space, and what stands around the object",
        faults: framing::FAULTS,
    },
    FaultGroup {
        title: "Escapes",
        faults: unescaping::FAULTS,
    },
    FaultGroup {
        title: "Strings",
        faults: strings::FAULTS,
    },
    FaultGroup {
        title: "Bytes",
        faults: bytes::FAULTS,
    },
    FaultGroup {
        title: "Searching instead of parsing",
        faults: searches::FAULTS,
    },
    FaultGroup {
        title: "The notification",
        faults: envelope::FAULTS,
    },
    FaultGroup {
        title: "Event names",
        faults: events::FAULTS,
    },
    FaultGroup {
        title: "Parameters",
        faults: params::FAULTS,
    },
    FaultGroup {
        title: "Names of parameters",
        faults: names::FAULTS,
    },
    FaultGroup {
        title: "Maps",
        faults: maps::FAULTS,
    },
    FaultGroup {
        title: "Values",
        faults: values::FAULTS,
    },
    FaultGroup {
        title: "Numbers",
        faults: numbers::FAULTS,
    },
    FaultGroup {
        title: "Order and number of reports",
        faults: order::FAULTS,
    },
    FaultGroup {
        title: "What stays behind",
        faults: state::FAULTS,
    },
    FaultGroup {
        title: "Sizes",
        faults: sizes::FAULTS,
    },
    FaultGroup {
        title: "What stops it",
        faults: ends::FAULTS,
    },
];
