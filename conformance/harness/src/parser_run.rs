use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use event_datagram::EventBuf;

use event_datagram_conformance::contract::{Line, error_line, event_line};
use event_datagram_conformance::fence::{FenceTemplate, Fences, TagSource};
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
    /// The parser answered every datagram.
    Answered,
    /// The parser panicked in this stage, with this message.
    Panicked { stage: ParserStage, message: String },
    /// The parser was still in this stage when the time limit passed.
    Hung { stage: ParserStage },
}

/// What a parser is doing now.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ParserStage {
    Making,
    GoodEventBefore,
    Datagram { number: usize, of: usize },
    GoodEventAfter,
    Dropping,
}

impl std::fmt::Display for ParserStage {
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

/// What the thread of a parser has done so far.
#[derive(Debug)]
struct ParserProgress {
    observation: Observation,
    stage: ParserStage,
}

/// Runs a fresh parser on a vector, in a thread of its own.
pub(crate) fn run_parser(
    name: &str,
    vector: &Arc<Vector>,
    factory: &Factory,
    fence: &FenceTemplate,
    limit: Duration,
) -> std::io::Result<ParserRun> {
    let progress = Arc::new(Mutex::new(ParserProgress {
        observation: Observation::default(),
        stage: ParserStage::Making,
    }));
    let (done, end) = mpsc::channel();
    let (vector, factory, shared) = (Arc::clone(vector), factory.clone(), Arc::clone(&progress));
    let fences = Fences::new(fence.clone(), &TagSource::default());
    let run = move || {
        let result = catch_unwind(AssertUnwindSafe(|| {
            feed(&vector, &factory, fences, &shared)
        }));
        // The channel is closed if the time limit has passed.
        let _ = done.send(result.map_err(|payload| panic_message(&*payload)));
    };
    // The message of a panic begins with the name of the thread.
    thread::Builder::new().name(name.into()).spawn(run)?;
    let end = end.recv_timeout(limit);
    let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
    let stage = progress.stage;
    Ok(ParserRun {
        observation: std::mem::take(&mut progress.observation),
        end: match end {
            Ok(Ok(())) => ParserEnd::Answered,
            Ok(Err(message)) => ParserEnd::Panicked { stage, message },
            Err(_) => ParserEnd::Hung { stage },
        },
    })
}

/// Passes the datagrams of a vector to a fresh parser, between two fences.
fn feed(vector: &Vector, factory: &Factory, mut fences: Fences, shared: &Mutex<ParserProgress>) {
    // No lock is held while a parser runs, so that a panic does not poison it.
    let lock = || shared.lock().unwrap_or_else(PoisonError::into_inner);
    let go_to = |stage| lock().stage = stage;
    let mut parser = factory.create();
    let mut read_fence = |parser: &mut dyn Parser| {
        let fence = fences.next_fence();
        let raw = report(parser.parse(&fence.datagram(vector.dialect))).raw;
        (fence.form(&raw), raw)
    };

    go_to(ParserStage::GoodEventBefore);
    let (before, _) = read_fence(&mut *parser);
    for (index, step) in vector.steps.iter().enumerate() {
        go_to(ParserStage::Datagram {
            number: index + 1,
            of: vector.steps.len(),
        });
        let answer = parser.parse(&step.datagram);
        lock().observation.reports.push(report(answer));
    }
    go_to(ParserStage::GoodEventAfter);
    let (after, raw) = read_fence(&mut *parser);
    if after != before {
        lock().observation.misread_fence = Some(raw);
    }
    go_to(ParserStage::Dropping);
}

/// Returns the report that a process would have written for an answer.
fn report(answer: Result<EventBuf, String>) -> Report {
    let (raw, line) = match answer {
        Ok(event) => (event_line(&event), Line::Event(event)),
        Err(why) => (error_line(&why), Line::Rejection(why)),
    };
    Report::parsed(raw, line)
}

fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("something that is no text").into()
}
