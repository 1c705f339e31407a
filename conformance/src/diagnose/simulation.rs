use std::borrow::Cow;
use std::collections::HashSet;
use std::iter;

use event_datagram::{EventBuf, ValueBuf};
use event_datagram_oracle::faults::{End, FaultInstance, Model};
use memchr::memmem;

use super::trace::Trace;
use crate::contract::{Line, parse_line};
use crate::dialect::Dialect;
use crate::fence::{Fence, FenceTemplate, Fences, Mark, TagSource};
use crate::judge::{Answering, Judgment, judge};
use crate::observation::{Arrival, Observation, Report, ReportContent};
use crate::vectors::Vector;

/// How a model treated a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Simulated {
    pub(super) trace: Trace,
    /// Whether the model took one of the admissible readings.
    pub(super) conforms: bool,
    /// The total length of the names and values that the model reported.
    pub(super) reported: usize,
}

/// How many fences a model gets before it counts as hung. A model that swallows one fence reports
/// the next.
const MAX_FENCES: usize = 4;

/// The seed of the tags that the models of a diagnosis get.
pub(super) const SEED: u64 = 1;

/// How many fences are made, to have one for each last digit of a tag.
const MADE_FENCES: usize = 100;

/// Sends vectors to models as the runner does: a fence, the datagrams, and a fence.
///
/// Every model gets the same fences for a vector, so that models that do the same write the same
/// bytes.
#[derive(Debug)]
pub(super) struct Simulator {
    fences: Fences,
    /// Fences whose tags end in different digits.
    before: Vec<ReadyFence>,
    after: Vec<ReadyFence>,
}

/// What a model wrote for a vector and the fences around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Output {
    lines: Vec<Vec<u8>>,
    /// What the model wrote behind the line that reports the fence after the vector.
    late: Vec<Vec<u8>>,
    /// The line that reports the fence before the vector.
    usual: FenceLine,
    /// The line that reports the fence after the vector.
    after: FenceLine,
    /// Whether the model did not report the first fence after the vector, but a later one.
    has_swallowed_fence: bool,
}

/// A fence, and its datagram.
#[derive(Debug)]
struct ReadyFence {
    fence: Fence,
    datagram: Vec<u8>,
}

/// A line that reports a fence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct FenceLine {
    /// The index of the fence among the prepared ones.
    number: usize,
    line: Vec<u8>,
}

impl Simulator {
    /// Makes a simulator whose tags are those of a seed, so that a diagnosis can be repeated.
    pub(super) fn new(dialect: Dialect, template: &FenceTemplate, seed: u64) -> Self {
        let mut fences = Fences::new(template.clone(), &TagSource::seeded(seed));
        let mut ready = || {
            let fence = fences.next_fence();
            let datagram = fence.datagram(dialect);
            ReadyFence { fence, datagram }
        };
        let mut last_digits = HashSet::new();
        let before = (0..MADE_FENCES).map(|_| ready());
        Self {
            before: before
                .filter(|ready| last_digits.insert(ready.fence.last_digit()))
                .collect(),
            after: (0..MAX_FENCES).map(|_| ready()).collect(),
            fences,
        }
    }

