use std::hash::{BuildHasher as _, RandomState};

/// The words that stand for others, by a random key.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    key: RandomState,
}

/// The greatest number of an IPv4 address: numbers up to it become others up to it, so that
/// addresses stay addresses.
const MAX_OCTET: u16 = 255;

impl Words {
    /// Appends bytes with other words in the place of theirs. Bytes that are not UTF-8 become
    /// others that never are.
    pub(super) fn append(&self, bytes: &[u8], out: &mut Vec<u8>) {
        for chunk in bytes.utf8_chunks() {
            let mut rest = chunk.valid();
            while let Some(start) = rest.find(char::is_alphanumeric) {
                let (between, word) = rest.split_at(start);
                let end = word.find(|character: char| !character.is_alphanumeric());
                let (word, behind) = word.split_at(end.unwrap_or(word.len()));
                out.extend_from_slice(between.as_bytes());
                out.extend_from_slice(self.word(word).as_bytes());
                rest = behind;
            }
            out.extend_from_slice(rest.as_bytes());
            let invalid = chunk.invalid();
            let seed = self.seed(&String::from_utf8_lossy(invalid));
            out.extend((0..invalid.len()).map(|index| 0xf8 | self.pick(seed, index, 8) as u8));
        }
    }

    /// Returns another word with letters and digits in the same places, and as many bytes for each.
    pub(super) fn word(&self, word: &str) -> String {
        let seed = self.seed(word);
        if let (3, Ok(100..=MAX_OCTET)) = (word.len(), word.parse::<u16>()) {
            return (100 + self.pick(seed, 0, 156)).to_string();
        }
        let letters = match word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true => 6,
            false => 26,
        };
        let characters = word.chars().enumerate();
        let others = characters.map(|(index, character)| match character {
            // A number that begins with 0 is read differently by some.
            '0' if index == 0 => '0',
            '0'..='9' if index == 0 => self.nth(b'1', seed, index, 9),
            '0'..='9' => self.nth(b'0', seed, index, 10),
            'a'..='z' => self.nth(b'a', seed, index, letters),
            'A'..='Z' => self.nth(b'A', seed, index, letters),
            _ => self.foreign(character, seed, index),
        });
        others.collect()
    }

    /// Returns a word that is neither a word nor a number of JSON, and no beginning of one.
    pub(super) fn word_outside_json(&self, word: &str) -> String {
        const LETTERS: &[u8] = b"bcdghijkmopqvwxyz";
        let seed = self.seed(word);
        let characters = word.chars().enumerate();
        let others = characters.map(|(index, character)| match character {
            '0'..='9' => self.nth(b'1', seed, index, 9),
            'a'..='z' | 'A'..='Z' => {
                let letter = LETTERS[self.pick(seed, index, LETTERS.len())];
                char::from(letter)
            }
            // A byte order mark is no letter.
            _ if !character.is_alphanumeric() => character,
            _ => self.foreign(character, seed, index),
        });
        others.collect()
    }

    /// Returns another letter outside of ASCII that has as many bytes.
    fn foreign(&self, character: char, seed: u64, index: usize) -> char {
        // Small Greek letters, and Chinese ones of two blocks.
        let (first, count) = match character.len_utf8() {
            2 => ('\u{3b1}', 25),
            3 => ('\u{4e00}', 512),
            _ => ('\u{20000}', 512),
        };
        let code = first as u32 + self.pick(seed, index, count) as u32;
        char::from_u32(code).unwrap_or(first)
    }

    fn nth(&self, first: u8, seed: u64, index: usize, count: usize) -> char {
        char::from(first + self.pick(seed, index, count) as u8)
    }

    /// Returns the seed of a word, which depends on no case.
    fn seed(&self, word: &str) -> u64 {
        self.key.hash_one(word.to_lowercase())
    }

    /// Returns a number below `count`.
    fn pick(&self, seed: u64, index: usize, count: usize) -> usize {
        (self.key.hash_one((seed, index)) % count as u64) as usize
    }
}
