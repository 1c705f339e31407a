use std::collections::VecDeque;
use std::time::Instant;

use super::death::Death;
use super::news::News;
use super::observation::{Observation, Says};
use super::session::{Ending, Exchange, SLICE, Session, Unsent, room_for};
use crate::fence::{Fence, Fences, Mark};
use crate::transport::Link;
use crate::vectors::{Dialect, Vector};

/// What came of sending several vectors without waiting for each.
#[derive(Debug)]
#[non_exhaustive]
pub struct Row {
    /// So many of the first ones went well: perhaps all.
    pub good: usize,
    /// So many of the first ones were sent at all, if only in part.
    pub sent: usize,
    /// What became of the rest.
    pub rest: Rest,
    /// How many datagrams the kernel dropped meanwhile, if something is missing.
    pub dropped: u64,
}

/// What became of the vectors in a row that did not go well.
#[derive(Debug)]
#[non_exhaustive]
pub enum Rest {
    /// There are none.
    Nothing,
    /// Something else came than what was expected. The subject goes on.
    Astray,
    /// The subject has to be replaced, because of this.
    Lost(Ending),
}

/// Vectors in a row. What is kept of one is small, until it is sent.
const LONGEST_ROW: usize = 1024;
/// Vectors that may be under way at a time.
pub(crate) const MOST_UNDER_WAY: usize = 64;

impl Session {
    /// Tells how many of these vectors can be sent in a row: so many that the kernel need not drop anything of any.
    pub fn longest_row(&self, vectors: &[&Vector]) -> usize {
        let burst = self.burst();
        let fits = |vector: &&&Vector| room_for_all(vector) <= burst;
        vectors.iter().take(LONGEST_ROW).take_while(fits).count()
    }

    /// Sends several vectors, each with its fence behind it, without waiting for each, and hands on what came of each whose
    /// fence came back, and came back right, in order. Reports belong to the vector before whose fence they come. Where
    /// `goes_well` says that one did not, that is the end.
    ///
    /// This is for the many that go well. Where something else comes back, the caller tries what did not go well again,
    /// one at a time, and finds out what it was.
    pub fn exchange_row(
        &mut self,
        vectors: &[&Vector],
        fences: &mut Fences,
        goes_well: &mut dyn FnMut(Exchange) -> bool,
    ) -> Row {
        let mut row = Progress::new(vectors);
        let rest = match self.go(&mut row, fences, goes_well) {
            Ok(()) => Rest::Nothing,
            Err(Stray::Lost(ending)) => Rest::Lost(ending),
            Err(Stray::Astray) => self.settle(vectors, fences),
        };
        let dropped = match rest {
            Rest::Nothing => 0,
            Rest::Astray | Rest::Lost(_) => row.dropped + self.newly_dropped(),
        };
        Row {
            good: row.good,
            sent: row.good + row.under_way.len(),
            rest,
            dropped,
        }
    }

    fn go(
        &mut self,
        row: &mut Progress<'_>,
        fences: &mut Fences,
        goes_well: &mut dyn FnMut(Exchange) -> bool,
    ) -> Result<(), Stray> {
        // What is there already belongs to something before.
        if !self.unread.is_empty() || self.body.has_news() {
            return Err(Stray::Astray);
        }
        while row.good < row.vectors.len() {
            let is_full = match self.send_on(row, fences) {
                Err(Unsent::NoRoom) => true,
                Ok(()) => false,
                Err(Unsent::Dead(death)) => return Err(self.lost(death, row, fences, goes_well)),
                Err(Unsent::Never(message)) => {
                    return Err(Stray::Lost(Ending::Unsendable(message)));
                }
            };
            let wait = self.wait_for_answer();
            if self.stop.is_requested() {
                return Err(Stray::Lost(Ending::Interrupted));
            }
            if row.last_answer.elapsed() >= wait {
                return Err(Stray::Lost(Ending::TimedOut(wait)));
            }
            let until = (Instant::now() + SLICE).min(row.last_answer + wait);
            let room = self.link.as_ref().filter(|_| is_full);
            let death = match self.body.wait(until, room) {
                Some(News::Line(raw)) => {
                    self.take(row, raw, fences, goes_well)?;
                    continue;
                }
                Some(News::Room) => continue,
                Some(News::LongLine) => return Err(Stray::Astray),
                Some(News::Exited(exit)) => Death::Exited(exit),
                Some(News::Closed) => Death::ClosedOutput,
                None if self.link.as_mut().is_some_and(Link::is_refused) => Death::Refused,
                None => {
                    // What was dropped never comes.
                    row.dropped += self.newly_dropped();
                    if row.dropped > 0 {
                        return Err(Stray::Astray);
                    }
                    continue;
                }
            };
            return Err(self.lost(death, row, fences, goes_well));
        }
        Ok(())
    }

    /// Sends as much as may be under way.
    fn send_on(&mut self, row: &mut Progress<'_>, fences: &mut Fences) -> Result<(), Unsent> {
        while row.begin_next(self.burst(), fences) {
            while let Some(datagram) = row.next_datagram() {
                self.try_send(datagram)?;
                row.steps += 1;
            }
        }
        Ok(())
    }

