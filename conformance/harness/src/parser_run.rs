use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use event_datagram::EventBuf;

use event_datagram_conformance::contract::{Line, error_line, event_line};
use event_datagram_conformance::fence::{DEFAULT_NAME, Fences};
use event_datagram_conformance::observation::{Observation, Report};
use event_datagram_conformance::vectors::Vector;

use crate::factory::Factory;
use crate::parser::Parser;

/// What a parser did with a vector.
#[derive(Debug)]
pub(crate) struct ParserRun {
    pub(crate) observation: Observation,
    pub(crate) end: ParserEnd,
}

#[derive(Debug)]
pub(crate) enum ParserEnd {
    /// It answered all.
    Answered,
    /// It panicked there, with these words.
    Panicked { place: Stage, words: String },
    /// It was still there when its time was up.
    Hung { place: Stage },
}

/// What a parser was given last.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stage {
    Making,
    GoodEventBefore,
    Datagram { number: usize, of: usize },
    GoodEventAfter,
    Dropping,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Making => f.write_str("when it was made"),
            Self::GoodEventBefore => f.write_str("at the good event before the vector"),
            Self::Datagram { of: 1, .. } => f.write_str("at the datagram"),
            Self::Datagram { number, of } => write!(f, "at datagram {number} of {of}"),
            Self::GoodEventAfter => f.write_str("at the good event after the vector"),
            Self::Dropping => f.write_str("when it was dropped"),
        }
    }
}

/// What the thread of a parser has come to so far.
#[derive(Debug)]
struct Progress {
    observation: Observation,
    place: Stage,
}

/// Gives a vector to a fresh parser, between two good events, in a thread of its own.
pub(crate) fn run_parser(
    name: &str,
    vector: &Arc<Vector>,
    factory: &Factory,
    limit: Duration,
) -> std::io::Result<ParserRun> {
    let progress = Arc::new(Mutex::new(Progress {
        observation: Observation::default(),
        place: Stage::Making,
    }));
    let (done, end) = mpsc::channel();
    let (vector, factory, shared) = (Arc::clone(vector), factory.clone(), Arc::clone(&progress));
    let talk = move || {
        let result = catch_unwind(AssertUnwindSafe(|| talk(&vector, &factory, &shared)));
        // Nobody waits any more where the time is up.
        let _ = done.send(result.map_err(|payload| words_of(&*payload)));
    };
    // The name is what a panic's message begins with.
    thread::Builder::new().name(name.into()).spawn(talk)?;
    let end = end.recv_timeout(limit);
    let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
    let place = progress.place;
    Ok(ParserRun {
        observation: std::mem::take(&mut progress.observation),
        end: match end {
            Ok(Ok(())) => ParserEnd::Answered,
            Ok(Err(words)) => ParserEnd::Panicked { place, words },
            Err(_) => ParserEnd::Hung { place },
        },
    })
}

fn talk(vector: &Vector, factory: &Factory, shared: &Mutex<Progress>) {
    // No lock is held while a parser is at work.
    let lock = || shared.lock().unwrap_or_else(PoisonError::into_inner);
    let go_to = |place| lock().place = place;
    let mut parser = factory.create();
    let mut fences = Fences::new(DEFAULT_NAME);
    let mut read_fence = |parser: &mut dyn Parser| {
        let fence = fences.next_fence();
        let raw = report(parser.parse(&fence.datagram(vector.dialect))).raw;
        (fence.form(&raw), raw)
    };

    go_to(Stage::GoodEventBefore);
    let (before, _) = read_fence(&mut *parser);
    for (index, step) in vector.steps.iter().enumerate() {
        go_to(Stage::Datagram {
            number: index + 1,
            of: vector.steps.len(),
        });
        let answer = parser.parse(&step.datagram);
        lock().observation.reports.push(report(answer));
    }
    go_to(Stage::GoodEventAfter);
    let (after, raw) = read_fence(&mut *parser);
    if after != before {
        lock().observation.misread_fence = Some(raw);
    }
    go_to(Stage::Dropping);
}

/// Gives an answer as the line that a process would have written.
fn report(answer: Result<EventBuf, String>) -> Report {
    let (raw, line) = match answer {
        Ok(event) => (event_line(&event), Line::Event(event)),
        Err(why) => (error_line(&why), Line::Rejection(why)),
    };
    Report::parsed(raw, line)
}

fn words_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("something that is no text").into()
}
