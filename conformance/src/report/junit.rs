use std::io;
use std::path::PathBuf;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::file::{make_way, write_whole};
use super::{Context, Report, Summary};
use crate::judge::Verdict;
use crate::run::{Event, Outcome};

/// Writes JUnit XML, which CI services read: a suite for each socket, a case for each vector.
///
/// A departure is a failure, a crash or hang an error; what does not apply, is known to fail, or fails and does not
/// decide is skipped. A
/// warning is a failure where it fails the run, and else a success whose output tells.
#[derive(Debug)]
pub struct Junit {
    path: PathBuf,
    context: Context,
    suites: Vec<TestSuite>,
}

impl Junit {
    /// Makes a report that goes to this file. What an earlier run left there is removed.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed, or its folder is not there.
    pub fn create(path: PathBuf, context: Context) -> io::Result<Self> {
        make_way(&path)?;
        Ok(Self {
            path,
            context,
            suites: Vec::new(),
        })
    }

    fn case(&self, outcome: &Outcome<'_>) -> TestCase {
        let vector = outcome.vector;
        let message = format!("{} {}: {}", vector.requirement, vector.level, outcome.why);
        let mut status = match outcome.verdict {
            verdict if !outcome.decides && verdict.is_failure(self.context.strict) => {
                TestCaseStatus::skipped()
            }
            Verdict::Crash | Verdict::Hang | Verdict::Flaky => {
                TestCaseStatus::non_success(NonSuccessKind::Error)
            }
            verdict if verdict.is_failure(self.context.strict) => {
                TestCaseStatus::non_success(NonSuccessKind::Failure)
            }
            Verdict::NotApplicable | Verdict::Known => TestCaseStatus::skipped(),
            _ => TestCaseStatus::success(),
        };
        let lines = self.context.evidence(outcome);
        let text: String = lines
            .iter()
            .map(|(label, text)| format!("{label:<9} {text}\n"))
            .collect();
        let is_success = matches!(status, TestCaseStatus::Success { .. });
        if !is_success {
            status
                .set_type(outcome.verdict.as_str())
                .set_message(message);
            if !matches!(status, TestCaseStatus::Skipped { .. }) {
                status.set_description(text.as_str());
            }
        }
        let mut case = TestCase::new(vector.id.as_str(), status);
        case.set_classname(format!(
            "{}.{}.{}",
            vector.dialect, vector.requirement, vector.topic
        ));
        case.set_time(outcome.duration);
        if is_success && outcome.verdict != Verdict::Pass {
            case.set_system_out(format!("{}: {text}", outcome.verdict));
        }
        case
    }
}

impl<'c> Report<'c> for Junit {
    fn take(&mut self, event: &Event<'_, 'c>) {
        match event {
            Event::Ready { socket, .. } => self
                .suites
                .push(TestSuite::new(format!("event_datagram.{socket}"))),
            Event::Outcome(outcome) => {
                let case = self.case(outcome);
                let suite = self
                    .suites
                    .last_mut()
                    .expect("a subject is ready before there are outcomes");
                suite.set_time(suite.time.unwrap_or(Duration::ZERO) + outcome.duration);
                suite.add_test_case(case);
            }
        }
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        let mut document = Document::new("event_datagram conformance");
        document.add_test_suites(std::mem::take(&mut self.suites));
        let text = document.to_string().map_err(io::Error::other)?;
        write_whole(&self.path, text.as_bytes())
    }
}
