use bstr::ByteSlice as _;

use super::inject::{always, number, with_event_names, with_param_names};
use crate::faults::event::Param;
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "upper-case-event-names",
        sentence: "turns the names of events into upper case",
        requirement: "J3",
        injection: always(|listener| listener.event_names(<[u8]>::to_ascii_uppercase)),
    },
    Fault {
        slug: "lower-case-event-names",
        sentence: "turns the names of events into lower case",
        requirement: "J3",
        injection: always(|listener| listener.event_names(<[u8]>::to_ascii_lowercase)),
    },
    Fault {
        slug: "trims-event-names",
        sentence: "trims white space off the names of events",
        requirement: "J3",
        injection: always(|listener| listener.event_names(|name| name.trim().into())),
    },
    Fault {
        slug: "strips-e-off-event-names",
        sentence: "strips `E_` off the names of events",
        requirement: "J3",
        injection: always(|listener| {
            listener.event_names(|name| name.strip_prefix(b"E_").unwrap_or(name).into());
        }),
    },
    Fault {
        slug: "cuts-event-names",
        sentence: "cuts the names of events at {} bytes",
        requirement: "J3",
        injection: number(&[31, 63], |listener, most| {
            listener.event_names(move |name| name[..name.len().min(most)].into());
        }),
    },
    Fault {
        slug: "asks-for-event-names-of-word-characters",
        sentence: "rejects events whose names do not match `^\\w+$`",
        requirement: "J3",
        injection: always(|listener| {
            listener.drops_events(|event| {
                let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                !event.name.iter().all(is_of_word)
            });
        }),
    },
    Fault {
        slug: "cuts-event-names-at-line-feeds",
        sentence: "ends the name of an event at its first line feed",
        requirement: "J3",
        injection: always(|listener| {
            listener.event_names(|name| name.lines().next().unwrap_or_default().into());
        }),
    },
    Fault {
        slug: "reports-only",
        sentence: "reports no events but {}",
        requirement: "T19",
        injection: with_event_names(|listener, names| {
            let names = names.to_vec();
            listener.drops_events(move |event| !names.contains(&event.name));
        }),
    },
    Fault {
        slug: "asks-for-parameters",
        sentence: "rejects events without these parameters: {}",
        requirement: "T19",
        injection: with_param_names(|listener, names| {
            let names = names.to_vec();
            listener.drops_events(move |event| !event.has_params(&names));
        }),
    },
    Fault {
        slug: "asks-for-event-names-with-e",
        sentence: "rejects events whose names do not begin with `E_`",
        requirement: "J3",
        injection: always(|listener| {
            listener.drops_events(|event| !event.name.starts_with(b"E_"));
        }),
    },
    Fault {
        slug: "drops-events-of-unknown-modules",
        sentence: "drops events of modules that are not on its list, such as `E_RTPENGINE_STATUS`",
        requirement: "J2",
        injection: always(|listener| {
            listener.drops_events(|event| {
                UNKNOWN_MODULES
                    .iter()
                    .any(|prefix| event.name.starts_with(prefix.as_bytes()))
            });
        }),
    },
    Fault {
        slug: "demands-the-parameters-of-known-events",
        sentence: "drops a built-in event that lacks a parameter that it has in other shapes",
        requirement: "J2",
        injection: always(|listener| {
            listener.drops_events(|event| {
                MEMBERS.iter().any(|(name, member)| {
                    let is_member =
                        |param: &Param| param.name.as_deref() == Some(member.as_bytes());
                    event.name == name.as_bytes() && !event.params.iter().any(is_member)
                })
            });
        }),
    },
    Fault {
        slug: "looks-for-event-names-anywhere",
        sentence: "takes an event for another one whose name is a part of its own: `UNREGISTERING` for `REGISTERING`",
        requirement: "J3",
        injection: always(|listener| {
            listener.event_names(|name| match name.contains_str("REGISTERING") {
                true => b"E_REGISTRANT_REGISTERING".into(),
                false => name.into(),
            });
        }),
    },
    Fault {
        slug: "takes-event-names-for-commands",
        sentence: "ends when it is sent `quit`, `exit` or an event `shutdown`",
        requirement: "T20",
        injection: always(|listener| {
            let process = listener.process.clone();
            let is_command = |datagram: &[u8]| {
                [&b"quit"[..], b"exit\n"].contains(&datagram)
                    || datagram.contains_str("\"shutdown\"")
            };
            listener.acts_at(is_command, move || process.exit());
        }),
    },
];

/// Beginnings of event names from modules that a listener does not know.
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

/// Pairs of an event and a parameter that the event does not always have.
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
