//! The faults of listeners of the text dialect, and the correct reader that they change.

mod bytes;
mod characters;
mod closing;
mod delivery;
mod ends;
mod event_names;
mod formats;
mod framing;
mod inject;
mod last_backslash;
mod lines;
mod links;
mod names;
mod numbers;
mod order;
mod quotes;
mod quoting;
pub(super) mod reader;
mod report_lines;
mod separators;
mod shell;
mod sizes;
mod state;

use super::fault::FaultGroup;

pub(super) const FAULT_GROUPS: &[FaultGroup] = &[
    FaultGroup {
        title: "Framing",
        faults: framing::FAULTS,
    },
    FaultGroup {
        title: "Event names",
        faults: event_names::FAULTS,
    },
    FaultGroup {
        title: "Separators",
        faults: separators::FAULTS,
    },
    FaultGroup {
        title: "Lines and the ends of bare values",
        faults: lines::FAULTS,
    },
    FaultGroup {
        title: "Names of parameters",
        faults: names::FAULTS,
    },
    FaultGroup {
        title: "Where quoted values begin and close",
        faults: closing::FAULTS,
    },
    FaultGroup {
        title: "Quoted values that end in a backslash",
        faults: last_backslash::FAULTS,
    },
    FaultGroup {
        title: "Quoting and escaping",
        faults: quoting::FAULTS,
    },
    FaultGroup {
        title: "Bytes",
        faults: bytes::FAULTS,
    },
    FaultGroup {
        title: "Characters and encodings",
        faults: characters::FAULTS,
    },
    FaultGroup {
        title: "Values read as another format",
        faults: formats::FAULTS,
    },
    FaultGroup {
        title: "Reports written by hand",
        faults: report_lines::FAULTS,
    },
    FaultGroup {
        title: "Numbers and words",
        faults: numbers::FAULTS,
    },
    FaultGroup {
        title: "Order and number of parameters",
        faults: order::FAULTS,
    },
    FaultGroup {
        title: "Sizes and time",
        faults: sizes::FAULTS,
    },
    FaultGroup {
        title: "Ends, crashes and hangs",
        faults: ends::FAULTS,
    },
    FaultGroup {
        title: "What stays behind",
        faults: state::FAULTS,
    },
    FaultGroup {
        title: "Lost, repeated and late reports",
        faults: delivery::FAULTS,
    },
];
