//! Writes untrusted text in Markdown, so that it makes no link, image, mention, list or tag.

/// Returns a text unchanged if it has no effect in Markdown, or else as inline code. Pieces in
/// backticks stay inline code.
pub(crate) fn markdown_text(text: &str) -> String {
    if is_harmless(text) {
        text.into()
    } else {
        inline_code(text)
    }
}

/// Returns text for a cell of a table. A bar would end the cell even in code.
pub(crate) fn markdown_cell(text: &str) -> String {
    markdown_text(&text.replace('|', "\\|"))
}

/// Returns text as inline code.
pub(crate) fn inline_code(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text) + 1);
    format!("{ticks} {text} {ticks}")
}

/// Returns text as inline code for a cell of a table.
pub(crate) fn code_cell(text: &str) -> String {
    inline_code(&text.replace('|', "\\|"))
}

/// Returns a code block whose fences are longer than any run of backticks in the text.
pub(super) fn code_block(text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}text\n{text}{fence}")
}

/// Returns text for HTML within Markdown. Text that has an effect becomes code.
pub(super) fn html_text(text: &str) -> String {
    if is_plain(text) {
        text.into()
    } else {
        html_code(text)
    }
}

/// Returns text as code in HTML.
pub(super) fn html_code(text: &str) -> String {
    let mut code = String::from("<code>");
    for character in text.chars() {
        match character {
            '&' => code.push_str("&amp;"),
            '<' => code.push_str("&lt;"),
            '>' => code.push_str("&gt;"),
            _ => code.push(character),
        }
    }
    code + "</code>"
}

/// Returns whether the Markdown of the best-known services shows a text unchanged: letters, digits
/// and marks without a meaning, and pieces in single backticks.
fn is_harmless(text: &str) -> bool {
    let pieces: Vec<_> = text.split('`').collect();
    let (outside, code) = (pieces.iter().step_by(2), pieces.iter().skip(1).step_by(2));
    let is_balanced = pieces.len() % 2 == 1 && code.clone().all(|piece| !piece.is_empty());
    // Marks begin a list, a heading or a rule only at the start of the text, or after a number at
    // its start.
    let behind_number = text.trim_start_matches(|first: char| first.is_ascii_digit());
    let starts_plainly = behind_number.len() < text.len() && !behind_number.starts_with(['.', ')'])
        || text.starts_with(|first: char| first.is_alphabetic() || first == '`')
        || text.is_empty();
    is_balanced && starts_plainly && outside.clone().all(|piece| is_plain(piece))
}

/// Returns whether a text without backticks is shown unchanged.
fn is_plain(text: &str) -> bool {
    let is_plain_mark = |mark| " ,.;:()'\"-/+=?…–→".contains(mark);
    let is_plain_character =
        |character: char| character.is_alphanumeric() || is_plain_mark(character);
    // Services make links of commit hashes, and of addresses without any mark around them.
    let is_name_of_commit =
        |word: &str| word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lower = text.to_ascii_lowercase();
    let words = text.split(|character: char| !character.is_alphanumeric());
    text.chars().all(is_plain_character)
        && !["://", "www.", "gh-"]
            .iter()
            .any(|link| lower.contains(link))
        && !words.into_iter().any(is_name_of_commit)
}

/// Returns the length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in [
            "the first `::` ends the name",
            "An empty datagram is no event, and no end of file.",
            "`::` at the start (T5): 7 bytes; and/or 1+1",
            "T4",
            "2026",
            "1 result does not decide",
            "",
        ] {
            assert_eq!(markdown_text(text), text);
        }
    }

    #[test]
    fn text_with_an_effect_is_code() {
        for text in [
            "[a](b)",
            "![a](b)",
            "ask @somebody",
            "fixes #1",
            "see https://example.com",
            "see www.example.com",
            "a <img src=x>",
            "&amp;",
            "# heading",
            "- item",
            "1. item",
            "a *b* c",
            "a_b",
            "~~a~~",
            "a | b",
            "a\\b",
            "`a",
            "a ``b`` @c",
            "a `b` [c](d) `e`",
            "GH-1",
            "!1",
            "in deadbeef0",
            "a\nb",
        ] {
            assert_eq!(markdown_text(text), inline_code(text), "{text}");
        }
        assert_eq!(markdown_cell("a|b"), "` a\\|b `");
        assert_eq!(html_code("<b>&"), "<code>&lt;b&gt;&amp;</code>");
    }
}
