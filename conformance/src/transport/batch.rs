use std::ops::Range;

/// A queue of datagrams side by side in one buffer, which is reused. The kernel reads the datagrams
/// from this buffer without another copy.
#[derive(Debug)]
pub struct Batch {
    bytes: Box<[u8]>,
    /// The end of each datagram.
    ends: Vec<usize>,
    capacity: usize,
}

impl Batch {
    /// Creates a batch with space for this many datagrams, and for this many bytes in total.
    pub fn new(datagrams: usize, bytes: usize) -> Self {
        Self {
            bytes: vec![0; bytes].into(),
            ends: Vec::with_capacity(datagrams),
            capacity: datagrams,
        }
    }

    /// Adds the datagram that `write` writes into the rest of the buffer. `write` returns its
    /// length. If `write` fails, no datagram is added.
    ///
    /// # Errors
    ///
    /// Returns the error of `write`, for example if there is too little space.
    ///
    /// # Panics
    ///
    /// If the batch [is full](Self::is_full), or if `write` returns more than the space that it
    /// got.
    pub fn push_with<E>(
        &mut self,
        write: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<(), E> {
        assert!(
            !self.is_full(),
            "a batch takes no more than it was made for"
        );
        let start = self.used();
        let room = &mut self.bytes[start..];
        let most = room.len();
        let size = write(room)?;
        assert!(
            size <= most,
            "{size} bytes were written where {most} had room"
        );
        self.ends.push(start + size);
        Ok(())
    }

    /// Adds a datagram if there is space for it, and returns whether there was.
    pub fn push(&mut self, datagram: &[u8]) -> bool {
        !self.is_full()
            && self
                .push_with(|room| {
                    let room = room.get_mut(..datagram.len()).ok_or(())?;
                    room.copy_from_slice(datagram);
                    Ok::<_, ()>(datagram.len())
                })
                .is_ok()
    }

    /// Removes all datagrams, and keeps the buffer.
    pub fn clear(&mut self) {
        self.ends.clear();
    }

    /// Returns the number of datagrams.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns whether there are no datagrams.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns whether the batch has as many datagrams as it can hold.
    pub fn is_full(&self) -> bool {
        self.ends.len() == self.capacity
    }

    /// Returns the number of bytes that are free.
    pub fn room(&self) -> usize {
        self.bytes.len() - self.used()
    }

    /// Returns a datagram.
    ///
    /// # Panics
    ///
    /// If there is no datagram of this index.
    pub fn datagram(&self, index: usize) -> &[u8] {
        &self.bytes[self.place(index)]
    }

    /// Returns consecutive datagrams as one piece.
    #[cfg(any(target_os = "linux", test))]
    pub(super) fn segment(&self, indexes: Range<usize>) -> &[u8] {
        if indexes.is_empty() {
            return &[];
        }
        &self.bytes[self.place(indexes.start).start..self.ends[indexes.end - 1]]
    }

    /// Returns how many datagrams, from `from` on, the kernel can split from one segment: all are
    /// as long as the first one, except the last one, which may be shorter. At most `datagrams`,
    /// and at most `bytes` in total.
    #[cfg(any(target_os = "linux", test))]
    pub(super) fn run(&self, from: usize, datagrams: usize, bytes: usize) -> usize {
        let size = self.datagram(from).len();
        let (mut count, mut total) = (0, 0);
        for index in from..self.len().min(from + datagrams) {
            let next = self.datagram(index).len();
            // An empty datagram would end the segment without being in it.
            if next > size || next == 0 || total + next > bytes {
                break;
            }
            (count, total) = (count + 1, total + next);
            if next < size {
                break;
            }
        }
        count
    }

    fn place(&self, index: usize) -> Range<usize> {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[index]
    }

    fn used(&self) -> usize {
        self.ends.last().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(sizes: &[usize]) -> Batch {
        let mut batch = Batch::new(16, 1 << 12);
        for (index, size) in sizes.iter().enumerate() {
            assert!(batch.push(&vec![index as u8; *size]));
        }
        batch
    }

    #[test]
    fn datagrams_stand_side_by_side_and_are_found_again() {
        let mut batch = batch(&[3, 0, 5]);
        assert_eq!(batch.datagram(0), [0; 3]);
        assert_eq!(batch.datagram(1), [0_u8; 0]);
        assert_eq!(batch.datagram(2), [2; 5]);
        assert_eq!(batch.segment(0..3), [0, 0, 0, 2, 2, 2, 2, 2]);
        assert_eq!(batch.room(), (1 << 12) - 8);
        batch.clear();
        assert!(batch.is_empty());
        assert!(!batch.push(&[0; (1 << 12) + 1]), "there is no room for it");
        assert!(batch.is_empty());
        for _ in 0..16 {
            assert!(batch.push(b"x"));
        }
        assert!(batch.is_full() && !batch.push(b"x"));
    }

    #[test]
    fn runs_are_equal_but_for_a_shorter_last() {
        let all = usize::MAX >> 1;
        let run = |sizes: &[usize], from| batch(sizes).run(from, all, all);
        assert_eq!(run(&[5, 5, 5, 5], 0), 4);
        assert_eq!(run(&[5, 5, 3, 5], 0), 3);
        assert_eq!(run(&[5, 6, 5], 0), 1);
        assert_eq!(run(&[5, 6, 6], 1), 2);
        assert_eq!(run(&[5, 0, 5], 0), 1);
        assert_eq!(run(&[0, 5], 0), 0);
        assert_eq!(batch(&[5, 5, 5]).run(0, 2, all), 2);
        assert_eq!(batch(&[5, 5, 5]).run(0, all, 14), 2);
    }
}
