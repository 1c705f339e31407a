/// The bytes that a generator makes a case from: each choice consumes one or two.
///
/// Lower bytes choose simpler options. After the end of the input all bytes are zero, so that no
/// input is too short, and fewer bytes make a simpler case.
///
/// ```
/// use event_datagram_oracle::generate::{ByteSource, Generate, TextDatagram};
///
/// /// A datagram with a checksum, for your own protocol.
/// #[derive(Debug)]
/// struct Checked(Vec<u8>);
///
/// impl Generate for Checked {
///     fn generate(source: &mut ByteSource<'_>) -> Self {
///         let mut datagram = TextDatagram::generate(source).0;
///         let sum = datagram.iter().fold(0, |sum, byte| byte ^ sum);
///         // One checksum in eight is wrong.
///         datagram.push(if source.one_in(8) { !sum } else { sum });
///         Self(datagram)
///     }
/// }
///
/// assert_eq!(Checked::generate(&mut ByteSource::new(b"")).0.len(), b"E_TEST\n\n".len() + 1);
/// ```
#[derive(Clone, Debug)]
pub struct ByteSource<'a> {
    bytes: &'a [u8],
    size: CaseSize,
}

/// How large a generator may make a case.
#[derive(Clone, Copy, Debug)]
enum CaseSize {
    /// A case is sometimes as large as a limit.
    Any,
    /// A case is never as large as a limit.
    Small,
}

impl<'a> ByteSource<'a> {
    /// Returns a source that starts at the first byte.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            size: CaseSize::Any,
        }
    }

    /// Returns a source that keeps cases small. A fuzzing engine runs a thousand small cases in the
    /// time of one that is as large as the limit of a datagram.
    pub const fn small(mut self) -> Self {
        self.size = CaseSize::Small;
        self
    }

    /// Returns whether a case may be as large as the limit of a datagram.
    pub(super) const fn may_be_large(&self) -> bool {
        matches!(self.size, CaseSize::Any)
    }

    /// Consumes a byte.
    pub fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    /// Returns a number below `limit`. Consumes one byte if `limit` is at most 256, else two.
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

    /// Returns an `i64`: a boundary value, or any other, of which short ones are more likely.
    pub fn integer(&mut self) -> i64 {
        const BOUNDARIES: [i64; 14] = [
            0,
            1,
            -1,
            9,
            -10,
            i32::MAX as i64,
            i32::MIN as i64,
            // The first integer that a double cannot represent.
            (1 << 53) + 1,
            -(1 << 53) - 1,
            999_999_999_999_999_999,
            1_000_000_000_000_000_000,
            -1_000_000_000_000_000_000,
            i64::MAX,
            i64::MIN,
        ];
        if !self.one_in(3) {
            return self.choose(&BOUNDARIES);
        }
        let length = self.below(9);
        let bits = (0..length).fold(0, |bits, _| bits << 8 | i64::from(self.byte()));
        if self.one_in(2) {
            bits.wrapping_neg()
        } else {
            bits
        }
    }

    /// Returns `true` once in `times` on average.
    ///
    /// # Panics
    ///
    /// If `times` is 0, or above 65536.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) + 1 == times
    }

    /// Returns one of several options. The first should be the simplest.
    ///
    /// # Panics
    ///
    /// If there are no options, or more than 65536.
    pub fn choose<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())]
    }

    /// Returns an index into `weights`, each as likely as its weight.
    ///
    /// # Panics
    ///
    /// If the sum of the weights is 0 or above 65536.
    pub fn weighted_index(&mut self, weights: &[usize]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            match left.checked_sub(*weight) {
                Some(less) => left = less,
                None => return index,
            }
        }
        unreachable!("what is left is below the sum of the weights")
    }

    /// Returns a list of up to `max` items, a few on average: a byte before each decides whether
    /// the list goes on.
    pub fn list<T>(&mut self, max: usize, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut list = Vec::new();
        while list.len() < max && self.byte() >= 0x30 {
            list.push(item(self));
        }
        list
    }

    /// Returns up to `max` pieces joined, with a random byte in place of some.
    pub fn pieces(&mut self, max: usize, pieces: &[&[u8]]) -> Vec<u8> {
        let piece = |source: &mut Self| match source.one_in(16) {
            false => source.choose(pieces).to_vec(),
            true => [source.byte()].to_vec(),
        };
        self.list(max, piece).concat()
    }

    /// Consumes and returns all bytes that are left.
    pub fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.bytes)
    }
}
