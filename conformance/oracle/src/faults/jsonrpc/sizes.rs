use super::inject::{always, number};
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "reads-at-most",
        sentence: "reads at most {} bytes of a datagram",
        requirement: "T15",
        injection: number(
            &[
                256, 512, 1024, 1472, 1500, 2048, 4096, 8192, 16384, 32768, 65000, 65456,
            ],
            |listener, most| {
                listener.receive.link(move |mut datagram, next| {
                    datagram.truncate(most);
                    next(datagram)
                });
            },
        ),
    },
    Fault {
        slug: "dies-of-long-datagrams",
        sentence: "dies of a datagram of more than {} bytes",
        requirement: "T15",
        injection: number(&[1023], |listener, most| {
            let process = listener.process.clone();
            listener.acts_at(
                move |datagram| datagram.len() > most,
                move || process.crash(),
            );
        }),
    },
    Fault {
        slug: "dies-of-oversized-datagrams",
        sentence: "dies of a datagram of more than 65457 bytes, the documented maximum",
        requirement: "T16",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.acts_at(|datagram| datagram.len() > 65457, move || process.crash());
        }),
    },
    Fault {
        slug: "drops-long-datagrams",
        sentence: "drops datagrams of more than {} bytes",
        requirement: "T15",
        injection: number(&[1472, 8192, 65456], |listener, most| {
            listener.ignores(move |datagram| datagram.len() > most);
        }),
    },
    Fault {
        slug: "drops-what-fills-its-buffer",
        sentence: "drops a datagram that fills its buffer of {} bytes exactly",
        requirement: "T15",
        injection: number(&[256], |listener, size| {
            listener.ignores(move |datagram| datagram.len() == size);
        }),
    },
    Fault {
        slug: "cuts-its-report-at-128-kib",
        sentence: "cuts its report at 128 KiB",
        requirement: "T15",
        injection: always(|listener| {
            listener.write.map(|mut line| {
                line.truncate(128 << 10);
                line
            })
        }),
    },
];
