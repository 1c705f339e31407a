use bstr::ByteSlice as _;

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "drops-events-of-unknown-modules",
        sentence: "Has a list of modules, and drops the events of those that are not on it.",
        inject: |listener| {
            drops(listener, |event| {
                UNKNOWN_MODULES
                    .iter()
                    .any(|prefix| event.name.starts_with(prefix.as_bytes()))
            });
        },
    },
    Fault {
        name: "demands-the-parameters-of-known-events",
        sentence: "Reads known events into structures, and drops one that lacks a member.",
        inject: |listener| {
            drops(listener, |event| {
                MEMBERS.iter().any(|(name, member)| {
                    let is_member =
                        |param: &Param| param.name.as_deref() == Some(member.as_bytes());
                    event.name == name.as_bytes() && !event.params.iter().any(is_member)
                })
            });
        },
    },
    Fault {
        name: "looks-for-event-names-anywhere",
        sentence: "Asks whether the name holds a known one: `UNREGISTERING` holds `REGISTERING`.",
        inject: |listener| {
            listener.event_names(|name| match name.contains_str("REGISTERING") {
                true => b"E_REGISTRANT_REGISTERING".into(),
                false => name.into(),
            });
        },
    },
    Fault {
        name: "cuts-event-names-at-31",
        sentence: "Keeps names in 32 bytes, one of them for a NUL.",
        inject: |listener| listener.event_names(|name| name[..name.len().min(31)].into()),
    },
];

/// Beginnings of event names whose modules a listener does not know.
const UNKNOWN_MODULES: &[&str] = &[
    "E_CORE_PROC",
    "E_LOAD_BALANCER",
    "E_MSRP",
    "E_MYSQL",
    "E_PROFILING",
    "E_QROUTING",
    "E_REGISTRANT",
    "E_RTPENGINE",
];

/// Events, and a parameter that some of their shapes lack.
const MEMBERS: &[(&str, &str)] = &[
    ("E_CALLCENTER_AGENT_REPORT", "flow_id"),
    ("E_CORE_PROC_AUTO_SCALE", "group_type"),
    ("E_CORE_SR_STATUS_CHANGED", "details"),
    ("E_CORE_THRESHOLD", "source"),
    ("E_FRD_CRITICAL", "profile_id"),
    ("E_FRD_WARNING", "profile_id"),
    ("E_MSRP_SESSION_END", "from_uri"),
    ("E_PROFILING_PROC", "status"),
    ("E_PROFILING_SCRIPT", "status"),
    ("E_RTPENGINE_NOTIFICATION", "callid"),
    ("E_RTPENGINE_STATUS", "set"),
];

fn drops(listener: &mut Listener<Reader>, is_dropped: fn(&Event) -> bool) {
    listener.reader.finish = Box::new(move |event| {
        if is_dropped(&event) {
            Err("unknown event".into())
        } else {
            Ok(event)
        }
    });
}
