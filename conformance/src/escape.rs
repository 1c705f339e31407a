//! Escapes untrusted bytes, so that they can be printed.

use std::borrow::Cow;

/// Returns bytes as text on one line: invisible characters and bytes that are not UTF-8 are
/// escaped, and backslashes are doubled. So the text cannot move the cursor or change colours.
pub fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' | '\'' => text.push(character),
                _ => text.extend(character.escape_debug()),
            }
        }
        text.extend(chunk.invalid().escape_ascii().map(char::from));
    }
    text
}

/// Undoes [`escaped`]: returns the original bytes. Returns `None` for any text that `escaped` does
/// not return.
pub fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        let mut characters = escape.chars();
        let byte = match characters.next()? {
            '\\' => b'\\',
            '0' => 0,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'x' => {
                bytes.extend(hex::decode(escape.get(1..3)?).ok()?);
                rest = &escape[3..];
                continue;
            }
            'u' => {
                let (digits, behind) = escape.strip_prefix("u{")?.split_once('}')?;
                let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest = behind;
                continue;
            }
            _ => return None,
        };
        bytes.push(byte);
        rest = characters.as_str();
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

/// Escapes the invisible characters of a text that may be escaped already. Backslashes are kept.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\'' | '\\' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
}

/// Escapes the hidden characters of a command. The line feeds of a command of several lines are
/// kept.
pub fn visible_command(command: &str) -> String {
    let mut shown = String::with_capacity(command.len());
    for character in command.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            _ if is_hidden(character) => shown.extend(character.escape_default()),
            _ => shown.push(character),
        }
    }
    shown
}

/// Returns an escaped text with single backslashes, for a reader who does not undo escapes.
pub fn with_single_backslashes(escaped: &str) -> String {
    // No other escape begins with two backslashes, so each pair, from the left, is an escaped
    // backslash.
    escaped.replace(r"\\", r"\")
}

/// Returns the first bytes of a text, at most `length`, without a part of a character at the end.
pub fn beginning(bytes: &[u8], length: usize) -> &[u8] {
    let is_continued = |end: &usize| bytes.get(*end).is_some_and(|byte| byte & 0xc0 == 0x80);
    let length = length.min(bytes.len());
    // No character has more than four bytes, so more continuation bytes than three are not UTF-8.
    let end = (length.saturating_sub(3)..=length)
        .rev()
        .find(|end| !is_continued(end));
    &bytes[..end.unwrap_or(length)]
}

/// Returns equivalent JSON in which every hidden character of a string is escaped.
pub fn visible_json(json: &str) -> Cow<'_, str> {
    // Most JSON is ASCII, and JSON itself escapes the control characters below DEL.
    if json.bytes().all(|byte| byte.is_ascii() && byte != 0x7f) || !json.contains(is_hidden_in_json)
    {
        return json.into();
    }
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if is_hidden_in_json(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            shown.push(character);
        }
    }
    shown.into()
}

/// Returns whether a character cannot be seen, moves a cursor, changes the direction of text, or is
/// not allowed in XML.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}'
                | '\u{ffff}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Returns whether a character of JSON is hidden and must be escaped. A line feed may stand between
/// values, so it is not escaped.
fn is_hidden_in_json(character: char) -> bool {
    character != '\n' && is_hidden(character)
}

/// Returns bytes as escaped text in quotes.
pub fn quoted(bytes: &[u8]) -> String {
    format!("\"{}\"", escaped(bytes).replace('"', "\\\""))
}

/// Returns a line cut to `length` characters. If it was cut, appends the full length.
pub fn cut(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(escaped("a\"b'c é\\".as_bytes()), "a\"b'c é\\\\");
        assert_eq!(
            escaped(b"\0\n\r\t\x1b[31m\xff"),
            "\\0\\n\\r\\t\\u{1b}[31m\\xff"
        );
        assert_eq!(escaped("\u{202e}\u{85}".as_bytes()), "\\u{202e}\\u{85}");
    }

    #[test]
    fn escapes_are_undone() {
        let bytes = b"a\"b'c \xc3\xa9\\ \0\n\r\t\x1b[31m\xff \\xff \xe2\x80\xae\xf0\x9f";
        assert_eq!(unescaped(&escaped(bytes)).as_deref(), Some(&bytes[..]));
        for text in [
            "\\",
            "\\a",
            "\\x",
            "\\xé",
            "\\x0",
            "\\u{",
            "\\u{110000}",
            "\\u{}",
            "\\u0",
        ] {
            assert_eq!(unescaped(text), None, "{text}");
        }
    }

    #[test]
    fn escaped_text_is_not_escaped_again() {
        let escaped = escaped(b"\\ \x1b[31m \xff \"'");
        assert_eq!(visible(&escaped), escaped);
        assert_eq!(visible("\u{1b}[31m\n"), "\\u{1b}[31m\\n");
    }

    #[test]
    fn json_means_the_same_with_hidden_characters_escaped() {
        let text = "é\u{7f}\u{85}\u{202e}\u{e0041}\"\\\n";
        let json = serde_json::to_string_pretty(&[text]).expect("it is text");
        let shown = visible_json(&json);
        assert!(
            shown.contains("é\\u007f\\u0085\\u202e\\udb40\\udc41"),
            "{shown}"
        );
        assert!(!shown.contains(is_hidden_in_json), "{shown}");
        let [again]: [String; 1] = serde_json::from_str(&shown).expect("it is JSON");
        assert_eq!(again, text);
        assert_eq!(visible_json("{\n  \"é\": 1\n}"), "{\n  \"é\": 1\n}");
    }

    #[test]
    fn quotes_in_quotes_are_escaped() {
        assert_eq!(quoted(b"a\"b\\"), "\"a\\\"b\\\\\"");
    }

    #[test]
    fn backslashes_of_a_log_are_single() {
        let log = b"File \"C:\\new\\\n\", \\d";
        assert_eq!(
            with_single_backslashes(&escaped(log)),
            r#"File "C:\new\\n", \d"#
        );
    }

    #[test]
    fn bytes_are_cut_between_characters() {
        let text = "aé€".as_bytes();
        let lengths = (0..8).map(|length| beginning(text, length).len());
        assert_eq!(lengths.collect::<Vec<_>>(), [0, 1, 1, 3, 3, 3, 6, 6]);
        assert_eq!(beginning(&[0x80; 9], 7).len(), 7);
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        assert_eq!(cut("éé", 2), "éé");
        assert_eq!(cut("ééé", 2), "éé… (3 characters)");
    }
}
