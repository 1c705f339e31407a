use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use super::moves::moves;
use super::parts::{escapes, pairs, repeated_groups, replaced, tokens};

/// Shrinks a failing case and returns the simplest one that was found. `fails` returns whether a
/// simpler case still fails; an error ends the search.
///
/// Each try is strictly simpler, in this order: fewer datagrams, fewer bytes, simpler bytes. Equal
/// datagrams are changed alike at first, as their equality may be what makes the case fail. The
/// result is a local minimum: none of the simpler cases that are tried from it fails.
pub fn shrink<E>(
    case: Vec<Vec<u8>>,
    fails: impl FnMut(&[Vec<u8>]) -> Result<bool, E>,
) -> (Vec<Vec<u8>>, Result<(), E>) {
    let mut shrinker = Shrinker {
        tried: HashSet::from([case.clone()]),
        best: case,
        fails,
    };
    let result = shrinker.run();
    (shrinker.best, result)
}

struct Shrinker<F> {
    best: Vec<Vec<u8>>,
    /// All cases that were tried; none is tried twice.
    tried: HashSet<Vec<Vec<u8>>>,
    fails: F,
}

/// Up to this length, each byte of a datagram is tried alone. A longer datagram is split into this
/// many parts.
const MAX_SINGLE_BYTES: usize = 512;
/// Up to this number of tokens, every range of tokens is tried.
const MAX_ALL_RANGES: usize = 48;
/// Up to this number of escapes, each is replaced alone.
const MAX_ESCAPES: usize = 64;
/// Up to this number of runs of bytes that are not ASCII, each is tried alone.
const MAX_LONE_RUNS: usize = 8;
/// The shortest run of one byte that is shortened as a run.
const MIN_RUN: usize = 4;

impl<E, F: FnMut(&[Vec<u8>]) -> Result<bool, E>> Shrinker<F> {
    fn run(&mut self) -> Result<(), E> {
        loop {
            let before = self.best.clone();
            self.drop_datagrams()?;
            let mut index = 0;
            while index < self.best.len() {
                self.keep_one_run(index)?;
                self.shorten_runs(index)?;
                self.delete_repeated(index)?;
                self.delete_parts(index)?;
                self.delete_tokens(index)?;
                self.unwrap(index)?;
                self.unescape(index)?;
                self.shorten_words(index)?;
                self.simplify_characters(index)?;
                self.simplify_bytes(index)?;
                index += 1;
            }
            if self.best != before {
                continue;
            }
            // Moves take many tries, so the case is small before the first of them.
            for index in 0..self.best.len() {
                self.move_parts(index)?;
            }
            if self.best == before {
                return Ok(());
            }
        }
    }

    fn attempt(&mut self, candidate: Vec<Vec<u8>>) -> Result<bool, E> {
        if !self.tried.insert(candidate.clone()) {
            return Ok(false);
        }
        let fails = (self.fails)(&candidate)?;
        if fails {
            self.best = candidate;
        }
        Ok(fails)
    }

    /// Tries another datagram in place of this one and all equal ones, then of this one alone.
    fn attempt_at(&mut self, index: usize, datagram: &[u8]) -> Result<bool, E> {
        let old = &self.best[index];
        let mut all = self.best.clone();
        let equal = all.iter_mut().filter(|other| *other == old);
        equal.for_each(|other| other.clone_from(&datagram.to_vec()));
        if self.attempt(all)? {
            return Ok(true);
        }
        let mut one = self.best.clone();
        one[index] = datagram.to_vec();
        self.attempt(one)
    }

    fn attempt_without(&mut self, index: usize, range: Range<usize>) -> Result<bool, E> {
        let mut datagram = self.best[index].clone();
        datagram.drain(range);
        self.attempt_at(index, &datagram)
    }

    /// Drops datagrams, half of them at first, from the last to the first.
    fn drop_datagrams(&mut self) -> Result<(), E> {
        let mut size = self.best.len() / 2;
        while size > 0 {
            let mut end = self.best.len();
            while end > 0 {
                let start = end.saturating_sub(size);
                let mut fewer = self.best.clone();
                fewer.drain(start..end);
                if !fewer.is_empty() {
                    self.attempt(fewer)?;
                }
                end = start;
            }
            size /= 2;
        }
        Ok(())
    }

