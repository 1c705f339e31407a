use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use super::file::{make_way, write_whole};
use super::{Context, Report, Summary};
use crate::judge::Verdict;
use crate::run::{Event, Outcome};

/// Writes the Test Anything Protocol, version 14: a line a vector, with the evidence below it as YAML.
#[derive(Debug)]
pub struct Tap {
    path: PathBuf,
    context: Context,
    lines: String,
    count: usize,
}

impl Tap {
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
            lines: String::new(),
            count: 0,
        })
    }

    fn line(&mut self, outcome: &Outcome<'_>) -> std::fmt::Result {
        let (vector, verdict) = (outcome.vector, outcome.verdict);
        self.count += 1;
        let result = match verdict {
            Verdict::Known => "not ok",
            verdict if verdict.is_failure(self.context.strict) => "not ok",
            _ => "ok",
        };
        let directive = match verdict {
            Verdict::NotApplicable => " # SKIP the subject declares that it does not apply",
            Verdict::Known => " # TODO known to fail",
            verdict if !outcome.decides && verdict.is_failure(self.context.strict) => {
                " # TODO not in the requirement set"
            }
            _ => "",
        };
        let (count, id, requirement, socket) =
            (self.count, &vector.id, &vector.requirement, outcome.socket);
        writeln!(
            self.lines,
            "{result} {count} - {requirement} {id} {socket}{directive}"
        )?;
        if verdict == Verdict::Pass {
            return Ok(());
        }
        writeln!(
            self.lines,
            "  ---\n  verdict: {verdict}\n  level: {}",
            vector.level
        )?;
        let lines = self.context.evidence(outcome);
        let mut labels = Vec::<&str>::new();
        for (label, text) in lines {
            // A key of a mapping may stand there once.
            let nth = labels.iter().filter(|other| **other == label).count();
            labels.push(label);
            let key = if nth == 0 {
                label.replace(' ', "_")
            } else {
                format!("{}_{}", label.replace(' ', "_"), nth + 1)
            };
            // A JSON string is a YAML string, too.
            writeln!(self.lines, "  {key}: {}", serde_json::Value::from(text))?;
        }
        writeln!(self.lines, "  ...")
    }
}

impl<'c> Report<'c> for Tap {
    fn take(&mut self, event: &Event<'_, 'c>) {
        if let Event::Outcome(outcome) = event {
            self.line(outcome).expect("a string takes any text");
        }
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        let text = format!("TAP version 14\n1..{}\n{}", self.count, self.lines);
        write_whole(&self.path, text.as_bytes())
    }
}
