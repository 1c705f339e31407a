use std::collections::HashMap;

use event_datagram::{ParamBuf, ValueBuf};

use crate::escape::{beginning, quoted};

/// Explains how the parameters of an event differ from the expected ones: which parameters are
/// lost, repeated or never sent, that their order differs, or else the first one that differs.
/// Returns `None` if they are equal.
///
/// Takes linear time.
pub(super) fn explain(expected: &[ParamBuf], found: &[ParamBuf]) -> Option<String> {
    if expected == found {
        return None;
    }
    let counts = format!(
        "expected {}, found {}",
        parameters(expected.len()),
        found.len()
    );
    if let Some(lost) = left_out(expected, found) {
        return Some(format!(
            "{counts}: {}",
            each_in_words(expected, &lost, "lost")
        ));
    }
    if let Some(extra) = left_out(found, expected) {
        let is_repeated = |index: &usize| expected.contains(&found[*index]);
        let what = if extra.iter().take(MAX_COMPARED).all(is_repeated) {
            "repeated"
        } else {
            "never sent"
        };
        return Some(format!("{counts}: {}", each_in_words(found, &extra, what)));
    }
    let first = first_difference(expected, found)?;
    match missing(expected, found) {
        Some(None) => Some(format!(
            "the parameters are in another order: expected {} as parameter {}, found {}",
            shown(&expected[first]),
            first + 1,
            shown(&found[first])
        )),
        Some(Some(lost)) => Some(format!(
            "{counts}: {} is lost, and the others are in another order",
            shown(lost)
        )),
        None => {
            let what = one_difference(&expected[first], &found[first]);
            let is_same_count = expected.len() == found.len();
            let counts = if is_same_count {
                String::new()
            } else {
                format!("; {counts}")
            };
            Some(format!("parameter {}: {what}{counts}", first + 1))
        }
    }
}

/// Returns bytes in quotes, cut to a line.
pub(super) fn shortened(bytes: &[u8]) -> String {
    const LENGTH: usize = 60;
    if bytes.len() <= LENGTH {
        quoted(bytes)
    } else {
        format!(
            "{}… ({} bytes)",
            quoted(beginning(bytes, LENGTH)),
            bytes.len()
        )
    }
}

/// The number of surplus parameters that are searched among the expected ones.
const MAX_COMPARED: usize = 100;

/// Returns the indices of the parameters that `part` leaves out of `whole`, if all others are the
/// same and in order.
fn left_out(whole: &[ParamBuf], part: &[ParamBuf]) -> Option<Vec<usize>> {
    let mut rest = part.iter().peekable();
    let mut left_out = Vec::new();
    for (index, param) in whole.iter().enumerate() {
        if rest.next_if(|next| *next == param).is_none() {
            left_out.push(index);
        }
    }
    rest.next().is_none().then_some(left_out)
}

/// Returns the first missing parameter, if all parameters that were found are expected ones, in any
/// order. Returns `Some(None)` for a permutation, and `None` if an unexpected parameter was found.
fn missing<'e>(expected: &'e [ParamBuf], found: &[ParamBuf]) -> Option<Option<&'e ParamBuf>> {
    let mut counts: HashMap<&ParamBuf, usize> = HashMap::new();
    for param in expected {
        *counts.entry(param).or_default() += 1;
    }
    for param in found {
        let count = counts.get_mut(param)?;
        *count = count.checked_sub(1)?;
    }
    Some(expected.iter().find(|param| counts[param] > 0))
}

fn first_difference(expected: &[ParamBuf], found: &[ParamBuf]) -> Option<usize> {
    let mut pairs = expected.iter().zip(found);
    pairs.position(|(expected, found)| expected != found)
}

fn one_difference(expected: &ParamBuf, found: &ParamBuf) -> String {
    if expected.name == found.name {
        let (expected, found) = (value(expected), value(found));
        return format!("expected the value {expected}, found {found}");
    }
    let shown = |name: &Option<Vec<u8>>| name.as_deref().map(shortened);
    let found = shown(&found.name).unwrap_or_else(|| "none".into());
    match shown(&expected.name) {
        Some(expected) => format!("expected the name {expected}, found {found}"),
        None => format!("expected no name, found {found}"),
    }
}

/// Returns a text that says what happened to some parameters, and shows the first one.
fn each_in_words(params: &[ParamBuf], indices: &[usize], what: &str) -> String {
    let first = indices[0];
    let (number, shown) = (first + 1, shown(&params[first]));
    let verb = match (what, indices.len()) {
        ("never sent", 1) => "was",
        ("never sent", _) => "were",
        (_, 1) => "is",
        (_, _) => "are",
    };
    match indices.len() {
        1 => format!("parameter {number}, {shown}, {verb} {what}"),
        count => format!("{count} {verb} {what}, the first is parameter {number}, {shown}"),
    }
}