    /// Keeps only a run of bytes that are not ASCII. This takes few tries, which matters if each
    /// failure takes long.
    fn keep_one_run(&mut self, index: usize) -> Result<(), E> {
        let datagram = self.best[index].clone();
        let runs = datagram.split(u8::is_ascii).filter(|run| !run.is_empty());
        for run in runs.take(MAX_LONE_RUNS) {
            if run.len() < datagram.len() && self.attempt_at(index, run)? {
                break;
            }
        }
        Ok(())
    }

    /// Shortens long runs of one byte.
    fn shorten_runs(&mut self, index: usize) -> Result<(), E> {
        let mut start = 0;
        while let Some(byte) = self.best[index].get(start).copied() {
            let run = |datagram: &[u8]| {
                let rest = datagram[start..].iter();
                rest.take_while(|other| **other == byte).count()
            };
            let mut less = run(&self.best[index]);
            if less >= MIN_RUN {
                while less > 0 {
                    let length = run(&self.best[index]);
                    less = less.min(length);
                    if less > 0 && !self.attempt_without(index, start..start + less)? {
                        less /= 2;
                    }
                }
            }
            start += run(&self.best[index]).max(1);
        }
        Ok(())
    }

    /// Deletes parts of a datagram, half of it at first, from the end to the beginning.
    fn delete_parts(&mut self, index: usize) -> Result<(), E> {
        let mut size = self.best[index].len();
        let least = 1 + size / MAX_SINGLE_BYTES;
        while size >= least {
            let mut end = self.best[index].len();
            while end > 0 {
                let start = end.saturating_sub(size);
                self.attempt_without(index, start..end)?;
                end = start;
            }
            size /= 2;
        }
        Ok(())
    }

    /// Deletes ranges of tokens: lines, parameters, members, brackets with their content. Replaces
    /// a range that may be a JSON value by the simplest value if it cannot be deleted.
    fn delete_tokens(&mut self, index: usize) -> Result<(), E> {
        let mut size = tokens(&self.best[index]).len();
        while size > 0 {
            let mut start = 0;
            loop {
                let tokens = tokens(&self.best[index]);
                let Some(range) = tokens.get(start..start + size) else {
                    break;
                };
                let range = range[0].start..range[size - 1].end;
                let is_value = size == 1 || b"\"[{".contains(&self.best[index][range.start]);
                if self.attempt_without(index, range.clone())? {
                    continue;
                }
                // The simplest value of JSON.
                if is_value && range.len() > 1 {
                    let mut datagram = self.best[index].clone();
                    datagram.splice(range, *b"0");
                    self.attempt_at(index, &datagram)?;
                }
                start += 1;
            }
            size = size.min(tokens(&self.best[index]).len() + 1);
            size = if size <= MAX_ALL_RANGES {
                size - 1
            } else {
                size / 2
            };
        }
        Ok(())
    }

    /// Deletes all parts that are equal and occur often, together.
    fn delete_repeated(&mut self, index: usize) -> Result<(), E> {
        for group in repeated_groups(&self.best[index]) {
            let pieces = memchr::memmem::find_iter(&self.best[index], &group);
            let pieces: Vec<_> = pieces.map(|at| (at..at + group.len(), &b""[..])).collect();
            let rest = replaced(&self.best[index], &pieces);
            self.attempt_at(index, &rest)?;
        }
        Ok(())
    }

