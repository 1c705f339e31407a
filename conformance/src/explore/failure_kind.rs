use crate::judge::Verdict;

/// What failures of one cause have in common, whichever case shows it: the verdict, and the reason
/// without what depends on the case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FailureKind {
    verdict: Verdict,
    words: String,
}

/// The bytes that have a meaning in a datagram, and occur in a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SpecialBytes {
    bytes: Vec<u8>,
    is_sequence: bool,
}

impl FailureKind {
    /// Returns the kind of a failure with this verdict, for this reason. `log` is what the subject
    /// wrote before it died.
    pub(super) fn of(verdict: Verdict, why: &str, log: &[String]) -> Self {
        let why = why.split("; besides").next().unwrap_or_default();
        // The text of a rejection may quote the case.
        let why = why.split("found a rejection").next().unwrap_or_default();
        let last = match verdict {
            // The end of the log tells one crash from another.
            Verdict::Crash => log.iter().rev().find(|line| !line.trim().is_empty()),
            _ => None,
        };
        let mut words = constant_words(why);
        words += &last.map(|line| constant_words(line)).unwrap_or_default();
        Self { verdict, words }
    }
}

impl SpecialBytes {
    /// Returns the special bytes of a case.
    pub(super) fn of(case: &[Vec<u8>]) -> Self {
        let class = |byte: &u8| match byte {
            byte if byte.is_ascii_alphanumeric() => None,
            byte if byte.is_ascii() => Some(*byte),
            _ => Some(0xff),
        };
        let mut bytes: Vec<_> = case.iter().flatten().filter_map(class).collect();
        bytes.sort_unstable();
        bytes.dedup();
        Self {
            bytes,
            is_sequence: case.len() > 1,
        }
    }
}

/// Returns the words of a sentence that do not depend on a case: those outside of quotes.
fn constant_words(sentence: &str) -> String {
    let outside_of_quotes = sentence.split(['"', '\'', '`']).step_by(2);
    let words = outside_of_quotes.flat_map(|part| part.split(|c: char| !c.is_alphabetic()));
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_depends_on_the_case_is_left_out() {
        assert_eq!(
            constant_words(r#"parameter 12: expected the name "a b", found "a:""#),
            "parameter expected the name found"
        );
        assert_eq!(
            constant_words("ValueError: invalid literal for int() with base 10: '7x'"),
            "ValueError invalid literal for int with base"
        );
    }

    #[test]
    fn letters_are_not_special() {
        let of = |case: &[&[u8]]| {
            let case: Vec<_> = case.iter().map(|datagram| datagram.to_vec()).collect();
            SpecialBytes::of(&case)
        };
        assert_eq!(of(&[b"a\na::b"]), of(&[b"xyz\n0::1:\n"]));
        assert_ne!(of(&[b"a\na::b"]), of(&[b"a\n\"a::b"]));
        assert_ne!(of(&[b"a\n"]), of(&[b"a\n", b"a\n"]));
    }
}
