use event_datagram::{EventBuf, ParamBuf};
use event_datagram_oracle::generate::{ByteSource, Generate, JsonRpcEvent, TextEvent};
use memchr::memmem;
use serde_json::json;

use crate::contract::error_line;
use crate::contract::{Line, Start, event_line};
use crate::judge::Answering;
use crate::observation::{Arrival, Observation, Report, ReportContent};
use crate::vectors::{Expectation, Step};

/// An input of the judge. Most events are one of three, so that a report fits several datagrams.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgeCase {
    /// The datagrams and their expectations.
    pub steps: Vec<Step>,
    /// The subject's reports.
    pub observation: Observation,
    /// Whether the subject answers every datagram.
    pub answering: Answering,
    /// Whether the observation conforms by construction.
    pub is_right: bool,
}

/// Two consecutive cases. Reports of the first case may come late, during the second one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgePair {
    /// The first case.
    pub before: JudgeCase,
    /// The second case.
    pub case: JudgeCase,
}

impl Generate for JudgePair {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        let mut before = parsed_case(source);
        let mut case = parsed_case(source);
        if source.one_in(2) {
            delay_reports(source, &mut before, &mut case);
        }
        unparse_reports(source, &mut before.observation);
        unparse_reports(source, &mut case.observation);
        Self { before, case }
    }
}

impl Generate for JudgeCase {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        let mut case = parsed_case(source);
        unparse_reports(source, &mut case.observation);
        case
    }
}

/// Returns a case whose reports are parsed.
fn parsed_case(source: &mut ByteSource<'_>) -> JudgeCase {
    let answering = source.choose(&[Answering::MayBeSilent, Answering::Always]);
    let mut steps = vec![step(source)];
    while steps.len() < 6 && source.byte() >= 0x60 {
        steps.push(step(source));
    }
    let mut observation = Observation::default();
    for step in &steps {
        observation
            .reports
            .extend(conforming_report(source, &step.expect, answering));
    }
    let is_right = !source.one_in(2);
    if !is_right {
        for _ in 0..=source.below(3) {
            mutate(source, &mut observation);
        }
    }
    JudgeCase {
        steps,
        observation,
        answering,
        is_right,
    }
}

/// Replaces most parsed reports by unparsed lines, in the spellings of subjects.
fn unparse_reports(source: &mut ByteSource<'_>, observation: &mut Observation) {
    for report in &mut observation.reports {
        let ReportContent::Line(line) = &report.content else {
            continue;
        };
        let canonical = canonical_line(line);
        report.raw = match source.weighted_index(&[8, 2, 2, 2, 1, 1]) {
            0 => canonical,
            1 => spaced(&canonical),
            2 => params_first(&canonical),
            3 => with_an_escape(&canonical),
            4 => with_an_extra_member(&canonical),
            _ => continue,
        };
        report.content = ReportContent::Unparsed;
    }
}

/// Returns the canonical text of a line. For a line that is no JSON, the text does not parse back
/// to an equal line.
fn canonical_line(line: &Line) -> Vec<u8> {
    match line {
        Line::Event(event) => event_line(event),
        Line::Rejection(why) => error_line(why),
        Line::Start(_) => br#"{"ready":true}"#.to_vec(),
        Line::MalformedStart(why) => json!({ "max_datagram": why, "ready": true })
            .to_string()
            .into_bytes(),
        Line::Malformed(why) => [b"{", why.as_bytes()].concat(),
    }
}

fn spaced(line: &[u8]) -> Vec<u8> {
    [b"{ ", &line[1..], b" "].concat()
}

/// Moves the parameters of an event before its name.
fn params_first(line: &[u8]) -> Vec<u8> {
    // Within a string, each quote has a backslash before it, so this text cannot be within a
    // string.
    match memmem::find(line, b",\"params\":") {
        Some(at) => {
            let (name, params) = (&line[1..at], &line[at + 1..line.len() - 1]);
            [b"{", params, b",", name, b"}"].concat()
        }
        None => line.to_vec(),
    }
}

/// Escapes the first letter of the first name.
fn with_an_escape(line: &[u8]) -> Vec<u8> {
    match line {
        [b'{', b'"', letter @ b'a'..=b'z', rest @ ..] => {
            [format!("{{\"\\u{letter:04x}").as_bytes(), rest].concat()
        }
        _ => line.to_vec(),
    }
}

/// Adds a member without a meaning, because of two members with the same name only the later one
/// counts.
fn with_an_extra_member(line: &[u8]) -> Vec<u8> {
    [b"{\"ready\":false,", &line[1..]].concat()
}

fn step(source: &mut ByteSource<'_>) -> Step {
    let expect = match source.weighted_index(&[5, 2, 1, 2]) {
        0 => Expectation::Event(event(source)),
        1 => Expectation::Reject,
        2 => Expectation::Survive,
        _ => {
            let count = 2 + source.below(2);
            let one = |source: &mut ByteSource<'_>| match source.weighted_index(&[5, 1, 2]) {
                0 => Expectation::Event(event(source)),
                1 => Expectation::Survive,
                _ => Expectation::Reject,
            };
            Expectation::AnyOf((0..count).map(|_| one(source)).collect())
        }
    };
    // The judge does not look at the datagram.
    Step {
        datagram: Vec::new(),
        expect,
    }
}

