use memchr::memmem::Finder;

use crate::fence::holds_mark;

/// The value that numbers the datagrams of one test, so that each is known again in whatever a listener makes of it: a
/// letter, digits that are this test's alone, and the number, always as long.
#[derive(Clone, Debug)]
pub struct Tag {
    own: String,
    plain: Finder<'static>,
    /// As it looks where a listener reports in hex.
    hex: Finder<'static>,
}

/// The name of the parameter that carries it.
pub const PARAM: &str = "evdg_seq";
const OWN_DIGITS: usize = 9;
/// As many as a number has, zeros in front.
pub const NUMBER_DIGITS: usize = 10;

impl Tag {
    /// Makes one that is unlike any other.
    pub fn random() -> Self {
        let mut random = fastrand::Rng::new();
        let own: String = std::iter::repeat_with(|| random.digit(10))
            .take(OWN_DIGITS)
            .collect();
        Self {
            plain: Finder::new(&own).into_owned(),
            hex: Finder::new(&hex::encode(&own)).into_owned(),
            own,
        }
    }

    /// Gives the value for a number.
    pub fn value(&self, number: u64) -> String {
        format!("q{}{number:0width$}", self.own, width = NUMBER_DIGITS)
    }

    /// Finds the number in what a listener reports, anywhere and in any of the contract's forms. `None` if this test's tag
    /// is not in it, or is cut short.
    pub fn number_in(&self, report: &[u8]) -> Option<u64> {
        if let Some(at) = self.plain.find(report) {
            return number(report.get(at + OWN_DIGITS..)?.get(..NUMBER_DIGITS)?);
        }
        let at = self.hex.find(report)?;
        let digits = report
            .get(at + 2 * OWN_DIGITS..)?
            .get(..2 * NUMBER_DIGITS)?;
        number(&hex::decode(digits).ok()?)
    }

    /// Tells whether there is the number of any test in what a listener reports.
    pub(super) fn is_anyones(report: &[u8]) -> bool {
        holds_mark(report, b'q', OWN_DIGITS + NUMBER_DIGITS)
    }
}

/// Writes a number where another of as many digits stands.
///
/// # Panics
///
/// If there is no room for all digits.
pub(super) fn write_number(mut number: u64, digits: &mut [u8]) {
    for digit in digits[..NUMBER_DIGITS].iter_mut().rev() {
        // A remainder by ten fits any integer type.
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
            tag.number_in(format!("q{}00000x0000", tag.own).as_bytes()),
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
