/// Makes a row of deciding bytes simpler, as long as the case that it decides keeps failing.
///
/// It takes blocks out, large ones first, and lowers bytes, over and over until nothing more can be taken. The engine tries each
/// candidate and tells which ones fail, too.
///
/// ```
/// use event_datagram_oracle::generate::Shrink;
///
/// let fails = |bytes: &[u8]| bytes.iter().any(|byte| *byte > 6);
/// let mut shrink = Shrink::new(vec![3, 200, 0, 9, 1]);
/// while let Some(candidate) = shrink.candidate() {
///     if fails(candidate) {
///         shrink.keep();
///     }
/// }
/// assert_eq!(shrink.best(), [7]);
/// ```
#[derive(Clone, Debug)]
pub struct Shrink {
    best: Vec<u8>,
    candidate: Vec<u8>,
    /// How many bytes are taken out at once; 0 where bytes are lowered.
    block: usize,
    /// Behind the block that is taken out next, or the byte that is lowered next: it goes from the end to the start.
    end: usize,
    /// How often this byte was lowered in vain.
    tries: usize,
    /// Whether anything was kept since the last time all was tried.
    progress: bool,
}

const LARGEST_BLOCK: usize = 64;

impl Shrink {
    /// Starts with bytes that decide a failing case.
    pub const fn new(failing: Vec<u8>) -> Self {
        Self {
            end: failing.len(),
            best: failing,
            candidate: Vec::new(),
            block: LARGEST_BLOCK,
            tries: 0,
            progress: false,
        }
    }

    /// Gives the simplest bytes so far that decide a failing case.
    pub fn best(&self) -> &[u8] {
        &self.best
    }

    /// Gives bytes to try, or `None` where no simpler ones fail.
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
            } else if self.progress {
                self.progress = false;
                self.block = LARGEST_BLOCK;
                self.end = self.best.len();
            } else {
                return None;
            }
        }
    }

    /// Keeps the last candidate: its case fails, too.
    pub fn keep(&mut self) {
        self.best.clone_from(&self.candidate);
        self.progress = true;
        // What was lowered may go lower yet.
        self.tries = 0;
    }
}