fn event(source: &mut ByteSource<'_>) -> EventBuf {
    match source.weighted_index(&[4, 3, 3, 1, 1]) {
        0 => EventBuf::new("E_A", []),
        1 => EventBuf::new("E_B", []),
        2 => EventBuf::new("E_A", [ParamBuf::named("ip", "::1")]),
        3 => TextEvent::generate(source).0,
        _ => JsonRpcEvent::generate(source).0,
    }
}

/// Returns a report that conforms, or `None` if silence conforms.
fn conforming_report(
    source: &mut ByteSource<'_>,
    expect: &Expectation,
    answering: Answering,
) -> Option<Report> {
    let alternatives = expect.alternatives();
    let may_be_silent = answering == Answering::MayBeSilent;
    match &alternatives[source.below(alternatives.len())] {
        Expectation::Event(event) => Some(report(Line::Event(event.clone()))),
        Expectation::Survive if source.one_in(2) => {
            Some(report(Line::Malformed("it is not JSON".into())))
        }
        Expectation::Survive if source.one_in(2) => Some(report(Line::Event(event(source)))),
        _ if may_be_silent && source.one_in(2) => None,
        _ => Some(report(Line::Rejection("no event name".into()))),
    }
}

fn mutate(source: &mut ByteSource<'_>, observation: &mut Observation) {
    let count = observation.reports.len();
    let at = source.below(count + 1);
    match source.below(10) {
        0 if at < count => drop(observation.reports.remove(at)),
        1 if at < count => observation
            .reports
            .insert(at, observation.reports[at].clone()),
        2 if at + 1 < count => observation.reports.swap(at, at + 1),
        3 if at < count => observation.reports[at].arrival = Arrival::Early,
        4 => observation.swallowed_fence = true,
        5 => observation.misread_fence = Some(hostile(source).into_bytes()),
        _ => observation.reports.insert(at, any_report(source)),
    }
}

/// Moves reports of events that the first case expects to the front of the second. In some cases
/// the first case keeps them, too.
fn delay_reports(source: &mut ByteSource<'_>, before: &mut JudgeCase, case: &mut JudgeCase) {
    let expected = before
        .steps
        .iter()
        .flat_map(|step| step.expect.alternatives());
    let events: Vec<_> = expected
        .filter_map(|one| match one {
            Expectation::Event(event) => Some(report(Line::Event(event.clone()))),
            _ => None,
        })
        .collect();
    if !source.one_in(4) {
        let reports = &mut before.observation.reports;
        reports.retain(|report| !events.contains(report));
        before.is_right = false;
    }
    for late in events {
        if source.one_in(2) {
            case.observation.reports.insert(0, late);
            case.is_right = false;
        }
    }
}

fn any_report(source: &mut ByteSource<'_>) -> Report {
    match source.below(8) {
        0 => Report {
            content: ReportContent::OldFence,
            ..report(Line::Start(Start::default()))
        },
        1 => Report {
            content: ReportContent::ForgedFence,
            ..report(Line::Start(Start::default()))
        },
        2 => report(Line::Start(Start::default())),
        3 => report(Line::MalformedStart(hostile(source))),
        4 => report(Line::Malformed(hostile(source))),
        5 => report(Line::Rejection(hostile(source))),
        _ => report(Line::Event(event(source))),
    }
}

/// Returns text that does harm if it is printed without escapes.
fn hostile(source: &mut ByteSource<'_>) -> String {
    const PIECES: &[&[u8]] = &[
        b"why",
        b"\x1b[2J",
        b"\n",
        b"\r",
        b"\0",
        b"\xc2\x9b",
        b"\xe2\x80\xae",
        b"\"",
        b"\\",
    ];
    String::from_utf8_lossy(&source.pieces(12, PIECES)).into_owned()
}

fn report(line: Line) -> Report {
    Report {
        raw: Vec::new(),
        content: ReportContent::Line(line),
        arrival: Arrival::InTime,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::parse_line;

    #[test]
    fn lines_parse_back_to_their_source() {
        let odd = [
            ParamBuf::named(",\"params\":", "\u{1}\\u"),
            ParamBuf::unnamed(&b"\xff"[..]),
        ];
        for line in [
            Line::Event(EventBuf::new("E_A", [ParamBuf::named("ip", "::1")])),
            Line::Event(EventBuf::new(",\"params\":", odd)),
            Line::Event(EventBuf::new(&b"\xff"[..], [])),
            Line::Rejection("\u{1}\"".into()),
            Line::Rejection(String::new()),
            Line::Start(Start::default()),
        ] {
            let canonical = canonical_line(&line);
            let respelled = [spaced, params_first, with_an_escape, with_an_extra_member]
                .map(|it| it(&canonical));
            for raw in respelled.iter().chain([&canonical]) {
                let parsed = parse_line(raw);
                assert_eq!(parsed.as_ref(), Some(&line), "{}", raw.escape_ascii());
            }
        }
        let line = canonical_line(&Line::MalformedStart("\u{1b}[2J".into()));
        assert!(matches!(parse_line(&line), Some(Line::MalformedStart(_))));
        let line = canonical_line(&Line::Malformed("it is not JSON".into()));
        assert!(matches!(parse_line(&line), Some(Line::Malformed(_))));
    }
}
