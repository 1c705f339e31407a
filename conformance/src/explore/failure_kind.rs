use std::collections::BTreeSet;

use event_datagram::ValueBuf;

use crate::dialect::Dialect;
use crate::judge::Verdict;
use crate::vectors::{Expectation, Vector};

/// What failures of one cause have in common, whichever case shows it: the verdict, and the reason
/// without what depends on the case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FailureKind {
    verdict: Verdict,
    words: String,
}

/// The bytes other than letters and digits in a case. In the smallest case they are those without
/// which the subject does not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SpecialBytes {
    /// Those with a meaning in every datagram.
    syntax: Vec<u8>,
    /// The others.
    rare: Vec<u8>,
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
    /// Returns the special bytes of a case, and those of the events that it holds.
    pub(super) fn of(case: &Vector) -> Self {
        let syntax: &[u8] = match case.dialect {
            Dialect::JsonRpc => b"{}[]:,\"\\",
            _ => b"\n:\"\\",
        };
        let mut bytes: Vec<u8> = Vec::new();
        for step in &case.steps {
            bytes.extend(&step.datagram);
            for expectation in step.expect.alternatives() {
                if let Expectation::Event(event) = expectation {
                    bytes.extend(&event.name);
                    for param in &event.params {
                        bytes.extend(param.name.iter().flatten());
                        if let ValueBuf::Bytes(value) = &param.value {
                            bytes.extend(value);
                        }
                    }
                }
            }
        }
        let class = |byte: u8| match byte {
            byte if byte.is_ascii_alphanumeric() => None,
            byte if byte.is_ascii() => Some(byte),
            _ => Some(0xff),
        };
        let bytes: BTreeSet<u8> = bytes.into_iter().filter_map(class).collect();
        let (syntax, rare) = (bytes.into_iter()).partition(|byte| syntax.contains(byte));
        Self { syntax, rare }
    }

    /// Returns whether there are rare bytes, and each of them is one of the other case, too.
    pub(super) fn has_rare_ones_of(&self, other: &Self) -> bool {
        let mut rare = self.rare.iter();
        !self.rare.is_empty() && rare.all(|byte| other.rare.contains(byte))
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
    use crate::explore::Rules;
    use crate::judge::Strictness;

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
        let start = crate::contract::Start::default();
        let of = |dialect, datagram: &[u8]| {
            let rules = Rules::new(dialect, Strictness::Should, &start);
            SpecialBytes::of(&rules.vector(String::new(), vec![datagram.to_vec()]))
        };
        let text = |datagram| of(Dialect::Text, datagram);
        assert_eq!(text(b"a\na::b"), text(b"xyz\n0::1:\n"));
        assert_ne!(text(b"a\na::b"), text(b"a\n\"a::b"));
        assert!(!text(b"a\na::b").has_rare_ones_of(&text(b"a\na::b")));
        assert!(text(b"a\n\0a::b").has_rare_ones_of(&text(b"\0 \n")));
        assert!(!text(b"\0 \n").has_rare_ones_of(&text(b"a\n\0a::b")));
        let escaped = br#"{"jsonrpc":"2.0","method":"\u0000","params":{}}"#;
        let escaped = of(Dialect::JsonRpc, escaped);
        assert!(text(b"\0\n").has_rare_ones_of(&escaped));
    }
}
