use std::time::Instant;

use super::death::Death;
use super::event::SubjectEvent;
use super::exchange::{Exchange, ExchangeEnd};
use super::session::{Session, Undelivered, footprint};
use crate::dialect::Dialect;
use crate::fence::{Fence, Fences, Mark};
use crate::observation::{Arrival, Observation, ReportContent};
use crate::transport::{Link, STOP_CHECK_INTERVAL};
use crate::vectors::Vector;

/// The result of sending several vectors without waiting for each.
#[derive(Debug)]
#[non_exhaustive]
pub struct PipelineResult {
    /// Whether all vectors were answered, or why not.
    pub end: PipelineEnd,
    /// The number of datagrams that the kernel dropped meanwhile; counted only if reports are
    /// missing.
    pub dropped: u64,
}

/// How a pipeline ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum PipelineEnd {
    /// All vectors were answered.
    Complete,
    /// The subject reported something unexpected before the next fence, or reports are missing. The
    /// subject goes on.
    OutOfTurn,
    /// The runner must replace the subject, for this reason.
    Lost(ExchangeEnd),
}

/// The most vectors in flight.
pub(crate) const MAX_PIPELINED: usize = 64;

/// The number of fences that are sent after a pipeline was aborted. Late reports may follow the
/// first one, but come before the second one.
const FLUSHING_FENCES: usize = 2;

impl Session {
    /// Returns how many vectors, from the first one on, can be in flight at once before the kernel
    /// may drop datagrams.
    pub fn max_pipelined(&self, vectors: &[&Vector]) -> usize {
        let mut left = self.burst();
        let fits = |vector: &&&Vector| {
            let datagrams = vector.steps.iter().map(|step| footprint(&step.datagram));
            // The length of a fence is small beside its overhead.
            let needed = datagrams.sum::<usize>() + 2 * footprint(&[]);
            left.checked_sub(needed)
                .inspect(|rest| left = *rest)
                .is_some()
        };
        vectors.iter().take(MAX_PIPELINED).take_while(fits).count()
    }

    /// Sends several vectors, each followed by a fence of its own, without waiting for each. A
    /// report belongs to the vector whose fence the subject reports next. When the subject reports
    /// a fence correctly, the exchange of its vector is emitted, in order, while the next vectors
    /// are in flight.
    ///
    /// Most vectors go well, and this is fast for them. If anything else happens, the caller sends
    /// the vectors without an answer again, one at a time, and finds out the cause.
    pub fn exchange_pipelined(
        &mut self,
        vectors: &[&Vector],
        fences: &mut Fences,
        emit: &mut dyn FnMut(Exchange),
    ) -> PipelineResult {
        let mut progress = Progress::new(vectors, fences, emit);
        let result = self.run_pipeline(&mut progress, fences);
        self.unread = 0;
        self.copies.record(&mut progress.observation);
        let end = match result {
            Ok(()) => PipelineEnd::Complete,
            Err(Break::Lost(end)) => PipelineEnd::Lost(end),
            Err(Break::OutOfTurn) => self.flush(vectors, fences),
        };
        let dropped = match end {
            PipelineEnd::Complete => 0,
            PipelineEnd::OutOfTurn | PipelineEnd::Lost(_) => {
                progress.dropped + self.newly_dropped()
            }
        };
        PipelineResult { end, dropped }
    }