    /// Returns what a fresh listener with these faults writes. Returns an error if it ended, or if
    /// it did not report a fence.
    ///
    /// # Panics
    ///
    /// If a fault is one of another dialect than the vector.
    pub(super) fn output<'f>(
        &self,
        vector: &Vector,
        faults: impl IntoIterator<Item = &'f FaultInstance>,
    ) -> Result<Output, End> {
        let mut model = match vector.dialect {
            Dialect::JsonRpc => Model::jsonrpc(faults),
            _ => Model::text(faults),
        };
        // Other lines than that of the fence belong to what came before it.
        let (usual, _) = self.pass(self.before(vector), &mut model, &mut Vec::new())?;
        let mut lines = Vec::new();
        for step in &vector.steps {
            lines.extend(send(&mut model, &step.datagram)?);
        }
        let mut between = Vec::new();
        let after = self.after.iter().enumerate();
        let (after, late) = self.pass(after, &mut model, &mut between)?;
        let first = &self.after[0].fence;
        let is_first = |line: &Vec<u8>| self.fences.mark(line, first) == Mark::This;
        let has_swallowed_fence = after.number > 0 && !between.iter().any(is_first);
        lines.extend(between);
        Ok(Output {
            lines,
            late,
            usual,
            after,
            has_swallowed_fence,
        })
    }

    /// Returns what the judge sees of an output, and the judgment.
    pub(super) fn judged(&self, vector: &Vector, output: Output) -> (Observation, Judgment) {
        let usual = self.before[output.usual.number]
            .fence
            .form(&output.usual.line);
        let after = self.after[output.after.number]
            .fence
            .form(&output.after.line);
        let mut observation = Observation::default();
        observation.swallowed_fence = output.has_swallowed_fence;
        self.record(output.lines, &mut observation);
        let in_time = observation.reports.len();
        self.record(output.late, &mut observation);
        let is_late = observation.reports.len() > in_time;
        if after != usual {
            observation.misread_fence = Some(output.after.line);
        }
        let judgment = judge(&vector.steps, &observation, Answering::MayBeSilent);
        // A right report that comes behind that of the fence is wrong all the same (T19).
        let judgment = match judgment {
            Judgment::Conforms { .. } if is_late => Judgment::Departs {
                why: "it was reported late (T19)".into(),
            },
            judgment => judgment,
        };
        (observation, judgment)
    }

    /// Records the reports among lines; other lines are the program's log.
    fn record(&self, lines: Vec<Vec<u8>>, observation: &mut Observation) {
        for line in lines {
            // Parsed once, for both the trace and the judge.
            if let Some(parsed) = parse_line(&line) {
                let content = match self.fences.mark_any(&line) {
                    Mark::None => ReportContent::Line(parsed),
                    mark => ReportContent::of(mark),
                };
                observation.record(line, content, Arrival::InTime);
            }
        }
    }

    /// Returns whether a reported text contains digits that are not in the vector, but are a part
    /// of a fence's tag or end like a tag.
    fn holds_part_of_tag(&self, vector: &Vector, texts: &[Cow<'_, [u8]>]) -> bool {
        // Sets, because large vectors and reports repeat the same few digits thousands of times.
        let sent = vector
            .steps
            .iter()
            .flat_map(|step| digit_runs(&step.datagram));
        let sent: HashSet<_> = sent.collect();
        let reported: HashSet<_> = texts.iter().flat_map(|text| digit_runs(text)).collect();
        let is_sent = |digits: &[u8]| {
            let mut steps = vector.steps.iter();
            steps.any(|step| memmem::find(&step.datagram, digits).is_some())
        };
        let fences = self.before(vector).map(|(_, ready)| ready);
        let fences: Vec<_> = fences.chain(&self.after).collect();
        // No tag is longer than the datagram that contains it.
        let lengths = fences.iter().map(|ready| ready.datagram.len());
        let longest = lengths.max().unwrap_or(0);
        let ends_tag = |digits: &[u8]| {
            let mut splits = digits.len().saturating_sub(longest).max(1)..digits.len();
            let is_end = |digits| fences.iter().any(|ready| ready.holds_tag_end(digits));
            splits.any(|at| is_end(&digits[at..]) && is_sent(&digits[..at]))
        };
        let is_of_tag = |digits| fences.iter().any(|ready| ready.holds(digits));
        let is_part = |digits| !is_sent(digits) && (is_of_tag(digits) || ends_tag(digits));
        reported.difference(&sent).any(|digits| is_part(digits))
    }

    /// Returns the fences before a vector, each with its index. The tag of the first one ends in a
    /// digit that the vector does not contain, if there is such a digit: a model may append the end
    /// of this fence to the vector, and a single digit must be known as a part of the tag.
    fn before(&self, vector: &Vector) -> impl Iterator<Item = (usize, &ReadyFence)> {
        let is_sent = |digit: u8| {
            let mut steps = vector.steps.iter();
            steps.any(|step| step.datagram.contains(&digit))
        };
        let ends_in_other = |ready: &ReadyFence| !ready.fence.last_digit().is_some_and(is_sent);
        let first = self.before.iter().position(ends_in_other).unwrap_or(0);
        let fences = self.before.iter().enumerate().cycle();
        fences.skip(first).take(MAX_FENCES.min(self.before.len()))
    }

    /// Sends fences until the model reports one. Returns the line that reports it, and the lines
    /// after that line. Appends the lines before it to `between`.
    fn pass<'r>(
        &self,
        ready: impl Iterator<Item = (usize, &'r ReadyFence)>,
        model: &mut Model,
        between: &mut Vec<Vec<u8>>,
    ) -> Result<(FenceLine, Vec<Vec<u8>>), End> {
        for (number, ReadyFence { fence, datagram }) in ready {
            let mut lines = send(model, datagram)?.into_iter();
            while let Some(line) = lines.next() {
                if self.fences.mark(&line, fence) == Mark::This {
                    return Ok((FenceLine { number, line }, lines.collect()));
                }
                between.push(line);
            }
        }
        Err(End::Hang)
    }
}

impl ReadyFence {
    /// Returns whether digits are a part of the tag.
    fn holds(&self, digits: &[u8]) -> bool {
        memmem::find(&self.datagram, digits).is_some()
    }

    /// Returns whether the tag ends in digits.
    fn holds_tag_end(&self, digits: &[u8]) -> bool {
        let mut found = memmem::find_iter(&self.datagram, digits);
        found.any(|at| {
            let behind = self.datagram.get(at + digits.len());
            !behind.is_some_and(u8::is_ascii_digit)
        })
    }
}

impl Simulated {
    /// Returns whether two models did the same.
    pub(super) fn is_alike(self, other: Self) -> bool {
        (self.trace, self.conforms) == (other.trace, other.conforms)
    }

