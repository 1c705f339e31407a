use std::cell::Cell;
use std::mem;
use std::rc::Rc;

use bstr::ByteSlice as _;

use super::inject::always;
use super::json::{Json, is_number};
use super::reader::Reader;
use super::values::is_null;
use crate::faults::event::{Param, Value};
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "keeps-bad-bytes",
        sentence: "keeps what it cannot parse in its buffer before the next datagrams, three at most",
        requirement: "T20",
        injection: always(|listener| keeps_bad_bytes(listener, 3)),
    },
    Fault {
        slug: "keeps-bad-bytes-for-ever",
        sentence: "appends every later datagram to what it could not parse, and never clears its buffer",
        requirement: "T20",
        injection: always(|listener| keeps_bad_bytes(listener, usize::MAX)),
    },
    Fault {
        slug: "keeps-what-it-rejects",
        sentence: "appends every later datagram to what it rejected, and never clears its buffer",
        requirement: "T20",
        injection: always(|listener| {
            let is_read = keeps_datagrams(listener, usize::MAX);
            listener.report.link(move |reading, next| {
                is_read.set(reading.is_ok());
                next(reading)
            });
        }),
    },
    Fault {
        slug: "waits-for-the-closing-brace",
        sentence: "joins datagrams until their braces balance, three at most",
        requirement: "T20",
        injection: always(|listener| joins_datagrams(listener, 3)),
    },
    Fault {
        slug: "joins-datagrams-until-braces-balance",
        sentence: "joins datagrams until their braces balance, as a reader of streams does",
        requirement: "T20",
        injection: always(|listener| joins_datagrams(listener, usize::MAX)),
    },
    Fault {
        slug: "keeps-what-stands-behind",
        sentence: "keeps what stands behind the first object for the next datagram",
        requirement: "T19",
        injection: always(|listener| {
            let mut kept = Vec::new();
            listener.splits(move |datagram| {
                let whole = [mem::take(&mut kept), datagram].concat();
                match whole.find("}{") {
                    Some(at) => {
                        kept = whole[at + 1..].to_vec();
                        vec![whole[..=at].to_vec()]
                    }
                    None => vec![whole],
                }
            });
        }),
    },
    Fault {
        slug: "forgets-the-length",
        sentence: "reads the end of the datagram before behind a shorter one, since it forgets the length",
        requirement: "T20",
        injection: always(|listener| {
            let mut last = Vec::new();
            listener.splits(move |datagram| {
                let before = mem::replace(&mut last, datagram.clone());
                let left = before.get(datagram.len()..).unwrap_or_default();
                vec![[&datagram[..], left].concat()]
            });
        }),
    },
    Fault {
        slug: "keeps-half-a-character",
        sentence: "keeps half a UTF-8 character at the end of a datagram for the next one",
        requirement: "T20",
        injection: always(|listener| {
            let mut kept = Vec::new();
            listener.splits(move |datagram| {
                kept.extend(datagram);
                let whole = match str::from_utf8(&kept) {
                    Err(error) if error.error_len().is_none() => error.valid_up_to(),
                    _ => kept.len(),
                };
                let left = kept.split_off(whole);
                vec![mem::replace(&mut kept, left)]
            });
        }),
    },
    Fault {
        slug: "keeps-the-params-for-none",
        sentence: "reports the parameters of the event before for an event without any",
        requirement: "T20",
        injection: always(|listener| {
            let mut last = Vec::new();
            listener.params(move |mut params| {
                if params.is_empty() {
                    params.clone_from(&last);
                }
                last.clone_from(&params);
                params
            });
        }),
    },
    Fault {
        slug: "keeps-the-table-of-params",
        sentence: "reports parameters that are left of the event before, if that had more",
        requirement: "T20",
        injection: always(|listener| {
            let mut table = Vec::<Param>::new();
            listener.params(move |mut params| {
                let before = mem::replace(&mut table, params.clone());
                params.extend(before.into_iter().skip(table.len()));
                params
            });
        }),
    },
    Fault {
        slug: "keeps-names-for-the-positional",
        sentence: "gives the names of the last event to the elements of an array",
        requirement: "T20",
        injection: always(|listener| {
            let mut names = Vec::<Option<Vec<u8>>>::new();
            listener.params(move |mut params| {
                for (param, name) in params.iter_mut().zip(&names) {
                    if param.name.is_none() {
                        param.name.clone_from(name);
                    }
                }
                names = params.iter().map(|param| param.name.clone()).collect();
                params
            });
        }),
    },
    Fault {
        slug: "keeps-the-value-for-null",
        sentence: "reports the value before for a value that is null",
        requirement: "J5",
        injection: always(|listener| {
            let mut last = Value::Json("null".into());
            listener.reader.store.link(move |params, mut param, next| {
                if is_null(&param.value) {
                    param.value.clone_from(&last);
                }
                last.clone_from(&param.value);
                next(params, param);
            });
        }),
    },
    Fault {
        slug: "remembers-kinds",
        sentence: "reports a string as a number if the event before had a number under that name",
        requirement: "T20",
        injection: always(|listener| {
            let mut numbers = Vec::new();
            listener.params(move |mut params| {
                let is_json = |param: &&Param| {
                    matches!(param.value, Value::Json(_)) && !is_null(&param.value)
                };
                let names = params
                    .iter()
                    .filter(is_json)
                    .map(|param| param.name.clone())
                    .collect();
                let before = mem::replace(&mut numbers, names);
                for param in &mut params {
                    if let Value::Bytes(bytes) = &param.value
                        && is_number(bytes)
                        && before.contains(&param.name)
                    {
                        param.value = Value::Json(bytes.to_str_lossy().into_owned());
                    }
                }
                params
            });
        }),
    },
    Fault {
        slug: "parameters-change-its-prototype",
        sentence: "keeps what `__proto__` holds as parameters of later events, as a deep copy in JavaScript does",
        requirement: "T20",
        injection: always(|listener| {
            let mut inherits = false;
            listener.reader.params.map(move |params| {
                inherits |= matches!(&params, Some(Json::Object(params)) if params.iter().any(|(name, _)| name == b"__proto__"));
                params.or_else(|| {
                    inherits.then(|| {
                        Json::Object(vec![(b"ip".into(), Json::String(b"6.6.6.6".into()))])
                    })
                })
            });
        }),
    },
];

