use super::blame::went_on_at_first;
use super::error::RunError;
use super::outcome::Outcome;
use super::pipeline::passes;
use super::retry::is_loss;
use super::supervisor::Supervisor;
use crate::judge::Verdict;
use crate::subject::{ExchangeEnd, SendMode};
use crate::vectors::Vector;

/// The vectors that were sent to an instance until it died or fell silent, in order.
#[derive(Clone, Debug)]
pub(super) struct Sent<'c> {
    /// The vectors that the instance answered.
    pub(super) history: Vec<&'c Vector>,
    /// The vectors that the instance did not answer. It was lost at the first of them, but may have
    /// read the others before.
    pub(super) in_flight: Vec<&'c Vector>,
}

impl Sent<'_> {
    /// Returns whether the instance was sent only the vector at which it was lost.
    pub(super) fn is_one_vector(&self) -> bool {
        self.history.is_empty() && self.in_flight.len() == 1
    }
}

/// The vector that makes the subject crash or hang, as a replay has found.
#[derive(Debug)]
pub(super) struct LossCause<'c> {
    pub(super) vector: &'c Vector,
    /// Whether the lost instance had answered the vector.
    pub(super) was_answered: bool,
    /// A crash or a hang.
    pub(super) verdict: Verdict,
    pub(super) why: String,
    pub(super) log: Vec<String>,
}

impl<'c> LossCause<'c> {
    fn new(vector: &'c Vector, loss: Loss, why: String) -> Self {
        Self {
            vector,
            was_answered: false,
            verdict: loss.verdict,
            why,
            log: loss.log,
        }
    }

    /// Blames a vector for the loss, unless the subject was lost at this vector, too.
    pub(super) fn blame(self, outcome: &mut Outcome<'_>) {
        if !is_loss(outcome) {
            outcome.verdict = self.verdict;
            outcome.why = self.why;
            outcome.log = self.log;
        }
    }
}

/// How an instance was lost in a replay.
struct Loss {
    verdict: Verdict,
    why: String,
    log: Vec<String>,
}

impl Loss {
    fn of(outcome: Outcome<'_>) -> Option<Self> {
        is_loss(&outcome).then_some(Self {
            verdict: outcome.verdict,
            why: outcome.why,
            log: outcome.log,
        })
    }

    /// Returns how the instance was lost in an exchange. Returns `None` if it was not lost.
    fn by(end: ExchangeEnd) -> Option<Self> {
        let silence = end.silence();
        match end {
            ExchangeEnd::Died { death, log } => Some(Self {
                verdict: Verdict::Crash,
                why: death.to_string(),
                log,
            }),
            _ => silence.map(|why| Self {
                verdict: Verdict::Hang,
                why,
                log: Vec::new(),
            }),
        }
    }
}

