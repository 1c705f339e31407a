use event_datagram_conformance::dialect::Dialect;
use libtest_mimic::{Arguments, Conclusion};

/// Returns why a run tested nothing although it should have tested something.
pub(crate) fn empty_run(arguments: &Arguments, conclusion: &Conclusion) -> Option<String> {
    if conclusion.num_passed + conclusion.num_failed > 0 {
        return None;
    }
    if conclusion.num_ignored > 0 {
        return Some("nothing was tested: none of what was selected applies".into());
    }
    let filter = arguments.filter.as_deref()?;
    is_meant_for_vectors(filter)
        .then(|| format!("nothing was tested: no vector's test fits `{filter}`"))
}

/// Returns whether a filter can only be meant for the test of a vector: Rust names contain no
/// hyphen, and few paths start with a dialect.
fn is_meant_for_vectors(filter: &str) -> bool {
    let of_dialect = |dialect: &Dialect| {
        let rest = filter.strip_prefix(dialect.as_str());
        rest.is_some_and(|rest| rest.starts_with("::"))
    };
    filter.contains('-') || Dialect::ALL.iter().any(of_dialect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_for_vectors_where_nothing_else_has_such_names() {
        for filter in ["sep-first", "text::T4", "text::"] {
            assert!(is_meant_for_vectors(filter), "{filter}");
        }
        for filter in ["parses_names", "decoder::tests", "text", "context::a", ""] {
            assert!(!is_meant_for_vectors(filter), "{filter}");
        }
    }
}
