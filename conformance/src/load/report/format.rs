//! Figures as people write them.

/// Formats a number with a comma between thousands.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Formats a rate in datagrams per second.
pub(in crate::load) fn rate(rate: f64) -> String {
    if rate < 100.0 {
        format!("{rate:.1} /s")
    } else {
        format!("{} /s", count(rate.round() as u64))
    }
}

/// Formats a time in microseconds, with the unit that suits it.
pub(in crate::load) fn time(us: f64) -> String {
    match us {
        _ if us < 999.5 => format!("{us:.0} µs"),
        _ if us < 9_995.0 => format!("{:.2} ms", us / 1e3),
        _ if us < 999_500.0 => format!("{:.0} ms", us / 1e3),
        _ => format!("{:.2} s", us / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_look_as_people_write_them() {
        assert_eq!(
            [0, 12, 123, 1234, 1_234_567].map(count),
            ["0", "12", "123", "1,234", "1,234,567"]
        );
        assert_eq!(
            [1.25, 99.9, 4999.6].map(rate),
            ["1.2 /s", "99.9 /s", "5,000 /s"]
        );
        assert_eq!(
            [0.4, 999.0, 1234.0, 12_345.0, 1_500_000.0].map(time),
            ["0 µs", "999 µs", "1.23 ms", "12 ms", "1.50 s"]
        );
    }
}
