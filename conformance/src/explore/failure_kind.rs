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
    /// The words of the first difference.
    words: BTreeSet<String>,
    /// The words that the subject wrote last, if it died.
    log: BTreeSet<String>,
}

/// The text before a difference, if several readings are right.
const NEAREST: &str = "compared with the nearest: ";

/// The bytes other than letters and digits in a case. In the smallest case they are those without
/// which the subject does not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SpecialBytes {
    /// Bytes of the syntax of the dialect.
    syntax: Vec<u8>,
    /// All other special bytes.
    rare: Vec<u8>,
}

impl FailureKind {
    /// Returns the kind of a failure with this verdict, for this reason. `log` is what the subject
    /// wrote before it died.
    pub(super) fn of(verdict: Verdict, why: &str, log: &[String]) -> Self {
        // How many readings are right, and what else differs, depends on the case.
        let (_, why) = why.split_once(NEAREST).unwrap_or(("", why));
        // The text of a rejection may quote the case.
        let why = why.split("found a rejection").next().unwrap_or_default();
        let last = match verdict {
            // The end of the log tells one crash from another.
            Verdict::Crash => log.iter().rev().find(|line| !line.trim().is_empty()),
            _ => None,
        };
        let why = outside_of_quotes(why);
        let first = why.split(';').next().unwrap_or_default();
        let log = last.map(|line| outside_of_quotes(line));
        Self {
            verdict,
            words: words(first),
            log: log.map(|line| words(&line)).unwrap_or_default(),
        }
    }
}

impl SpecialBytes {
    /// Returns the special bytes of a case and of the events in it.
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

    /// Returns whether there are rare bytes, and the other case has all of them.
    pub(super) fn has_rare_ones_of(&self, other: &Self) -> bool {
        !self.rare.is_empty() && self.needs_no_others_than(other)
    }

    /// Returns whether the other case has all rare bytes of this one.
    pub(super) fn needs_no_others_than(&self, other: &Self) -> bool {
        let mut rare = self.rare.iter();
        rare.all(|byte| other.rare.contains(byte))
    }
}

/// Returns the part of a sentence that does not depend on a case: what stands outside of quotes.
fn outside_of_quotes(sentence: &str) -> String {
    let mut outside = String::new();
    let mut rest = sentence;
    while let Some(at) = rest.find(['"', '\'', '`']) {
        let (before, quoted) = rest.split_at(at);
        outside += before;
        let is_apostrophe = before.ends_with(char::is_alphanumeric);
        match quoted_length(quoted).filter(|_| !is_apostrophe) {
            Some(length) => {
                outside.push(' ');
                rest = &quoted[length..];
            }
            None => rest = &quoted[1..],
        }
    }
    outside + rest
}

/// Returns the words of a sentence. Singular and plural forms give the same words.
fn words(sentence: &str) -> BTreeSet<String> {
    let words = sentence.split(|c: char| !c.is_alphabetic());
    let singular = words.map(|word| match word {
        "parameters" => "parameter",
        "are" => "is",
        "were" => "was",
        // These words come with several differences or with a text that was cut.
        "the" | "first" | "bytes" => "",
        word => word,
    });
    let singular = singular.filter(|word| !word.is_empty());
    singular.map(Into::into).collect()
}

/// Returns the length of the quoted text with which a text starts, both quotes included. `None` if
/// it does not close. A quote behind a backslash closes nothing.
fn quoted_length(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    let (_, quote) = chars.next()?;
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == quote {
            return Some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Rules;
    use crate::judge::Strictness;

    fn kind(why: &str) -> FailureKind {
        FailureKind::of(Verdict::Fail, why, &[])
    }

    #[test]
    fn what_depends_on_the_case_is_left_out() {
        let value = kind(r#"parameter 12: expected the value "a b", found "a:""#);
        for why in [
            r#"parameter 1: expected the value "a'", found "'""#,
            r#"parameter 1: expected the value "`", found "\"""#,
            r#"parameter 1: expected the value "\";a", found "\\""#,
            r#"parameter 1: expected the value "a", found ""; expected 3 parameters, found 2"#,
            r#"parameter 1: expected the value "a"… (61 bytes), found """#,
            r#"none of the listed readings; compared with the nearest: parameter 1: expected the value "a", found """#,
        ] {
            assert_eq!(kind(why), value, "{why}");
        }
        let name = r#"parameter 1: expected the name "value", found "a""#;
        assert_ne!(kind(name), value);
        assert_eq!(
            kind(r#"expected 1 parameter, found 0: parameter 1, "", is lost"#),
            kind(r#"expected 3 parameters, found 1: 2 are lost, the first is parameter 1, "a""#)
        );
        assert_eq!(
            kind("expected an event, found a rejection: no name"),
            kind(r#"expected an event, found a rejection: bad "a"; b"#)
        );
    }

    #[test]
    fn quotes_that_do_not_close_are_none() {
        let line = "ValueError: can't convert 'it\\'s' with base 10: \"7x";
        let outside = outside_of_quotes(line);
        assert_eq!(outside, "ValueError: cant convert   with base 10: 7x");
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