impl Supervisor<'_> {
    /// Replays the vectors that were sent to an instance which died or fell silent, each time on a
    /// fresh instance, until it finds the vector that causes the loss.
    ///
    /// The vector at which the instance was lost does no harm to a fresh instance alone. So the
    /// replay first sends more and more of the history before that vector, one vector at a time.
    /// Then it sends the vectors in flight, because the subject may have read ahead. In the end it
    /// sends all vectors without a pause.
    ///
    /// A replay that ends in another loss than `verdict` says proves nothing.
    pub(super) fn replay<'c>(
        &mut self,
        verdict: Verdict,
        sent: &Sent<'c>,
    ) -> Result<Option<LossCause<'c>>, RunError> {
        if sent.is_one_vector() {
            return Ok(None);
        }
        let found = self.find_cause(verdict, sent);
        self.end_instance();
        let mut found = match found {
            Err(RunError::Gone(_)) => None,
            found => found?,
        };
        if let Some(cause) = &mut found {
            let mut history = sent.history.iter();
            cause.was_answered = history.any(|vector| std::ptr::eq(*vector, cause.vector));
        }
        Ok(found)
    }

    fn find_cause<'c>(
        &mut self,
        verdict: Verdict,
        sent: &Sent<'c>,
    ) -> Result<Option<LossCause<'c>>, RunError> {
        let Sent { history, in_flight } = sent;
        let mut count = 1;
        while count < 2 * history.len() {
            let start = history.len().saturating_sub(count);
            let first = in_flight.first();
            let vectors: Vec<_> = history[start..].iter().chain(first).copied().collect();
            if let Some(cause) = self.replay_one_by_one(verdict, &vectors)? {
                return Ok(Some(cause));
            }
            count *= 2;
        }
        if let Some(cause) = self.replay_one_by_one(verdict, in_flight)? {
            // If a vector alone harms one fresh instance and not another, a replay cannot find the
            // cause.
            let is_first = std::ptr::eq(cause.vector, in_flight[0]);
            return Ok((!is_first).then_some(cause));
        }
        self.replay_without_pause(verdict, sent)
    }

    /// Sends vectors to a fresh instance one at a time, each followed by two fences.
    fn replay_one_by_one<'c>(
        &mut self,
        verdict: Verdict,
        vectors: &[&'c Vector],
    ) -> Result<Option<LossCause<'c>>, RunError> {
        self.end_instance();
        for (index, vector) in vectors.iter().enumerate() {
            self.ensure_running()?;
            let outcome = self.try_once(vector, None)?;
            let loss = match Loss::of(outcome) {
                Some(loss) => loss,
                None => match self.exchange(vector.dialect, [], SendMode::Burst).end {
                    ExchangeEnd::Fenced => continue,
                    ExchangeEnd::Interrupted => return Err(RunError::Interrupted),
                    end => match Loss::by(end) {
                        Some(loss) => Loss {
                            why: went_on_at_first(&loss.why),
                            ..loss
                        },
                        None => return Ok(None),
                    },
                },
            };
            self.end_instance();
            if loss.verdict != verdict {
                return Ok(None);
            }
            let why = match vectors[..index] {
                [] => loss.why.clone(),
                [first, ..] => format!(
                    "{}; only after the vectors before it, from `{}` on",
                    loss.why, first.id
                ),
            };
            return Ok(Some(LossCause::new(vector, loss, why)));
        }
        Ok(None)
    }

    /// Sends vectors to fresh instances without a pause, and fewer of them each time, as long as
    /// the instance is lost.
    fn replay_without_pause<'c>(
        &mut self,
        verdict: Verdict,
        sent: &Sent<'c>,
    ) -> Result<Option<LossCause<'c>>, RunError> {
        let Sent { history, in_flight } = sent;
        let (mut survived, mut lost) = (0, in_flight.len());
        let mut found = None;
        while survived < lost {
            let count = if found.is_none() {
                lost
            } else {
                survived + (lost - survived) / 2
            };
            let vectors = [history, &in_flight[..count]].concat();
            let loss = self.lose_without_pause(&vectors)?;
            match loss.filter(|loss| loss.verdict == verdict) {
                Some(loss) => {
                    let vector = in_flight[count.saturating_sub(1)];
                    let why = format!(
                        "{}; only if sent without a pause after the earlier vectors",
                        loss.why
                    );
                    found = Some(LossCause::new(vector, loss, why));
                    lost = count;
                }
                None if found.is_none() => break,
                None => survived = count + 1,
            }
        }
        Ok(found)
    }

    /// Sends vectors to a fresh instance without a pause, and returns how the instance was lost, if
    /// it was.
    fn lose_without_pause(&mut self, vectors: &[&Vector]) -> Result<Option<Loss>, RunError> {
        self.end_instance();
        self.ensure_running()?;
        let mut left = vectors;
        while !left.is_empty() && self.is_running() {
            let count = self.max_pipelined(left).max(1).min(left.len());
            let outcome = self.send_pipelined(&left[..count], &passes, &mut |_| {})?;
            let first_try = outcome.first_try.and_then(Loss::of);
            if let Some(loss) = first_try.or(outcome.end.and_then(Loss::by)) {
                return Ok(Some(loss));
            }
            left = &left[count..];
        }
        Ok(None)
    }
}
