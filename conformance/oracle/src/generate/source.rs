/// A row of bytes that decides what a case is.
///
/// Lower bytes decide for what is simpler, and so does the end of the row, behind which all bytes are zero. No row is ever
/// too short.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    bytes: &'a [u8],
    large: bool,
}

impl<'a> Source<'a> {
    /// Starts with the first of these bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, large: true }
    }

    /// Keeps cases small: none is made as large as a limit, which would cost a fuzzing engine a thousand others.
    pub const fn small(mut self) -> Self {
        self.large = false;
        self
    }

    /// Tells whether a case may be as large as a limit.
    pub(super) const fn may_be_large(&self) -> bool {
        self.large
    }

    /// Takes a byte.
    pub fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    /// Takes a number below `limit`, out of one byte where there are no more than 256, else out of two.
    ///
    /// # Panics
    ///
    /// If `limit` is 0, or above 65536.
    pub fn below(&mut self, limit: usize) -> usize {
        assert!((1..=1 << 16).contains(&limit), "no number below {limit}");
        if limit <= 1 << 8 {
            (usize::from(self.byte()) * limit) >> 8
        } else {
            let high = usize::from(self.byte());
            (((high << 8) + usize::from(self.byte())) * limit) >> 16
        }
    }

    /// Takes an `i64`: one at which something changes, or any, those of few bytes more likely.
    pub fn integer(&mut self) -> i64 {
        const TELLING: [i64; 14] = [
            0,
            1,
            -1,
            9,
            -10,
            i32::MAX as i64,
            i32::MIN as i64,
            // What a double holds exactly ends below.
            (1 << 53) + 1,
            -(1 << 53) - 1,
            999_999_999_999_999_999,
            1_000_000_000_000_000_000,
            -1_000_000_000_000_000_000,
            i64::MAX,
            i64::MIN,
        ];
        if !self.once_in(3) {
            return self.pick(&TELLING);
        }
        let length = self.below(9);
        let bits = (0..length).fold(0, |bits, _| bits << 8 | i64::from(self.byte()));
        if self.once_in(2) {
            bits.wrapping_neg()
        } else {
            bits
        }
    }

    /// Decides whether something happens that happens once in `times`.
    ///
    /// # Panics
    ///
    /// If `times` is 0, or above 65536.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) + 1 == times
    }

    /// Picks one of several, the first ones being the simplest.
    ///
    /// # Panics
    ///
    /// If there is none, or more than 65536.
    pub fn pick<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())]
    }

    /// Picks the place of one of several, each as likely as its weight says.
    ///
    /// # Panics
    ///
    /// If the weights come to 0, or to more than 65536.
    pub fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            match left.checked_sub(*weight) {
                Some(less) => left = less,
                None => return place,
            }
        }
        unreachable!("what is left is below the sum of the weights")
    }

    /// Makes a list of up to `most`, a few on average: before each there is a byte that may end it.
    pub fn list<T>(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut list = Vec::new();
        while list.len() < most && self.byte() >= 0x30 {
            list.push(one(self));
        }
        list
    }

    /// Puts pieces together, up to `most`.
    pub fn pieces(&mut self, most: usize, pieces: &[&[u8]]) -> Vec<u8> {
        let piece = |source: &mut Self| match source.once_in(16) {
            false => source.pick(pieces).to_vec(),
            true => [source.byte()].to_vec(),
        };
        self.list(most, piece).concat()
    }

    /// Takes all bytes that are left, as they are.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.bytes)
    }
}