    fn run_pipeline(&mut self, progress: &mut Progress<'_>, fences: &Fences) -> Result<(), Break> {
        // Reports that arrived before the first datagram was sent belong to earlier vectors.
        if !self.queued.is_empty() || self.handle.has_event() {
            return Err(Break::OutOfTurn);
        }
        while progress.answered < progress.vectors.len() {
            let backpressure = self.send_more(progress, fences)?;
            self.unread = progress.unread();
            let wait = self.max_answer_wait();
            if self.stop.is_requested() {
                return Err(Break::Lost(ExchangeEnd::Interrupted));
            }
            if progress.last_answer.elapsed() >= wait {
                return Err(Break::Lost(ExchangeEnd::TimedOut(wait)));
            }
            let until = (Instant::now() + STOP_CHECK_INTERVAL).min(progress.last_answer + wait);
            let writable = match backpressure {
                Backpressure::Blocked => self.link.as_ref(),
                Backpressure::None => None,
            };
            match self.handle.wait(until, writable) {
                Some(SubjectEvent::Line(raw)) => self.receive(progress, raw, fences)?,
                Some(SubjectEvent::Writable) => {}
                Some(SubjectEvent::LongLine) => return Err(Break::OutOfTurn),
                Some(SubjectEvent::Exited(exit)) => {
                    return Err(self.lost(Death::Exited(exit), progress, fences));
                }
                Some(SubjectEvent::Closed) => {
                    return Err(self.lost(self.handle.closed(), progress, fences));
                }
                None if self.link.as_mut().is_some_and(Link::is_refused) => {
                    return Err(self.refused(progress, fences));
                }
                None => {
                    // The reports of dropped datagrams never come, so waiting for them is useless.
                    progress.dropped += self.newly_dropped();
                    if progress.dropped > 0 {
                        return Err(Break::OutOfTurn);
                    }
                }
            }
        }
        Ok(())
    }

    /// Sends as many datagrams as the receive buffer has space for.
    fn send_more(
        &mut self,
        progress: &mut Progress<'_>,
        fences: &Fences,
    ) -> Result<Backpressure, Break> {
        while let Some(datagram) = progress.next_datagram() {
            match self.try_send(datagram) {
                Ok(()) => progress.advance(),
                Err(Undelivered::Blocked) => return Ok(Backpressure::Blocked),
                Err(Undelivered::Refused) => return Err(self.refused(progress, fences)),
                Err(Undelivered::Dead(death)) => return Err(self.lost(death, progress, fences)),
                Err(Undelivered::Never(message)) => {
                    return Err(Break::Lost(ExchangeEnd::Unsendable(message)));
                }
            }
        }
        Ok(Backpressure::None)
    }

    /// Receives a line: a report, or the next fence.
    fn receive(
        &mut self,
        progress: &mut Progress<'_>,
        raw: Vec<u8>,
        fences: &Fences,
    ) -> Result<(), Break> {
        let index = progress.answered;
        let (fence, _) = &progress.fences[index];
        let dialect = progress.vectors[index].dialect;
        match fences.mark(&raw, fence) {
            Mark::None => {
                let content = ReportContent::of(Mark::None);
                progress.observation.record(raw, content, Arrival::InTime);
            }
            Mark::This if progress.fenced > index && self.is_usual(dialect, fence, &raw) => {
                self.record_round_trip(progress.last_answer.elapsed());
                self.copies.record_fence(&raw);
                self.copies.record(&mut progress.observation);
                progress.answer();
            }
            _ => {
                self.content_of(&raw, fences);
                return Err(Break::OutOfTurn);
            }
        }
        Ok(())
    }

    /// Aborts a pipeline whose socket is gone. The datagrams in the socket are lost, even if the
    /// subject has bound the socket again.
    fn refused(&mut self, progress: &mut Progress<'_>, fences: &Fences) -> Break {
        match self.await_death_or_socket() {
            Some(death) => self.lost(death, progress, fences),
            None => Break::OutOfTurn,
        }
    }

    /// Receives the reports that a subject wrote before it died. They count, and show which vectors
    /// it had read.
    fn lost(&mut self, death: Death, progress: &mut Progress<'_>, fences: &Fences) -> Break {
        let mut last_reports = Observation::default();
        let end = self.end_by_death(death, &mut last_reports);
        for report in last_reports.reports {
            if progress.answered == progress.vectors.len()
                || self.receive(progress, report.raw, fences).is_err()
            {
                break;
            }
        }
        Break::Lost(end)
    }

