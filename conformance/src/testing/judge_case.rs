use event_datagram::{EventBuf, ParamBuf};
use event_datagram_oracle::generate::{Generate, JsonRpcEvent, Source, TextEvent};
use memchr::memmem;
use serde_json::json;

use crate::contract::error_line;
use crate::contract::{Line, Start, event_line};
use crate::judge::Answering;
use crate::observation::{Arrival, Observation, Report, ReportContent};
use crate::vectors::{Expectation, Step};

/// What the judge is given. Events are mostly out of so few that reports fit several datagrams.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgeCase {
    /// What was sent, and what is expected of it.
    pub steps: Vec<Step>,
    /// What was reported.
    pub observation: Observation,
    /// How the subject answers.
    pub answering: Answering,
    /// Whether the observation was made to be right, and not changed behind that.
    pub is_right: bool,
}

/// Two cases, one behind the other: what the first asked for may be reported late.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgePair {
    /// The first.
    pub before: JudgeCase,
    /// The one behind it.
    pub case: JudgeCase,
}

impl Generate for JudgePair {
    fn generate(source: &mut Source<'_>) -> Self {
        let mut before = case_as_read(source);
        let mut case = case_as_read(source);
        if source.once_in(2) {
            come_late(source, &mut before, &mut case);
        }
        write_down(source, &mut before.observation);
        write_down(source, &mut case.observation);
        Self { before, case }
    }
}

impl Generate for JudgeCase {
    fn generate(source: &mut Source<'_>) -> Self {
        let mut case = case_as_read(source);
        write_down(source, &mut case.observation);
        case
    }
}

/// Makes a case whose reports are all read.
fn case_as_read(source: &mut Source<'_>) -> JudgeCase {
    let answering = source.pick(&[Answering::MayBeSilent, Answering::Always]);
    let mut steps = vec![step(source)];
    while steps.len() < 6 && source.byte() >= 0x60 {
        steps.push(step(source));
    }
    let mut observation = Observation::default();
    for step in &steps {
        observation
            .reports
            .extend(right_report(source, &step.expect, answering));
    }
    let is_right = !source.once_in(2);
    if !is_right {
        for _ in 0..=source.below(3) {
            change(source, &mut observation);
        }
    }
    JudgeCase {
        steps,
        observation,
        answering,
        is_right,
    }
}

/// Makes lines of what was read, as subjects write them: nobody has read them yet. Now and then one is left as it is.
fn write_down(source: &mut Source<'_>, observation: &mut Observation) {
    for report in &mut observation.reports {
        let ReportContent::Line(line) = &report.content else {
            continue;
        };
        let usual = usual_line(line);
        report.raw = match source.weighted(&[8, 2, 2, 2, 1, 1]) {
            0 => usual,
            1 => spaced(&usual),
            2 => turned_round(&usual),
            3 => with_an_escape(&usual),
            4 => with_a_member(&usual),
            _ => continue,
        };
        report.content = ReportContent::Unparsed;
    }
}

