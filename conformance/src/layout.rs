//! Fitting texts into the lines of a terminal.

/// The columns of a terminal that reports fit.
pub const COLUMNS: usize = 100;

/// Returns the lines of a text that is wrapped between words, and within one that is wider than a
/// line. `width` is in characters.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::<String>::new();
    let mut length = width;
    for word in text.split(' ') {
        let characters: Vec<_> = word.chars().collect();
        let fits = length + 1 + characters.len() <= width;
        if let Some(line) = lines.last_mut().filter(|_| fits) {
            line.push(' ');
            line.push_str(word);
            length += 1 + characters.len();
            continue;
        }
        for piece in characters.chunks(width) {
            lines.push(piece.iter().collect());
            length = piece.len();
        }
    }
    lines
}

/// Returns a text of at most so many characters, with an ellipsis where its end was cut off.
pub fn ellipsized(text: &str, width: usize) -> String {
    match text.char_indices().nth(width - 1) {
        Some((end, _)) if text.chars().count() > width => format!("{}…", &text[..end]),
        _ => text.into(),
    }
}

/// Returns a text of at most so many characters, with an ellipsis where its middle was cut out. The
/// end is what is kept most of.
pub fn without_middle(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.into();
    }
    let beginning = (width - 1) / 3;
    let end = width - 1 - beginning;
    let mut shown: String = text.chars().take(beginning).collect();
    shown.push('…');
    shown.extend(text.chars().skip(length - end));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_between_words_and_within_one_that_is_too_wide() {
        assert_eq!(wrapped("ab cd efghijk l", 5), ["ab cd", "efghi", "jk l"]);
        assert_eq!(wrapped("é é", 3), ["é é"]);
        assert_eq!(wrapped("é é", 2), ["é", "é"]);
    }

    #[test]
    fn what_is_cut_is_as_wide_as_asked_for() {
        assert_eq!(ellipsized("ééé", 3), "ééé");
        assert_eq!(ellipsized("éééé", 3), "éé…");
        assert_eq!(without_middle("0123456789", 10), "0123456789");
        assert_eq!(without_middle("0123456789a", 10), "012…56789a");
    }
}