    /// Sends a fence, so that no datagram is in flight any more, and then another one, before which
    /// late reports arrive.
    fn flush(&mut self, vectors: &[&Vector], fences: &mut Fences) -> PipelineEnd {
        let dialect = vectors
            .first()
            .map_or(Dialect::Text, |vector| vector.dialect);
        for _ in 0..FLUSHING_FENCES {
            let mut observation = Observation::default();
            let fenced = self.fence(dialect, fences, &mut observation);
            self.copies.record(&mut observation);
            match fenced {
                Ok(()) if observation.misread_fence.is_none() && !observation.swallowed_fence => {}
                Err(ExchangeEnd::Interrupted) => {
                    return PipelineEnd::Lost(ExchangeEnd::Interrupted);
                }
                // The subject swallowed or misread the fence, so state of earlier vectors may
                // affect the next one; or a later vector in flight has ended the subject.
                Ok(()) | Err(_) => return PipelineEnd::Lost(ExchangeEnd::Fenced),
            }
        }
        PipelineEnd::OutOfTurn
    }
}

/// Why a pipeline was aborted.
enum Break {
    OutOfTurn,
    Lost(ExchangeEnd),
}

/// Whether datagrams wait for space in the receive buffer.
enum Backpressure {
    None,
    Blocked,
}

/// How far a pipeline has come.
struct Progress<'v> {
    vectors: &'v [&'v Vector],
    /// A fence for each vector, and its datagram.
    fences: Vec<(Fence, Vec<u8>)>,
    /// The number of vectors that were sent with their fences.
    fenced: usize,
    /// The number of datagrams of the next vector that were sent.
    steps: usize,
    /// When the first datagram of each vector was sent.
    begun: Vec<Instant>,
    /// The reports of the vector whose fence is expected next.
    observation: Observation,
    /// The number of vectors whose fences the subject has reported.
    answered: usize,
    emit: &'v mut dyn FnMut(Exchange),
    last_answer: Instant,
    dropped: u64,
}

impl<'v> Progress<'v> {
    fn new(
        vectors: &'v [&'v Vector],
        fences: &mut Fences,
        emit: &'v mut dyn FnMut(Exchange),
    ) -> Self {
        let fence = |vector: &&Vector| {
            let fence = fences.next_fence();
            let datagram = fence.datagram(vector.dialect);
            (fence, datagram)
        };
        Self {
            vectors,
            fences: vectors.iter().map(fence).collect(),
            fenced: 0,
            steps: 0,
            begun: Vec::with_capacity(vectors.len()),
            observation: Observation::default(),
            answered: 0,
            emit,
            last_answer: Instant::now(),
            dropped: 0,
        }
    }

    fn next_datagram(&self) -> Option<&[u8]> {
        let vector = self.vectors.get(self.fenced)?;
        Some(match vector.steps.get(self.steps) {
            Some(step) => &step.datagram,
            None => &self.fences[self.fenced].1,
        })
    }

    /// Returns the number of bytes of the vector whose fence is expected next.
    fn unread(&self) -> usize {
        let steps = self.vectors.get(self.answered).map(|vector| &vector.steps);
        let datagrams = steps.into_iter().flatten();
        datagrams.map(|step| step.datagram.len()).sum()
    }

    /// Records that the next datagram was sent.
    fn advance(&mut self) {
        if self.steps == 0 {
            self.begun.push(Instant::now());
        }
        if self.steps < self.vectors[self.fenced].steps.len() {
            self.steps += 1;
        } else {
            self.fenced += 1;
            self.steps = 0;
        }
    }

    /// Records that the subject has reported the next fence, and emits the exchange of its vector.
    fn answer(&mut self) {
        let begun = self.begun[self.answered];
        self.answered += 1;
        (self.emit)(Exchange {
            observation: std::mem::take(&mut self.observation),
            end: ExchangeEnd::Fenced,
            duration: begun.elapsed(),
            dropped: 0,
        });
        // The time that the caller takes to handle the exchange does not count as the subject's.
        self.last_answer = Instant::now();
    }
}