    /// Deletes pairs of brackets or quotes around a text that stays. The name of a member goes with
    /// its braces, or the braces become the brackets of a list.
    fn unwrap(&mut self, index: usize) -> Result<(), E> {
        let mut number = 0;
        while let Some((open, close)) = pairs(&self.best[index]).into_iter().nth(number) {
            let inside = &self.best[index][open + 1..close];
            let colon = memchr::memchr(b':', inside).map(|at| open + 2 + at);
            let value = colon.unwrap_or(open + 1);
            let mut is_unwrapped = false;
            for (start, before, behind) in [
                (value, &b""[..], &b""[..]),
                (open + 1, b"", b""),
                (value, b"[", b"]"),
            ] {
                let ranges = [(open..start, before), (close..close + 1, behind)];
                let unwrapped = replaced(&self.best[index], &ranges);
                if unwrapped.len() < self.best[index].len() && self.attempt_at(index, &unwrapped)? {
                    is_unwrapped = true;
                    break;
                }
            }
            number += usize::from(!is_unwrapped);
        }
        Ok(())
    }

    /// Replaces escapes of JSON by what they stand for: all at once, then each.
    fn unescape(&mut self, index: usize) -> Result<(), E> {
        let all = escapes(&self.best[index]);
        let unescaped = replaced(&self.best[index], &all);
        if all.is_empty() || self.attempt_at(index, &unescaped)? {
            return Ok(());
        }
        let mut number = 0;
        while let Some(escape) = escapes(&self.best[index]).into_iter().nth(number) {
            if number == MAX_ESCAPES {
                break;
            }
            let unescaped = replaced(&self.best[index], &[escape]);
            number += usize::from(!self.attempt_at(index, &unescaped)?);
        }
        Ok(())
    }

    /// Moves parts to other places and deletes what held them.
    fn move_parts(&mut self, index: usize) -> Result<(), E> {
        while self.best[index].len() <= MAX_SINGLE_BYTES {
            let mut is_moved = false;
            for datagram in moves(&self.best[index]) {
                if self.attempt_at(index, &datagram)? {
                    is_moved = true;
                    break;
                }
            }
            if !is_moved {
                break;
            }
        }
        Ok(())
    }

    /// Shortens words, equal ones alike: their equality may be what makes the case fail.
    fn shorten_words(&mut self, index: usize) -> Result<(), E> {
        let datagram = self.best[index].clone();
        let mut words: Vec<_> = tokens(&datagram)
            .into_iter()
            .map(|word| &datagram[word])
            .collect();
        words.sort_unstable();
        words.dedup();
        for word in words.into_iter().filter(|word| word.len() > 1) {
            let short = |token: Range<usize>| match &self.best[index][token] {
                token if token == word => b"a",
                token => token,
            };
            let shorter: Vec<_> = tokens(&self.best[index]).into_iter().map(short).collect();
            let shorter = shorter.concat();
            self.attempt_at(index, &shorter)?;
        }
        Ok(())
    }

