use super::inject::{always, number};
use super::strings::until;
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "cuts-names-at-nul",
        sentence: "ends the name of a parameter at its first NUL, as a C string does",
        requirement: "J3",
        injection: always(|listener| listener.names(|name| until(name, 0))),
    },
    Fault {
        slug: "cuts-names",
        sentence: "cuts the names of parameters at {} bytes",
        requirement: "J2",
        injection: number(&[15, 31, 63, 255], |listener, most| {
            listener.names(move |name| name[..name.len().min(most)].into());
        }),
    },
    Fault {
        slug: "loses-names-that-are-words-of-json",
        sentence: "loses parameters named `null`, `true` or `false`",
        requirement: "J2",
        injection: always(|listener| {
            listener.without(|param| {
                matches!(param.name.as_deref(), Some(b"null" | b"true" | b"false"))
            });
        }),
    },
    Fault {
        slug: "splits-names-at-dots",
        sentence: "keeps what stands behind the last dot or colon of a parameter's name, as of a path",
        requirement: "J2",
        injection: always(|listener| {
            listener.names(|name| {
                name.rsplit(|byte| matches!(byte, b'.' | b':'))
                    .next()
                    .unwrap_or_default()
                    .into()
            });
        }),
    },
    Fault {
        slug: "lower-case-names",
        sentence: "turns the names of parameters into lower case",
        requirement: "J2",
        injection: always(|listener| listener.names(<[u8]>::to_ascii_lowercase)),
    },
    Fault {
        slug: "trims-names",
        sentence: "trims white space off the names of parameters",
        requirement: "J3",
        injection: always(|listener| listener.names(|name| name.trim_ascii().into())),
    },
    Fault {
        slug: "asks-for-names-of-word-characters",
        sentence: "drops parameters whose names do not match `^\\w+$`",
        requirement: "J2",
        injection: always(|listener| {
            listener.without(|param| {
                let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                let is_word = |name: &[u8]| !name.is_empty() && name.iter().all(is_of_word);
                param.name.as_deref().is_some_and(|name| !is_word(name))
            });
        }),
    },
];
