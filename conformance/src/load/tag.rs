use memchr::memmem::Finder;

use crate::fence::holds_mark;

/// A tag that numbers the datagrams of a trial, so that each is recognised in whatever a listener
/// reports: a letter, digits that only this trial has, and the number, always of the same length.
#[derive(Clone, Debug)]
pub struct Tag {
    digits: String,
    plain: Finder<'static>,
    /// The form in reports in hex.
    hex: Finder<'static>,
}

/// The name of the parameter that carries the tag.
pub const PARAM: &str = "evdg_seq";
const TRIAL_DIGITS: usize = 9;
/// The digits of a number, with leading zeros.
pub const NUMBER_DIGITS: usize = 10;

impl Tag {
    /// Returns a new random tag.
    pub fn random() -> Self {
        let mut random = fastrand::Rng::new();
        let digits: String = std::iter::repeat_with(|| random.digit(10))
            .take(TRIAL_DIGITS)
            .collect();
        Self {
            plain: Finder::new(&digits).into_owned(),
            hex: Finder::new(&hex::encode(&digits)).into_owned(),
            digits,
        }
    }

    /// Returns the value of the parameter for a number.
    pub fn value(&self, number: u64) -> String {
        format!("q{}{number:0width$}", self.digits, width = NUMBER_DIGITS)
    }

    /// Returns the number in a report, anywhere and in any of the contract's forms. `None` if the
    /// report does not hold this tag, or only a part of it.
    pub fn number_in(&self, report: &[u8]) -> Option<u64> {
        if let Some(at) = self.plain.find(report) {
            return number(report.get(at + TRIAL_DIGITS..)?.get(..NUMBER_DIGITS)?);
        }
        let at = self.hex.find(report)?;
        let digits = report
            .get(at + 2 * TRIAL_DIGITS..)?
            .get(..2 * NUMBER_DIGITS)?;
        number(&hex::decode(digits).ok()?)
    }

    /// Returns whether a report holds the number of any trial.
    pub(super) fn is_anyones(report: &[u8]) -> bool {
        holds_mark(report, b'q', TRIAL_DIGITS + NUMBER_DIGITS)
    }
}

/// Writes a number over another one, with as many digits.
///
/// # Panics
///
/// If the buffer is shorter than a number.
pub(super) fn write_number(mut number: u64, digits: &mut [u8]) {
    for digit in digits[..NUMBER_DIGITS].iter_mut().rev() {
        // A remainder by ten fits into any integer type.
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        Some(number * 10 + digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_any_form() {
        let tag = Tag::random();
        for number in [0, 7, 4_000_000_000] {
            let value = tag.value(number);
            for report in [
                format!("{{\"event\":\"E\",\"params\":[{{\"value\":\"{value}\"}}]}}"),
                value.to_uppercase(),
                hex::encode(&value),
            ] {
                assert_eq!(tag.number_in(report.as_bytes()), Some(number), "{report}");
            }
            assert_eq!(tag.number_in(&value.as_bytes()[..value.len() - 1]), None);
            assert_eq!(Tag::random().number_in(value.as_bytes()), None);
            assert!(Tag::is_anyones(value.as_bytes()));
            assert!(!Tag::is_anyones(&value.as_bytes()[..value.len() - 1]));
        }
        assert_eq!(tag.number_in(b"{}"), None);
        assert_eq!(
            tag.number_in(format!("q{}00000x0000", tag.digits).as_bytes()),
            None
        );
    }

    #[test]
    fn a_number_takes_the_place_of_another() {
        let tag = Tag::random();
        let mut value = tag.value(0).into_bytes();
        let at = value.len() - NUMBER_DIGITS;
        write_number(1_234_567_890, &mut value[at..]);
        assert_eq!(value, tag.value(1_234_567_890).into_bytes());
    }
}
