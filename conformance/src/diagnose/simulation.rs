use event_datagram::{EventBuf, ValueBuf};
use event_datagram_oracle::faults::{End, FaultInstance, Model};

use super::trace::Trace;
use crate::contract::{Line, parse_line};
use crate::dialect::Dialect;
use crate::fence::{Fence, FenceForm, FenceTemplate, Fences, Mark};
use crate::judge::{Answering, Judgment, judge};
use crate::observation::{Arrival, Observation, Report, ReportContent};
use crate::vectors::Vector;

/// What a model did with a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Simulated {
    pub(super) trace: Trace,
    /// Whether that is one of the right ways.
    pub(super) conforms: bool,
    /// The total length of the names and values that it reported.
    pub(super) reported: usize,
}

/// The fences sent before a model that reports none counts as hung: one that swallows a datagram
/// reports the next.
const MAX_FENCES: usize = 4;

/// Returns what a fresh listener with these faults does with a vector.
pub(super) fn simulate<'f>(
    vector: &Vector,
    fence: &FenceTemplate,
    faults: impl IntoIterator<Item = &'f FaultInstance>,
) -> Simulated {
    match observe(vector, fence, faults) {
        Ok(observation) => {
            let judgment = judge(&vector.steps, &observation, Answering::MayBeSilent);
            Simulated {
                trace: Trace::answered(&observation.reports, observation.misread_fence.as_deref()),
                conforms: matches!(judgment, Judgment::Conforms { .. }),
                reported: reported(&observation.reports),
            }
        }
        Err(end) => Simulated {
            trace: match end {
                End::Hang => Trace::Hung,
                End::Exit | End::Crash => Trace::Died,
            },
            conforms: false,
            reported: 0,
        },
    }
}

/// Observes a fresh listener with these faults: it gets a fence, the datagrams of a vector, and a
/// fence, as the runner sends them. Returns how it ended if it did, or did not report the fence.
pub(super) fn observe<'f>(
    vector: &Vector,
    fence: &FenceTemplate,
    faults: impl IntoIterator<Item = &'f FaultInstance>,
) -> Result<Observation, End> {
    let model = match vector.dialect {
        Dialect::JsonRpc => Model::jsonrpc(faults),
        _ => Model::text(faults),
    };
    let mut simulation = Simulation {
        model,
        dialect: vector.dialect,
        fences: Fences::new(fence.clone()),
        observation: Observation::default(),
    };
    simulation.run(vector)?;
    Ok(simulation.observation)
}

/// Returns the total length of the names and values of reported events, in bytes; a parameter
/// counts as a byte more.
pub(super) fn reported(reports: &[Report]) -> usize {
    reports
        .iter()
        .map(|report| match report.line().as_deref() {
            Some(Line::Event(event)) => event_length(event),
            _ => 0,
        })
        .sum()
}

/// Returns the length of an event's names and values, and of one more byte a parameter.
fn event_length(event: &EventBuf) -> usize {
    let params = event.params.iter().map(|param| {
        let value = match &param.value {
            ValueBuf::Bytes(bytes) => bytes.len(),
            _ => 1,
        };
        1 + value + param.name.as_ref().map_or(0, Vec::len)
    });
    event.name.len() + params.sum::<usize>()
}

struct Simulation {
    model: Model,
    dialect: Dialect,
    fences: Fences,
    observation: Observation,
}

/// A fence as the model read it.
struct ReadFence {
    form: FenceForm,
    line: Vec<u8>,
}

impl Simulation {
    fn run(&mut self, vector: &Vector) -> Result<(), End> {
        let (usual, late) = self.fence()?;
        // What was reported before belongs to the fence.
        self.observation = Observation::default();
        self.record(late, Arrival::Early);
        for step in &vector.steps {
            let lines = self.send(&step.datagram)?;
            self.record(lines, Arrival::InTime);
        }
        let (after, _) = self.fence()?;
        if after.form != usual.form {
            self.observation.misread_fence = Some(after.line);
        }
        Ok(())
    }

    /// Sends fences until one is reported, and returns how it was read, and the lines behind it.
    fn fence(&mut self) -> Result<(ReadFence, Vec<Vec<u8>>), End> {
        let mut first: Option<Fence> = None;
        let mut has_first_returned = false;
        for _ in 0..MAX_FENCES {
            let fence = self.fences.next_fence();
            let mut lines = self.send(&fence.datagram(self.dialect))?.into_iter();
            while let Some(line) = lines.next() {
                if let Some(first) = &first {
                    has_first_returned |= self.fences.mark(&line, first) == Mark::This;
                }
                if self.fences.mark(&line, &fence) == Mark::This {
                    self.observation.swallowed_fence |= first.is_some() && !has_first_returned;
                    let form = fence.form(&line);
                    return Ok((ReadFence { form, line }, lines.collect()));
                }
                self.record([line], Arrival::InTime);
            }
            first.get_or_insert(fence);
        }
        Err(End::Hang)
    }

    /// Sends a datagram, and returns the lines that the model writes.
    fn send(&mut self, datagram: &[u8]) -> Result<Vec<Vec<u8>>, End> {
        let response = self.model.receive(datagram);
        match response.end {
            Some(end) => Err(end),
            None => Ok(response.lines),
        }
    }

    /// Records the reports among some lines; others are the program's log.
    fn record(&mut self, lines: impl IntoIterator<Item = Vec<u8>>, arrival: Arrival) {
        for line in lines {
            // Parsed here, as both the trace and the judge need it.
            if let Some(parsed) = parse_line(&line) {
                let content = match self.fences.mark_any(&line) {
                    Mark::None => ReportContent::Line(parsed),
                    mark => ReportContent::of(mark),
                };
                self.observation.record(line, content, arrival);
            }
        }
    }
}