    /// Takes a line: a report, or the fence that comes next.
    fn take(
        &mut self,
        row: &mut Progress<'_>,
        raw: Vec<u8>,
        fences: &Fences,
        goes_well: &mut dyn FnMut(Exchange) -> bool,
    ) -> Result<(), Stray> {
        let Some(next) = row.under_way.front() else {
            return Err(Stray::Astray);
        };
        let dialect = row.vectors[row.good].dialect;
        match fences.mark(&raw, &next.fence) {
            Mark::None => {
                let says = Says::of(Mark::None);
                row.observation.hear(raw, says, false);
            }
            Mark::This if row.is_fenced() && self.is_usual(dialect, &next.fence, &raw) => {
                self.slowest = self.slowest.max(row.last_answer.elapsed());
                row.last_answer = Instant::now();
                let exchange = Exchange {
                    observation: std::mem::take(&mut row.observation),
                    ending: Ending::Fenced,
                    duration: next.begun.elapsed(),
                    dropped: 0,
                };
                if !goes_well(exchange) {
                    return Err(Stray::Astray);
                }
                row.went_well();
            }
            _ => return Err(Stray::Astray),
        }
        Ok(())
    }

    /// Takes what it still reported before its end: that counts, and tells how far it came.
    fn lost(
        &mut self,
        death: Death,
        row: &mut Progress<'_>,
        fences: &Fences,
        goes_well: &mut dyn FnMut(Exchange) -> bool,
    ) -> Stray {
        let mut last_words = Observation::default();
        let ending = self.death(death, &mut last_words);
        for report in last_words.reports {
            if self.take(row, report.raw, fences, goes_well).is_err() {
                break;
            }
        }
        Stray::Lost(ending)
    }

    /// Waits for a fence behind all that was sent, so that nothing of it is under way any more, and for another: what comes
    /// late comes behind the first.
    fn settle(&mut self, vectors: &[&Vector], fences: &mut Fences) -> Rest {
        let dialect = vectors
            .first()
            .map_or(Dialect::Text, |vector| vector.dialect);
        for _ in 0..2 {
            let mut observation = Observation::default();
            match self.fence(dialect, fences, &mut observation) {
                Ok(()) if observation.misread_fence.is_none() && !observation.swallowed_fence => {}
                // If something stayed behind, nobody knows what the next vector would get of it.
                Ok(()) => return Rest::Lost(Ending::Fenced),
                Err(ending) => return Rest::Lost(ending),
            }
        }
        Rest::Astray
    }
}

/// Why a row was broken off.
enum Stray {
    Astray,
    Lost(Ending),
}

/// How far a row has come.
struct Progress<'v> {
    vectors: &'v [&'v Vector],
    /// So many vectors have gone well.
    good: usize,
    /// Those behind them that were begun. All but the last are sent, with their fences.
    under_way: VecDeque<UnderWay>,
    /// How much room these take.
    room: usize,
    /// So many datagrams of the last one are sent, its fence among them.
    steps: usize,
    /// What was reported for the vector whose fence comes next.
    observation: Observation,
    last_answer: Instant,
    dropped: u64,
}

/// A vector that was sent, at least in part.
struct UnderWay {
    fence: Fence,
    /// The fence's datagram.
    datagram: Vec<u8>,
    begun: Instant,
}

impl<'v> Progress<'v> {
    fn new(vectors: &'v [&'v Vector]) -> Self {
        Self {
            vectors,
            good: 0,
            under_way: VecDeque::new(),
            room: 0,
            steps: 0,
            observation: Observation::default(),
            last_answer: Instant::now(),
            dropped: 0,
        }
    }

    /// Begins the next vector, if the last one is sent and there is room for another under way. Tells whether there is
    /// something to send.
    fn begin_next(&mut self, burst: usize, fences: &mut Fences) -> bool {
        if self.next_datagram().is_some() {
            return true;
        }
        let begun = self.under_way.len();
        let Some(next) = self.vectors.get(self.good + begun) else {
            return false;
        };
        let room = self.room + room_for_all(next);
        if begun == MOST_UNDER_WAY || room > burst {
            return false;
        }
        self.room = room;
        let fence = fences.next_fence();
        self.under_way.push_back(UnderWay {
            datagram: fence.datagram(next.dialect),
            fence,
            begun: Instant::now(),
        });
        self.steps = 0;
        true
    }

    /// Gives what is to be sent next of the last vector that was begun.
    fn next_datagram(&self) -> Option<&[u8]> {
        let last = self.under_way.back()?;
        let steps = &self.vectors[self.good + self.under_way.len() - 1].steps;
        match steps.get(self.steps) {
            Some(step) => Some(&step.datagram),
            None => (self.steps == steps.len()).then_some(&last.datagram),
        }
    }

    /// Tells whether the fence that comes next was sent.
    fn is_fenced(&self) -> bool {
        self.under_way.len() > 1 || self.next_datagram().is_none()
    }

    fn went_well(&mut self) {
        self.room -= room_for_all(self.vectors[self.good]);
        self.good += 1;
        self.under_way.pop_front();
    }
}

/// How much room the datagrams of a vector take under way, with their fence.
fn room_for_all(vector: &Vector) -> usize {
    let datagrams = vector.steps.iter().map(|step| room_for(&step.datagram));
    // A fence is short.
    datagrams.sum::<usize>() + 2 * room_for(&[])
}
