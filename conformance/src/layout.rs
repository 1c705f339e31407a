//! Fits texts into the lines of a terminal.

/// The width of a terminal for which reports are laid out, in columns.
pub const COLUMNS: usize = 100;

/// Wraps a text between words, and within a word that is wider than a line. Returns the lines.
/// `width` is in characters.
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

/// Cuts a text to at most `width` characters. An ellipsis replaces its end.
pub fn ellipsized(text: &str, width: usize) -> String {
    match text.char_indices().nth(width - 1) {
        Some((end, _)) if text.chars().count() > width => format!("{}…", &text[..end]),
        _ => text.into(),
    }
}

/// Cuts a text to at most `width` characters. An ellipsis replaces its middle, and more of the end
/// than of the beginning is kept.
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
    fn cut_texts_have_the_requested_width() {
        assert_eq!(ellipsized("ééé", 3), "ééé");
        assert_eq!(ellipsized("éééé", 3), "éé…");
        assert_eq!(without_middle("0123456789", 10), "0123456789");
        assert_eq!(without_middle("0123456789a", 10), "012…56789a");
    }
}
