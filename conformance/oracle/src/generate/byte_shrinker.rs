/// Shrinks the bytes that a failing case is made from.
///
/// The shrinker removes blocks, large ones first, and lowers bytes, until no candidate fails any
/// more. The caller makes a case of each candidate, and keeps those whose cases fail.
///
/// ```
/// use event_datagram_oracle::generate::ByteShrinker;
///
/// let fails = |bytes: &[u8]| bytes.iter().any(|byte| *byte > 6);
/// let mut shrinker = ByteShrinker::new(vec![3, 200, 0, 9, 1]);
/// while let Some(candidate) = shrinker.candidate() {
///     if fails(candidate) {
///         shrinker.keep();
///     }
/// }
/// assert_eq!(shrinker.best(), [7]);
/// ```
#[derive(Clone, Debug)]
pub struct ByteShrinker {
    best: Vec<u8>,
    candidate: Vec<u8>,
    /// The number of bytes that are removed at once; 0 while bytes are lowered.
    block: usize,
    /// The end of the block that is removed next, or of the byte that is lowered next; it moves
    /// from the end to the start.
    end: usize,
    /// The number of lower values that were tried for the current byte.
    tries: usize,
    /// Whether a candidate was kept in this pass.
    has_progress: bool,
}

/// The most bytes that are removed at once.
const LARGEST_BLOCK: usize = 64;

impl ByteShrinker {
    /// Starts with the bytes of a failing case.
    pub const fn new(failing: Vec<u8>) -> Self {
        Self {
            end: failing.len(),
            best: failing,
            candidate: Vec::new(),
            block: LARGEST_BLOCK,
            tries: 0,
            has_progress: false,
        }
    }

    /// Returns the simplest bytes of a failing case so far.
    pub fn best(&self) -> &[u8] {
        &self.best
    }

    /// Returns the next bytes to try, or `None` after a pass in which no candidate was kept.
    pub fn candidate(&mut self) -> Option<&[u8]> {
        loop {
            if self.block > 0 {
                if self.end > 0 {
                    let start = self.end.saturating_sub(self.block);
                    self.candidate.clone_from(&self.best);
                    self.candidate.drain(start..self.end);
                    self.end = start;
                    return Some(&self.candidate);
                }
                self.block /= 2;
                self.end = self.best.len();
            } else if self.end > 0 {
                let byte = self.best[self.end - 1];
                let lower = [0, byte / 2, byte.saturating_sub(8), byte.saturating_sub(1)];
                match lower.get(self.tries) {
                    Some(lower) => {
                        self.tries += 1;
                        if *lower < byte {
                            self.candidate.clone_from(&self.best);
                            self.candidate[self.end - 1] = *lower;
                            return Some(&self.candidate);
                        }
                    }
                    None => {
                        self.tries = 0;
                        self.end -= 1;
                    }
                }
            } else if self.has_progress {
                self.has_progress = false;
                self.block = LARGEST_BLOCK;
                self.end = self.best.len();
            } else {
                return None;
            }
        }
    }

    /// Keeps the last candidate, whose case fails, too.
    pub fn keep(&mut self) {
        self.best.clone_from(&self.candidate);
        self.has_progress = true;
        // A byte that was lowered may go lower yet.
        self.tries = 0;
    }
}