/// Makes the listener keep a datagram that is not JSON and put it before the next ones, until it
/// has joined `most` datagrams.
fn keeps_bad_bytes(listener: &mut Listener<Reader>, most: usize) {
    let is_read = keeps_datagrams(listener, most);
    listener.reader.parsed.link(move |json, next| {
        is_read.set(json.is_ok());
        next(json)
    });
}

/// Makes the listener keep what it receives and put it before the next datagrams, until the cell
/// that is returned is set or `most` datagrams are joined.
fn keeps_datagrams(listener: &mut Listener<Reader>, most: usize) -> Rc<Cell<bool>> {
    let is_read = Rc::new(Cell::new(false));
    let is_end = is_read.clone();
    let mut kept = Vec::new();
    let mut count = 0;
    listener.splits(move |datagram| {
        if is_end.take() || count == most {
            kept.clear();
            count = 0;
        }
        kept.extend(datagram);
        count += 1;
        vec![kept.clone()]
    });
    is_read
}

/// Makes the listener join datagrams until their braces balance, or until it has joined `most`
/// datagrams.
fn joins_datagrams(listener: &mut Listener<Reader>, most: usize) {
    let mut kept = Vec::new();
    let mut open = 0;
    let mut count = 0;
    listener.splits(move |datagram| {
        let braces = |brace: u8| datagram.iter().filter(|byte| **byte == brace).count();
        open += braces(b'{').cast_signed() - braces(b'}').cast_signed();
        kept.extend(datagram);
        count += 1;
        if open > 0 && count < most {
            return Vec::new();
        }
        open = 0;
        count = 0;
        vec![mem::take(&mut kept)]
    });
}