/// Gives the line that says this. For what is no JSON there is none that says just that.
fn usual_line(line: &Line) -> Vec<u8> {
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

/// Puts what is behind the name of an event in front of it.
fn turned_round(line: &[u8]) -> Vec<u8> {
    // In a string, a quote has a backslash before it.
    match memmem::find(line, b",\"params\":") {
        Some(at) => {
            let (name, params) = (&line[1..at], &line[at + 1..line.len() - 1]);
            [b"{", params, b",", name, b"}"].concat()
        }
        None => line.to_vec(),
    }
}

/// Writes the first letter as JSON may write any.
fn with_an_escape(line: &[u8]) -> Vec<u8> {
    match line {
        [b'{', b'"', letter @ b'a'..=b'z', rest @ ..] => {
            [format!("{{\"\\u{letter:04x}").as_bytes(), rest].concat()
        }
        _ => line.to_vec(),
    }
}

/// Adds a member that says nothing: of two alike, the later one counts.
fn with_a_member(line: &[u8]) -> Vec<u8> {
    [b"{\"ready\":false,", &line[1..]].concat()
}

fn step(source: &mut Source<'_>) -> Step {
    let expect = match source.weighted(&[5, 2, 1, 2]) {
        0 => Expectation::Event(event(source)),
        1 => Expectation::Reject,
        2 => Expectation::Survive,
        _ => {
            let count = 2 + source.below(2);
            let one = |source: &mut Source<'_>| match source.weighted(&[5, 1, 2]) {
                0 => Expectation::Event(event(source)),
                1 => Expectation::Survive,
                _ => Expectation::Reject,
            };
            Expectation::AnyOf((0..count).map(|_| one(source)).collect())
        }
    };
    // What was sent is nothing that the judge looks at.
    Step {
        datagram: Vec::new(),
        expect,
    }
}

fn event(source: &mut Source<'_>) -> EventBuf {
    match source.weighted(&[4, 3, 3, 1, 1]) {
        0 => EventBuf::new("E_A", []),
        1 => EventBuf::new("E_B", []),
        2 => EventBuf::new("E_A", [ParamBuf::named("ip", "::1")]),
        3 => TextEvent::generate(source).0,
        _ => JsonRpcEvent::generate(source).0,
    }
}

/// Makes a report that is right, or says nothing where that is.
fn right_report(
    source: &mut Source<'_>,
    expect: &Expectation,
    answering: Answering,
) -> Option<Report> {
    let alternatives = expect.alternatives();
    let may_be_silent = answering == Answering::MayBeSilent;
    match &alternatives[source.below(alternatives.len())] {
        Expectation::Event(event) => Some(report(Line::Event(event.clone()))),
        Expectation::Survive if source.once_in(2) => {
            Some(report(Line::Malformed("it is not JSON".into())))
        }
        Expectation::Survive if source.once_in(2) => Some(report(Line::Event(event(source)))),
        _ if may_be_silent && source.once_in(2) => None,
        _ => Some(report(Line::Rejection("no event name".into()))),
    }
}

fn change(source: &mut Source<'_>, observation: &mut Observation) {
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

/// Puts events that the case before asked for in front of what is reported. Mostly they were not reported before.
fn come_late(source: &mut Source<'_>, before: &mut JudgeCase, case: &mut JudgeCase) {
    let asked = before
        .steps
        .iter()
        .flat_map(|step| step.expect.alternatives());
    let events: Vec<_> = asked
        .filter_map(|one| match one {
            Expectation::Event(event) => Some(report(Line::Event(event.clone()))),
            _ => None,
        })
        .collect();
    if !source.once_in(4) {
        let reports = &mut before.observation.reports;
        reports.retain(|report| !events.contains(report));
        before.is_right = false;
    }
    for late in events {
        if source.once_in(2) {
            case.observation.reports.insert(0, late);
            case.is_right = false;
        }
    }
}

fn any_report(source: &mut Source<'_>) -> Report {
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

/// What a subject may say to whoever prints it.
fn hostile(source: &mut Source<'_>) -> String {
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
    fn lines_say_what_they_were_made_of() {
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
            let usual = usual_line(&line);
            let respelled =
                [spaced, turned_round, with_an_escape, with_a_member].map(|it| it(&usual));
            for raw in respelled.iter().chain([&usual]) {
                let said = parse_line(raw);
                assert_eq!(said.as_ref(), Some(&line), "{}", raw.escape_ascii());
            }
        }
        let line = usual_line(&Line::MalformedStart("\u{1b}[2J".into()));
        assert!(matches!(parse_line(&line), Some(Line::MalformedStart(_))));
        let line = usual_line(&Line::Malformed("it is not JSON".into()));
        assert!(matches!(parse_line(&line), Some(Line::Malformed(_))));
    }
}
