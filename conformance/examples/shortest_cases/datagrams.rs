//! Lists of small datagrams.

use std::collections::HashSet;

/// Every string of up to `longest` symbols between two texts.
pub(crate) struct Strings<'s> {
    pub(crate) before: &'s [u8],
    pub(crate) symbols: &'s [&'s [u8]],
    pub(crate) longest: usize,
    pub(crate) behind: &'s [u8],
}

/// Every datagram that up to `edits` edits make out of a list of tokens. An edit deletes a token,
/// replaces it by a symbol, or inserts a symbol.
pub(crate) struct Edited<'s> {
    pub(crate) tokens: &'s [&'s [u8]],
    pub(crate) symbols: &'s [&'s [u8]],
    pub(crate) edits: usize,
}

/// A set of datagrams.
#[derive(Default)]
pub(crate) struct Datagrams(HashSet<Vec<u8>>);

impl Datagrams {
    pub(crate) fn add(&mut self, datagram: &[u8]) {
        self.0.insert(datagram.to_vec());
    }

    pub(crate) fn add_strings(&mut self, strings: &Strings<'_>) {
        let mut last = vec![strings.before.to_vec()];
        for length in 0..=strings.longest {
            if length > 0 {
                let longer = last.iter().flat_map(|string| {
                    let symbols = strings.symbols.iter();
                    symbols.map(move |symbol| [string, *symbol].concat())
                });
                last = longer.collect();
            }
            let whole = last.iter().map(|string| [string, strings.behind].concat());
            self.0.extend(whole);
        }
    }

    pub(crate) fn add_edited(&mut self, edited: &Edited<'_>) {
        self.edit(&mut Vec::new(), edited.tokens, edited.symbols, edited.edits);
    }

    /// Adds datagrams with one part repeated up to the length of the longest datagram.
    pub(crate) fn add_repeated(&mut self, before: &[u8], part: &[u8], behind: &[u8]) {
        for count in counts() {
            let datagram = [before, &part.repeat(count), behind].concat();
            if datagram.len() <= MAX_LENGTH {
                self.0.insert(datagram);
            }
        }
    }

    /// Returns the datagrams in order of length.
    pub(crate) fn into_sorted(self) -> Vec<Vec<u8>> {
        let mut datagrams: Vec<_> = self.0.into_iter().collect();
        datagrams.sort_unstable_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
        datagrams
    }

    /// Adds what up to `edits` edits of `rest` make behind the text `done`.
    fn edit(&mut self, done: &mut Vec<u8>, rest: &[&[u8]], symbols: &[&[u8]], edits: usize) {
        let length = done.len();
        if edits > 0 {
            for symbol in symbols {
                done.extend_from_slice(symbol);
                self.edit(done, rest, symbols, edits - 1);
                if let Some((_, rest)) = rest.split_first() {
                    self.edit(done, rest, symbols, edits - 1);
                }
                done.truncate(length);
            }
        }
        let Some((token, behind)) = rest.split_first() else {
            self.0.insert(done.clone());
            return;
        };
        if edits > 0 {
            self.edit(done, behind, symbols, edits - 1);
        }
        done.extend_from_slice(token);
        self.edit(done, behind, symbols, edits);
        done.truncate(length);
    }
}

/// Returns all bytes.
pub(crate) fn all_bytes() -> Vec<[u8; 1]> {
    (0..=u8::MAX).map(|byte| [byte]).collect()
}

/// The length in bytes of the longest datagram with a repeated part.
const MAX_LENGTH: usize = 100_000;

/// The numbers of repetitions: all up to 300, and those near to powers of two and of ten.
fn counts() -> impl Iterator<Item = usize> {
    let powers = (9..17).map(|power| 1 << power);
    let powers = powers.chain([500, 1_000, 1_500, 2_000, 4_300, 10_000, 65_457, 65_507]);
    let near = powers.flat_map(|power: usize| power - 3..power + 3);
    (2..=300).chain(near)
}
