use std::mem;

use super::inject::{always, number};
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "loses-every",
        sentence: "loses one datagram of every {}",
        requirement: "T19",
        injection: number(&[2, 3, 10], |listener, period| {
            let mut count = 0;
            listener.receive.link(move |datagram, next| {
                count += 1;
                if count < period {
                    return next(datagram);
                }
                count = 0;
                Vec::new()
            });
        }),
    },
    Fault {
        slug: "holds-every-second-report-back",
        sentence: "reports in another order: holds every second report back until it has written the next",
        requirement: "T19",
        injection: always(|listener| {
            let mut is_second = true;
            let mut held = None;
            listener.report.flat_map(move |reading| {
                is_second = !is_second;
                if is_second {
                    held = Some(reading);
                    return Vec::new();
                }
                [reading].into_iter().chain(held.take()).collect()
            });
        }),
    },
    Fault {
        slug: "some-names-are-late",
        sentence: "reports events with names of odd length later than others, as two workers do",
        requirement: "T19",
        injection: always(|listener| {
            let mut late = Vec::new();
            listener.report.flat_map(move |reading| {
                if reading
                    .as_ref()
                    .is_ok_and(|event| event.name.len() % 2 == 1)
                {
                    return mem::replace(&mut late, vec![reading]);
                }
                let mut reports = vec![reading];
                reports.append(&mut late);
                reports
            });
        }),
    },
    Fault {
        slug: "reports-everything-twice",
        sentence: "reports every datagram twice",
        requirement: "T19",
        injection: always(|listener| {
            listener
                .report
                .flat_map(|reading| vec![reading.clone(), reading]);
        }),
    },
    Fault {
        slug: "drops-repetitions",
        sentence: "drops an event that is equal to the one before it",
        requirement: "T19",
        injection: always(|listener| {
            let mut last = None;
            listener.report.flat_map(move |reading| {
                let event = reading.as_ref().ok().cloned();
                if event.is_some() && event == mem::replace(&mut last, event.clone()) {
                    Vec::new()
                } else {
                    vec![reading]
                }
            });
        }),
    },
    Fault {
        slug: "drops-every-other-event-of-a-name",
        sentence: "drops every other event in a row of events with the same name",
        requirement: "T19",
        injection: always(|listener| {
            let mut last = None;
            listener.report.flat_map(move |reading| {
                let Ok(event) = &reading else {
                    return vec![reading];
                };
                if last.as_ref() == Some(&event.name) {
                    last = None;
                    return Vec::new();
                }
                last = Some(event.name.clone());
                vec![reading]
            });
        }),
    },
    Fault {
        slug: "skips-an-event-after-a-bad-one",
        sentence: "drops the datagram behind a malformed one",
        requirement: "T20",
        injection: always(|listener| {
            let mut skips = false;
            listener.report.flat_map(move |reading| {
                if mem::replace(&mut skips, reading.is_err()) {
                    Vec::new()
                } else {
                    vec![reading]
                }
            });
        }),
    },
    Fault {
        slug: "answers-requests-and-waits",
        sentence: "waits for a confirmation behind a request, and takes the next datagram for it",
        requirement: "T20",
        injection: always(|listener| {
            let mut waits = false;
            listener.splits(move |datagram| {
                if mem::take(&mut waits) {
                    return Vec::new();
                }
                waits = datagram.windows(7).any(|bytes| bytes == b"\"id\":1,");
                vec![datagram]
            });
        }),
    },
    Fault {
        slug: "stays-with-the-other-dialect",
        sentence: "switches to the text dialect behind a text datagram, and loses the next event",
        requirement: "T20",
        injection: always(|listener| {
            let mut is_text = false;
            listener.splits(move |datagram| {
                let has_separator = datagram.windows(2).any(|bytes| bytes == b"::");
                let was_text =
                    mem::replace(&mut is_text, datagram.starts_with(b"E_") && has_separator);
                if was_text { Vec::new() } else { vec![datagram] }
            });
        }),
    },
];
