use event_datagram::{Event, EventBuf, jsonrpc, text};
use event_datagram_conformance::contract::{Line, parse_line};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_oracle::reference::Reading;

/// Whether a reading of a datagram is admissible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// It is.
    Admissible,
    /// It is not: a requirement of level *must* is broken.
    Inadmissible,
    /// It is not, but requirements of level *should* alone ask for another reading.
    AdvisedAgainst,
}

/// Whether a line of a parser's output is admissible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineAnswer {
    /// The line reports a reading.
    Report(Answer),
    /// The line is about no datagram: it is a start line or a log line.
    NoReport,
}

/// Returns whether a listener may read a datagram as this event, or reject it if that is `None`.
pub fn answer(dialect: Dialect, datagram: &[u8], event: Option<&impl Event>) -> Answer {
    if is_decoded(dialect, datagram, event) {
        return Answer::Admissible;
    }
    let reading = event.map_or(Reading::Rejection, |event| {
        Reading::Event(EventBuf::from_event(event))
    });
    match dialect.admits(datagram, &reading) {
        true => Answer::Admissible,
        false => departure(dialect, datagram),
    }
}

/// Returns whether a parser may report this line, of the contract's form, for a datagram.
pub fn line_answer(dialect: Dialect, datagram: &[u8], line: &[u8]) -> LineAnswer {
    LineAnswer::Report(match parse_line(line) {
        Some(Line::Event(event)) => answer(dialect, datagram, Some(&event)),
        Some(Line::Rejection(_)) => answer(dialect, datagram, None::<&EventBuf>),
        Some(Line::Malformed(_)) if dialect.is_unspecified(datagram) => Answer::Admissible,
        Some(Line::Malformed(_)) => departure(dialect, datagram),
        _ => return LineAnswer::NoReport,
    })
}

/// Returns how grave it is to depart from the readings of a datagram.
fn departure(dialect: Dialect, datagram: &[u8]) -> Answer {
    match dialect.advice(datagram).is_empty() {
        true => Answer::Inadmissible,
        false => Answer::AdvisedAgainst,
    }
}

/// Returns whether the codec reads the same. Its reading is the first of the reference, which a
/// fuzzed law holds, and costs a tenth: a correct parser is mostly answered here.
fn is_decoded(dialect: Dialect, datagram: &[u8], event: Option<&impl Event>) -> bool {
    match dialect {
        Dialect::Text => equals(text::decode(datagram).ok(), event),
        Dialect::JsonRpc => equals(jsonrpc::decode(datagram).ok(), event),
        _ => false,
    }
}

fn equals(decoded: Option<impl Event>, event: Option<&impl Event>) -> bool {
    match (decoded, event) {
        (Some(decoded), Some(event)) => {
            decoded.name() == event.name() && decoded.params().eq(event.params())
        }
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use event_datagram::{EventRef, Param};

    use super::*;

    const AMBIGUOUS: &[u8] = b"E_TEST\n2001:db8::1\n\n";

    #[test]
    fn every_listed_reading_is_admissible_and_no_other() {
        let readings = [
            (vec![Param::named("2001:db8", "1")], Answer::Admissible),
            (vec![Param::unnamed("2001:db8::1")], Answer::Admissible),
            (vec![Param::named("2001", "db8::1")], Answer::Inadmissible),
        ];
        for (params, expected) in readings {
            let event = EventRef::new("E_TEST", &params);
            assert_eq!(answer(Dialect::Text, AMBIGUOUS, Some(&event)), expected);
        }
        let rejection = answer(Dialect::Text, AMBIGUOUS, None::<&EventBuf>);
        assert_eq!(rejection, Answer::Inadmissible);
    }

    #[test]
    fn a_departure_from_a_should_is_advised_against() {
        let event = EventRef::new("E_TEST", &[]);
        let answer = answer(Dialect::Text, b"E_TEST\n::1\n\n", Some(&event));
        assert_eq!(answer, Answer::AdvisedAgainst);
    }

    #[test]
    fn lines_are_answered_as_the_judge_takes_them() {
        let report = LineAnswer::Report;
        for (line, expected) in [
            (
                r#"{"event":"E_TEST","params":[{"name":"2001:db8","value":"1"}]}"#,
                report(Answer::Admissible),
            ),
            (r#"{"error":"why"}"#, report(Answer::Inadmissible)),
            (r#"{"event":1}"#, report(Answer::Inadmissible)),
            (r#"{"ready":true}"#, LineAnswer::NoReport),
            ("listening", LineAnswer::NoReport),
        ] {
            let answer = line_answer(Dialect::Text, AMBIGUOUS, line.as_bytes());
            assert_eq!(answer, expected, "{line}");
        }
    }

    #[test]
    fn an_unspecified_datagram_has_only_to_be_survived() {
        let datagram = br#"{"jsonrpc":"2.0","method":"E_TEST","params":[true]}"#;
        for line in [r#"{"error":"why"}"#, r#"{"event":1}"#] {
            let answer = line_answer(Dialect::JsonRpc, datagram, line.as_bytes());
            assert_eq!(answer, LineAnswer::Report(Answer::Admissible));
        }
    }
}
