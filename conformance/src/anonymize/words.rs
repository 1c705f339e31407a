use std::hash::{BuildHasher as _, RandomState};

/// Replaces words by others, depending on a random key.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    key: RandomState,
}

/// The greatest number in an IPv4 address. Numbers up to this one are replaced by numbers up to
/// this one, so that addresses stay valid.
const MAX_OCTET: u16 = 255;

impl Words {
    /// Appends bytes with their words replaced. Bytes that are not UTF-8 become bytes that never
    /// are UTF-8.
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

    /// Returns another word that has letters and digits in the same places, with the same number of
    /// bytes for each.
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
            // Some programs read a number with a leading 0 differently, so the 0 is kept.
            '0' if index == 0 => '0',
            '0'..='9' if index == 0 => self.nth(b'1', seed, index, 9),
            '0'..='9' => self.nth(b'0', seed, index, 10),
            'a'..='z' => self.nth(b'a', seed, index, letters),
            'A'..='Z' => self.nth(b'A', seed, index, letters),
            _ => self.foreign(character, seed, index),
        });
        others.collect()
    }

    /// Returns a word that is no literal and no number of JSON, and no beginning of one.
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

    /// Returns another non-ASCII letter with the same number of bytes.
    fn foreign(&self, character: char, seed: u64, index: usize) -> char {
        // Lower-case Greek letters, and Chinese characters of two blocks.
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

    /// Returns the seed of a word, which does not depend on its case.
    fn seed(&self, word: &str) -> u64 {
        self.key.hash_one(word.to_lowercase())
    }

    /// Returns a number below `count`.
    fn pick(&self, seed: u64, index: usize, count: usize) -> usize {
        (self.key.hash_one((seed, index)) % count as u64) as usize
    }
}