fn value(param: &ParamBuf) -> String {
    match &param.value {
        ValueBuf::Bytes(bytes) => shortened(bytes),
        ValueBuf::Integer(integer) => format!("{integer} (a number)"),
        _ => "null".into(),
    }
}

fn shown(param: &ParamBuf) -> String {
    match &param.name {
        Some(name) => format!("{}={}", shortened(name), value(param)),
        None => value(param),
    }
}

fn parameters(count: usize) -> String {
    format!("{count} parameter{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(params: &[(&str, &str)]) -> Vec<ParamBuf> {
        let param = |(name, value): &(&str, &str)| match *name {
            "" => ParamBuf::unnamed(*value),
            name => ParamBuf::named(name, *value),
        };
        params.iter().map(param).collect()
    }

    #[track_caller]
    fn says(expected: &[(&str, &str)], found: &[(&str, &str)], sentence: &str) {
        let why = explain(&params(expected), &params(found));
        assert_eq!(why.as_deref(), Some(sentence));
    }

    const TWICE: &[(&str, &str)] = &[("a", "1"), ("b", "2"), ("a", "3")];

    #[test]
    fn a_lost_parameter_is_named() {
        says(
            TWICE,
            &[("b", "2"), ("a", "3")],
            r#"expected 3 parameters, found 2: parameter 1, "a"="1", is lost"#,
        );
        says(
            TWICE,
            &[],
            r#"expected 3 parameters, found 0: 3 are lost, the first is parameter 1, "a"="1""#,
        );
        says(
            &[("", "")],
            &[],
            r#"expected 1 parameter, found 0: parameter 1, "", is lost"#,
        );
        // The result of a map that keeps the place of the first value and the value of the last
        // one.
        says(
            TWICE,
            &[("a", "3"), ("b", "2")],
            r#"expected 3 parameters, found 2: "a"="1" is lost, and the others are in another order"#,
        );
    }

    #[test]
    fn a_repeated_parameter_is_told_from_one_that_was_never_sent() {
        says(
            &[("a", "1"), ("b", "2")],
            &[("a", "1"), ("b", "2"), ("a", "1")],
            r#"expected 2 parameters, found 3: parameter 3, "a"="1", is repeated"#,
        );
        says(
            &[("a", "1")],
            &[("a", "1"), ("", "")],
            r#"expected 1 parameter, found 2: parameter 2, "", was never sent"#,
        );
        says(
            &[],
            &[("a", "1"), ("", "")],
            r#"expected 0 parameters, found 2: 2 were never sent, the first is parameter 1, "a"="1""#,
        );
    }

    #[test]
    fn only_a_permutation_is_another_order() {
        says(
            TWICE,
            &[("a", "3"), ("b", "2"), ("a", "1")],
            r#"the parameters are in another order: expected "a"="1" as parameter 1, found "a"="3""#,
        );
        says(
            TWICE,
            &[("a", "3"), ("b", "2"), ("a", "3")],
            r#"parameter 1: expected the value "1", found "3""#,
        );
    }

    #[test]
    fn the_first_parameter_that_differs_is_told() {
        let expected = &[("ip", "::1"), ("", "b")];
        says(
            expected,
            &[("ip", "::1"), ("", "c")],
            r#"parameter 2: expected the value "b", found "c""#,
        );
        says(
            expected,
            &[("", "ip::::1"), ("", "b")],
            r#"parameter 1: expected the name "ip", found none"#,
        );
        says(
            expected,
            &[("ip", "1")],
            r#"parameter 1: expected the value "::1", found "1"; expected 2 parameters, found 1"#,
        );
        let (null, five) = (ParamBuf::unnamed(ValueBuf::Null), ParamBuf::unnamed(5));
        assert_eq!(
            explain(&[null], &[five]).as_deref(),
            Some("parameter 1: expected the value null, found 5 (a number)")
        );
        assert_eq!(explain(&params(expected), &params(expected)), None);
    }

    #[test]
    fn many_parameters_take_linear_time() {
        let many = vec![ParamBuf::unnamed(""); 65_449];
        let why = explain(&many, &many[1..]).expect("one is lost");
        assert!(why.ends_with(r#"parameter 65449, "", is lost"#), "{why}");
        let mut last_first = many.clone();
        last_first[0] = ParamBuf::unnamed("a");
        let mut first_last = many;
        first_last[65_448] = ParamBuf::unnamed("a");
        let why = explain(&first_last, &last_first).expect("the order differs");
        assert!(why.contains("in another order"), "{why}");
    }

    #[test]
    fn long_texts_are_shortened() {
        let whole = "a".repeat(60);
        assert_eq!(shortened(whole.as_bytes()), format!("\"{whole}\""));
        let long = "a".repeat(61);
        assert_eq!(
            shortened(long.as_bytes()),
            format!("\"{whole}\"… (61 bytes)")
        );
    }
}
