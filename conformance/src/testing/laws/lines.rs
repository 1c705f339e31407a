use serde_json::{Value, json};

use crate::contract::{
    Line, error_line, event_line, event_to_json, is_line_of, is_plainly_about_a_datagram,
    line_from_json, parse_line,
};

/// What a subject's line says, written by the contract, says the same.
///
/// # Panics
///
/// If that does not hold.
pub fn a_line_is_read_back_from_what_it_says(line: &[u8]) {
    let Some(said) = parse_line(line) else {
        assert!(!line.starts_with(b"{"), "a report is taken for a log");
        return;
    };
    assert!(line.starts_with(b"{"), "a log is taken for a report");
    let written = match &said {
        Line::Event(event) => event_line(event),
        Line::Rejection(why) => error_line(why),
        Line::Start(start) => {
            let mut object = json!(start);
            object["ready"] = Value::Bool(true);
            object.to_string().into_bytes()
        }
        Line::MalformedStart(why) | Line::Malformed(why) => {
            assert!(!why.is_empty(), "it does not say what is wrong");
            return;
        }
    };
    assert!(!written.contains(&b'\n'), "what is written is one line");
    assert_eq!(parse_line(&written), Some(said));
}

/// The fast way to read an event's line gives what the thorough one gives.
///
/// # Panics
///
/// If that does not hold.
pub fn both_ways_to_read_a_line_agree(line: &[u8]) {
    if let Some(said) = parse_line(line)
        && let Ok(json) = serde_json::from_slice(line)
    {
        assert_eq!(said, line_from_json(&json), "fast (left), thorough (right)");
    }
    if is_plainly_about_a_datagram(line) {
        let said = parse_line(line);
        let is_about_the_program =
            matches!(said, None | Some(Line::Start(_) | Line::MalformedStart(_)));
        assert!(!is_about_the_program, "{said:?}");
    }
}

/// An event's line is written as any JSON is, and a line is known for that of its event, without being read, exactly if it is
/// that.
///
/// # Panics
///
/// If that does not hold.
pub fn a_line_is_known_by_the_letter(line: &[u8]) {
    if let Some(Line::Event(event)) = parse_line(line) {
        let written = event_line(&event);
        let by_serde = event_to_json(&event).to_string();
        assert_eq!(by_serde.as_bytes(), written, "serde (left), ours (right)");
        assert!(is_line_of(&written, &event), "what is written is known");
        assert_eq!(is_line_of(line, &event), line == written);
        // One byte more or less is another line.
        let longer = [&written[..], b"}"].concat();
        assert!(!is_line_of(&longer, &event), "more than the line is known");
        let shorter = &written[..written.len() - 1];
        assert!(!is_line_of(shorter, &event), "less than the line is known");
    }
}