    /// Returns what a model did with a vector.
    pub(super) fn of(simulator: &Simulator, vector: &Vector, output: Result<Output, End>) -> Self {
        match output {
            Ok(output) => {
                let (observation, judgment) = simulator.judged(vector, output);
                let (reports, fence) = (&observation.reports, observation.misread_fence.as_deref());
                let lines: Vec<_> = reports.iter().filter_map(Report::line).collect();
                let texts: Vec<_> = lines.iter().flat_map(|line| texts(line)).collect();
                Self {
                    trace: if simulator.holds_part_of_tag(vector, &texts) {
                        Trace::tagged(reports, fence)
                    } else {
                        Trace::answered(reports, fence)
                    },
                    conforms: matches!(judgment, Judgment::Conforms { .. }),
                    reported: reported(&observation.reports),
                }
            }
            Err(end) => Self {
                trace: match end {
                    End::Hang => Trace::Hung,
                    End::Exit | End::Crash => Trace::Died,
                },
                conforms: false,
                reported: 0,
            },
        }
    }
}

/// Returns the name of a reported event, and the names and values of its parameters.
fn texts(line: &Line) -> Vec<Cow<'_, [u8]>> {
    let Line::Event(event) = line else {
        return Vec::new();
    };
    let params = event.params.iter().flat_map(|param| {
        let value = match &param.value {
            ValueBuf::Bytes(bytes) => Some(Cow::Borrowed(&bytes[..])),
            ValueBuf::Integer(number) => Some(Cow::Owned(number.to_string().into_bytes())),
            _ => None,
        };
        let name = param.name.as_deref().map(Cow::Borrowed);
        name.into_iter().chain(value)
    });
    iter::once(Cow::Borrowed(&event.name[..]))
        .chain(params)
        .collect()
}

/// Returns the runs of digits in a text or datagram.
fn digit_runs(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let runs = bytes.split(|byte| !byte.is_ascii_digit());
    runs.filter(|run| !run.is_empty())
}

/// Sends a datagram, and returns the lines that the model writes.
fn send(model: &mut Model, datagram: &[u8]) -> Result<Vec<Vec<u8>>, End> {
    let response = model.receive(datagram);
    match response.end {
        Some(end) => Err(end),
        None => Ok(response.lines),
    }
}

/// Returns the total length of the names and values of reported events in bytes, plus one byte for
/// each parameter.
pub(super) fn reported(reports: &[Report]) -> usize {
    reports
        .iter()
        .map(|report| match report.line().as_deref() {
            Some(Line::Event(event)) => event_length(event),
            _ => 0,
        })
        .sum()
}

/// Returns the length of an event's names and values in bytes, plus one byte for each parameter.
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

#[cfg(test)]
mod tests {
    use event_datagram_oracle::faults;

    use super::*;
    use crate::vectors::Corpus;

    fn simulator(seed: u64) -> Simulator {
        Simulator::new(Dialect::Text, &FenceTemplate::default(), seed)
    }

    fn vector(id: &str) -> Vector {
        let corpus = Corpus::embedded().expect("the corpus is valid");
        let mut vectors = corpus.vectors.into_iter();
        vectors.find(|vector| vector.id == id).expect("it is there")
    }

    /// Returns whether these digits seem to contain a part of a tag, for a vector without digits.
    fn holds_part_of_tag(simulator: &Simulator, digits: &[u8]) -> bool {
        simulator.holds_part_of_tag(&vector("sep-first-one-splits"), &[digits.into()])
    }

    /// This once took time that is quadratic in the number of digits.
    #[test]
    fn many_digits_take_linear_time() {
        assert!(!holds_part_of_tag(&simulator(1), &b"7".repeat(200_000)));
    }

    #[test]
    fn parts_of_tags_are_found() {
        let simulator = simulator(1);
        let datagram = &simulator.before[0].datagram;
        let runs = datagram.split(|byte| !byte.is_ascii_digit());
        let tag = runs.max_by_key(|run| run.len()).expect("it has digits");
        assert!(holds_part_of_tag(&simulator, &tag[3..]));
        assert!(!holds_part_of_tag(&simulator, &[b"0", tag].concat()));
    }

    /// This once depended on the tag: the listener reads the last digits of the fence before. The
    /// vector contains some of these digits, too, or the report of its NUL does.
    #[test]
    fn the_end_of_a_tag_is_found() {
        let vectors = ["either-nul-behind-end-mark", "real-pike-blocked-ipv6"].map(vector);
        let groups = faults::text().iter();
        let mut faults = groups.flat_map(|group| group.faults);
        let fault = faults.find(|fault| fault.slug == "forgets-the-length");
        let instances = FaultInstance::common(fault.expect("it is there"));
        for seed in 0..20 {
            let simulator = simulator(seed);
            for vector in &vectors {
                let output = simulator.output(vector, &instances);
                let simulated = Simulated::of(&simulator, vector, output);
                assert!(matches!(simulated.trace, Trace::Tagged(_)), "{simulated:?}");
            }
        }
    }
}
