use std::io::{self, Write};
use std::path::PathBuf;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::header::not_run_in_words;
use super::{ReadySubject, Record, ReportHeader, Reporter, Summary};
use crate::diagnose::{Cause, Diagnosis};
use crate::dialect::Dialect;
use crate::evidence::EvidenceLine;
use crate::judge::{Strictness, Verdict};
use crate::layout::ellipsized;
use crate::output_file::{Spool, remove_stale, write_atomically_with};
use crate::transport::SocketKind;

/// A reporter that writes JUnit XML, which CI services read: a suite for each dialect and socket,
/// and a case for each vector.
///
/// A departure is a failure; a crash or hang is an error. A vector is skipped if it does not apply,
/// is known to fail, or fails outside the requirement set. A warning is a failure if it fails the
/// run; otherwise it is a success with the evidence as its output.
///
/// CI services refuse large files, so evidence is limited: to 16 lines of a case, 200 characters of
/// a line, and a megabyte of the report. After that, cases have only their reason. The JSON report
/// has all evidence.
#[derive(Debug)]
pub struct Junit {
    path: PathBuf,
    header: ReportHeader,
    suites: Vec<JunitSuite>,
    /// The number of written bytes of cases that did not pass.
    evidence: usize,
}

/// The most lines of evidence of a case. The reason and the command that runs the vector again are
/// always kept.
const MAX_LINES: usize = 16;
/// The most characters of a line of evidence, and of the message of a case.
const MAX_WIDTH: usize = 200;
/// The most characters of the message of a case without evidence.
const MAX_BRIEF: usize = 80;
/// The most bytes of evidence. Later cases have only their reason.
const MAX_EVIDENCE: usize = 1_000_000;

#[derive(Debug)]
struct JunitSuite {
    dialect: Dialect,
    socket: SocketKind,
    counts: SuiteCounts,
    cases: Spool,
}

#[derive(Clone, Copy, Debug, Default)]
struct SuiteCounts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    millis: f64,
}

impl Junit {
    /// Creates a reporter that writes to a file, and removes the file that an earlier run left
    /// there.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed, or its folder is not there.
    pub fn create(path: PathBuf, header: ReportHeader) -> io::Result<Self> {
        remove_stale(&path)?;
        Ok(Self {
            path,
            header,
            suites: Vec::new(),
            evidence: 0,
        })
    }
}

impl Reporter for Junit {
    fn subject_ready(&mut self, _: &ReadySubject) {}

    fn add(&mut self, record: &Record) {
        let (dialect, socket) = (record.dialect, record.socket);
        let is_same = |suite: &JunitSuite| (suite.dialect, suite.socket) == (dialect, socket);
        let index = self.suites.iter().position(is_same).unwrap_or_else(|| {
            self.suites.push(JunitSuite {
                dialect,
                socket,
                counts: SuiteCounts::default(),
                cases: Spool::beside(&self.path),
            });
            self.suites.len() - 1
        });
        let suite = &mut self.suites[index];
        let strictness = self.header.settings.strictness;
        suite.counts.add(record, strictness);
        let detail = if self.evidence < MAX_EVIDENCE {
            CaseDetail::Evidence
        } else {
            CaseDetail::Reason
        };
        let mut xml = Vec::new();
        let written = case(&mut xml, record, strictness, detail);
        if record.verdict != Verdict::Pass {
            self.evidence += xml.len();
        }
        suite
            .cases
            .write_with(|out| written.and_then(|()| out.write_all(&xml)));
    }

    fn finish(&mut self, summary: &Summary, diagnosis: &Diagnosis) -> io::Result<()> {
        let all =
            (self.suites.iter()).fold(SuiteCounts::default(), |all, suite| all.and(suite.counts));
        let mut properties = self.header.facts(summary);
        properties.extend(not_run_in_words(summary).map(|not_run| ("not run", not_run)));
        let command = ("subject", self.header.subject.command.clone());
        properties.push(command);
        let headline = diagnosis.headline(summary.of(Verdict::Warn));
        if let Some(headline) = headline {
            let causes = diagnosis.causes.iter().map(Cause::line);
            let lines = [headline].into_iter().chain(causes);
            properties.extend(lines.map(|line| ("diagnosis", line)));
        }
        let started = self.header.run.as_ref().map(|run| run.started.to_string());
        let suites = &mut self.suites;
        write_atomically_with(&self.path, |out| {
            let mut xml = Writer::new(out);
            xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
            xml.get_mut().write_all(b"\n")?;
            let mut root = BytesStart::new("testsuites");
            root.push_attribute(("name", "event_datagram conformance"));
            all.write(&mut root);
            xml.write_event(Event::Start(root))?;
            for (index, suite) in suites.iter_mut().enumerate() {
                let mut element = BytesStart::new("testsuite");
                let name = format!("event_datagram.{}.{}", suite.dialect, suite.socket);
                element.push_attribute(("name", name.as_str()));
                suite.counts.write(&mut element);
                element.push_attribute(("skipped", suite.counts.skipped.to_string().as_str()));
                if let Some(started) = &started {
                    element.push_attribute(("timestamp", started.as_str()));
                }
                xml.get_mut().write_all(b"\n")?;
                xml.write_event(Event::Start(element))?;
                if index == 0 {
                    write_properties(&mut xml, &properties)?;
                }
                io::copy(&mut suite.cases.reader()?, xml.get_mut())?;
                xml.get_mut().write_all(b"\n")?;
                xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
            }
            xml.get_mut().write_all(b"\n")?;
            xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
            xml.get_mut().write_all(b"\n")
        })
    }
}

