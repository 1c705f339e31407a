/// Returns a count of results in words.
pub(super) fn count_of_results(count: usize) -> String {
    format!("{count} result{}", if count == 1 { "" } else { "s" })
}

/// Returns a text of at most so many characters, with an ellipsis where it was cut.
pub(super) fn ellipsized(text: &str, width: usize) -> String {
    match text.char_indices().nth(width - 1) {
        Some((end, _)) if text.chars().count() > width => format!("{}…", &text[..end]),
        _ => text.into(),
    }
}
