use serde_json::{Value, json};

use crate::contract::{
    Line, error_line, event_line, event_to_json, is_line_of, is_plainly_about_a_datagram,
    line_from_json, parse_line,
};
use crate::escape::visible_json;

/// Asserts that a parsed line, written by the contract, parses back the same.
///
/// # Panics
///
/// If the law does not hold.
pub fn lines_parse_back(line: &[u8]) {
    let Some(parsed) = parse_line(line) else {
        assert!(!line.starts_with(b"{"), "a report is parsed as log output");
        return;
    };
    assert!(line.starts_with(b"{"), "log output is parsed as a report");
    let written = match &parsed {
        Line::Event(event) => event_line(event),
        Line::Rejection(why) => error_line(why),
        Line::Start(start) => {
            let mut object = json!(start);
            object["ready"] = Value::Bool(true);
            object.to_string().into_bytes()
        }
        Line::MalformedStart(why) | Line::Malformed(why) => {
            assert!(!why.is_empty(), "an error without a message");
            return;
        }
    };
    assert!(!written.contains(&b'\n'), "a line feed in a line");
    assert_eq!(parse_line(&written), Some(parsed));
}

/// Asserts that the fast parser of event lines returns the same as the generic one.
///
/// # Panics
///
/// If the law does not hold.
pub fn fast_and_generic_line_parsers_agree(line: &[u8]) {
    if let Some(parsed) = parse_line(line)
        && let Ok(json) = serde_json::from_slice(line)
    {
        assert_eq!(
            parsed,
            line_from_json(&json),
            "fast (left), generic (right)"
        );
    }
    if is_plainly_about_a_datagram(line) {
        let parsed = parse_line(line);
        let is_about_the_program = matches!(
            parsed,
            None | Some(Line::Start(_) | Line::MalformedStart(_))
        );
        assert!(!is_about_the_program, "{parsed:?}");
    }
}

/// Asserts that an event's line is the JSON that serde writes, with hidden characters escaped, and
/// that the comparison of bytes accepts only that line.
///
/// # Panics
///
/// If the law does not hold.
pub fn only_the_canonical_line_compares_equal(line: &[u8]) {
    if let Some(Line::Event(event)) = parse_line(line) {
        let written = event_line(&event);
        let by_serde = event_to_json(&event).to_string();
        let expected = visible_json(&by_serde);
        assert_eq!(expected.as_bytes(), written, "serde (left), ours (right)");
        assert!(
            is_line_of(&written, &event),
            "the event's own line is not accepted"
        );
        assert_eq!(is_line_of(line, &event), line == written);
        // A line with one byte more or less is another line.
        let longer = [&written[..], b"}"].concat();
        assert!(!is_line_of(&longer, &event), "a longer line is accepted");
        let shorter = &written[..written.len() - 1];
        assert!(!is_line_of(shorter, &event), "a shorter line is accepted");
    }
}
