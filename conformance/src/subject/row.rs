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
    /// What became of the rest.
    pub rest: Rest,
    /// How many datagrams the kernel dropped meanwhile, if something is missing.
    pub dropped: u64,
}

/// What became of the vectors in a row that were not answered.
#[derive(Debug)]
#[non_exhaustive]
pub enum Rest {
    /// There are none.
    Nothing,
    /// Something else came than the next fence. The subject goes on.
    Astray,
    /// The subject has to be replaced, because of this.
    Lost(Ending),
}

/// Vectors that may be under way at a time.
pub(crate) const LONGEST_ROW: usize = 64;

impl Session {
    /// Tells how many of these vectors can be sent in a row: so many that the kernel need not drop anything.
    pub fn longest_row(&self, vectors: &[&Vector]) -> usize {
        let mut left = self.burst();
        let fits = |vector: &&&Vector| {
            let datagrams = vector.steps.iter().map(|step| room_for(&step.datagram));
            // A fence is short.
            let room = datagrams.sum::<usize>() + 2 * room_for(&[]);
            left.checked_sub(room)
                .inspect(|rest| left = *rest)
                .is_some()
        };
        vectors.iter().take(LONGEST_ROW).take_while(fits).count()
    }

    /// Sends several vectors, each with its fence behind it, without waiting for each. Reports belong to the vector before
    /// whose fence they come. What came of each whose fence came back, and came back right, is handed on in order, while the
    /// next are under way.
    ///
    /// This is for the many that go well. Where something else comes back, the caller tries what was not answered again,
    /// one at a time, and finds out what it was.
    pub fn exchange_row(
        &mut self,
        vectors: &[&Vector],
        fences: &mut Fences,
        hand_on: &mut dyn FnMut(Exchange),
    ) -> Row {
        let mut row = Progress::new(vectors, fences, hand_on);
        let rest = match self.go(&mut row, fences) {
            Ok(()) => Rest::Nothing,
            Err(Stray::Lost(ending)) => Rest::Lost(ending),
            Err(Stray::Astray) => self.settle(vectors, fences),
        };
        let dropped = match rest {
            Rest::Nothing => 0,
            Rest::Astray | Rest::Lost(_) => row.dropped + self.newly_dropped(),
        };
        Row { rest, dropped }
    }

    fn go(&mut self, row: &mut Progress<'_>, fences: &Fences) -> Result<(), Stray> {
        // What is there already belongs to something before.
        if !self.unread.is_empty() || self.body.has_news() {
            return Err(Stray::Astray);
        }
        while row.answered < row.vectors.len() {
            let is_full = self.send_on(row, fences)?;
            let wait = self.wait_for_answer();
            if self.stop.is_requested() {
                return Err(Stray::Lost(Ending::Interrupted));
            }
            if row.last_answer.elapsed() >= wait {
                return Err(Stray::Lost(Ending::TimedOut(wait)));
            }
            let until = (Instant::now() + SLICE).min(row.last_answer + wait);
            let room = self.link.as_ref().filter(|_| is_full);
            match self.body.wait(until, room) {
                Some(News::Line(raw)) => self.take(row, raw, fences)?,
                Some(News::Room) => {}
                Some(News::LongLine) => return Err(Stray::Astray),
                Some(News::Exited(exit)) => {
                    return Err(self.lost(Death::Exited(exit), row, fences));
                }
                Some(News::Closed) => return Err(self.lost(self.body.closed(), row, fences)),
                None if self.link.as_mut().is_some_and(Link::is_refused) => {
                    return Err(self.lost(Death::Refused, row, fences));
                }
                None => {
                    // What was dropped never comes.
                    row.dropped += self.newly_dropped();
                    if row.dropped > 0 {
                        return Err(Stray::Astray);
                    }
                }
            }
        }
        Ok(())
    }

    /// Sends as much as there is room for. Tells whether something is left.
    fn send_on(&mut self, row: &mut Progress<'_>, fences: &Fences) -> Result<bool, Stray> {
        while let Some(datagram) = row.next_datagram() {
            match self.try_send(datagram) {
                Ok(()) => row.advance(),
                Err(Unsent::NoRoom) => return Ok(true),
                Err(Unsent::Dead(death)) => return Err(self.lost(death, row, fences)),
                Err(Unsent::Never(message)) => {
                    return Err(Stray::Lost(Ending::Unsendable(message)));
                }
            }
        }
        Ok(false)
    }

    /// Takes a line: a report, or the fence that comes next.
    fn take(&mut self, row: &mut Progress<'_>, raw: Vec<u8>, fences: &Fences) -> Result<(), Stray> {
        let index = row.answered;
        let (fence, _) = &row.fences[index];
        let dialect = row.vectors[index].dialect;
        match fences.mark(&raw, fence) {
            Mark::None => {
                let says = Says::of(Mark::None);
                row.observation.hear(raw, says, false);
            }
            Mark::This if row.fenced > index && self.is_usual(dialect, fence, &raw) => {
                self.slowest = self.slowest.max(row.last_answer.elapsed());
                row.answer();
            }
            _ => return Err(Stray::Astray),
        }
        Ok(())
    }

    /// Takes what it still reported before its end: that counts, and tells how far it came.
    fn lost(&mut self, death: Death, row: &mut Progress<'_>, fences: &Fences) -> Stray {
        let mut last_words = Observation::default();
        let ending = self.death(death, &mut last_words);
        for report in last_words.reports {
            if row.answered == row.vectors.len() || self.take(row, report.raw, fences).is_err() {
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
    /// A fence for each vector, and its datagram.
    fences: Vec<(Fence, Vec<u8>)>,
    /// So many vectors are sent, with their fences.
    fenced: usize,
    /// So many datagrams of the next one are sent.
    steps: usize,
    /// When the first datagram of each vector was sent.
    begun: Vec<Instant>,
    /// What was reported for the vector whose fence comes next.
    observation: Observation,
    answered: usize,
    hand_on: &'v mut dyn FnMut(Exchange),
    last_answer: Instant,
    dropped: u64,
}

impl<'v> Progress<'v> {
    fn new(
        vectors: &'v [&'v Vector],
        fences: &mut Fences,
        hand_on: &'v mut dyn FnMut(Exchange),
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
            hand_on,
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

    fn answer(&mut self) {
        let begun = self.begun[self.answered];
        self.answered += 1;
        (self.hand_on)(Exchange {
            observation: std::mem::take(&mut self.observation),
            ending: Ending::Fenced,
            duration: begun.elapsed(),
            dropped: 0,
        });
        // To hand it on takes a while, of which the subject knows nothing.
        self.last_answer = Instant::now();
    }
}
