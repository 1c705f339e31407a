use std::io::{self, Write};
use std::path::PathBuf;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{ReadySubject, Record, ReportHeader, Reporter, Summary};
use crate::diagnose::{Cause, Diagnosis};
use crate::dialect::Dialect;
use crate::judge::{Strictness, Verdict};
use crate::output_file::{Spool, remove_stale, write_atomically_with};
use crate::transport::SocketKind;

/// Writes JUnit XML, which CI services read: a suite for each dialect and socket, a case for each
/// vector.
///
/// A departure is a failure, a crash or hang an error. A vector is skipped if it does not apply, is
/// known to fail, or fails outside the requirement set. A warning is a failure if it fails the run;
/// otherwise it is a success with the evidence as its output.
#[derive(Debug)]
pub struct Junit {
    path: PathBuf,
    strictness: Strictness,
    suites: Vec<JunitSuite>,
}

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
    pub fn create(path: PathBuf, header: &ReportHeader) -> io::Result<Self> {
        remove_stale(&path)?;
        Ok(Self {
            path,
            strictness: header.settings.strictness,
            suites: Vec::new(),
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
        suite.counts.add(record, self.strictness);
        let strictness = self.strictness;
        suite.cases.write_with(|out| case(out, record, strictness));
    }

    fn finish(&mut self, summary: &Summary, diagnosis: &Diagnosis) -> io::Result<()> {
        let all =
            (self.suites.iter()).fold(SuiteCounts::default(), |all, suite| all.and(suite.counts));
        let suites = &mut self.suites;
        write_atomically_with(&self.path, |out| {
            let mut xml = Writer::new(out);
            xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
            xml.get_mut().write_all(b"\n")?;
            let mut root = BytesStart::new("testsuites");
            root.push_attribute(("name", "event_datagram conformance"));
            all.write(&mut root);
            xml.write_event(Event::Start(root))?;
            let mut diagnosis = Some(diagnosis);
            let warnings = summary.of(Verdict::Warn);
            for suite in suites {
                let mut element = BytesStart::new("testsuite");
                let name = format!("event_datagram.{}.{}", suite.dialect, suite.socket);
                element.push_attribute(("name", name.as_str()));
                suite.counts.write(&mut element);
                element.push_attribute(("skipped", suite.counts.skipped.to_string().as_str()));
                xml.get_mut().write_all(b"\n")?;
                xml.write_event(Event::Start(element))?;
                if let Some(diagnosis) = diagnosis.take() {
                    properties(&mut xml, diagnosis, warnings)?;
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

/// Writes the diagnosis as properties of a suite: the element has no other place for them.
fn properties(
    xml: &mut Writer<&mut dyn Write>,
    diagnosis: &Diagnosis,
    warnings: usize,
) -> io::Result<()> {
    let Some(headline) = diagnosis.headline(warnings) else {
        return Ok(());
    };
    xml.get_mut().write_all(b"\n")?;
    xml.write_event(Event::Start(BytesStart::new("properties")))?;
    let lines = diagnosis.causes.iter().map(Cause::line);
    for line in [headline].into_iter().chain(lines) {
        let mut property = BytesStart::new("property");
        property.push_attribute(("name", "diagnosis"));
        property.push_attribute(("value", line.as_str()));
        xml.get_mut().write_all(b"\n")?;
        xml.write_event(Event::Empty(property))?;
    }
    xml.get_mut().write_all(b"\n")?;
    xml.write_event(Event::End(BytesEnd::new("properties")))
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
fn case(out: &mut dyn Write, record: &Record, strictness: Strictness) -> io::Result<()> {
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
    let lines = record.evidence_lines();
    let lines = lines
        .iter()
        .map(|line| format!("{:<9} {}\n", line.label, line.text));
    let text: String = lines.collect();
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
    let message = format!("{requirement} {}: {}", record.level, record.why());
    child.push_attribute(("type", record.verdict.as_str()));
    child.push_attribute(("message", message.as_str()));
    close(xml, child, &text)
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

    /// Writes the attributes that one suite and all suites together have.
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
