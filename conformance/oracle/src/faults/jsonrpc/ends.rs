use std::cell::Cell;
use std::rc::Rc;

use bstr::ByteSlice as _;

use super::inject::{always, number};
use super::reader::Reader;
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "ends-at-an-empty-datagram",
        sentence: "ends at an empty datagram, as a loop over `recv(…) > 0` does",
        requirement: "T18",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.acts_at(<[u8]>::is_empty, move || process.exit());
        }),
    },
    Fault {
        slug: "dies-of-empty-datagrams",
        sentence: "dies of an empty datagram",
        requirement: "T18",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.acts_at(<[u8]>::is_empty, move || process.crash());
        }),
    },
    Fault {
        slug: "hangs-at-empty-datagrams",
        sentence: "hangs at an empty datagram",
        requirement: "T18",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.acts_at(<[u8]>::is_empty, move || process.hang());
        }),
    },
    Fault {
        slug: "falls-silent-at-empty-datagrams",
        sentence: "reports nothing more after an empty datagram",
        requirement: "T18",
        injection: always(|listener| falls_silent(listener, <[u8]>::is_empty)),
    },
    Fault {
        slug: "dies-of-params-twice",
        sentence: "dies of a second member `params`, as of an error `duplicate field` that nobody catches",
        requirement: "J13",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.reader.outer.map(move |members| {
                let members = members?;
                let count = members.iter().filter(|(name, _)| name == b"params").count();
                process.assert(count < 2);
                Ok(members)
            });
        }),
    },
    Fault {
        slug: "dies-of-blank-datagrams",
        sentence: "dies of a datagram of white space, since it looks at the first byte behind that",
        requirement: "J1",
        injection: always(|listener| {
            let process = listener.process.clone();
            let is_blank = |datagram: &[u8]| !datagram.is_empty() && datagram.trim().is_empty();
            listener.acts_at(is_blank, move || process.crash());
        }),
    },
    Fault {
        slug: "dies-of-what-is-not-utf8",
        sentence: "dies of bytes that are not UTF-8",
        requirement: "J9",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.acts_at(is_not_utf8, move || process.crash());
        }),
    },
    Fault {
        slug: "hangs-at-what-is-not-utf8",
        sentence: "hangs at bytes that are not UTF-8",
        requirement: "J9",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.acts_at(is_not_utf8, move || process.hang());
        }),
    },
    Fault {
        slug: "falls-silent-at-what-is-not-utf8",
        sentence: "reports nothing more after bytes that are not UTF-8",
        requirement: "J9",
        injection: always(|listener| falls_silent(listener, is_not_utf8)),
    },
    Fault {
        slug: "guesses-utf-16",
        sentence: "dies of zeros between bytes, which it takes for UTF-16",
        requirement: "J13",
        injection: always(|listener| {
            let process = listener.process.clone();
            let is_utf16 = |datagram: &[u8]| matches!(datagram, [_, 0, _, 0, ..]);
            listener.acts_at(is_utf16, move || process.crash());
        }),
    },
    Fault {
        slug: "dies-of-byte-order-marks",
        sentence: "dies of a byte order mark in front, as `json.loads` of Python does",
        requirement: "J13",
        injection: always(|listener| {
            let process = listener.process.clone();
            let has_mark = |datagram: &[u8]| datagram.starts_with(b"\xef\xbb\xbf");
            listener.acts_at(has_mark, move || process.crash());
        }),
    },
    Fault {
        slug: "goes-silent-after-a-malformed-datagram",
        sentence: "reports nothing any more after a malformed datagram, as when the thread that reads dies of it",
        requirement: "J14",
        injection: always(Listener::goes_silent_after_a_rejection),
    },
    Fault {
        slug: "dies-of-malformed-json",
        sentence: "dies of a datagram that is not JSON",
        requirement: "J14",
        injection: always(|listener| {
            let process = listener.process.clone();
            finds_malformed_json(listener, move || process.crash());
        }),
    },
    Fault {
        slug: "hangs-at-malformed-json",
        sentence: "hangs at a datagram that is not JSON",
        requirement: "J14",
        injection: always(|listener| {
            let process = listener.process.clone();
            finds_malformed_json(listener, move || process.hang());
        }),
    },
    Fault {
        slug: "falls-silent-at-malformed-json",
        sentence: "reports nothing more after a datagram that is not JSON",
        requirement: "J14",
        injection: always(|listener| {
            let is_silent = Rc::new(Cell::new(false));
            let silences = is_silent.clone();
            finds_malformed_json(listener, move || silences.set(true));
            listener.report.map(move |mut reports| {
                if is_silent.get() {
                    reports.clear();
                }
                reports
            });
        }),
    },
    Fault {
        slug: "dies-of-nan",
        sentence: "dies of `NaN` and `Infinity`, since it makes integers of all numbers",
        requirement: "J14",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.reader.grammar.word.link(move |text, next| {
                if let b"NaN" | b"Infinity" | b"-Infinity" = text {
                    process.crash();
                }
                next(text)
            });
        }),
    },
    Fault {
        slug: "dies-of-deep-nesting",
        sentence: "dies of JSON that is nested more than {} levels deep, as a recursive parser does",
        requirement: "J13",
        injection: number(&[100, 1000, 10000], |listener, most| {
            let process = listener.process.clone();
            let grammar = &mut listener.reader.grammar;
            grammar.depth_limit = grammar.depth_limit.max(most);
            grammar.enter.link(move |depth, next| {
                if depth < most {
                    return next(depth);
                }
                process.crash();
                Err("nested too deep".into())
            });
        }),
    },
    Fault {
        slug: "dies-of-what-is-not-an-object",
        sentence: "dies of JSON that is no object, as `message['method']` of a list does",
        requirement: "J1",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.reader.outer.map(move |members| {
                process.assert(members.is_ok());
                members
            });
        }),
    },
    Fault {
        slug: "dies-of-what-it-rejects",
        sentence: "dies of every datagram that it rejects",
        requirement: "J1",
        injection: always(Listener::dies_of_rejections),
    },
    Fault {
        slug: "gives-up-after-errors",
        sentence: "ends when the number of malformed datagrams in a row reaches {}",
        requirement: "T20",
        injection: number(&[3, 10], |listener, most| {
            let process = listener.process.clone();
            let mut errors = 0;
            listener.report.flat_map(move |reading| {
                errors = if reading.is_err() { errors + 1 } else { 0 };
                process.assert(errors == 0 || errors < most);
                vec![reading]
            });
        }),
    },
];

fn is_not_utf8(datagram: &[u8]) -> bool {
    str::from_utf8(datagram).is_err()
}

/// Drops the first datagram for which `is_cause` returns true, and all later ones.
fn falls_silent(listener: &mut Listener<Reader>, is_cause: fn(&[u8]) -> bool) {
    let mut is_silent = false;
    listener.splits(move |datagram| {
        is_silent |= is_cause(&datagram);
        if is_silent {
            Vec::new()
        } else {
            vec![datagram]
        }
    });
}

/// Calls `act` for each datagram that is not JSON.
fn finds_malformed_json(listener: &mut Listener<Reader>, act: impl Fn() + 'static) {
    listener.reader.parsed.link(move |parsed, next| {
        if parsed.is_err() {
            act();
        }
        next(parsed)
    });
}
