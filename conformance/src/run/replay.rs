use super::blame::went_on_at_first;
use super::error::RunError;
use super::supervisor::Supervisor;
use crate::judge::Verdict;
use crate::subject::{ExchangeEnd, SendMode};
use crate::vectors::Vector;

/// The vector that crashes the subject, by a replay.
pub(super) struct CrashCause<'c> {
    pub(super) vector: &'c Vector,
    pub(super) why: String,
    pub(super) log: Vec<String>,
}

impl Supervisor<'_> {
    /// Replays what an instance was sent that crashed, each time on a fresh instance, until it has
    /// found the vector that causes the crash.
    ///
    /// `history` was answered; `in_flight` was sent behind it, and its first vector was not
    /// answered, which alone crashes no fresh instance. More and more of the history is replayed
    /// before that vector, one vector at a time; then all without a pause.
    pub(super) fn replay_crash<'c>(
        &mut self,
        history: &[&'c Vector],
        in_flight: &[&'c Vector],
    ) -> Result<Option<CrashCause<'c>>, RunError> {
        let found = self.replay(history, in_flight);
        self.end_instance();
        match found {
            Err(RunError::Gone(_)) => Ok(None),
            found => found,
        }
    }

    fn replay<'c>(
        &mut self,
        history: &[&'c Vector],
        in_flight: &[&'c Vector],
    ) -> Result<Option<CrashCause<'c>>, RunError> {
        let mut count = 1;
        while count < 2 * history.len() {
            let start = history.len().saturating_sub(count);
            let first = in_flight.first();
            let vectors: Vec<_> = history[start..].iter().chain(first).copied().collect();
            if let Some(cause) = self.replay_one_by_one(&vectors)? {
                return Ok(Some(cause));
            }
            count *= 2;
        }
        self.replay_without_pause(history, in_flight)
    }

    /// Sends vectors to a fresh instance one at a time, two fences behind each.
    fn replay_one_by_one<'c>(
        &mut self,
        vectors: &[&'c Vector],
    ) -> Result<Option<CrashCause<'c>>, RunError> {
        self.end_instance();
        for (index, vector) in vectors.iter().enumerate() {
            self.ensure_running()?;
            let outcome = self.try_once(vector, None)?;
            let (why, log) = match outcome.verdict {
                Verdict::Crash => (outcome.why, outcome.log),
                Verdict::Hang => return Ok(None),
                _ => match self.exchange(vector.dialect, [], SendMode::Burst).end {
                    ExchangeEnd::Fenced => continue,
                    ExchangeEnd::Interrupted => return Err(RunError::Interrupted),
                    ExchangeEnd::Died { death, log } => (went_on_at_first(&death.to_string()), log),
                    _ => return Ok(None),
                },
            };
            self.end_instance();
            let why = match vectors[..index] {
                [] => why,
                [first, ..] => format!("{why}; only behind what came before, `{}` first", first.id),
            };
            return Ok(Some(CrashCause { vector, why, log }));
        }
        Ok(None)
    }

    /// Sends vectors to a fresh instance without a pause, and fewer of them as long as that crashes
    /// it.
    fn replay_without_pause<'c>(
        &mut self,
        history: &[&'c Vector],
        in_flight: &[&'c Vector],
    ) -> Result<Option<CrashCause<'c>>, RunError> {
        let (mut survived, mut crashed) = (0, in_flight.len());
        let mut found = None;
        while survived < crashed {
            let count = if found.is_none() {
                crashed
            } else {
                survived + (crashed - survived) / 2
            };
            let vectors = [history, &in_flight[..count]].concat();
            match self.crash_without_pause(&vectors)? {
                Some((why, log)) => {
                    let vector = in_flight[count.saturating_sub(1)];
                    let why = format!("{why}; only without a pause behind what came before");
                    found = Some(CrashCause { vector, why, log });
                    crashed = count;
                }
                None if found.is_none() => break,
                None => survived = count + 1,
            }
        }
        Ok(found)
    }

    /// Returns how a fresh instance dies of vectors without a pause between them.
    fn crash_without_pause(
        &mut self,
        vectors: &[&Vector],
    ) -> Result<Option<(String, Vec<String>)>, RunError> {
        self.end_instance();
        self.ensure_running()?;
        let mut left = vectors;
        while !left.is_empty() && self.is_running() {
            let count = self.max_pipelined(left).max(1).min(left.len());
            let outcome = self.send_pipelined(&left[..count], &mut |_| {})?;
            let end = outcome.end.map(|end| match end {
                ExchangeEnd::Died { death, log } => (death.to_string(), log),
                _ => (String::new(), Vec::new()),
            });
            let first_try = outcome
                .first_try
                .filter(|first| first.verdict == Verdict::Crash);
            let crash = first_try.map(|first| (first.why, first.log));
            if let Some(crash) = crash.or(end.filter(|(why, _)| !why.is_empty())) {
                return Ok(Some(crash));
            }
            left = &left[count..];
        }
        Ok(None)
    }
}
