use std::mem;

use super::inject::{always, number};
use super::reader::Reader;
use crate::faults::event::{Event, Value};
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "loses-one-datagram-in",
        sentence: "loses one datagram in {}",
        requirement: "T19",
        injection: number(&[2, 3, 5, 10], |listener, period| {
            let mut count = 0_usize;
            listener.receive.link(move |datagram, next| {
                count += 1;
                if count.is_multiple_of(period) {
                    Vec::new()
                } else {
                    next(datagram)
                }
            });
        }),
    },
    Fault {
        slug: "drops-repetitions",
        sentence: "drops an event that equals the one before",
        requirement: "T19",
        injection: always(|listener| drops_repetitions(listener, |event, last| event == last)),
    },
    Fault {
        slug: "drops-events-with-the-last-arguments",
        sentence: "drops an event whose parameters equal those of the event before, whatever their names are",
        requirement: "T19",
        injection: always(|listener| {
            drops_repetitions(listener, |event, last| event.params == last.params);
        }),
    },
    Fault {
        slug: "drops-every-other-event-of-a-name",
        sentence: "drops every second event of a name that comes several times in a row",
        requirement: "T19",
        injection: always(|listener| {
            let mut last = None;
            listener.report.link(move |reading, next| {
                if let Ok(event) = &reading {
                    if last.as_ref() == Some(&event.name) {
                        last = None;
                        return Vec::new();
                    }
                    last = Some(event.name.clone());
                }
                next(reading)
            });
        }),
    },
    Fault {
        slug: "reports-everything-twice",
        sentence: "reports every event twice, as a handler that is registered twice does",
        requirement: "T19",
        injection: always(|listener| {
            let report = &mut listener.report;
            report.flat_map(|reading| vec![reading.clone(), reading]);
        }),
    },
    Fault {
        slug: "large-events-are-late",
        sentence: "reports events with large values behind the next event, as a second thread for them does",
        requirement: "T19",
        injection: always(|listener| {
            is_late(listener, |event| {
                let is_large = |value: &Value| match value {
                    Value::Bytes(bytes) => bytes.len() > 32_000,
                    Value::Json(_) => false,
                };
                event.params.iter().any(|param| is_large(&param.value))
            });
        }),
    },
    Fault {
        slug: "some-names-are-late",
        sentence: "reports events of some names behind the next event, as two threads for different names do",
        requirement: "T19",
        injection: always(|listener| is_late(listener, |event| event.name.len() % 2 == 1)),
    },
    Fault {
        slug: "holds-back-every-second-report",
        sentence: "reports every second event behind the next one, as two threads that take turns do",
        requirement: "T19",
        injection: always(|listener| {
            let mut has_reported = false;
            let mut held = Vec::new();
            listener.report.flat_map(move |reading| {
                if mem::replace(&mut has_reported, true) && held.is_empty() {
                    held.push(reading);
                    return Vec::new();
                }
                let mut reports = vec![reading];
                reports.append(&mut held);
                reports
            });
        }),
    },
];

fn drops_repetitions(listener: &mut Listener<Reader>, is_repeated: fn(&Event, &Event) -> bool) {
    let mut last = None;
    listener.report.link(move |reading, next| {
        if let Ok(event) = &reading
            && let Some(last) = last.replace(event.clone())
            && is_repeated(event, &last)
        {
            return Vec::new();
        }
        next(reading)
    });
}

/// Makes the listener report some events only after the next one.
fn is_late(listener: &mut Listener<Reader>, is_slow: fn(&Event) -> bool) {
    let mut late = Vec::new();
    listener.report.flat_map(move |reading| {
        if reading.as_ref().is_ok_and(is_slow) {
            return mem::replace(&mut late, vec![reading]);
        }
        let mut reports = vec![reading];
        reports.append(&mut late);
        reports
    });
}
