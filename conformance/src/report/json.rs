use std::io;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::describe::{one_or_list, report_to_json};
use super::file::{make_way, write_whole};
use super::{Context, Report, Summary, expectation_to_json};
use crate::judge::Verdict;
use crate::run::{Event, Outcome};

/// The version of the format: raised where a reader of the old one would go wrong.
const FORMAT_VERSION: u32 = 1;

/// Writes one JSON object for a run, into a file that is complete or not there.
#[derive(Debug)]
pub struct Json {
    path: PathBuf,
    context: Context,
    declared: Map<String, Value>,
    results: Vec<Value>,
}

impl Json {
    /// Makes a report that goes to this file. What an earlier run left there is removed: nobody shall take it for
    /// the result of this one.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed, or its folder is not there.
    pub fn create(path: PathBuf, context: Context) -> io::Result<Self> {
        make_way(&path)?;
        Ok(Self {
            path,
            context,
            declared: Map::new(),
            results: Vec::new(),
        })
    }

    fn result(&self, outcome: &Outcome<'_>) -> Value {
        let vector = outcome.vector;
        let mut result = json!({
            "id": vector.id,
            "requirement": vector.requirement,
            "level": vector.level,
            "authority": vector.authority,
            "dialect": vector.dialect,
            "socket": outcome.socket,
            "verdict": outcome.verdict,
            "millis": millis(outcome),
        });
        if !outcome.decides {
            result["decides"] = false.into();
        }
        if outcome.verdict != Verdict::Pass {
            let steps = &vector.steps;
            let sent = steps
                .iter()
                .map(|step| hex::encode(&step.datagram).into())
                .collect();
            let expected = steps
                .iter()
                .map(|step| expectation_to_json(&step.expect))
                .collect();
            let observed = outcome
                .observation
                .reports
                .iter()
                .map(|report| report_to_json(&report.raw));
            result["why"] = outcome.why.as_str().into();
            result["sent_hex"] = one_or_list(sent);
            result["expected"] = one_or_list(expected);
            result["observed"] = observed.collect();
            if let Some(line) = &outcome.observation.misread_fence {
                result["misread_fence"] = report_to_json(line);
            }
            if !outcome.log.is_empty() {
                result["log"] = outcome.log.clone().into();
            }
            result["replay"] = self.context.replay(vector, outcome.socket).into();
        }
        result
    }
}

impl<'c> Report<'c> for Json {
    fn take(&mut self, event: &Event<'_, 'c>) {
        match event {
            Event::Ready { socket, start, .. } => {
                self.declared.insert(socket.to_string(), json!(start));
            }
            Event::Outcome(outcome) => self.results.push(self.result(outcome)),
        }
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        let report = json!({
            "format_version": FORMAT_VERSION,
            "suite": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION"), "set": self.context.set },
            "subject": {
                "command": self.context.subject,
                "kind": self.context.kind,
                "declared": std::mem::take(&mut self.declared),
            },
            "results": std::mem::take(&mut self.results),
            "summary": summary.to_json(),
        });
        let mut text = serde_json::to_vec_pretty(&report)?;
        text.push(b'\n');
        write_whole(&self.path, &text)
    }
}

fn millis(outcome: &Outcome<'_>) -> f64 {
    (outcome.duration.as_secs_f64() * 1e6).round() / 1e3
}