    /// Deletes characters of several bytes, or replaces them by one byte. Deleting only a part of a
    /// character would make the datagram invalid UTF-8, which is another failure.
    fn simplify_characters(&mut self, index: usize) -> Result<(), E> {
        let datagram = self.best[index].clone();
        let characters = datagram
            .utf8_chunks()
            .flat_map(|chunk| chunk.valid().chars());
        let long: BTreeSet<char> = characters.filter(|c| c.len_utf8() > 1).collect();
        for old in long {
            for new in ["", "a", "-"] {
                let chunks = self.best[index].utf8_chunks();
                let simpler = chunks.flat_map(|chunk| {
                    let valid = chunk.valid().replace(old, new).into_bytes();
                    [&valid, chunk.invalid()].concat()
                });
                let simpler: Vec<u8> = simpler.collect();
                if self.attempt_at(index, &simpler)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Replaces bytes by simpler ones: all equal bytes at once, then each.
    fn simplify_bytes(&mut self, index: usize) -> Result<(), E> {
        let mut values = self.best[index].clone();
        values.sort_unstable();
        values.dedup();
        for old in values {
            for new in simpler(old) {
                let swap = |byte: &u8| if *byte == old { *new } else { *byte };
                let datagram: Vec<_> = self.best[index].iter().map(swap).collect();
                if self.attempt_at(index, &datagram)? {
                    break;
                }
            }
        }
        if self.best[index].len() > MAX_SINGLE_BYTES {
            return Ok(());
        }
        for at in 0..self.best[index].len() {
            for new in simpler(self.best[index][at]) {
                let mut datagram = self.best[index].clone();
                datagram[at] = *new;
                if self.attempt_at(index, &datagram)? {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// Returns the bytes that are simpler than this one, the simplest first.
fn simpler(byte: u8) -> &'static [u8] {
    match byte {
        b'a' => b"",
        b'0' => b"a",
        b'\n' => b"a0",
        _ => b"a0\n",
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn shrunk(case: &[&[u8]], fails: impl Fn(&[Vec<u8>]) -> bool) -> (Vec<Vec<u8>>, usize) {
        let case: Vec<_> = case.iter().map(|datagram| datagram.to_vec()).collect();
        assert!(fails(&case), "it has to fail at first");
        let mut tries = 0;
        let (best, result) = shrink(case, |case| {
            tries += 1;
            Ok::<_, Infallible>(fails(case))
        });
        assert_eq!(result, Ok(()));
        (best, tries)
    }

    fn holds(datagram: &[u8], part: &[u8]) -> bool {
        memchr::memmem::find(datagram, part).is_some()
    }

    #[test]
    fn only_the_cause_is_left() {
        let (best, tries) = shrunk(
            &[b"good", b"E_TEST\nkey::b::c\n\"x\"\n\n", b"", b"good"],
            |case| case.iter().any(|datagram| holds(datagram, b"::b::")),
        );
        assert_eq!(best, [b"::b::"]);
        assert!(tries < 400, "{tries}");
    }

    #[test]
    fn bytes_become_simple() {
        let (best, _) = shrunk(&[b"E\xff\x00\"Z\n"], |case| case[0].len() >= 3);
        assert_eq!(best, [b"aaa"]);
    }

    #[test]
    fn characters_of_several_bytes_become_simple() {
        let (best, _) = shrunk(&["a\n\u{feff}\u{e9} ".as_bytes()], |case| {
            let text = str::from_utf8(&case[0]).unwrap_or_default();
            text.strip_prefix("a\n")
                .and_then(|value| value.strip_suffix(' '))
                .is_some_and(|value| !value.is_empty())
        });
        assert_eq!(best, [b"a\na "]);
    }

    #[test]
    fn json_stays_json() {
        let case: &[u8] =
            br#"{"id":null,"jsonrpc":"2.0","method":"E_TEST","params":{"k":"v","a\n":[{"b":1}],"a\n":null},"x":[[]]}"#;
        let (best, tries) = shrunk(&[case], |case| {
            let json: serde_json::Value = serde_json::from_slice(&case[0]).unwrap_or_default();
            json["method"].is_string()
                && case[0].windows(4).filter(|w| *w == b"\"a\\n").count() == 2
        });
        let length = br#"{"method":"","":{"a\n":0,"a\n":0}}"#.len();
        assert!(best[0].len() <= length, "{}", best[0].escape_ascii());
        assert!(tries < 6_000, "{tries}");
    }

    #[test]
    fn lengths_are_found_in_few_tries() {
        let long = [b"E_TEST\np::", &b"a".repeat(65_000)[..], b"\n\n"].concat();
        let (best, tries) = shrunk(&[&long], |case| case[0].len() > 1_024);
        assert_eq!(best[0].len(), 1_025);
        assert!(tries < 3_000, "{tries}");
    }

    #[test]
    fn equal_datagrams_shrink_alike() {
        let datagram = b"E_TEST\na::b\n\n";
        let (best, _) = shrunk(&[b"x", datagram, datagram, b"", datagram], |case| {
            let mut pairs = case.windows(2);
            pairs.any(|pair| pair[0] == pair[1] && pair[0].contains(&b'\n'))
        });
        assert_eq!(best, [b"\n", b"\n"]);
    }

    #[test]
    fn equal_words_shrink_alike() {
        let (best, _) = shrunk(&[b"E\nabc::1\nx\nabc::2\n"], |case| {
            let lines = case[0].split(|byte| *byte == b'\n');
            let names: Vec<_> = lines
                .filter_map(|line| line.strip_suffix(b"::1").or(line.strip_suffix(b"::2")))
                .collect();
            matches!(&names[..], [one, other] if one == other && !one.is_empty())
        });
        assert_eq!(
            best[0].len(),
            b"a::1\na::2".len(),
            "{}",
            best[0].escape_ascii()
        );
    }

    #[test]
    fn escapes_become_characters() {
        let case: &[u8] = br#"{"meth\u006f\u0064":"\u0061\/","b":0}"#;
        let (best, _) = shrunk(&[case], |case| {
            let json: serde_json::Value = serde_json::from_slice(&case[0]).unwrap_or_default();
            let method = json["method"].as_str();
            method.is_some_and(|method| method.ends_with('/'))
        });
        assert_eq!(best[0], br#"{"method":"/"}"#, "{}", best[0].escape_ascii());
    }

    #[test]
    fn brackets_around_a_part_are_removed() {
        let case: &[u8] = br#"{"a":[[{"b":["<",0]}],"x"]}"#;
        let (best, tries) = shrunk(&[case], |case| {
            let json = serde_json::from_slice::<serde_json::Value>(&case[0]);
            json.is_ok() && case[0].contains(&b'<')
        });
        assert_eq!(best[0], br#""<""#, "{}", best[0].escape_ascii());
        assert!(tries < 600, "{tries}");
    }

    #[test]
    fn an_object_becomes_a_list() {
        let case: &[u8] = br#"{"method":"a","params":{"":0}}"#;
        let (best, _) = shrunk(&[case], |case| {
            let json: serde_json::Value = serde_json::from_slice(&case[0]).unwrap_or_default();
            let params = &json["params"];
            params
                .get("")
                .or(params.get(0))
                .is_some_and(|value| *value == 0)
        });
        assert_eq!(best[0], br#"{"params":[0]}"#, "{}", best[0].escape_ascii());
    }

    #[test]
    fn a_string_moves_into_the_name_of_the_event() {
        let case: &[u8] = br#"{"method":"a","id":0,"params":{"":[{"<":"b"}]}}"#;
        let (best, tries) = shrunk(&[case], |case| {
            let json: serde_json::Value = serde_json::from_slice(&case[0]).unwrap_or_default();
            json["method"].is_string() && case[0].contains(&b'<')
        });
        assert_eq!(best[0], br#"{"method":"<"}"#, "{}", best[0].escape_ascii());
        assert!(tries < 1_500, "{tries}");
    }

    #[test]
    fn bytes_that_are_not_ascii_are_found_in_few_failures() {
        let case: &[u8] = b"1123\xc3\xa945678\",\"\\u0001\x8c\"";
        let failures = std::cell::Cell::new(0);
        let (best, _) = shrunk(&[case], |case| {
            let fails = str::from_utf8(&case[0]).is_err();
            failures.set(failures.get() + usize::from(fails));
            fails
        });
        assert_eq!(best, [b"\x8c"]);
        assert!(failures.get() < 5, "{}", failures.get());
    }

    #[test]
    fn repeated_parts_are_deleted_together() {
        let case = b"a\"\\\n".repeat(300);
        let (best, tries) = shrunk(&[&case], |case| {
            let mut lines: Vec<_> = case[0].split(|byte| *byte == b'\n').collect();
            lines.pop();
            lines.len() >= 256 && lines.iter().all(|line| *line == lines[0])
        });
        assert_eq!(best[0], b"\n".repeat(256), "{}", best[0].escape_ascii());
        assert!(tries < 3_000, "{tries}");
    }

    #[test]
    fn an_error_ends_the_search_and_keeps_the_best_case() {
        let mut left = 3;
        let (best, result) = shrink(vec![b"abcdefgh".to_vec()], |case| {
            left -= 1;
            if left == 0 {
                Err("spent")
            } else {
                Ok(case[0].len() >= 3)
            }
        });
        assert_eq!(result, Err("spent"));
        assert_eq!(best, [b"abcd"]);
    }
}