/// Writes the facts of the run and the diagnosis as properties of a suite, because the root element
/// cannot have properties.
fn write_properties(
    xml: &mut Writer<&mut dyn Write>,
    properties: &[(&'static str, String)],
) -> io::Result<()> {
    xml.get_mut().write_all(b"\n")?;
    xml.write_event(Event::Start(BytesStart::new("properties")))?;
    for (name, value) in properties {
        let mut property = BytesStart::new("property");
        property.push_attribute(("name", *name));
        property.push_attribute(("value", value.as_str()));
        xml.get_mut().write_all(b"\n")?;
        xml.write_event(Event::Empty(property))?;
    }
    xml.get_mut().write_all(b"\n")?;
    xml.write_event(Event::End(BytesEnd::new("properties")))
}

/// How much of a case that did not pass is written.
#[derive(Clone, Copy)]
enum CaseDetail {
    /// The reason and the evidence.
    Evidence,
    /// Only the reason.
    Reason,
}

/// The status of a case for a CI service.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CaseStatus {
    Success,
    Failure,
    Error,
    Skipped,
}

impl CaseStatus {
    fn of(record: &Record, strictness: Strictness) -> Self {
        match record.verdict {
            Verdict::NotApplicable | Verdict::Known => Self::Skipped,
            verdict if !verdict.is_failure(strictness) => Self::Success,
            _ if !record.decides => Self::Skipped,
            Verdict::Crash | Verdict::Hang | Verdict::Flaky => Self::Error,
            _ => Self::Failure,
        }
    }
}

/// Writes a test case.
fn case(
    out: &mut dyn Write,
    record: &Record,
    strictness: Strictness,
    detail: CaseDetail,
) -> io::Result<()> {
    let mut xml = Writer::new(out);
    xml.get_mut().write_all(b"\n  ")?;
    let (dialect, requirement, topic) = (record.dialect, &record.requirement, &record.topic);
    let class = format!("{dialect}.{requirement}.{topic}");
    let mut element = BytesStart::new("testcase");
    element.push_attribute(("name", record.id.as_str()));
    element.push_attribute(("classname", class.as_str()));
    element.push_attribute(("time", seconds(record.millis).as_str()));
    if record.verdict == Verdict::Pass {
        return xml.write_event(Event::Empty(element));
    }
    xml.write_event(Event::Start(element))?;
    let (text, width) = match detail {
        CaseDetail::Evidence => (evidence_in_words(record), MAX_WIDTH),
        CaseDetail::Reason => ("the JSON report has the evidence\n".into(), MAX_BRIEF),
    };
    let child = match CaseStatus::of(record, strictness) {
        CaseStatus::Success => {
            let text = format!("{}: {text}", record.verdict);
            return close(xml, BytesStart::new("system-out"), &text);
        }
        CaseStatus::Skipped => "skipped",
        CaseStatus::Error => "error",
        CaseStatus::Failure => "failure",
    };
    let mut child = BytesStart::new(child);
    let why = ellipsized(record.why(), width);
    let message = format!("{requirement} {}: {why}", record.level);
    child.push_attribute(("type", record.verdict.as_str()));
    child.push_attribute(("message", message.as_str()));
    close(xml, child, &text)
}

/// Returns the evidence of a case, line by line. Leaves out the middle of long evidence.
fn evidence_in_words(record: &Record) -> String {
    let lines = record.evidence_lines();
    let left_out = lines.len().saturating_sub(MAX_LINES);
    let (first, last) = lines.split_at(lines.len().min(MAX_LINES / 2));
    let in_words =
        |line: &EvidenceLine| format!("{:<9} {}\n", line.label, line.shortened(MAX_WIDTH));
    let mut text: String = first.iter().map(in_words).collect();
    if left_out > 0 {
        text += &format!("… {left_out} more lines: the JSON report has them\n");
    }
    text.extend(last.iter().skip(left_out).map(in_words));
    text
}

/// Writes the only child of a case, and ends the case.
fn close(mut xml: Writer<&mut dyn Write>, child: BytesStart<'_>, text: &str) -> io::Result<()> {
    xml.write_event(Event::Start(child.borrow()))?;
    xml.write_event(Event::Text(BytesText::new(text)))?;
    xml.write_event(Event::End(child.to_end()))?;
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

impl SuiteCounts {
    fn add(&mut self, record: &Record, strictness: Strictness) {
        self.tests += 1;
        self.millis += record.millis;
        match CaseStatus::of(record, strictness) {
            CaseStatus::Success => {}
            CaseStatus::Failure => self.failures += 1,
            CaseStatus::Error => self.errors += 1,
            CaseStatus::Skipped => self.skipped += 1,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
            millis: self.millis + other.millis,
        }
    }

    /// Writes the counts as attributes of a suite or of the root element.
    fn write(&self, element: &mut BytesStart<'_>) {
        for (name, count) in [
            ("tests", self.tests),
            ("failures", self.failures),
            ("errors", self.errors),
        ] {
            element.push_attribute((name, count.to_string().as_str()));
        }
        element.push_attribute(("time", seconds(self.millis).as_str()));
    }
}

/// Formats a time in seconds with three decimal places, as the schemas of CI services demand.
fn seconds(millis: f64) -> String {
    format!("{:.3}", millis / 1e3)
}
