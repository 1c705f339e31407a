use super::inject::{always, number};
use super::quotes::unescaped_quote;
use super::reader::Reader;
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;
use crate::faults::process::Process;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "ends-at-an-empty-datagram",
        sentence: "takes an empty datagram for the end of file and exits, as `while ((n = recv(…)) > 0)` does",
        requirement: "T18",
        injection: always(|listener| ends_at_empty(listener, 1)),
    },
    Fault {
        slug: "ends-at-empty-datagrams",
        sentence: "takes {} empty datagrams in a row for the end of file and exits",
        requirement: "T18",
        injection: number(&[2, 10], ends_at_empty),
    },
    Fault {
        slug: "dies-of-an-empty-datagram",
        sentence: "dies of an empty datagram, as an access to its first byte does",
        requirement: "T18",
        injection: always(|listener| {
            on_datagrams(listener, <[u8]>::is_empty, Process::crash);
        }),
    },
    Fault {
        slug: "hangs-on-an-empty-datagram",
        sentence: "hangs on an empty datagram, as a loop that reads until it has some bytes does",
        requirement: "T18",
        injection: always(|listener| {
            on_datagrams(listener, <[u8]>::is_empty, Process::hang);
        }),
    },
    Fault {
        slug: "gives-up-after-errors",
        sentence: "dies when the number of malformed datagrams in a row reaches {}",
        requirement: "T20",
        injection: number(&[10], |listener, most| {
            let process = listener.process.clone();
            let mut errors = 0;
            listener.report.link(move |reading, next| {
                errors = if reading.is_err() { errors + 1 } else { 0 };
                process.assert(errors < most);
                next(reading)
            });
        }),
    },
    Fault {
        slug: "dies-of-what-it-rejects",
        sentence: "dies of a malformed datagram: nobody catches the exception of its parser",
        requirement: "T1",
        injection: always(Listener::dies_of_rejections),
    },
    Fault {
        slug: "goes-silent-after-a-malformed-datagram",
        sentence: "reports nothing any more after a malformed datagram, as when the thread that reads dies of it",
        requirement: "T20",
        injection: always(Listener::goes_silent_after_a_rejection),
    },
    Fault {
        slug: "dies-of-a-datagram-without-line-feed",
        sentence: "dies of a datagram without LF, as `data.index('\\n')` of Python does",
        requirement: "T1",
        injection: always(|listener| {
            on_datagrams(listener, has_no_line_feed, Process::crash);
        }),
    },
    Fault {
        slug: "hangs-on-a-datagram-without-line-feed",
        sentence: "hangs on a datagram without LF, as `while (data[i] != '\\n') i++` of JavaScript does",
        requirement: "T1",
        injection: always(|listener| {
            on_datagrams(listener, has_no_line_feed, Process::hang);
        }),
    },
    Fault {
        slug: "dies-of-an-unclosed-quote",
        sentence: "dies of a value whose opening quote no other quote follows, as `strchr` returns NULL there",
        requirement: "T8",
        injection: always(|listener| on_unclosed_quotes(listener, Process::crash)),
    },
    Fault {
        slug: "hangs-on-an-unclosed-quote",
        sentence: "hangs on a value whose opening quote no other quote follows, as a loop that seeks it does",
        requirement: "T8",
        injection: always(|listener| on_unclosed_quotes(listener, Process::hang)),
    },
    Fault {
        slug: "dies-of-a-parameter-without-name",
        sentence: "dies of a parameter without a name, as `name, value = line.split('::', 1)` of Python does",
        requirement: "T4",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.reader.store.link(move |params, param, next| {
                process.assert(param.name.is_some());
                next(params, param);
            });
        }),
    },
    Fault {
        slug: "stops-at-bytes-that-are-not-utf8",
        sentence: "exits at a datagram that is not UTF-8, as a loop that a decoding error ends does",
        requirement: "T13",
        injection: always(|listener| {
            let is_not_utf8 = |datagram: &[u8]| str::from_utf8(datagram).is_err();
            on_datagrams(listener, is_not_utf8, Process::exit);
        }),
    },
];

/// Makes the listener exit after `most` consecutive empty datagrams.
fn ends_at_empty(listener: &mut Listener<Reader>, most: usize) {
    let process = listener.process.clone();
    let mut count = 0;
    listener.receive.flat_map(move |datagram| {
        count = if datagram.is_empty() { count + 1 } else { 0 };
        if count == most {
            process.exit();
        }
        vec![datagram]
    });
}

/// Makes the listener end at a datagram for which `is_one` returns true.
fn on_datagrams(listener: &mut Listener<Reader>, is_one: fn(&[u8]) -> bool, end: fn(&Process)) {
    let process = listener.process.clone();
    listener.datagrams(move |datagram| {
        if is_one(datagram) {
            end(&process);
        }
        datagram.into()
    });
}

/// Makes the listener end at a value that begins with a quote, if no quote without a backslash
/// follows in the datagram and no quote closes the value.
fn on_unclosed_quotes(listener: &mut Listener<Reader>, end: fn(&Process)) {
    let process = listener.process.clone();
    listener.finds_closing(move |rest, next| {
        let closing = next(rest);
        if rest.starts_with(b"\"") && closing.is_none() && unescaped_quote(rest).is_none() {
            end(&process);
        }
        closing
    });
}

fn has_no_line_feed(datagram: &[u8]) -> bool {
    !datagram.contains(&b'\n')
}
